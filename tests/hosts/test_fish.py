"""What only fish has: a function for prompts, and a limit on what is read."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import SHELL, program
from tests.hosts.prompts import Shell
from tests.hosts.settings import FISH
from tests.hosts.shells import TEXTS, calls, draw, odd_file, processes, run

SNIPPET = SHELL / "claude-status.fish"
PLACE = SHELL / "claude-status-place.fish"


@pytest.fixture
def fish(home: Path) -> Shell:
    """The fish of this machine."""
    return Shell("fish", home)


def test_the_function_prints_the_line_and_leaves_the_status(fish: Shell, home: Path) -> None:
    """The function for prompts prints the line and keeps `$status` for what comes after it."""
    draw(home)
    script = f'{fish.sourcing()}emit fish_prompt; false; claude_status_prompt; echo " $status"'
    assert fish.run(script) == f"{TEXTS['fish']} 1\n"


@pytest.mark.parametrize("side", ["left", "right"])
def test_placing_starts_no_process(fish: Shell, home: Path, side: str) -> None:
    """Placing the line beside the user's prompts starts no process."""
    draw(home)
    place = f"source '{PLACE}' {side}\nfunction fish_prompt; echo theirs; end\n"
    prompts = "emit fish_prompt; fish_prompt; fish_right_prompt\n"
    script = f"{fish.sourcing()}{place}function fish_right_prompt; end\n"
    shown = fish.run(script + prompts)
    assert TEXTS["fish"] in shown
    argv = [*fish.argv, script + prompts * 10]
    assert processes(argv, home / "strace") == processes([*fish.argv, script], home / "strace")


@pytest.mark.parametrize("side", ["left", "right"])
def test_placing_runs_no_function_of_the_user(fish: Shell, home: Path, side: str) -> None:
    """Functions named like builtins and commands are not run by our part of the prompt."""
    draw(home)
    theirs = "function fish_prompt; builtin echo; builtin echo theirs; end\n"
    place = f"{fish.sourcing()}source '{PLACE}' {side}\n"
    prompts = "emit fish_prompt; fish_prompt; fish_right_prompt\n"
    plain = fish.run(f"function fish_right_prompt; end\n{theirs}{place}{prompts}")
    assert TEXTS["fish"] in plain
    named = "function functions; builtin echo functions!; end\n" + FISH["functions"]
    assert fish.run(f"function fish_right_prompt; end\n{theirs}{named}\n{place}{prompts}") == plain


def test_sourcing_twice_is_sourcing_once(fish: Shell) -> None:
    """Sourcing a second time adds no second handler."""
    script = fish.sourcing() * 2 + "functions --handlers | string match '*claude*'"
    assert fish.run(script).splitlines() == [
        "SIGURG __claude_status_ended",
        "fish_prompt __claude_status_hook",
    ]


def test_scripts_know_the_function_and_nothing_else(fish: Shell, home: Path) -> None:
    """In a script the function prints nothing, and nothing else is defined."""
    draw(home)
    script = f"{fish.sourcing()}emit fish_prompt; claude_status_prompt\n"
    script += "functions --all | string match '*claude*'"
    done = run(["fish", "--no-config", "-c", script])
    assert (done.stdout, done.stderr) == ("claude_status_prompt\n", "")


@pytest.mark.parametrize("change", [("mtime /", "mtime2 /"), ("path path", "path nopath")])
def test_an_older_fish_shows_nothing(fish: Shell, change: tuple[str, str], home: Path) -> None:
    """Without `path mtime`, or without `path`, there is no message, no line and no refresh."""
    draw(home, refresh=-10)
    text = SNIPPET.read_text()
    assert change[0] in text
    fish.snippet = home / "old.fish"
    fish.snippet.write_text(text.replace(*change))
    assert fish.prompts(env={"CLAUDE_STATUS": "stale"}) == "<>"
    assert calls(fish.program) == []


def test_syntax_and_layout() -> None:
    """fish can parse the snippets, so can older versions, and fish_indent would not change them."""
    for snippet in (SNIPPET, PLACE):
        subprocess.run([program("fish"), "--no-execute", snippet], check=True)
        subprocess.run([program("fish_indent"), "--check", snippet], check=True)
    code = re.sub(r"(?m)^\s*#.*", "", SNIPPET.read_text() + PLACE.read_text())
    assert not re.search(r'"[^"\n]*\$\(', code), "fish 3.3 has no $() in quotes"
    assert not re.search(r"builtin path", code), "fish 3.4 refuses a builtin that it lacks"


@pytest.mark.parametrize("kind", ["one huge line", "huge frame"])
def test_little_is_read_of_a_huge_file(fish: Shell, kind: str, home: Path) -> None:
    """Of 10 MB fish reads no more than the longest line that could be a frame."""
    draw(home)
    odd_file(fish.frames, kind)
    script = f"""{fish.sourcing()}
        function bytes; string match -r '(?<=rchar: ).*' </proc/self/io; end
        set -l before (bytes); emit fish_prompt; math (bytes) - $before
    """
    assert int(fish.run(script)) < 4096


def test_at_most_64_lines_are_read(fish: Shell, home: Path) -> None:
    """Frames after the 63rd, which the program never draws, are not read."""
    draw(home, *((at - 100, f"frame {at}") for at in range(1, 70)))
    assert fish.prompts() == "<frame 63>"


def test_a_narrow_terminal_has_room_for_input(fish: Shell, home: Path) -> None:
    """In 20 columns the line on the right gives way to input, and nothing else is printed."""
    draw(home)
    with fish.session(fish.traits.right, columns=20) as screen:
        screen.until("0>")
        screen.send("echo do''ne\n")
        screen.until("\ndone\n0>")
        assert set(screen.text().split()) <= {
            "0>",
            "echo",
            "do''ne",
            "done",
            *TEXTS["plain"].split(),
        }
