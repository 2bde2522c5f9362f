"""The launcher in every shell that may be /bin/sh: what it prints, starts and becomes."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import SHELL, program
from tests.hosts.shells import (
    ODD_FILES,
    POSIX,
    TEXTS,
    account,
    all_ends,
    calls,
    draw,
    give_away,
    give_home,
    header,
    odd_file,
    plain_user,
    processes,
    run,
    stand_in,
    strip,
)
from tests.screen import Screen
from tests.support import until

BACKGROUND = ["refresh --background --for bar"]
SHELLS = pytest.mark.parametrize("sh", POSIX.values(), ids=POSIX)
DASH = ["dash", "-eu"]


@pytest.fixture
def launcher(home: Path) -> Path:
    """The launcher, in a folder with a space in its name."""
    path = home / "bin dir" / "claude-status"
    path.parent.mkdir()
    shutil.copy(SHELL / "claude-status", path)
    return path


@pytest.fixture
def sibling(launcher: Path) -> Path:
    """A stand-in for the Python program beside the launcher."""
    return stand_in(
        launcher.with_name("claude-status-py"), 'printf "python"; printf " <%s>" "$@"; echo'
    )


@SHELLS
def test_fresh_frames_are_printed(sh: list[str], home: Path, launcher: Path, sibling: Path) -> None:
    """The frame is printed with a newline; nothing is started and no file is left."""
    folder = draw(home)
    done = run([*sh, str(launcher)])
    assert (TEXTS["plain"] + "\n", "", 0) == (done.stdout, done.stderr, done.returncode)
    assert calls(sibling) == []
    assert os.listdir(folder) == ["frames"]


@pytest.mark.parametrize("dialect", TEXTS)
@pytest.mark.parametrize("words", [["--format", "{}"], ["--format={}"]], ids=["two", "one"])
def test_a_dialect_is_what_was_asked_for(
    words: list[str], dialect: str, home: Path, launcher: Path
) -> None:
    """Both spellings of the option print exactly the bytes of that dialect."""
    draw(home)
    done = run([*DASH, str(launcher), *(word.format(dialect) for word in words)])
    assert (TEXTS[dialect] + "\n", "") == (done.stdout, done.stderr)


@SHELLS
def test_the_last_frame_whose_time_has_come_is_shown(
    sh: list[str], home: Path, launcher: Path
) -> None:
    """Of forty frames, the one whose time is now is printed."""
    draw(home, *((60 * minute - 1500, f"frame {minute}") for minute in range(40)))
    assert run([*sh, str(launcher)]).stdout == "frame 25\n"


@SHELLS
def test_no_more_frames_are_read_than_a_file_may_have(
    sh: list[str], home: Path, launcher: Path
) -> None:
    """Frames after the 63rd are not read."""
    draw(home, *((number - 1000, f"frame {number}") for number in range(1, 100)))
    assert run([*sh, str(launcher)]).stdout == "frame 63\n"


@SHELLS
def test_a_huge_file_is_not_read(sh: list[str], home: Path, launcher: Path, sibling: Path) -> None:
    """A file larger than 64 KiB is not shown, even if it begins as frames do, but refreshed."""
    file = draw(home) / "frames" / "plain"
    file.write_text(strip((-60, "shown")) + "x" * 70000)
    assert run([*sh, str(launcher)]).stdout == ""
    assert calls(sibling) == BACKGROUND


@SHELLS
def test_text_is_never_interpreted(sh: list[str], home: Path, launcher: Path) -> None:
    """Backslashes, percent signs, substitutions and blanks are printed as they are."""
    text = r"a\n\033[1m %s %d `id` $(id) ${HOME} *  -n !x \c  "
    draw(home, (-60, text))
    assert text + "\n" == run([*sh, str(launcher)]).stdout


@SHELLS
def test_stale_frames_are_printed_and_refreshed_once(
    sh: list[str], home: Path, launcher: Path, sibling: Path
) -> None:
    """Stale frames are printed at once; of the calls in one slot, one starts a silent refresh."""
    draw(home, refresh=-1)
    env = {"PATH": f"{clock(home)}:{os.environ['PATH']}"}
    for _ in range(3):
        done = run([*sh, str(launcher)], env)
        assert (TEXTS["plain"] + "\n", "") == (done.stdout, done.stderr)
    if "dash" in sh:  # the others have their own clock, so their slot may end
        assert calls(sibling) == BACKGROUND
    assert set(BACKGROUND) == set(calls(sibling))


READERS = {
    "bar": ["", "--format tmux", "--format=ascii", "--format ansi"],
    "prompt": [
        "--prompt", "--format plain --prompt", "--format=ascii --prompt", "--prompt --format tmux",
        "--prompt --format=ansi", "--format starship", "--format=zsh", "--format bash",
        "--format fish",
    ],
}  # fmt: skip


@SHELLS
@pytest.mark.parametrize("reader", READERS)
def test_prompts_and_bars_have_a_time_each(
    sh: list[str], reader: str, home: Path, launcher: Path, sibling: Path
) -> None:
    """Prompts and bars each go by their own time in the header, and say which of them they are."""
    for words in READERS[reader]:
        begin_with(draw(home), header(900, -1) if reader == "bar" else header(-1, 900))
        assert run([*sh, str(launcher), *words.split()]).stdout.endswith("\n")
    assert calls(sibling) == []
    for words in READERS[reader]:
        folder = draw(home)
        begin_with(folder, header(-1, 900) if reader == "bar" else header(900, -1))
        run([*sh, str(launcher), *words.split()])
        for slot in folder.glob("kick.*"):
            slot.unlink()
    assert calls(sibling) == [f"refresh --background --for {reader}"] * len(READERS[reader])


def begin_with(folder: Path, head: str) -> None:
    """Replace the header of all frames."""
    for path in (folder / "frames").iterdir():
        path.write_text(f"{head}\n" + path.read_text().partition("\n")[2])


def test_a_terminal_is_a_prompt(home: Path, launcher: Path, sibling: Path) -> None:
    """On a terminal, a refresh is due as early as for a prompt."""
    begin_with(draw(home), header(900, -1))
    shell = [program("sh"), "-c", '"$1" && read -r _', "sh", str(launcher)]
    with Screen(shell, dict(os.environ)) as screen:
        screen.until("17%")
        until(lambda: calls(sibling) == ["refresh --background --for prompt"])


def test_a_status_line_that_is_typed_waits_for_nothing(
    home: Path, launcher: Path, sibling: Path
) -> None:
    """On a terminal, ``statusline`` does not wait for input but starts Python at once."""
    draw(home)
    with Screen([program("sh"), str(launcher), "statusline"], dict(os.environ)) as screen:
        screen.until("python <statusline>")
    assert calls(sibling) == ["statusline"]


def clock(home: Path) -> Path:
    """A folder with a `date` that stands still, so that no slot ends during a test."""
    folder = home / "clock"
    folder.mkdir(exist_ok=True)
    now = subprocess.run(["date", "+%s"], capture_output=True, text=True, check=True).stdout
    (folder / "date").write_text(f"#!/bin/sh\necho {now}")
    (folder / "date").chmod(0o755)
    return folder


@SHELLS
def test_a_refresh_is_not_waited_for(sh: list[str], home: Path, launcher: Path) -> None:
    """Readers of the output get all of it, and its end, while the refresh is still running."""
    gate = home / "gate"
    os.mkfifo(gate)
    stand_in(launcher.with_name("claude-status-py"), f"read -r _ <'{gate}'")
    draw(home, refresh=-1)
    with all_ends() as held:
        done = subprocess.run(
            [program(sh[0]), *sh[1:], str(launcher)],
            capture_output=True, timeout=60, check=True, pass_fds=[held],
        )  # fmt: skip
        assert TEXTS["plain"].encode() + b"\n" == done.stdout
        gate.write_text("go\n")


def test_three_hundred_at_once_ask_once(home: Path, launcher: Path, sibling: Path) -> None:
    """300 calls at the same moment start one refresh."""
    folder = draw(home, refresh=-1)
    env = {**os.environ, "PATH": f"{clock(home)}:{os.environ['PATH']}"}
    sh = program("dash")
    with all_ends() as held:
        crowd = [
            subprocess.Popen(
                [sh, str(launcher)], env=env, stdout=subprocess.DEVNULL, pass_fds=[held]
            )
            for _ in range(300)
        ]
        assert {0} == {one.wait(60) for one in crowd}
    assert calls(sibling) == BACKGROUND
    assert len(list(folder.glob("kick.*"))) == 1


@SHELLS
@pytest.mark.parametrize("kind", ODD_FILES)
def test_anything_but_frames_is_not_shown(
    sh: list[str], kind: str, home: Path, launcher: Path, sibling: Path
) -> None:
    """With anything else in the place of frames, nothing is printed and a refresh is started."""
    odd_file(draw(home) / "frames" / "plain", kind)
    done = run([*sh, str(launcher)])
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert calls(sibling) == BACKGROUND


@SHELLS
def test_the_cache_is_made_private(
    sh: list[str], home: Path, launcher: Path, sibling: Path
) -> None:
    """The first call creates the account's folder, closed to all others, and starts a refresh."""
    done = run([*sh, str(launcher)])
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert calls(sibling) == BACKGROUND
    folder = home / ".cache/claude-status"
    assert {0o700} == {
        stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*")) if path.is_dir()
    }
    assert [stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("kick.*")] == [0o600]


@pytest.mark.parametrize(
    ("directory", "folder"),
    [
        ("", "/default"),
        ("/home/me/.claude", "/home/me/.claude"),
        ("/home/me/.claude///", "/home/me/.claude"),
        ("/with space/*/ü", "/with space/*/ü"),
        ("/default/x", "/default/x"),
        ("//x", "//x"),
        ("/x/default", "/x/default"),
    ],
)
def test_each_config_directory_has_its_own_frames(
    directory: str, folder: str, home: Path, launcher: Path
) -> None:
    """CLAUDE_CONFIG_DIR selects its account's folder, with or without trailing slashes."""
    draw(home, (-60, "mine"), directory=folder)
    done = run([*DASH, str(launcher)], {"CLAUDE_CONFIG_DIR": directory})
    assert (done.stdout, done.stderr) == ("mine\n", "")


@SHELLS
@pytest.mark.parametrize(
    "directory",
    [
        "/",
        "///",
        "/default",
        "/default/",
        "//default",
        "///default//",
        "x",
        "./x",
        "~/x",
        "/a/../b",
        "/..",
        "/a/./b",
        "/a/.",
        " ",
    ],
)
def test_a_directory_without_one_name_has_no_account(
    sh: list[str], directory: str, home: Path, launcher: Path, sibling: Path
) -> None:
    """A relative or ambiguous CLAUDE_CONFIG_DIR shows nothing and starts nothing."""
    draw(home)
    done = run([*sh, str(launcher)], {"CLAUDE_CONFIG_DIR": directory})
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert calls(sibling) == []


@pytest.mark.parametrize(
    "env",
    [
        {"CLAUDE_STATUS_CACHE_DIR": "{}/.cache/claude-status", "HOME": "/nowhere"},
        {"CLAUDE_STATUS_CACHE_DIR": "{}/.cache/claude-status", "XDG_CACHE_HOME": "/nowhere"},
        {"XDG_CACHE_HOME": "{}/.cache", "HOME": ""},
        {"XDG_CACHE_HOME": "", "CLAUDE_STATUS_CACHE_DIR": ""},
    ],
)
def test_the_cache_is_where_the_environment_says(
    env: dict[str, str], home: Path, launcher: Path
) -> None:
    """CLAUDE_STATUS_CACHE_DIR goes before XDG_CACHE_HOME, that before HOME; empty is unset."""
    draw(home)
    filled = {name: value.format(home) for name, value in env.items()}
    assert TEXTS["plain"] + "\n" == run([*DASH, str(launcher)], filled).stdout


@SHELLS
@pytest.mark.parametrize(
    "env", [{"HOME": ""}, {"XDG_CACHE_HOME": "c"}, {"CLAUDE_STATUS_CACHE_DIR": "."}], ids=str
)
def test_a_cache_without_a_place_is_none(
    sh: list[str], env: dict[str, str], home: Path, launcher: Path, sibling: Path
) -> None:
    """Without an absolute path for the cache, nothing is shown, started or created."""
    done = run([*sh, str(launcher)], env, cwd=home)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert calls(sibling) == []
    assert {"bin dir"} == set(os.listdir(home))


@SHELLS
def test_an_empty_environment_is_enough(
    sh: list[str], home: Path, launcher: Path, sibling: Path
) -> None:
    """With HOME and PATH alone it prints UTF-8, since a status bar has no locale, and refreshes."""
    draw(home, refresh=-1)
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    done = run([*sh, str(launcher)], environ=env)
    assert (TEXTS["plain"] + "\n", "") == (done.stdout, done.stderr)
    assert calls(sibling) == BACKGROUND


def test_without_a_clock_nothing_is_claimed(home: Path, launcher: Path, sibling: Path) -> None:
    """Without `date` no frame is printed, since none can be known to be current."""
    draw(home)
    done = run([*DASH, str(launcher)], {"PATH": "/nowhere"})
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@SHELLS
def test_the_environment_does_not_tell_the_time(sh: list[str], home: Path, launcher: Path) -> None:
    """An EPOCHSECONDS in the environment is not taken for the shell's own clock."""
    draw(home)
    assert TEXTS["plain"] + "\n" == run([*sh, str(launcher)], {"EPOCHSECONDS": "1000"}).stdout


@pytest.mark.parametrize(
    ("env", "dialect"),
    [
        ({}, "plain"),
        ({"LANG": ""}, "plain"),
        ({"LANG": "", "LC_ALL": "C"}, "ascii"),
        ({"LC_CTYPE": "de_DE.ISO-8859-1"}, "ascii"),
        ({"LC_ALL": "de_DE.utf8", "LC_CTYPE": "C"}, "plain"),
    ],
    ids=str,
)
def test_a_pipe_gets_plain_text(
    env: dict[str, str], dialect: str, home: Path, launcher: Path
) -> None:
    """In a pipe there is no colour, and ASCII only if a locale asks for it."""
    draw(home)
    assert TEXTS[dialect] + "\n" == run([*DASH, str(launcher)], env).stdout


@pytest.mark.parametrize(
    ("env", "wide", "colours"),
    [
        ({}, True, {"green"}),
        ({"NO_COLOR": "1"}, True, {"default"}),
        ({"NO_COLOR": ""}, True, {"green"}),
        ({"TERM": "dumb"}, True, {"default"}),
        ({"LC_ALL": "C"}, False, {"default"}),
        ({"LANG": ""}, False, {"default"}),
    ],
    ids=str,
)
def test_a_terminal_gets_what_it_can_show(
    env: dict[str, str], wide: bool, colours: set[str], home: Path, launcher: Path
) -> None:
    """On a terminal the line is in colour, or as plain as the environment asks."""
    draw(home)
    argv = [program("dash"), str(launcher)]
    with Screen(argv, {**os.environ, **env}) as screen:
        screen.until("17%")
        assert TEXTS["plain" if wide else "ascii"] == screen.row(0)
        assert colours == screen.colours("42%")


@SHELLS
@pytest.mark.parametrize(
    "words",
    [["doctor"], ["refresh", "--force"], ["--format", "json"], ["--format"], ["--format="],
     ["--format", "plain", "x"], [""], ["--help"], ["say", "a  b", "", "*", "$HOME", "é"]],
    ids=str,
)  # fmt: skip
def test_everything_else_is_for_python(
    sh: list[str], words: list[str], home: Path, launcher: Path, sibling: Path
) -> None:
    """Other commands and options reach the Python program word by word, and start nothing else."""
    draw(home, refresh=-1)
    done = run([*sh, str(launcher), *words])
    assert ("python" + "".join(f" <{word}>" for word in words), "") == (
        done.stdout.rstrip("\n"),
        done.stderr,
    )
    assert len(calls(sibling)) == 1


@SHELLS
@pytest.mark.parametrize("frames", ["none", "empty", "refused"])
def test_on_a_terminal_python_says_why(
    sh: list[str], frames: str, home: Path, launcher: Path, sibling: Path
) -> None:
    """On a terminal, Python gets the same words if there is nothing to show."""
    env = dict(os.environ)
    if frames == "empty":
        draw(home, (-60, ""))
    if frames == "refused":
        env["CLAUDE_CONFIG_DIR"] = "relative"
    words = ["--format", "tmux"] if frames == "none" else []
    with Screen([program(sh[0]), *sh[1:], str(launcher), *words], env) as screen:
        screen.until("python" + "".join(f" <{word}>" for word in words))
    assert calls(sibling) == [" ".join(words)]


def test_an_empty_frame_is_silence_in_a_pipe(home: Path, launcher: Path, sibling: Path) -> None:
    """In a pipe, an empty frame prints no line at all, and starts no refresh."""
    draw(home, (-60, ""))
    done = run([*DASH, str(launcher)])
    assert (done.stdout, done.stderr) == ("", "")
    assert calls(sibling) == []


@SHELLS
@pytest.mark.parametrize("python", ["missing", "without its interpreter"])
def test_a_broken_installation(sh: list[str], python: str, home: Path, launcher: Path) -> None:
    """Without a working Python, a typed command says so and fails; a status bar gets nothing."""
    sibling = launcher.with_name("claude-status-py")
    if python != "missing":
        sibling.write_text("#!/nonexistent/bin/python\nimport sys\n")
        sibling.chmod(0o755)
    bar = run([*sh, str(launcher)])
    assert (bar.stdout, bar.stderr, bar.returncode) == ("", "", 0)
    sentence = f"claude-status: cannot run claude-status-py beside {launcher}: "
    for command in ("doctor", "statusline"):
        typed = run([*sh, str(launcher), command])
        assert (typed.stdout, typed.returncode) == ("", 1)
        assert typed.stderr == f"{sentence}install claude-status-prompt again\n"


@SHELLS
def test_a_slot_is_taken_once(sh: list[str], home: Path, launcher: Path, sibling: Path) -> None:
    """If another process takes the slot after the launcher has looked, it starts nothing."""
    folder = draw(home, refresh=-1)
    for slot in range(int(time.time()) // 15 - 1, int(time.time()) // 15 + 3):
        # A dangling link does not exist to a test, but it does to an exclusive creation.
        (folder / f"kick.{slot}").symlink_to(home / "gone")
    assert run([*sh, str(launcher)]).stdout == TEXTS["plain"] + "\n"
    assert calls(sibling) == []
    assert not (home / "gone").exists()


@SHELLS
@pytest.mark.parametrize("link", ["absolute", "relative", "chain"])
def test_the_sibling_is_beside_what_a_link_leads_to(
    sh: list[str], link: str, home: Path, launcher: Path, sibling: Path
) -> None:
    """A link to the launcher is followed to the folder of its Python program."""
    away = home / "away" / "claude-status"
    away.parent.mkdir()
    if link == "chain":
        (home / "middle").symlink_to("bin dir/claude-status")
        away.symlink_to(home / "middle")
    else:
        away.symlink_to(launcher if link == "absolute" else "../bin dir/claude-status")
    assert run([*sh, str(away), "doctor"]).stdout == "python <doctor>\n"


@SHELLS
def test_a_name_without_a_slash(sh: list[str], home: Path, launcher: Path, sibling: Path) -> None:
    """Run as `sh claude-status` in its own folder, the launcher finds its Python program there."""
    done = run([*sh, "claude-status", "doctor"], cwd=launcher.parent)
    assert (done.stdout, done.stderr) == ("python <doctor>\n", "")


def test_a_name_that_path_leads_to(home: Path, launcher: Path, sibling: Path) -> None:
    """Run by name, or as a script that bash finds on PATH, it finds its Python program."""
    env = {"PATH": f"{launcher.parent}:{os.environ['PATH']}"}
    for words in (["sh", "-c", "claude-status doctor"], ["bash", "claude-status", "doctor"]):
        assert run(words, env, cwd=home).stdout == "python <doctor>\n"


def test_nothing_on_path_is_taken_for_the_sibling(home: Path, launcher: Path) -> None:
    """Only a program beside the launcher is run, none on PATH or in the working directory."""
    stranger = stand_in(home / "elsewhere" / "claude-status-py")
    env = {"PATH": f"{stranger.parent}:{os.environ['PATH']}"}
    for words in ([], ["doctor"]):
        run([*DASH, str(launcher), *words], env, cwd=stranger.parent)
    assert calls(stranger) == []


@pytest.mark.parametrize(("sh", "most"), [("dash", 1), ("busybox sh", 0), ("bash", 0)])
def test_fresh_frames_cost_one_process_at_most(
    sh: str, most: int, home: Path, launcher: Path, sibling: Path
) -> None:
    """Besides the shell there is only `date`, and not even that if the shell knows the time."""
    draw(home)
    assert most == processes([*POSIX[sh], str(launcher)], home / "strace")


def test_frames_of_someone_else_are_not_shown(home: Path, launcher: Path, sibling: Path) -> None:
    """Frames of another user, such as those that root finds under sudo, are not shown."""
    give_away(draw(home) / "frames" / "plain")
    done = run([*DASH, str(launcher)])
    assert (done.stdout, done.stderr) == ("", "")
    assert calls(sibling) == BACKGROUND


def test_a_folder_of_someone_else_is_not_touched(home: Path, launcher: Path, sibling: Path) -> None:
    """In another user's cache nothing is left, and no refresh is started for it."""
    folder = draw(home, refresh=-1)
    give_away(folder)
    run([*DASH, str(launcher)])
    assert calls(sibling) == []
    assert not list(folder.glob("kick.*"))


def test_nothing_is_made_in_someone_elses_home(home: Path, launcher: Path, sibling: Path) -> None:
    """With another user's HOME, as under sudo, no folder is created in it."""
    user = home / "user"
    user.mkdir()
    give_away(user)
    run([*DASH, str(launcher)], {"HOME": str(user)})
    assert calls(sibling) == []
    assert not (user / ".cache").exists()


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("mode", [0o500, 0o000])
def test_what_cannot_be_recorded_is_not_asked(mode: int) -> None:
    """A cache that cannot be written or read silently starts no refresh."""
    with plain_user() as (home, options):
        folder = draw(home, refresh=-1)
        shutil.copy(SHELL / "claude-status", home)
        sibling = stand_in(home / "claude-status-py")
        give_home(home)
        folder.chmod(mode)
        for sh in POSIX.values():
            done = run([*sh, str(home / "claude-status")], {"HOME": str(home)}, **options)
            assert (done.stdout, done.stderr) == (TEXTS["plain"] + "\n" if mode else "", "")
        assert calls(sibling) == []
        folder.chmod(0o700)


def test_slots_of_a_python_that_never_runs_do_not_pile_up(home: Path, launcher: Path) -> None:
    """If no refresh ever removes the slots, the hundredth start does."""
    launcher.with_name("claude-status-py").write_text("#!/nonexistent/python\n")
    launcher.with_name("claude-status-py").chmod(0o755)
    folder = account(home)
    for slot in range(99):
        (folder / f"kick.{slot}").touch()
    run([*DASH, str(launcher)])
    until(lambda: not list(folder.glob("kick.*")))
