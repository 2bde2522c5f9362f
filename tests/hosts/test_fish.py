"""The snippet in the real fish: what is on the screen, what is started, what is left alone."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import stat
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.conftest import SHELL, program
from tests.hosts.shells import (
    ODD_FILES,
    TEXTS,
    account,
    all_ends,
    another,
    calls,
    draw,
    give_away,
    odd_file,
    stand_in,
    strip,
)
from tests.screen import Screen
from tests.support import until

SNIPPET = SHELL / "claude-status.fish"
LINE = TEXTS["plain"]
PROMPT = """
set -g fish_greeting
function fish_prompt
    echo -n "$status|$pipestatus> "
end
function fish_right_prompt
    claude_status_prompt
end
"""


@pytest.fixture
def fish(home: Path) -> str:
    """The path of fish, which then finds nothing to prepare in the home directory."""
    (home / ".local/share/fish/generated_completions").mkdir(parents=True)
    (home / ".config/fish").mkdir(parents=True)
    return program("fish")


@pytest.fixture
def refresher(home: Path) -> Path:
    """A stand-in for the program."""
    return stand_in(home / "bin dir" / "claude-status")


def sourcing(path: Path | str | None = None) -> str:
    """The line for config.fish."""
    return f"source {shlex.quote(str(SNIPPET))} {'' if path is None else shlex.quote(str(path))}\n"


def session(fish: str, home: Path, config: str, **size: int) -> Screen:
    """A fish on a terminal with this config.fish."""
    (home / ".config/fish/config.fish").write_text(config)
    return Screen([fish], dict(os.environ), cwd=str(home), **size)


def prompts(
    fish: str,
    script: str,
    env: Mapping[str, str] | None = None,
    *,
    words: str = "-i",
    under: Sequence[str] = (),
) -> str:
    """Run ``script`` in a fish without a terminal, `p` in it being a prompt, and all it starts.

    Returns what is printed, standard error included. ``under`` is a command to run fish with.
    """
    function = "function p; emit fish_prompt; end\n"
    argv = [*under, fish, "--no-config", words, "-c", function + script]
    environ = {**os.environ, **(env or {})}
    with all_ends() as held:
        done = subprocess.run(
            argv,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            pass_fds=[held],
            check=False,
        )
    return done.stdout.decode(errors="backslashreplace")


# --------------------------------------------------------------------------------------------------
# What is shown


def test_line_stands_on_the_right_in_its_colours(fish: str, home: Path) -> None:
    """The right prompt ends at the last column but one, as fish has it, and 42% is green."""
    draw(home)
    with session(fish, home, PROMPT + sourcing("/none/claude-status")) as screen:
        screen.until(LINE)
        assert screen.row(0) == "0|0> " + LINE.rjust(80 - len("0|0> "))
        assert screen.colours("42%") == {"green"}
        assert screen.colours("2h13m") == {"default"}


def test_long_input_wraps_where_it_would_without_colours(fish: str, home: Path) -> None:
    """With the line in the left prompt, fish counts no width for its colours."""
    draw(home)
    config = sourcing("/none/claude-status") + (
        "set -g fish_greeting\nfunction fish_prompt\nclaude_status_prompt\necho -n '> '\nend\n"
    )
    with session(fish, home, config, columns=40) as screen:
        screen.until(LINE + ">")
        screen.send("#" + "x" * 40)
        screen.until(lambda text: text.count("x") == 40)
        assert screen.row(0) == f"{LINE}> #{'x' * (40 - len(LINE) - 3)}"
        assert screen.row(1) == "x" * (len(LINE) + 3)


@pytest.mark.parametrize(
    ("frames", "shown"),
    [
        ([(-90, "old"), (-60, "now"), (60, "next")], "now"),
        ([(-90, "old"), (-60, ""), (60, "next")], ""),
        ([(-90, "a  b"), (60, "next")], "a  b"),
        ([(60, "next")], ""),
        ([(i - 100, f"line {i}") for i in range(1, 70)], "line 63"),
    ],
)
def test_last_frame_whose_time_has_come(
    fish: str, home: Path, frames: list[tuple[int, str]], shown: str
) -> None:
    """The text is that of the last line not later than now, to the letter, of at most 64 lines."""
    draw(home, *frames)
    assert prompts(fish, f"{sourcing()}p; claude_status_prompt") == shown


@pytest.mark.parametrize(
    ("env", "dialect"),
    [
        ({}, "fish"),
        ({"LANG": "de_DE.utf8"}, "fish"),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "fish"),
        ({"LC_ALL": "C"}, "ascii"),
        ({"LANG": ""}, "ascii"),
        ({"LC_ALL": "C", "LC_CTYPE": "C.UTF-8", "NO_COLOR": "1"}, "ascii"),
        ({"NO_COLOR": "1"}, "plain"),
        ({"NO_COLOR": ""}, "fish"),
        ({"TERM": "dumb"}, "plain"),
        ({"STARSHIP_SHELL": "fish"}, "starship"),
        ({"STARSHIP_SHELL": "fish", "NO_COLOR": "1"}, "plain"),
    ],
)
def test_dialect_is_what_the_terminal_can_show(
    fish: str, home: Path, env: dict[str, str], dialect: str
) -> None:
    """Locale, NO_COLOR and TERM choose the frames, and an empty variable is none."""
    draw(home)
    assert prompts(fish, f"{sourcing()}p; claude_status_prompt", env) == TEXTS[dialect]


@pytest.mark.parametrize(
    ("env", "shown"),
    [
        ({"CLAUDE_CONFIG_DIR": ""}, "default"),
        ({"CLAUDE_CONFIG_DIR": "/work/a b"}, "work"),
        ({"CLAUDE_CONFIG_DIR": "/work/a b//"}, "work"),
        ({"CLAUDE_CONFIG_DIR": "/new\nline/"}, "newline"),
        ({"CLAUDE_CONFIG_DIR": "/default"}, ""),
        ({"CLAUDE_CONFIG_DIR": "//default"}, ""),
        ({"CLAUDE_CONFIG_DIR": "///default//"}, ""),
        ({"CLAUDE_CONFIG_DIR": "/"}, ""),
        ({"CLAUDE_CONFIG_DIR": "default"}, ""),
        ({"CLAUDE_CONFIG_DIR": "/work/../default"}, ""),
        ({"CLAUDE_CONFIG_DIR": "/./default"}, ""),
        ({"CLAUDE_CONFIG_DIR": "/work/.."}, ""),
        ({"XDG_CACHE_HOME": "/nowhere"}, ""),
        ({"CLAUDE_STATUS_CACHE_DIR": "/nowhere"}, ""),
        ({"CLAUDE_STATUS_CACHE_DIR": ".cache/claude-status"}, ""),
        ({"XDG_CACHE_HOME": "HOME/.cache", "HOME": "/nowhere"}, "default"),
        ({"CLAUDE_STATUS_CACHE_DIR": "HOME/.cache/claude-status", "HOME": ""}, "default"),
        ({"HOME": ""}, ""),
    ],
)
def test_place_follows_the_environment(
    fish: str, home: Path, env: dict[str, str], shown: str
) -> None:
    """Each CLAUDE_CONFIG_DIR has frames of its own, and one without an absolute name has none."""
    draw(home, (-60, "default"))
    draw(home, (-60, "work"), directory="/work/a b")
    draw(home, (-60, "newline"), directory="/new\nline")
    env = {name: value.replace("HOME", str(home)) for name, value in env.items()}
    script = f"cd {home}\n{sourcing()}p; claude_status_prompt"
    assert prompts(fish, script, env) == shown


def test_directory_may_change_between_two_prompts(fish: str, home: Path) -> None:
    """What direnv sets for one folder holds in that folder only."""
    draw(home, (-60, "default"))
    draw(home, (-60, "work"), directory="/work")
    script = f"""{sourcing()}
        p; claude_status_prompt; echo
        set -gx CLAUDE_CONFIG_DIR /work; p; claude_status_prompt; echo
        set -e CLAUDE_CONFIG_DIR; p; claude_status_prompt; echo
    """
    assert prompts(fish, script).split() == ["default", "work", "default"]


ALMOST = {
    "no newline": b"claude-status 2 9 9",
    "too great a time": b"claude-status 2 99999999999 99999999999999999999\n1 text\n",
    "more in the header": b"claude-status 2 99999999999 99999999999 more\n1 text\n",
    "text without time": b"claude-status 2 99999999999 99999999999\ntext\n",
    "time too great": b"claude-status 2 99999999999 99999999999\n99999999999999999999 text\n",
    "10 MB on one line": b"x" * 10_000_000,
    "10 MB after the header": b"claude-status 2 99999999999 99999999999\n1 " + b"x" * 10_000_000,
}


@pytest.mark.parametrize("kind", [*ODD_FILES, *ALMOST])
def test_odd_files_show_nothing_and_say_nothing(
    fish: str, home: Path, kind: str, refresher: Path
) -> None:
    """Whatever stands in the file's place: nothing is shown or printed, a refresh is wanted."""
    path = draw(home) / "frames/fish"
    if kind in ALMOST:
        path.write_bytes(ALMOST[kind])
    else:
        odd_file(path, kind)
    assert prompts(fish, f"{sourcing(refresher)}p; claude_status_prompt") == ""
    assert calls(refresher) == ["refresh --background --for prompt"]


@pytest.mark.parametrize("kind", [kind for kind in ALMOST if kind.startswith("10 MB")])
def test_little_is_read_of_a_great_file(fish: str, home: Path, kind: str) -> None:
    """Of 10 MB fish reads no more than the longest line that could be a frame."""
    (draw(home) / "frames/fish").write_bytes(ALMOST[kind])
    script = f"""{sourcing()}
        function bytes; string match -r '(?<=rchar: ).*' </proc/self/io; end
        set -l before (bytes); p; math (bytes) - $before
    """
    assert int(prompts(fish, script)) < 4096


# --------------------------------------------------------------------------------------------------
# What is left alone


def test_status_is_what_the_last_command_left(fish: str, home: Path, refresher: Path) -> None:
    """$status and $pipestatus in the prompt are the command's, be the frames fresh or old."""
    for refresh in (3000, -10):
        draw(home, refresh=refresh)
        with session(fish, home, PROMPT + sourcing(refresher)) as screen:
            screen.until("0|0>")
            screen.send("false | true | sh -c 'exit 7'\n")
            screen.until("7|1 0 7>")


def test_the_function_leaves_the_status(fish: str, home: Path) -> None:
    """A prompt of the user's own may print the line first, and then say what failed."""
    draw(home)
    script = f'{sourcing()}p; false; claude_status_prompt; echo " $status"'
    assert prompts(fish, script) == f"{TEXTS['fish']} 1\n"


def test_shell_is_otherwise_as_it_was(fish: str, home: Path, refresher: Path) -> None:
    """No universal variable, no name without prefix, no job; umask and $last_pid as before."""
    draw(home, refresh=-10)
    script = f"""
        umask 022
        command true &
        set -l before $last_pid (umask)
        {sourcing(refresher)}
        p; p
        test "$before" = "$last_pid "(umask); or echo changed
        set -U --names | string match '*claude*'
        set --names | string match -i '*claude*' | string match -v '__claude_status_*'
        functions --all | string match '*claude*' | string match -v '__claude_status_*'
        jobs
    """
    assert prompts(fish, script).split() == [
        "CLAUDE_STATUS",
        "claude_status_prompt",
        "jobs:",
        "There",
        "are",
        "no",
        "jobs",
    ]


def test_sourcing_twice_is_sourcing_once(fish: str, home: Path) -> None:
    """The second time adds no second handler."""
    script = f"{sourcing()}{sourcing()}functions --handlers | string match '*claude*'"
    assert prompts(fish, script).splitlines() == [
        "SIGURG __claude_status_ended",
        "fish_prompt __claude_status_hook",
    ]


def test_hostile_surroundings(fish: str, home: Path, refresher: Path) -> None:
    """Functions named like builtins, an odd IFS and all feature flags change and print nothing."""
    draw(home, refresh=-10)
    names = "path math printf contains disown commandline count echo cat date emit2 true false"
    hostile = "\n".join(f"function {name}; builtin echo {name}!; end" for name in names.split())
    script = f"""
        set -g IFS 0123456789
        set -g locale x; set -g place x; set -g line x
        {hostile}
        {sourcing(refresher)}
        p; claude_status_prompt; builtin echo " $locale $place $line"
    """
    env = {"fish_features": "all"}
    assert prompts(fish, script, env) == f"{TEXTS['fish']} x x x\n"


@pytest.mark.parametrize("inherited", [{}, {"CLAUDE_STATUS": "stale"}])
def test_only_starship_is_given_the_line(fish: str, home: Path, inherited: dict[str, str]) -> None:
    """CLAUDE_STATUS is never stale, and exported only where starship draws fish's prompt."""
    draw(home, (-60, "new"))
    script = f"{sourcing()}p; sh -c 'echo \"<$CLAUDE_STATUS>\"'"
    assert prompts(fish, script, inherited) == "<>\n"
    assert prompts(fish, script, {**inherited, "STARSHIP_SHELL": "bash"}) == "<>\n"
    assert prompts(fish, script, {**inherited, "STARSHIP_SHELL": "fish"}) == "<new>\n"
    (home / ".cache/claude-status/at/default/@/frames/fish").unlink()
    assert prompts(fish, f'{sourcing()}p; echo "<$CLAUDE_STATUS>"', inherited) == "<>\n"


def test_scripts_know_the_function_and_nothing_else(fish: str, home: Path) -> None:
    """In a script the function prints nothing, and nothing else is defined."""
    draw(home)
    script = f"{sourcing()}p; claude_status_prompt; functions --all | string match '*claude*'"
    assert prompts(fish, script, words="-N") == "claude_status_prompt\n"


@pytest.mark.parametrize("change", [("mtime /", "mtime2 /"), ("path path", "path nopath")])
def test_older_fish_shows_nothing(
    fish: str, home: Path, tmp_path: Path, change: tuple[str, str], refresher: Path
) -> None:
    """Where `path mtime` or all of `path` is missing: no message, no line and no process."""
    draw(home, refresh=-10)
    old = tmp_path / "old.fish"
    text = SNIPPET.read_text()
    assert change[0] in text
    old.write_text(text.replace(*change))
    script = f"source {old} '{refresher}'; p; claude_status_prompt"
    assert prompts(fish, script, {"CLAUDE_STATUS": "stale"}) == ""
    assert calls(refresher) == []


def test_syntax_and_layout(fish: str) -> None:
    """fish can parse the snippet, and so can older ones; fish_indent would not change it."""
    subprocess.run([fish, "--no-execute", SNIPPET], check=True)
    subprocess.run([program("fish_indent"), "--check", SNIPPET], check=True)
    code = re.sub(r"(?m)^\s*#.*", "", SNIPPET.read_text())
    assert not re.search(r'"[^"\n]*\$\(', code), "fish 3.3 has no $() in quotes"
    assert not re.search(r"builtin path", code), "fish 3.4 refuses a builtin that it lacks"


# --------------------------------------------------------------------------------------------------
# What is started


def test_no_process_while_fresh(fish: str, home: Path, tmp_path: Path, refresher: Path) -> None:
    """Between two prompts fish neither forks nor executes anything."""
    draw(home)
    trace = tmp_path / "trace"
    argv = [program("strace"), "-f", "-qq", "-o", str(trace)]
    argv += ["-e", "trace=execve,fork,vfork,clone,clone3", fish]
    (home / ".config/fish/config.fish").write_text(PROMPT + sourcing(refresher))

    def processes() -> list[str]:
        calls = trace.read_text().splitlines()
        return [call for call in calls if "CLONE_THREAD" not in call and "resumed" not in call]

    with Screen(argv, dict(os.environ), cwd=str(home)) as screen:
        screen.until(LINE)
        before = processes()
        for row in range(1, 6):
            screen.send("\n")
            screen.until(lambda text, row=row: text.count(LINE) == row + 1)
        assert processes() == before
        screen.send("command true\n")
        screen.until(lambda text: text.count(LINE) == 7)
        assert len(processes()) > len(before), "what is counted must be what would be seen"
        screen.send("exit\n")


@pytest.mark.parametrize("frames", ["missing", "due", "not yet", "broken"])
def test_old_frames_start_one_refresh(fish: str, home: Path, frames: str, refresher: Path) -> None:
    """However many prompts come: one refresh a slot, its mark 0600; the old line still shows."""
    folder = draw(home, (60 if frames == "not yet" else -60, "old"), refresh=-1)
    if frames == "missing":
        (folder / "frames/fish").unlink()
    if frames == "broken":
        (folder / "frames/fish").write_text("broken")
    script = f"{sourcing(refresher)}p; p; p; claude_status_prompt"
    first = int(time.time()) // 15
    assert prompts(fish, script) == ("old" if frames == "due" else "")
    kicks = sorted(account(home).glob("kick.*"))
    assert {kick.name for kick in kicks} <= {f"kick.{first + i}" for i in range(3)}
    assert calls(refresher) == ["refresh --background --for prompt"] * len(kicks)
    assert {stat.S_IMODE(kick.stat().st_mode) for kick in kicks} == {0o600}


def test_many_shells_start_one_refresh(fish: str, home: Path, refresher: Path) -> None:
    """Of twenty shells that see old frames at once, one wins the slot, and none says a word."""
    draw(home, refresh=-1)
    script = f"{sourcing(refresher)}echo ready; read -l go; emit fish_prompt"
    argv = [fish, "--no-config", "-i", "-c", script]
    with all_ends() as held, contextlib.ExitStack() as stack:
        shells = [
            stack.enter_context(
                subprocess.Popen(
                    argv,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    pass_fds=[held],
                )
            )
            for _ in range(20)
        ]
        assert {shell.stdout.readline() for shell in shells if shell.stdout} == {b"ready\n"}
        for shell in shells:
            os.write(shell.stdin.fileno() if shell.stdin else -1, b"\n")
        assert {shell.communicate(timeout=60)[0] for shell in shells} == {b""}
    kicks = list(account(home).glob("kick.*"))
    assert calls(refresher) == ["refresh --background --for prompt"] * len(kicks)
    assert 1 <= len(kicks) <= 2


@pytest.mark.parametrize("why", ["fresh", "slot taken", "inside Claude Code", "gone", "folder"])
def test_no_refresh_is_started(
    fish: str, home: Path, tmp_path: Path, why: str, refresher: Path
) -> None:
    """Not while fresh, in a taken slot, inside Claude Code, or where the program is gone."""
    draw(home, refresh=3000 if why == "fresh" else -1)
    if why == "slot taken":
        for slot in range(int(time.time()) // 15, int(time.time()) // 15 + 5):
            (account(home) / f"kick.{slot}").touch()
    if why == "gone":
        refresher.unlink()
    if why == "folder":
        refresher.unlink()
        refresher.mkdir()
    env = {"CLAUDECODE": "1"} if why == "inside Claude Code" else {}
    before = set(account(home).glob("kick.*"))
    trace = tmp_path / "trace"
    under = [program("strace"), "-f", "-qq", "-e", "trace=execve", "-o", str(trace)]
    assert prompts(fish, f"{sourcing(refresher)}p; p", env, under=under) == ""
    assert trace.read_text().count("execve(") == 1, "nothing but fish itself"
    assert set(account(home).glob("kick.*")) == before


def test_slots_that_nobody_sweeps_are_few(fish: str, home: Path, refresher: Path) -> None:
    """A hundred slots mean that no refresh has run for long: the next start takes them away."""
    draw(home, refresh=-1)
    for number in range(100):
        (account(home) / f"kick.{number}").touch()
    assert prompts(fish, f"{sourcing(refresher)}p") == ""
    assert calls(refresher) == ["refresh --background --for prompt"]
    assert len(list(account(home).glob("kick.*"))) == 1


def test_place_that_cannot_be_written_is_tried_once(
    fish: str, home: Path, tmp_path: Path, refresher: Path
) -> None:
    """Where no slot can be recorded nothing is asked, and one process per slot is all it costs."""
    (home / ".cache/claude-status/at/default").mkdir(parents=True)
    (home / ".cache/claude-status/at/default/@").write_text("not a folder")
    trace = tmp_path / "trace"
    under = [program("strace"), "-f", "-qq", "-e", "trace=execve", "-o", str(trace)]
    assert prompts(fish, f"{sourcing(refresher)}p; p; p; p; p", under=under) == ""
    assert 1 <= trace.read_text().count('execve("/bin/sh"') <= 2
    assert calls(refresher) == []


def test_folder_that_cannot_be_made_is_tried_once(
    fish: str, home: Path, tmp_path: Path, refresher: Path
) -> None:
    """Where the cache cannot be made, one process per shell is all it costs, in any slot."""
    trace = tmp_path / "trace"
    env = {"CLAUDE_STATUS_CACHE_DIR": f"{trace}/cache"}
    under = [program("strace"), "-f", "-qq", "-e", "trace=execve", "-o", str(trace)]
    later = "function __claude_status_clock; set -g __claude_status_now 1; end"
    script = f"{sourcing(refresher)}p; {later}; p"
    assert prompts(fish, script, env, under=under) == ""
    assert trace.read_text().count('execve("/bin/sh"') == 1
    assert calls(refresher) == []


def test_first_use_makes_the_folder(fish: str, home: Path, refresher: Path) -> None:
    """Where nothing is yet, the account's folder is made, for us alone, and a refresh started.

    It keeps no folder of the user's from being unmounted.
    """
    stand_in(refresher, 'pwd >"$HOME/where"')
    assert prompts(fish, f"cd {home}; umask 0; {sourcing(refresher)}p; claude_status_prompt") == ""
    assert (home / "where").read_text() == "/\n"
    for path in [account := home / ".cache/claude-status/at/default/@", *account.parents[:3]]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


@pytest.mark.parametrize("whose", ["home", "cache", "account"])
def test_nothing_is_written_where_another_owns(
    fish: str, home: Path, whose: str, refresher: Path
) -> None:
    """A shell of another user, such as `sudo -s`, leaves the cache of this home alone."""
    place = home / "theirs"
    place.mkdir()
    env = {"HOME": str(place)}
    if whose == "account":
        env = {"CLAUDE_STATUS_CACHE_DIR": str(place)}
        (place / "at/default/@").mkdir(parents=True)
        give_away(place / "at/default/@")
    elif whose == "cache":
        env = {"CLAUDE_STATUS_CACHE_DIR": str(place / "cache")}
    if whose != "account":
        give_away(place)
    assert prompts(fish, f"{sourcing(refresher)}p; p", env) == ""
    assert calls(refresher) == []


@pytest.mark.parametrize("argument", [None, "claude-status", "/bin/sh", "./bin dir/claude-status"])
def test_without_an_absolute_argument_path_decides(
    fish: str, home: Path, argument: str | None, refresher: Path
) -> None:
    """Only an absolute path of a claude-status is the program; else it is the one on PATH."""
    draw(home, refresh=-1)
    path = f"{another(home / 'other').parent}:{refresher.parent}:{os.environ['PATH']}"
    env = {"PATH": path, "claude_status_program": "/bin/sh"}
    assert prompts(fish, sourcing(argument) + "p", env) == ""
    assert calls(refresher) == ["refresh --background --for prompt"]
    assert (
        prompts(fish, sourcing(argument) + "echo $__claude_status_program", env) == f"{refresher}\n"
    )
    bare = {"PATH": "bin dir:/bin"}
    script = f"cd '{home}'; {sourcing(argument)}echo $__claude_status_program"
    assert prompts(fish, script, bare) == "\n"


# --------------------------------------------------------------------------------------------------
# While one waits at the prompt


@pytest.fixture
def held(home: Path) -> Path:
    """A refresh that waits until the pipe ``go`` is written, and then puts ``new`` in place."""
    os.mkfifo(home / "go")
    frames = account(home) / "frames/fish"
    go, new = shlex.quote(str(home / "go")), shlex.quote(str(home / "new"))
    return stand_in(
        home / "bin" / "claude-status", f"read line <{go}\nmv {new} {shlex.quote(str(frames))}"
    )


def let_go(home: Path) -> None:
    """Let the waiting refresh end."""
    (home / "go").write_text("\n")


def test_waiting_prompt_is_painted_again(fish: str, home: Path, held: Path) -> None:
    """When the refresh ends, the new line appears by itself, and half-typed input stays."""
    draw(home, (-60, "old line"), refresh=-1)
    (home / "new").write_text(strip((-60, "new \x1b[32m42%\x1b[0m")))
    with session(fish, home, PROMPT + sourcing(held)) as screen:
        screen.until("old line")
        screen.send("echo half-typed")
        screen.until("half-typed")
        let_go(home)
        screen.until("new 42%")
        assert screen.row(0).split() == ["0|0>", "echo", "half-typed", "new", "42%"]
        assert "old line" not in screen.text()
        screen.send("-and-more\n")
        screen.until("\nhalf-typed-and-more")


def test_same_line_is_not_painted_again(fish: str, home: Path, held: Path) -> None:
    """A refresh that changes nothing on the line draws no prompt."""
    draw(home, (-60, "same line"), refresh=-1)
    (home / "new").write_text(strip((-60, "same line")))
    config = PROMPT + sourcing(held) + "function fish_right_prompt; set -ga painted x; end\n"
    config += "function seen --on-signal URG; echo >~/ended; end\n"
    with session(fish, home, config) as screen:
        screen.until("0|0>")
        let_go(home)
        until((home / "ended").exists)
        screen.send("echo painted (count $painted)\n")
        screen.until("painted 1")


def test_job_table_is_clean_and_exit_is_free(fish: str, home: Path, held: Path) -> None:
    """While a refresh runs there is no job to see, to wait for, or to be warned of at `exit`."""
    draw(home, (-60, "old line"), refresh=-1)
    (home / "new").write_text(strip((-60, "new line")))
    with session(fish, home, PROMPT + sourcing(held)) as screen:
        screen.until("old line")
        until(lambda: calls(held))
        screen.send("jobs; wait; echo waited\n")
        screen.until("\nwaited")
        assert "jobs: There are no jobs" in screen.text()
        screen.send("exit\n")
        until(lambda: not screen.pump(0.1))
        assert "still jobs" not in screen.text()


def test_refresh_may_end_while_a_command_runs(fish: str, home: Path, held: Path) -> None:
    """A command on the terminal is not disturbed, and the next prompt has the new line."""
    draw(home, (-60, "old line"), refresh=-1)
    (home / "new").write_text(strip((-60, "new line")))
    with session(fish, home, PROMPT + sourcing(held)) as screen:
        screen.until("old line")
        screen.send("sh -c 'echo begun; read x; echo got $x'\n")
        screen.until("\nbegun")
        let_go(home)
        until(lambda: not (home / "new").exists())
        screen.send("words\n")
        screen.until("new line")
        assert "\nwords\ngot words\n" in screen.text()


def test_interrupt_and_narrow_terminal(fish: str, home: Path, refresher: Path) -> None:
    """On 20 columns, and after Ctrl-C, the prompt is still there and nothing is printed."""
    draw(home)
    with session(fish, home, PROMPT + sourcing(refresher), columns=20) as screen:
        screen.until("0|0>")
        for _ in range(5):
            screen.send("abc\x03")
        screen.send("echo do''ne\n")
        screen.until("\ndone")
        words = {word for row in screen.text().splitlines() for word in row.split()}
        assert words <= {
            "0|0>",
            "5h",
            "42%",
            "2h13m",
            "abc^C",
            "echo",
            "do''ne",
            "done",
            "130|130>",
        }
