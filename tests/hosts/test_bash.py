"""What only bash has: PROMPT_COMMAND and its frameworks, set -e, and versions down to 3.2."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.conftest import SHELL
from tests.hosts.prompts import Shell
from tests.hosts.shells import calls, draw, stand_in

HOOK = "__claude_status_hook 2> /dev/null && ((1))"
CODE = re.sub(r"(?m)^\s*#.*\n", "", (SHELL / "claude-status.bash").read_text())


@pytest.fixture
def bash(home: Path) -> Shell:
    """The bash of this machine."""
    return Shell("bash", home)


@pytest.mark.parametrize("version", ["5.2", "4.4", "3.2"])
def test_exit_status_comes_through(version: str, home: Path) -> None:
    """In each version the hook keeps the exit status, whether it starts a refresh or not."""
    draw(home, refresh=-1)
    script = "(exit 42); __claude_status_hook; echo $?\n" * 2
    bash = Shell(f"bash {version}", home)
    assert bash.run(bash.sourcing() + script) == "42\n42\n"


@pytest.mark.parametrize(("version", "count"), [("5.2", 0), ("4.4", 0), ("4.2", 0), ("3.2", 1)])
def test_the_time_costs_one_process_at_most(version: str, count: int, home: Path) -> None:
    """Only a bash before 4.2 runs `date`, once for all prompts."""
    draw(home)
    bash = Shell(f"bash {version}", home)
    date = stand_in(home / "bin" / "date", 'exec /bin/date "$@"')
    out = bash.prompts(3, {"PATH": f"{date.parent}:{os.environ['PATH']}"})
    assert out == f"<{bash.text()}>"
    assert len(calls(date)) == count


def test_errexit_does_not_end_the_shell(bash: Shell, home: Path) -> None:
    """Under `set -e`, a status that did not end the shell does not end it in the hook either."""
    draw(home)
    script = f"set -e\n{bash.sourcing()}! true\n__claude_status_hook; echo on"
    assert bash.run(script) == "on\n"


@pytest.mark.parametrize("theirs", ["", "PROMPT_COMMAND='seen=$?'\n", "PROMPT_COMMAND=(: :)\n"])
@pytest.mark.parametrize("option", ["+E", "-E"])
def test_an_err_trap_fires_for_the_command_alone(
    bash: Shell, option: str, theirs: str, home: Path
) -> None:
    """A trap that reports a failed command does so once, not again for our hooks."""
    draw(home)
    rc = f"set {option}; PS1='$?> '\n{theirs}{bash.sourcing().rstrip()} left\n"
    with bash.session(rc + "trap 'echo failed' ERR\n", alone=True) as screen:
        screen.until("0>")
        screen.send("false\n")
        text = screen.until("1>")
        assert text.count("failed") == 1
        assert text.count("5h") == 2


def test_an_interrupt_changes_no_option(bash: Shell, home: Path) -> None:
    """After Ctrl-C at the prompt the shell still has its usual options."""
    draw(home, refresh=-1)
    with bash.session(bash.traits.statuses) as screen:
        screen.until("0|0>")
        screen.interrupt("^C\n130|130>")
        screen.send("echo [$-]\n")
        screen.until("\n[himBHs]")


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
def test_the_hook_comes_first_and_once(bash: Shell, before: str, after: str) -> None:
    """The hook goes before whatever PROMPT_COMMAND has, once even if sourced twice."""
    show = "IFS='|'; echo \"${PROMPT_COMMAND[*]}\""
    assert bash.run(f"{before}\n{bash.sourcing() * 2}{show}") == after + "\n"


@pytest.mark.parametrize("end", ["", ";", "; ", " ;\n", " & wait;", " &"])
@pytest.mark.parametrize("version", ["5.2", "5.0", "3.2"])
def test_a_string_may_end_in_a_separator(version: str, end: str, home: Path) -> None:
    """Theirs runs once and the line is placed, however their string of commands ends."""
    draw(home)
    bash = Shell(f"bash {version}", home)
    place = f"{bash.sourcing().rstrip()} left\n"
    theirs = f"export PROMPT_COMMAND='echo theirs{end}'; PS1='> '\n"
    prompt = 'eval "$PROMPT_COMMAND"; wait; echo "$PS1"\n'
    shown = "theirs\n${CLAUDE_STATUS:+$CLAUDE_STATUS }> \n"
    assert bash.run(theirs + place * 2 + prompt * 2) == shown * 2
    more = "PROMPT_COMMAND+='; echo more;'\n"
    later = "theirs\nmore\n${CLAUDE_STATUS:+$CLAUDE_STATUS }> \n"
    if "&" not in end:
        assert bash.run(theirs + place + more + prompt * 2) == later * 2


def test_an_old_bash_gets_one_string(home: Path) -> None:
    """Before 5.1 only the first element of an array is run, so the hook goes into that."""
    bash = Shell("bash 5.0", home)
    script = f'PROMPT_COMMAND=(one two)\n{bash.sourcing()}echo "$PROMPT_COMMAND"'
    assert bash.run(script) == f"{HOOK}; one\n"


# Stand-ins for what a hook sees of bash-preexec and ble.sh, each with a hook of the user's.
PREEXEC = r"""
bash_preexec_imported=defined
__run() { local st=$? f; for f in "${precmd_functions[@]}"; do (exit $st); "$f"; done; }
PROMPT_COMMAND="__run${PROMPT_COMMAND:+
$PROMPT_COMMAND}"
precmd_functions+=(drawn)
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
blehook PRECMD!=drawn
"""


@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("framework", [PREEXEC, BLE], ids=["bash-preexec", "ble.sh"])
def test_frameworks_for_hooks_are_used(bash: Shell, framework: str, order: str, home: Path) -> None:
    """With bash-preexec or ble.sh, loaded before or after, a prompt has the line once."""
    draw(home)
    parts = [framework, bash.sourcing() * 2]
    rc = "".join(parts if order == "after" else reversed(parts))
    script = (
        'drawn() { seen="$seen[$?/$CLAUDE_STATUS]"; }\n' + rc
        + '(exit 7); eval "$PROMPT_COMMAND"; IFS=; builtin echo "$seen"'
    )  # fmt: skip
    seen = bash.run(script, {"LC_ALL": "C"})
    assert seen.count("]") == 1
    # A hook that was there before bash-preexec runs after those of the framework.
    assert seen == f"[7/{bash.text('ascii')}]\n" or (order == "before" and seen == "[7/]\n")


def test_no_list_is_split_at_the_users_ifs() -> None:
    """Inside [[ ]] each list is quoted: bash 3.2 splits it at IFS, which may be any letter."""
    tests = re.findall(r"\[\[ .*? \]\]", CODE)
    assert any("[*]" in test for test in tests)
    assert not [test for test in tests if "[*]" in re.sub(r'"[^"]*"', "", test)]


def test_a_reset_of_seconds_does_no_harm(home: Path) -> None:
    """In bash 3.2, which counts seconds, the current frame is shown after a reset of SECONDS."""
    draw(home, (-3000, "old"), (-60, "new"))
    prompt = "__claude_status_hook\n"
    assert Shell("bash 3.2", home).prompts(2, between="SECONDS=0\n" + prompt) == "<new>"


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
def test_the_source_is_for_bash_3(pattern: str) -> None:
    """The file has no syntax or option that macOS's bash 3.2 does not know."""
    assert re.findall(pattern, CODE) == []


@pytest.mark.parametrize("word", ["EPOCHSECONDS", "builtin mapfile", "%(%s)T", "@a}"])
def test_newer_features_are_behind_a_version_test(word: str) -> None:
    """What bash 3.2 lacks appears once in the file, behind a test of the version."""
    before, found, after = CODE.partition(word)
    assert found
    assert word not in after
    assert "BASH_VERSINFO" in "".join(before.splitlines(keepends=True)[-3:])


@pytest.mark.parametrize("text", ["plain> ", "$CLAUDE_STATUS> "], ids=["without", "with"])
def test_the_place_is_before_a_prompt_that_calls_functions(
    bash: Shell, text: str, home: Path
) -> None:
    """With `left`, a prompt that calls functions gets the line, unless a function shows it.

    The status of the last command is kept.
    """
    draw(home)
    lines = f'theirs() {{ printf %s "{text}"; }}\nother() {{ echo $CLAUDE_STATUS; }}\n'
    hooks = 'for hook in "${PROMPT_COMMAND[@]}"; do eval "$hook"; done\n'
    place = f"PS1='$(theirs)'\n{bash.sourcing().rstrip()} left\n"
    before = "" if "CLAUDE" in text else "${CLAUDE_STATUS:+$CLAUDE_STATUS }"
    assert bash.run(f"{lines}{place}{hooks * 2}printf '<%s>' \"$PS1\"\n") == f"<{before}$(theirs)>"
    assert bash.run(f"{place}(exit 3)\n__claude_status_place") == "exit status 3"
