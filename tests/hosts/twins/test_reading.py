"""What bash, zsh and fish show at a prompt: the frame of now, in what the terminal can show."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from tests.hosts.prompts import Shell
from tests.hosts.shells import ODD_FILES, calls, draw, odd_file, refreshed, strip
from tests.hosts.twins.shells import AGES

EXPORTED = "env | grep -a ^CLAUDE_STATUS= | wc -l\n"


@AGES
def test_the_line_is_set_at_every_prompt(shell: Shell, home: Path) -> None:
    """The hook sets the variable to the text that counts now, and starts nothing."""
    draw(home)
    assert shell.prompts(3) == f"<{shell.text()}>"
    assert calls(shell.program) == []


@AGES
def test_of_many_frames_the_one_that_counts(shell: Shell, home: Path) -> None:
    """Forward and back in time, of short frames and long ones, it is the last that has come."""
    pasts = (0, 1, 2, 39, 40, 20, 5, 6, 40)
    script = shell.sourcing()
    for past in pasts:
        frames = ((60 * (at - past) + 30, f"{'.' * (20 * at + past)}{at}") for at in range(40))
        (home / f"strip{past}").write_text(strip(*frames, refresh=9999))
        script += f"command cp '{home}/strip{past}' '{shell.frames}'\n"
        script += shell.traits.prompt + shell.show
    wanted = [f"{'.' * (20 * (past - 1) + past)}{past - 1}" if past else "" for past in pasts]
    assert shell.run(script) == "".join(f"<{text}>" for text in wanted)


@AGES
@pytest.mark.parametrize(
    ("frames", "shown"),
    [
        ([(-90, "old"), (-60, "now"), (60, "next")], "now"),
        ([(-90, "old"), (-60, ""), (60, "next")], ""),
        ([(-90, "a  b "), (60, "next")], "a  b "),
        ([(60, "next")], ""),
    ],
)
def test_a_text_is_shown_to_the_letter(
    shell: Shell, frames: list[tuple[int, str]], shown: str, home: Path
) -> None:
    """Blanks count, an empty frame shows nothing, and so does a time before the first."""
    draw(home, *frames)
    assert shell.prompts() == f"<{shown}>"


@AGES
@pytest.mark.parametrize("kind", ODD_FILES)
def test_what_is_no_frames_is_not_shown(shell: Shell, kind: str, home: Path) -> None:
    """Whatever lies in the place of frames: an empty variable, no word, one refresh."""
    draw(home)
    odd_file(shell.frames, kind)
    assert shell.prompts(3) == "<>"
    assert refreshed(shell.program, home)


def test_another_file_shows_at_the_next_prompt(shell: Shell, home: Path) -> None:
    """A file that took the place of the one that was read is read, though its frame still holds."""
    draw(home, (-60, "first"), (600, "later"))
    now = int(time.time())
    (home / "new").write_text(f"claude-status 2 {now + 2990} {now + 2990}\n{now - 60} second\n")
    between = f"command cp '{home}/new' '{shell.frames}'\n"
    assert shell.prompts(2, between=between) == "<second>"


def test_what_the_environment_remembers_is_not_believed(shell: Shell, home: Path) -> None:
    """Variables by the names of the shell's memory show nothing of their own."""
    draw(home)
    names = ("head", "text", "from", "key", "file", "begin")
    planted = {f"__claude_status_{name}": "planted" for name in names}
    planted["__claude_status_until"] = "999999999999"
    assert shell.prompts(env=planted) == f"<{shell.text()}>"


def test_an_inherited_line_is_never_shown(shell: Shell) -> None:
    """Where nothing is known, what a parent shell exported is gone."""
    assert shell.prompts(env={"CLAUDE_STATUS": "old", "PSVAR": "x"}) == "<>"


@pytest.mark.parametrize(
    ("env", "dialect"),
    [
        ({}, ""),
        ({"LANG": "de_DE.utf8"}, ""),
        ({"LANG": "C", "LC_CTYPE": "en_US.utf8"}, ""),
        ({"LANG": ""}, "ascii"),
        ({"LC_ALL": "C"}, "ascii"),
        ({"LC_ALL": "C", "LC_CTYPE": "C.UTF-8", "NO_COLOR": "1"}, "ascii"),
        ({"NO_COLOR": "1", "LC_ALL": "POSIX"}, "ascii"),
        ({"NO_COLOR": "1"}, "plain"),
        ({"NO_COLOR": ""}, ""),
        ({"TERM": "dumb"}, "plain"),
        ({"STARSHIP_SHELL": "nu"}, ""),
    ],
    ids=str,
)
def test_the_dialect_is_what_can_be_shown(
    shell: Shell, env: dict[str, str], dialect: str, home: Path
) -> None:
    """The locale, NO_COLOR and TERM decide, an empty variable is none, and none is exported."""
    draw(home)
    script = shell.sourcing() + shell.traits.prompt + shell.show + EXPORTED
    assert shell.run(script, {**env, "CLAUDE_STATUS": "old"}) == f"<{shell.text(dialect)}>0\n"


@pytest.mark.parametrize(
    ("env", "own", "other"), [({}, "", "starship"), ({"NO_COLOR": "1"}, "plain", "plain")], ids=str
)
def test_starship_is_given_the_line(
    shell: Shell, env: dict[str, str], own: str, other: str, home: Path
) -> None:
    """While starship draws the prompt, and only then, the line is exported, as starship has it."""
    draw(home)
    at_each = shell.traits.prompt + shell.show + EXPORTED
    script = shell.sourcing() + "".join(
        f"export STARSHIP_SHELL={name}\n{at_each}" for name in ("''", shell.name, "''")
    )
    line, given = shell.text(own), shell.text(other).replace("%%", "%")
    assert shell.run(script, env) == f"<{line}>0\n<{given}>1\n<{line}>0\n"


@pytest.mark.parametrize(("locale", "dialect"), [("C", "ascii"), ("C.UTF-8", "")])
def test_a_path_with_an_umlaut_in_any_locale(
    shell: Shell, locale: str, dialect: str, home: Path
) -> None:
    """Where the snippet's own path has bytes that a C locale does not know: the line, no word."""
    draw(home)
    folder = home / "wörk"
    folder.mkdir()
    shell.snippet = Path(shutil.copy(shell.snippet, folder))
    assert shell.prompts(env={"LC_ALL": locale}) == f"<{shell.text(dialect)}>"


def test_frames_of_another_account_are_not_shown(shell: Shell, home: Path) -> None:
    """A CLAUDE_CONFIG_DIR that changes on the way leads to the frames of its own account."""
    draw(home, (-60, "first"))
    draw(home, (-60, "second"), directory="/b c")
    draw(home, (-60, "new line"), directory="/b\nc")
    refused = ["/default", "//default", "///default//", "x", "/b c/../default", "/./default"]
    refused += ["/b c/..", "/", "//"]
    places = ["", "/b c/", *refused, "/b c", "/b\nc/", "/b c//", ""]
    script = shell.sourcing() + "".join(
        f"export CLAUDE_CONFIG_DIR='{place}'\n{shell.traits.prompt}{shell.show}" for place in places
    )
    seen = ["first", "second", *[""] * len(refused), "second", "new line", "second", "first"]
    assert shell.run(script) == "".join(f"<{text}>" for text in seen)
    assert calls(shell.program) == []


@pytest.mark.parametrize(
    ("env", "shown"),
    [
        ({"XDG_CACHE_HOME": "/nowhere"}, ""),
        ({"CLAUDE_STATUS_CACHE_DIR": "/nowhere"}, ""),
        ({"CLAUDE_STATUS_CACHE_DIR": ".cache/claude-status"}, ""),
        ({"XDG_CACHE_HOME": "{home}/.cache", "HOME": "/nowhere"}, "line"),
        ({"CLAUDE_STATUS_CACHE_DIR": "{home}/.cache/claude-status", "HOME": ""}, "line"),
        ({"HOME": ""}, ""),
    ],
    ids=str,
)
def test_the_cache_is_where_the_environment_says(
    shell: Shell, env: dict[str, str], shown: str, home: Path
) -> None:
    """Only in a place with an absolute name are frames looked for."""
    draw(home, (-60, "line"))
    shell.program.unlink()
    env = {name: value.format(home=home) for name, value in env.items()}
    assert shell.prompts(env=env, cwd=home) == f"<{shown}>"


def test_a_frame_that_still_holds_is_not_read_again(shell: Shell, home: Path) -> None:
    """A file that begins like the one that was read is that one: its text is remembered."""
    draw(home)
    start = "." * 64
    shell.frames.write_text(strip((-60, f"{start}read"), (600, "later")))
    (home / "new").write_text(shell.frames.read_text().replace("read", "unread"))
    between = f"command cp '{home}/new' '{shell.frames}'\n"
    assert shell.prompts(2, between=between) == f"<{start}read>"


@AGES
@pytest.mark.parametrize("digits", [12, 13])
def test_a_time_has_twelve_digits_at_most(shell: Shell, digits: int, home: Path) -> None:
    """Frames whose refresh is due at a time of twelve digits are fresh; with more they are none."""
    far = "9" * digits
    draw(home)
    shell.frames.write_text(f"claude-status 2 {far} {far}\n{int(time.time()) - 60} text\n")
    assert shell.prompts() == ("<text>" if digits == 12 else "<>")
    assert refreshed(shell.program, home) == (digits == 13)
