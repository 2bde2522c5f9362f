"""The pictures of the documents show what the programs show now."""

from __future__ import annotations

import json
import re
import shlex
import sys
import time
from pathlib import Path

import pytest

from docs import desk, hero, pictures
from docs.svg import CELL, MARGIN, THEMES, rows
from tests.conftest import ROOT
from tests.screen import Screen

TEXT = re.compile(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*textLength[^>]*>([^<]*)</text>')
COUNTDOWN = re.compile(r"2h\d\dm")  # by the machine's clock, which may be some minutes later
COLUMN = 830  # pixels; GitHub's
WIDTH = r'<svg [^>]*\bwidth="([\d.]+)"'
USED = re.findall(  # in the README
    r'<picture>\n  <source media="\(prefers-color-scheme: dark\)"'
    r' srcset="docs/images/(.*)-dark.svg">\n'
    r'  <img src="docs/images/(.*)-light.svg" width="(.*)" alt="(.*)">\n</picture>\n',
    (ROOT / "README.md").read_text(),
)
STAND_IN = """\
import json, pathlib, subprocess, sys
settings = json.loads((pathlib.Path.home() / ".claude/settings.json").read_text())
print("Claude Code v0", flush=True)
input()
print(sys.argv[1], flush=True)
subprocess.run(settings["statusLine"]["command"], shell=True, input=sys.argv[2], text=True)
input()
"""


def text_of(picture: str) -> list[str]:
    """The rows of words in a picture, as far as they are written and not drawn."""
    found: dict[float, str] = {}
    for x, y, word in TEXT.findall(picture):
        column = round((float(x) - MARGIN) / CELL)
        found[float(y)] = f"{found.get(float(y), ''):<{column}}{word}"
    return [found[y] for y in sorted(found)]


def lasting(picture: str) -> str:
    """The picture without the one time in it that passes while it is made."""
    return COUNTDOWN.sub("2h--m", picture)


def assert_below_claude_as_kept(screen: Screen, theme: str) -> None:
    """Below Claude Code the text, every colour and position are as in the first picture."""
    kept = lasting(pictures.path_of("hero", theme).read_text())
    drawn = list(rows(screen.display, 0, desk.LINES - 1, THEMES[theme]))
    ours = [lasting(row) for row in drawn[-desk.ZSH_LINES - 2 :] if row]
    words = text_of("".join(ours))
    assert text_of(kept)[-len(words) :] == words
    assert [row for row in ours if row not in kept] == []


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_picture_is_what_the_program_shows(name: str) -> None:
    """Each picture is as it would be drawn now: the text, and then every colour and position.

    If that was meant to change: ``python -m docs.pictures``, and look at what it draws.
    """
    drawn = pictures.make(name)
    kept = {theme: pictures.path_of(name, theme).read_text() for theme in THEMES}
    assert text_of(kept["light"]) == text_of(drawn["light"])
    assert [theme for theme in THEMES if kept[theme] != drawn[theme]] == []


@pytest.fixture
def stand_in(tmp_path: Path) -> str:
    """A program that, like Claude Code, shows an answer and what its status line prints."""
    windows = zip(("five_hour", "seven_day"), desk.LIMITS.values(), desk.LEFT.values(), strict=True)
    limits = {
        name: {"used_percentage": percent, "resets_at": int(time.time() + left)}
        for name, percent, left in windows
    }
    script, program = tmp_path / "claude.py", tmp_path / "claude"
    script.write_text(STAND_IN)
    words = [sys.executable, str(script), desk.SAID, json.dumps({"rate_limits": limits})]
    program.write_text(f"#!/bin/sh\nexec {shlex.join(words)}\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize("theme", THEMES)
def test_the_first_picture_is_what_zsh_and_tmux_show(theme: str, stand_in: str) -> None:
    """Except for Claude Code's part, the first picture is as it would be drawn now."""
    with desk.desk(theme, stand_in) as screen:
        assert_below_claude_as_kept(screen, theme)


@pytest.mark.parametrize("theme", THEMES)
def test_the_first_picture_has_the_line_in_all_three_places(theme: str) -> None:
    """Claude Code's status line, the prompt of zsh and the bar of tmux have the same text."""
    picture = text_of(pictures.path_of("hero", theme).read_text())
    assert len(re.findall(desk.SHOWN, "\n".join(picture))) == len(hero.PLACES)


def test_the_readme_has_each_picture_in_its_own_size() -> None:
    """Each is there for light and for dark pages, with words for who cannot see it.

    So that its text is as large as that of code, it is not scaled, and fits GitHub's column.
    """
    names = [name for _, name, _, _ in USED]
    assert sorted(names) == sorted(["hero", *pictures.PICTURES])
    for dark, light, width, words in USED:
        assert dark == light
        sizes = {
            re.findall(WIDTH, pictures.path_of(light, theme).read_text())[0] for theme in THEMES
        }
        assert [int(width)] == [round(float(size)) for size in sizes]
        assert int(width) <= COLUMN
        assert len(words.split()) > 4
