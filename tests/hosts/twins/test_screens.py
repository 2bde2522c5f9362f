"""The line on the screen, in the prompts of bash, zsh and fish."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from tests.bodies import usage_body
from tests.hosts.prompts import Shell
from tests.hosts.shells import TEXTS, calls, draw, refreshed
from tests.hosts.twins.shells import REDRAWS
from tests.server import ApiServer, ok
from tests.support import User, until

LINE = TEXTS["plain"]


def test_the_prompt_shows_the_line_in_colour(shell: Shell, home: Path) -> None:
    """The prompt shows the line with its numbers in colour."""
    draw(home)
    with shell.session(shell.traits.left) as screen:
        screen.until(f"{LINE}>")
        assert screen.colours("42%") == {"green"}
        assert screen.colours("17%") == {"brown"}
        assert screen.colours("2h13m") == {"default"}


def test_long_input_wraps_where_it_should(shell: Shell, home: Path) -> None:
    """With colours on, long input wraps where the row ends, and can be edited."""
    draw(home)
    with shell.session(shell.traits.left, columns=50) as screen:
        screen.until("17%>")
        typed = "".join(chr(ord("a") + at % 26) for at in range(70))
        screen.send(typed)
        room = 50 - len(f"{LINE}> ")
        screen.until(typed[room:])
        assert screen.row(0) == f"{LINE}> {typed[:room]}"
        screen.send("\x01X\x05Y")
        screen.until(f"{typed[-5:]}Y")
        assert screen.row(0) == f"{LINE}> X{typed[: room - 1]}"


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"LC_ALL": "C"}, {"NO_COLOR": "1"}], ids=str)
def test_poor_terminals_are_served(shell: Shell, env: dict[str, str], home: Path) -> None:
    """In few columns, without UTF-8 or without colour, the prompt is plain, and input works."""
    draw(home)
    line = TEXTS["ascii" if "LC_ALL" in env else "plain"]
    # A dumb terminal scrolls sideways, and fish shows no prompt wider than the screen.
    columns = 60 if "TERM" in env or shell.name == "fish" else 20
    with shell.session(shell.traits.left, env, columns=columns) as screen:
        screen.until(lambda text: text.replace("\n", "") == f"{line}>")
        assert b"\x1b[32m" not in screen.raw  # the green of 42%
        screen.send("echo wor''king\n")
        screen.until("working\n")


@REDRAWS
def test_a_waiting_prompt_is_redrawn(shell: Shell, home: Path) -> None:
    """When the refresh ends, the idle prompt shows the new line, and half-typed input stays."""
    draw(home, (-60, "old line"), refresh=-1)
    gate = shell.hold((-60, TEXTS[shell.name]))
    with shell.session(shell.traits.right) as screen:
        screen.until("old line")
        screen.send("sh -c 'exit 3'\n")
        screen.until("\n3>")
        screen.send("echo half\x02\x02")
        screen.until("\n3> echo half")
        gate.touch()
        screen.until(LINE)
        assert screen.row(1) == "3> echo half" + LINE.rjust(shell.traits.right_edge - 12)
        assert screen.colours("42%") == {"green"}
        screen.send("X\n")
        screen.until("\nhaXlf\n0>")
    assert refreshed(shell.program, home)


@REDRAWS
def test_the_real_program_has_a_waiting_prompt_redrawn(
    shell: Shell, home: Path, user: User, api: ApiServer
) -> None:
    """When a slow API answers, the idle prompt shows the line, and half-typed input stays."""
    gate = threading.Event()
    api.answer = lambda _: ok(usage_body(time.time() if gate.wait(20) else 0))
    shell.program = Path(user.install_launcher(home / "real"))
    with shell.session(shell.traits.right, user.environ) as screen:
        screen.until("0>")
        screen.send("echo half\x02\x02")
        screen.until("0> echo half")
        api.wait_for(1)
        gate.set()
        screen.until("5h ")
        line = user.line(time.time()).rjust(shell.traits.right_edge - 12)
        assert screen.row(0) == "0> echo half" + line
        screen.send("X\n")
        screen.until("\nhaXlf\n0>")


@REDRAWS
@pytest.mark.parametrize("text", ["same", "other"])
def test_the_same_line_redraws_no_prompt(shell: Shell, text: str, home: Path) -> None:
    """When the refresh ends, the waiting prompt is redrawn only if the line has changed."""
    draw(home, (-60, "same"), refresh=-1)
    gate = shell.hold((-60, text))
    with shell.session(shell.traits.counted) as screen:
        drawn, _, _ = screen.until("same").partition(">")
        gate.touch()
        until((home / "ended").exists)
        screen.send("echo half")
        screen.until(f"> echo half{text.rjust(shell.traits.right_edge - len(drawn) - 11)}")
        assert screen.row(0).startswith(f"{drawn}>") == (text == "same")


@REDRAWS
def test_an_idle_prompt_starts_nothing(shell: Shell, home: Path) -> None:
    """At an idle prompt, a refresh that brought no new frames is not followed by another."""
    draw(home, refresh=-1)
    script = shell.sourcing() + "__claude_status_hook idle\n" + shell.show
    assert shell.run(script) == f"<{shell.text()}>"
    assert calls(shell.program) == []
