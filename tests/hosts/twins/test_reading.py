"""What bash, zsh and fish show at a prompt: the current frame, in what the terminal can show."""

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
    """The hook sets the variable to the current text, and starts nothing."""
    draw(home)
    assert shell.prompts(3) == f"<{shell.text()}>"
    assert calls(shell.program) == []


@AGES
def test_of_many_frames_the_one_that_counts(shell: Shell, home: Path) -> None:
    """Forward and back in time, and at any length, the last frame whose time has come is shown."""
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
def test_a_text_is_shown_exactly(
    shell: Shell, frames: list[tuple[int, str]], shown: str, home: Path
) -> None:
    """Blanks are kept, and an empty frame or a time before the first shows nothing."""
    draw(home, *frames)
    assert shell.prompts() == f"<{shown}>"


@AGES
@pytest.mark.parametrize("kind", ODD_FILES)
def test_anything_but_frames_is_not_shown(shell: Shell, kind: str, home: Path) -> None:
    """With anything else in the place of frames, the variable is empty and a refresh is started."""
    draw(home)
    odd_file(shell.frames, kind)
    assert shell.prompts(3) == "<>"
    assert refreshed(shell.program, home)


def test_another_file_shows_at_the_next_prompt(shell: Shell, home: Path) -> None:
    """A file that replaces the one that was read is read, even if the old frame is current."""
    draw(home, (-60, "first"), (600, "later"))
    now = int(time.time())
    (home / "new").write_text(f"claude-status 2 {now + 2990} {now + 2990}\n{now - 60} second\n")
    between = f"command cp '{home}/new' '{shell.frames}'\n"
    assert shell.prompts(2, between=between) == "<second>"


def test_the_environment_cannot_plant_a_text(shell: Shell, home: Path) -> None:
    """Variables named like those in which the snippet remembers a frame are ignored."""
    draw(home)
    names = ("head", "text", "from", "key", "file", "begin")
    planted = {f"__claude_status_{name}": "planted" for name in names}
    planted["__claude_status_until"] = "999999999999"
    assert shell.prompts(env=planted) == f"<{shell.text()}>"


def test_an_inherited_line_is_never_shown(shell: Shell) -> None:
    """If nothing is known, the line that a parent shell exported is gone."""
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
    """Locale, NO_COLOR and TERM select the dialect, and the line is not exported."""
    draw(home)
    script = shell.sourcing() + shell.traits.prompt + shell.show + EXPORTED
    assert shell.run(script, {**env, "CLAUDE_STATUS": "old"}) == f"<{shell.text(dialect)}>0\n"


@pytest.mark.parametrize(
    ("env", "own", "other"), [({}, "", "starship"), ({"NO_COLOR": "1"}, "plain", "plain")], ids=str
)
def test_the_line_is_exported_to_starship(
    shell: Shell, env: dict[str, str], own: str, other: str, home: Path
) -> None:
    """Only while starship draws the prompt, the line is exported, in starship's dialect."""
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
    """A snippet whose path is not ASCII works in a C locale, with no message."""
    draw(home)
    folder = home / "wörk"
    folder.mkdir()
    shell.snippet = Path(shutil.copy(shell.snippet, folder))
    assert shell.prompts(env={"LC_ALL": locale}) == f"<{shell.text(dialect)}>"


def test_frames_of_another_account_are_not_shown(shell: Shell, home: Path) -> None:
    """When CLAUDE_CONFIG_DIR changes, the frames of its account are shown."""
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
    """The environment selects the cache, and only an absolute path counts."""
    draw(home, (-60, "line"))
    shell.program.unlink()
    env = {name: value.format(home=home) for name, value in env.items()}
    assert shell.prompts(env=env, cwd=home) == f"<{shown}>"


def test_a_current_frame_is_not_read_again(shell: Shell, home: Path) -> None:
    """While its frame is current, a file that begins as before is not read again."""
    draw(home)
    start = "." * 64
    shell.frames.write_text(strip((-60, f"{start}read"), (600, "later")))
    (home / "new").write_text(shell.frames.read_text().replace("read", "unread"))
    between = f"command cp '{home}/new' '{shell.frames}'\n"
    assert shell.prompts(2, between=between) == f"<{start}read>"


@AGES
@pytest.mark.parametrize("digits", [12, 13])
def test_a_time_has_twelve_digits_at_most(shell: Shell, digits: int, home: Path) -> None:
    """Frames with a time of twelve digits are read, those with a longer one are not."""
    far = "9" * digits
    draw(home)
    shell.frames.write_text(f"claude-status 2 {far} {far}\n{int(time.time()) - 60} text\n")
    assert shell.prompts() == ("<text>" if digits == 12 else "<>")
    assert refreshed(shell.program, home) == (digits == 13)
