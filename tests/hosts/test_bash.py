"""The snippet in the real bash: what is on the screen, what is started, what is left alone."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.conftest import SHELL, program
from tests.hosts.shells import (
    BASH,
    ODD_FILES,
    TEXTS,
    account,
    another,
    calls,
    draw,
    give_away,
    give_home,
    odd_file,
    plain_user,
    processes,
    refreshed,
    run,
    stand_in,
    waiting,
)
from tests.screen import Screen
from tests.support import until

SNIPPET = SHELL / "claude-status.bash"
PLAIN = TEXTS["plain"]
SHOW = "\\builtin printf '<%s>' \"$CLAUDE_STATUS\"\n"
# The version is readonly, so an old bash is played by a copy of the snippet that looks elsewhere.
AGES = pytest.mark.parametrize("snippet", ["5.2", "4.4", "3.2"], indirect=True)


@pytest.fixture
def snippet(request: pytest.FixtureRequest, home: Path) -> Path:
    """The snippet as it is, or as it would run in an older bash."""
    version = getattr(request, "param", "5.2")
    if version == "5.2":
        return SNIPPET
    old = home / "claude-status.bash"
    text, count = re.subn(r"\bBASH_VERSINFO\b", "OLD_VERSINFO", SNIPPET.read_text())
    assert count
    old.write_text(f"OLD_VERSINFO=({version.replace('.', ' ')})\n{text}")
    return old


@pytest.fixture
def refresher(home: Path) -> Path:
    """A stand-in for the program."""
    return stand_in(home / "bin dir" / "claude-status")


def sourcing(program: Path | str, snippet: Path = SNIPPET) -> str:
    """The line for ~/.bashrc."""
    return f". {shlex.quote(str(snippet))} {shlex.quote(str(program))}\n"


def bash(script: str, env: dict[str, str] | None = None, *words: str) -> tuple[str, str, int]:
    """Run a script in a bash without a terminal; its output, its errors and its status."""
    done = run(["bash", "--norc", *words, "-c", script], env)
    return done.stdout, done.stderr, done.returncode


def session(home: Path, rc: str, env: dict[str, str] | None = None, **size: int) -> Screen:
    """A bash on a terminal with this ~/.bashrc."""
    (home / ".bashrc").write_text(rc)
    argv = [program("bash"), "--noprofile", "--rcfile", str(home / ".bashrc"), "-i"]
    return Screen(argv, {**os.environ, **(env or {})}, cwd=str(home), **size)


@AGES
def test_the_line_is_set_at_every_prompt(snippet: Path, home: Path, refresher: Path) -> None:
    """The hook sets the variable to the text that counts now, and starts nothing."""
    draw(home)
    script = sourcing(refresher, snippet) + "__claude_status_hook\n" * 3 + SHOW
    assert bash(script) == (f"<{TEXTS['bash']}>", "", 0)
    assert calls(refresher) == []


@AGES
def test_of_many_frames_the_one_that_counts(snippet: Path, home: Path, refresher: Path) -> None:
    """Forward and back in time, the search ends at the last frame that has come."""
    paint = []
    for past in (0, 1, 2, 39, 40, 20, 5, 6, 40):
        shift = 60 * past - 30
        draw(home, *((60 * at - shift, f"frame {at}") for at in range(40)), refresh=9999)
        old = (account(home) / "frames" / "bash").read_bytes()
        (home / f"strip{len(paint)}").write_bytes(old)
        paint.append(f"cat ~/strip{len(paint)} >~/.cache/claude-status/at/default/@/frames/bash\n")
    hook = "__claude_status_hook\n" + SHOW
    out, err, _ = bash(sourcing(refresher, snippet) + "".join(line + hook for line in paint))
    wanted = ["", "frame 0", "frame 1", *(f"frame {n}" for n in (38, 39, 19, 4, 5, 39))]
    assert (out, err) == ("".join(f"<{text}>" for text in wanted), "")


@pytest.mark.parametrize(
    ("snippet", "count"), [("5.2", 0), ("4.4", 0), ("4.2", 0), ("3.2", 1)], indirect=["snippet"]
)
def test_the_time_costs_one_process_at_most(
    snippet: Path, count: int, home: Path, refresher: Path
) -> None:
    """Only a bash before 4.2 asks `date`, once for all prompts."""
    draw(home)
    date = stand_in(home / "bin" / "date", 'exec /bin/date "$@"')
    script = sourcing(refresher, snippet) + "__claude_status_hook\n" * 3 + SHOW
    out = bash(script, {"PATH": f"{date.parent}:{os.environ['PATH']}"})
    assert out == (f"<{TEXTS['bash']}>", "", 0)
    assert len(calls(date)) == count


@pytest.mark.parametrize("rc", BASH.values(), ids=BASH)
@pytest.mark.parametrize("refresh", [3000, -1], ids=["fresh", "stale"])
def test_no_setting_of_the_user_is_troubled(
    rc: str, refresh: int, home: Path, refresher: Path
) -> None:
    """Sourced twice and run at prompts under odd settings: no word, the same settings, the line."""
    draw(home, refresh=refresh)
    options = r'o=$(\set +o; \shopt -p; \trap; \builtin echo "$IFS"; \umask)' + "\n"
    script = (
        f"{rc}\n" + options + 'before=$o\n' + sourcing(refresher) * 2
        + "__claude_status_hook; __claude_status_hook; __claude_status_hook\n" + options
        + 'IFS=; [[ "$before" == "$o" ]] || \\builtin echo changed\n' + SHOW
    )  # fmt: skip
    (home / "script").write_text(script)
    done = run(["bash", "--norc", str(home / "script")])
    assert (done.stdout, done.stderr, done.returncode) == (f"<{TEXTS['bash']}>", "", 0)
    assert refreshed(refresher, home) == (refresh < 0)


@AGES
@pytest.mark.parametrize("kind", ODD_FILES)
def test_what_is_no_frames_is_not_shown(
    snippet: Path, kind: str, home: Path, refresher: Path
) -> None:
    """Whatever lies in the place of frames: an empty variable, no word, one refresh."""
    odd_file(draw(home) / "frames" / "bash", kind)
    script = sourcing(refresher, snippet) + "__claude_status_hook\n" * 3 + SHOW
    assert bash(script) == ("<>", "", 0)
    assert refreshed(refresher, home)


@AGES
def test_exit_status_comes_through(snippet: Path, home: Path, refresher: Path) -> None:
    """What ran before the prompt has failed after it too, fresh or stale."""
    draw(home, refresh=-1)
    script = sourcing(refresher, snippet) + "(exit 42); __claude_status_hook; echo $?\n" * 2
    assert bash(script) == ("42\n42\n", "", 0)


def test_errexit_does_not_end_the_shell(home: Path, refresher: Path) -> None:
    """Under `set -e`, a status that ended no shell does not end it at the prompt."""
    draw(home)
    assert bash(f"set -e\n{sourcing(refresher)}! true\n__claude_status_hook; echo on")[0] == "on\n"


@pytest.mark.parametrize(
    ("env", "dialect"),
    [
        ({}, "bash"),
        ({"LC_ALL": "C"}, "ascii"),
        ({"LANG": ""}, "ascii"),
        ({"LC_CTYPE": "en_US.utf8", "LANG": "C"}, "bash"),
        ({"NO_COLOR": "1"}, "plain"),
        ({"TERM": "dumb"}, "plain"),
        ({"NO_COLOR": "1", "LC_ALL": "POSIX"}, "ascii"),
        ({"STARSHIP_SHELL": "bash"}, "starship"),
        ({"STARSHIP_SHELL": "bash", "NO_COLOR": "1"}, "plain"),
        ({"STARSHIP_SHELL": "zsh"}, "bash"),
    ],
    ids=str,
)
def test_the_dialect_is_what_can_be_shown(
    env: dict[str, str], dialect: str, home: Path, refresher: Path
) -> None:
    """The locale, NO_COLOR, TERM and starship decide, and only for starship it is exported."""
    draw(home)
    inner = "env | grep -a ^CLAUDE_STATUS= | wc -l"
    script = sourcing(refresher) + "__claude_status_hook\n" + SHOW + inner
    out, err, _ = bash(script, {**env, "CLAUDE_STATUS": "inherited"})
    exported = int(env.get("STARSHIP_SHELL") == "bash")
    assert (out, err) == (f"<{TEXTS[dialect]}>{exported}\n", "")


def test_an_inherited_line_is_never_shown(home: Path, refresher: Path) -> None:
    """Where nothing is known, what a parent shell exported is gone."""
    out = bash(sourcing(refresher) + "__claude_status_hook\n" + SHOW, {"CLAUDE_STATUS": "old"})
    assert out == ("<>", "", 0)


def test_accounts_follow_the_environment(home: Path, refresher: Path) -> None:
    """A CLAUDE_CONFIG_DIR that changes on the way leads to the frames of its own account."""
    draw(home, (-60, "first"))
    draw(home, (-60, "second"), directory="/b c")
    refused = ["/default", "//default", "///default/", "x", "/b c/../d", "/", "//"]
    places = ["", "/b c/", *refused, "/b c"]
    script = sourcing(refresher) + "".join(
        f"CLAUDE_CONFIG_DIR={shlex.quote(place)}; __claude_status_hook\n{SHOW}" for place in places
    )
    assert bash(script) == (f"<first><second>{'<>' * len(refused)}<second>", "", 0)
    assert calls(refresher) == []


def test_fresh_frames_cost_no_process(home: Path, refresher: Path) -> None:
    """Sourcing and a hundred prompts start nothing at all."""
    draw(home)
    script = sourcing(refresher) + "for i in {1..100}; do __claude_status_hook; done"
    assert processes(["bash", "--norc", "-c", script], home / "strace") == 0


def test_a_refresh_that_cannot_be_costs_no_process(home: Path, refresher: Path) -> None:
    """Where another shell has the slot, or the cache is not ours, prompts start nothing."""
    folder = draw(home, refresh=-1)
    script = sourcing(refresher) + "for i in {1..50}; do __claude_status_hook; done"
    run(["bash", "--norc", "-c", script])
    give_away(folder)
    assert processes(["bash", "--norc", "-c", script], home / "strace") == 0


@AGES
def test_the_cache_is_made_for_us_alone(snippet: Path, home: Path, refresher: Path) -> None:
    """The first prompt ever makes the account's folder, closed to all others, and refreshes."""
    script = sourcing(refresher, snippet) + "umask 0; __claude_status_hook\n" * 3
    assert bash(script) == ("", "", 0)
    until(lambda: calls(refresher))
    made = [home / ".cache", *(home / ".cache").rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in made} == {0}


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("closed", ["home", "cache", "account"])
def test_what_cannot_be_recorded_is_not_asked(closed: str) -> None:
    """Where nothing can be written, prompts say nothing of it, and ask nothing."""
    with plain_user() as (home, options):
        folder = home if closed == "home" else draw(home, refresh=-1)
        program = stand_in(home / "claude-status")
        snippet = shutil.copy(SNIPPET, home)
        give_home(home)
        folder = folder.parent if closed == "cache" else folder
        folder.chmod(0o500)
        script = f". {snippet} {program}\n" + "__claude_status_hook\n" * 3 + SHOW
        done = run(["bash", "--norc", "-c", script], {"HOME": str(home)}, **options)
        shown = "" if closed == "home" else TEXTS["bash"]
        assert (done.stdout, done.stderr, done.returncode) == (f"<{shown}>", "", 0)
        assert refreshed(program, home) == (closed == "cache")
        folder.chmod(0o700)


@pytest.mark.parametrize("name", ["CLAUDECODE", "nothing"])
def test_a_shell_inside_claude_code_asks_nothing(name: str, home: Path, refresher: Path) -> None:
    """With CLAUDECODE set the line is shown and no refresh is started."""
    draw(home, refresh=-1)
    out, err, _ = bash(sourcing(refresher) + "__claude_status_hook\n" + SHOW, {name: "1"})
    assert (out, err) == (f"<{TEXTS['bash']}>", "")
    assert refreshed(refresher, home) == (name != "CLAUDECODE")


@pytest.mark.parametrize("word", ["", "relative/claude-status", "/bin/true", "gone/claude-status"])
def test_the_program_is_the_argument_or_on_path(word: str, home: Path, refresher: Path) -> None:
    """Without an absolute path of ours as the argument, PATH decides; another may come first."""
    draw(home, refresh=-1)
    away = stand_in(home / "relative" / "claude-status")
    argument = f"{home}/{word}" if word.startswith("gone") else word
    other = another(home / "other")
    env = {"PATH": f"relative:{other.parent}:{refresher.parent}:{os.environ['PATH']}"}
    script = f"cd ~\n. {shlex.quote(str(SNIPPET))} {argument}\n__claude_status_hook"
    assert bash(script, env) == ("", "", 0)
    assert refreshed(refresher, home) == (not word.startswith("gone"))
    assert calls(away) == calls(other) == []


@pytest.mark.parametrize("what", ["package", "functions", "variables"])
def test_what_is_taken_away_is_not_missed(what: str, home: Path, refresher: Path) -> None:
    """The package uninstalled, or our names unset, while the shell goes on: no word."""
    folder = draw(home, refresh=-1)
    take = {
        "package": f"rm {shlex.quote(str(refresher))}; rm -r {folder}/frames\n",
        "functions": "unset -f ${!__claude_status_@}; unset -f __claude_status_hook\n",
        "variables": "unset -v ${!__claude_status_@} CLAUDE_STATUS\n",
    }
    with session(home, "PS1='> '\n" + sourcing(refresher), columns=300) as screen:
        screen.until(">")
        screen.send(take[what])
        screen.until(lambda text: text.count(">") == 2)
        screen.send("echo st=$?\n")
        assert "st=0\n>" in screen.until(lambda text: text.count(">") == 3)
        assert screen.text().startswith(f"> {take[what]}> echo")


def test_the_prompt_shows_the_line_in_colour(home: Path, refresher: Path) -> None:
    """A person sees the line in PS1, its numbers in colour, and a failure's status after it."""
    draw(home)
    rc = sourcing(refresher) + "PS1='${CLAUDE_STATUS:+$CLAUDE_STATUS }$? \\$ '\n"
    with session(home, rc) as screen:
        screen.until(f"{PLAIN} 0 ")
        assert screen.colours("42%") == {"green"}
        assert screen.colours("2h13m") == {"default"}
        screen.send("false\n")
        screen.until(f"{PLAIN} 1 ")
        screen.send('jobs; true | (exit 3) | true; echo "pipe ${PIPESTATUS[*]}" last word\n')
        screen.send('echo "[$_]"\n')
        screen.until("[word]")
        assert "pipe 0 3 0" in screen.text()
        assert "Done" not in screen.text()


def test_long_input_wraps_where_it_should(home: Path, refresher: Path) -> None:
    """With colours on, typed text that fills the row goes on in the next, and can be taken back."""
    draw(home)
    rc = sourcing(refresher) + "PS1='$CLAUDE_STATUS> '\n"
    with session(home, rc, columns=50) as screen:
        screen.until("17%>")
        typed = "".join(chr(ord("a") + at % 26) for at in range(70))
        screen.send(typed)
        screen.until(typed[-5:])
        room = 50 - len(f"{PLAIN}> ")
        assert screen.row(0) == f"{PLAIN}> {typed[:room]}"
        assert screen.row(1) == typed[room : room + 50]
        screen.send("\x01X\x05Y")
        screen.until(f"{typed[-5:]}Y")
        assert screen.row(0) == f"{PLAIN}> X{typed[: room - 1]}"


@pytest.mark.parametrize("text", ["plain> ", "$CLAUDE_STATUS> "], ids=["without", "with"])
def test_the_place_is_before_a_prompt_that_calls_functions(
    text: str, home: Path, refresher: Path
) -> None:
    """With `left`, a prompt that calls functions gets the line, unless one of these shows it.

    The status of the last command stays.
    """
    draw(home)
    lines = f'theirs() {{ printf %s "{text}"; }}\nother() {{ echo $CLAUDE_STATUS; }}\n'
    hooks = 'for hook in "${PROMPT_COMMAND[@]}"; do eval "$hook"; done\n'
    place = f"PS1='$(theirs)'\n{sourcing(refresher).rstrip()} left\n"
    script = f"{lines}{place}{hooks * 2}printf '<%s>' \"$PS1\"\n"
    before = "" if "CLAUDE" in text else "${CLAUDE_STATUS:+$CLAUDE_STATUS }"
    assert bash(script) == (f"<{before}$(theirs)>", "", 0)
    assert bash(f"{place}(exit 3)\n__claude_status_place") == ("", "", 3)


def test_a_stale_prompt_leaves_no_job(home: Path, refresher: Path) -> None:
    """The refresh is in no job table, says nothing, and `$!` is still the user's."""
    stand_in(refresher, waiting(home / "gate"))
    draw(home, refresh=-1)
    with session(home, "PS1='> '\n" + sourcing(refresher)) as screen:
        screen.until(">")
        until(lambda: calls(refresher))
        screen.send('jobs; echo "[$!]"\nwait; echo waited\n')
        screen.until("\nwaited\n>")
        assert screen.text() == '> jobs; echo "[$!]"\n[]\n> wait; echo waited\nwaited\n>'
        (home / "gate").touch()


def test_an_interrupt_at_the_prompt_is_only_that(home: Path, refresher: Path) -> None:
    """After Ctrl-C the prompt is back, with nothing said and no setting changed."""
    draw(home, refresh=-1)
    with session(home, sourcing(refresher) + "PS1='$CLAUDE_STATUS> '\n") as screen:
        screen.until("17%>")
        for word in ("one", "two", "three"):
            screen.send(word)
            screen.until(f"17%> {word}")
            screen.rest()
            screen.send("\x03")
            screen.until(f"17%> {word}^C\n{PLAIN}>")
        screen.send("echo [$-]\n")
        screen.until("[himBHs]")


HOOK = "__claude_status_hook 2> /dev/null"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", HOOK),
        ("PROMPT_COMMAND='other; more'", f"{HOOK}|other; more"),
        ("export PROMPT_COMMAND='other; more'", f"{HOOK}; other; more"),
        ("PROMPT_COMMAND=(one)", f"{HOOK}|one"),
        ("PROMPT_COMMAND=(one two)", f"{HOOK}|one|two"),
        ("PROMPT_COMMAND=(one 'two three' '')", f"{HOOK}|one|two three|"),
        ("set -u; unset PROMPT_COMMAND", HOOK),
        ("readonly PROMPT_COMMAND=mine", "mine"),
    ],
)
def test_the_hook_comes_first_and_once(
    before: str, after: str, home: Path, refresher: Path
) -> None:
    """However PROMPT_COMMAND is set, the hook is put before the rest, and twice is once."""
    show = "IFS='|'; echo \"${PROMPT_COMMAND[*]}\""
    script = f"{before}\n{sourcing(refresher) * 2}{show}"
    assert bash(script) == (after + "\n", "", 0)


def test_the_statuses_of_a_pipe_reach_others(home: Path, refresher: Path) -> None:
    """What runs at the prompt after the hook still sees PIPESTATUS, as starship wants to."""
    draw(home)
    rc = "PROMPT_COMMAND='seen=\"${PIPESTATUS[*]}\"'; PS1='[$seen]> '\n" + sourcing(refresher)
    with session(home, rc) as screen:
        screen.until("[0]>")
        screen.send("true | (exit 3) | true\n")
        screen.until("[0 3 0]>")


def test_an_old_bash_gets_one_string(home: Path, refresher: Path) -> None:
    """Before 5.1 only the first element of an array runs, so there the hook joins that."""
    old = home / "old.bash"
    old.write_text("V=(5 0)\n" + SNIPPET.read_text().replace("BASH_VERSINFO", "V"))
    script = f'PROMPT_COMMAND=(one two)\n{sourcing(refresher, old)}echo "$PROMPT_COMMAND"'
    assert bash(script) == (f"{HOOK}; one\n", "", 0)


# Stand-ins for bash-preexec and ble.sh, as far as a hook can see them.
PREEXEC = r"""
bash_preexec_imported=defined
__run() { local st=$? f; for f in "${precmd_functions[@]}"; do (exit $st); "$f"; done; }
__install() { PROMPT_COMMAND="__run${PROMPT_COMMAND:+
$PROMPT_COMMAND}"; }
__install
"""
BLE = r"""
BLE_VERSION=0.4.0; hooks=()
blehook() {
  case $1 in
    PRECMD+-=*) local h kept=("${1#*=}"); for h in "${hooks[@]}"; do
        [[ $h == "${1#*=}" ]] || kept+=("$h"); done; hooks=("${kept[@]}") ;;
    PRECMD!=*) hooks+=("${1#*=}") ;;
    *) echo "blehook: invalid hook spec" >&2; return 1 ;;
  esac
}
__run() { local st=$? f; for f in "${hooks[@]}"; do (exit $st); "$f"; done; }
PROMPT_COMMAND="__run${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
"""


@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("framework", [PREEXEC, BLE], ids=["bash-preexec", "ble.sh"])
def test_frameworks_for_hooks_are_used(
    framework: str, order: str, home: Path, refresher: Path
) -> None:
    """With a stand-in for bash-preexec or ble.sh, loaded first or last, the line is there once."""
    draw(home)
    drawn = 'drawn() { seen="$seen[$?/$CLAUDE_STATUS]"; }\n'
    use = (
        "precmd_functions+=(drawn)\n"
        if "bp" in framework or "precmd_f" in framework
        else ("blehook PRECMD!=drawn\n")
    )
    parts = [framework + use, sourcing(refresher) * 2]
    rc = drawn + "".join(parts if order == "after" else reversed(parts))
    script = rc + '(exit 7); eval "$PROMPT_COMMAND"; IFS=; builtin echo "$seen"'
    if order == "before" and framework is PREEXEC:
        script = script.replace("eval", "(exit 7); eval", 1)
    out, err, status = bash(script, {"LC_ALL": "C"})
    assert (err, status) == ("", 0)
    assert out.count("]") == 1
    assert out.startswith("[7/")
    if order == "after":
        assert out == f"[7/{TEXTS['ascii']}]\n"


def test_a_clock_set_back_is_put_right(home: Path, refresher: Path) -> None:
    """In bash 3.2, which counts seconds, a user who resets SECONDS still sees the frame of now."""
    draw(home, (-3000, "old"), (-60, "new"))
    old = home / "old.bash"
    old.write_text("V=(3 2)\n" + SNIPPET.read_text().replace("BASH_VERSINFO", "V"))
    script = sourcing(refresher, old) + "SECONDS=5000; " + "__claude_status_hook\n" + SHOW
    script += "SECONDS=0; __claude_status_hook\n" + SHOW
    out, err, _ = bash(script.replace("SECONDS=5000; ", "", 1))
    assert (out, err) == ("<new><new>", "")


NEWER = {
    "4.0: associative arrays": r"\b(declare|local|typeset) -[a-zA-Z]*A",
    "4.0: case of letters": r"\$\{[a-zA-Z_]+(\^|,)",
    "4.0: coproc": r"\bcoproc\b",
    "4.0: |& and &>>": r"\|&|&>>",
    "4.0: ;& in case": r";;?&",
    "4.1: a descriptor by name": r"\{[a-z]+\}[<>]",
    "4.1: read -N": r"\bread [^\n]*-N",
    "4.2: global declare": r"\b(declare|typeset) -[a-zA-Z]*g",
    "4.2: [[ -v": r"\[\[ [^\n]*-v ",
    "4.2: negative index": r"\[-\d",
    "4.3: name references": r"\b(declare|local|typeset) -[a-zA-Z]*n",
    "4.4: @ operators": r"\$\{[a-zA-Z_]+@[A-Zb-z]",
    "4.4: local -": r"\blocal -(\s|$)",
    "5.3: ${ }": r"\$\{[ |]",
}


@pytest.mark.parametrize("pattern", NEWER.values(), ids=NEWER)
def test_the_source_is_that_of_bash_3(pattern: str) -> None:
    """No syntax or option that macOS's bash 3.2 would not know is anywhere in the file."""
    code = "\n".join(
        line for line in SNIPPET.read_text().splitlines() if not line.lstrip().startswith("#")
    )
    assert re.findall(pattern, code) == []


def test_what_is_newer_is_asked_for_its_version() -> None:
    """What bash 3.2 does not have stands once in the file, behind a test of the version."""
    code = SNIPPET.read_text()
    for word in ("EPOCHSECONDS", "builtin mapfile", "%(%s)T", "@a}"):
        before, found, _ = code.partition(word)
        assert found
        assert code.count(word) == 1
        assert "BASH_VERSINFO" in "".join(before.splitlines(keepends=True)[-3:])


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"LC_ALL": "C"}, {"NO_COLOR": "1"}], ids=str)
def test_poor_terminals_are_served(env: dict[str, str], home: Path, refresher: Path) -> None:
    """In 20 columns, without UTF-8 or colour, the prompt is text alone, and input works."""
    draw(home)
    line = TEXTS["ascii" if "LC_ALL" in env else "plain"]
    columns = 60 if "TERM" in env else 20  # a dumb terminal scrolls sideways
    with session(
        home, sourcing(refresher) + "PS1='$CLAUDE_STATUS> '\n", env, columns=columns
    ) as screen:
        screen.until(lambda text: text.replace("\n", "") == f"{line}>")
        assert b"\x1b[3" not in screen.raw
        screen.send("echo wor''king\n")
        screen.until("\nworking\n")
