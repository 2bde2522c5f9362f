"""What bash, zsh and fish leave as it was: the user's settings, names, statuses and jobs."""

from __future__ import annotations

import contextlib
import os
import shlex
from pathlib import Path

import pytest

from tests.hosts.prompts import Shell
from tests.hosts.shells import all_ends, calls, draw, refreshed, stand_in
from tests.hosts.traits import TRAITS
from tests.hosts.twins.shells import POSIX
from tests.support import until

SETTINGS = [(name, kind) for name, traits in TRAITS.items() for kind in traits.settings]
# Names that a snippet might use for local variables, or that a match would set.
NAMES = [
    "account", "at", "before", "buffer", "cache", "dialect", "directory", "due", "exit_status",
    "fd", "folder", "from", "hook", "line", "lines", "locale", "match", "mbegin", "mend", "now",
    "owned", "page", "place", "program", "refresh_at", "shown", "size", "slot", "start", "state",
    "text", "try", "word",
]  # fmt: skip


@pytest.mark.parametrize(("shell", "kind"), SETTINGS, indirect=["shell"])
@pytest.mark.parametrize("refresh", [3000, -1], ids=["fresh", "stale"])
def test_settings_of_the_user_stay(shell: Shell, kind: str, refresh: int, home: Path) -> None:
    """Under odd settings the line is set, no message is printed, and the settings stay the same."""
    draw(home, refresh=refresh)
    traits, before, after = shell.traits, home / "before", home / "after"
    script = traits.settings[kind] + "\n" + traits.snapshot.format(before) + "\n"
    script += shell.sourcing() * 2 + traits.prompt * 3 + traits.snapshot.format(after) + "\n"
    assert shell.run(script + shell.show, {"fish_features": "all"}) == f"<{shell.text()}>"
    assert refreshed(shell.program, home) == (refresh < 0)
    assert before.read_text() == after.read_text() != ""


def test_names_of_the_user_hide_nothing(shell: Shell, home: Path) -> None:
    """Variables of the user, readonly where possible, neither hide the line nor change."""
    draw(home, refresh=-1)
    lines = "".join(shell.traits.readonly.format(name) + "\n" for name in NAMES)
    show = f'echo "{" ".join(f"${name}" for name in NAMES)}"\n'
    script = lines + shell.sourcing() + shell.traits.prompt + shell.show + show
    assert shell.run(script) == f"<{shell.text()}>{' '.join('1' * len(NAMES))}\n"
    assert refreshed(shell.program, home)


@POSIX
@pytest.mark.parametrize("name", ["break", "return", ":", "true"])
def test_functions_of_the_user_break_nothing(shell: Shell, name: str, home: Path) -> None:
    """A user's function named like a builtin is never run, neither on sourcing nor at prompts."""
    draw(home, refresh=-1)
    assert shell.prompts(2, before=f"{name}() {{ echo no; }}\n") == f"<{shell.text()}>"
    assert refreshed(shell.program, home)


@pytest.mark.parametrize("refresh", [3000, -1], ids=["fresh", "stale"])
def test_the_status_comes_through(shell: Shell, refresh: int, home: Path) -> None:
    """Other hooks, and the next command, see the last command's status, also that of a pipe."""
    draw(home, refresh=refresh)
    with shell.session(shell.traits.statuses) as screen:
        screen.until("0|0>")
        screen.send("false | true | sh -c 'exit 42'\n")
        screen.until("42|1 0 42>")
        screen.send(f'echo "[{shell.traits.status}]"\n')
        screen.until("\n[42]")


@POSIX
def test_the_last_word_is_the_users(shell: Shell, home: Path) -> None:
    """`$_` is still the last word of the user's command."""
    draw(home)
    with shell.session(shell.traits.statuses) as screen:
        screen.until("0|0>")
        screen.send("echo last word\n")
        screen.until("\nlast word\n0|0>")
        screen.send('echo "[$_]"\n')
        screen.until("\n[word]")


def test_a_refresh_leaves_no_job(shell: Shell, home: Path) -> None:
    """A refresh is no job of the shell, holds up neither `wait` nor `exit`, and leaves `$!`."""
    draw(home, refresh=-1)
    gate = shell.hold((-60, "new"))
    with all_ends() as held, contextlib.ExitStack() as stack:
        os.set_inheritable(held, True)
        stack.callback(gate.touch)
        screen = stack.enter_context(shell.session(shell.traits.statuses))
        screen.until("0|0>")
        until(lambda: calls(shell.program))
        command, nothing = shell.traits.jobs
        screen.send(f"{command}; wait; echo waited\n")
        screen.until(f"waited\n{nothing}\nwaited\n0|0>")
        screen.send("exit\n")
        while screen.pump(0.1):
            pass
        assert "job" not in screen.text().rpartition("waited")[2]


def test_a_refresh_may_lead_a_session(shell: Shell, home: Path) -> None:
    """The process that becomes the refresh leads no group, so that it can start a session."""
    stand_in(shell.program, "read -r pid _ _ _ group _ </proc/self/stat; echo $pid $group >~/ids")
    draw(home, refresh=-1)
    with shell.session(shell.traits.left) as screen:
        screen.until(">")
        until(lambda: (home / "ids").exists() and (home / "ids").read_text())
    process, group = (home / "ids").read_text().split()
    assert process != group


def test_a_refresh_may_end_while_a_command_runs(shell: Shell, home: Path) -> None:
    """A command on the terminal is not disturbed, and the next prompt has the new line."""
    draw(home, (-60, "old"), refresh=-1)
    gate = shell.hold((-60, "new"))
    with shell.session(shell.traits.left) as screen:
        screen.until("old>")
        screen.send("sh -c 'echo begun; read x; echo got $x'\n")
        screen.until("\nbegun")
        gate.touch()
        until(lambda: not (home / "new").exists())
        screen.send("words\n")
        screen.until("\nwords\ngot words\nnew>")


def test_an_interrupt_at_the_prompt_is_only_that(shell: Shell, home: Path) -> None:
    """After Ctrl-C the prompt is back without a message, and the refresh runs on to its end."""
    draw(home, (-60, "old"), refresh=-1)
    gate = shell.hold((-60, "new"))
    with shell.session(shell.traits.left) as screen:
        screen.until("old>")
        screen.send("echo ready\n")
        screen.until("\nready\nold>")
        for word in ("one", "two", "three"):
            screen.send(word)
            screen.until(f"old> {word}")
            screen.interrupt(f"old> {word}{shell.traits.interrupted}\nold>")
        gate.touch()
        until(lambda: not (home / "new").exists())
        if shell.name == "bash":  # whose idle prompt cannot be redrawn
            screen.send("\n")
        screen.until("\nnew>")


def open_files(pid: int) -> str:
    """What a process has open; a file that is closed meanwhile is not missed."""
    return " ".join(os.path.realpath(file) for file in Path(f"/proc/{pid}/fd").iterdir())


@pytest.mark.parametrize("what", ["package", "functions", "variables"])
def test_what_is_taken_away_is_not_missed(shell: Shell, what: str, home: Path) -> None:
    """If the package or our names are removed while the shell runs, no message is printed."""
    folder = draw(home, refresh=-1)
    take = {
        "package": f"rm {shlex.quote(str(shell.program))}; rm -r {folder}/frames",
        "functions": shell.traits.forget_functions,
        "variables": shell.traits.forget_variables,
    }
    with shell.session(shell.traits.statuses, columns=600) as screen:
        screen.until("0|0>")
        if shell.name == "zsh":  # which has been told to call one of them when the refresh ends
            until(lambda: "pipe:" not in open_files(screen.pid))
        screen.send(f"{take[what]}\n")
        screen.until("\n0|0>")
        screen.send("sh -c 'exit 3'\n")
        text = screen.until("\n3|3>")
        assert text == f"0|0> {take[what]}\n0|0> sh -c 'exit 3'\n3|3>"
