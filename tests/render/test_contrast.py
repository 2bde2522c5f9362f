"""Whether the default colours are readable: their contrast by WCAG 2 in common palettes."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

import pyte
import pytest

from claude_status.render.colours import HOSTS, hexadecimal
from claude_status.render.dialects import DIALECTS
from claude_status.render.segments import Line, Piece
from tests.conftest import program

LEAST = 3.0  # WCAG's minimum for large text and for graphics
PALETTES = {  # the theme's own background and text
    "Tokyo Night": ("#1a1b26", "#c0caf5"),
    "Catppuccin Mocha": ("#1e1e2e", "#cdd6f4"),
    "Catppuccin Latte": ("#eff1f5", "#4c4f69"),
    "Gruvbox dark": ("#282828", "#ebdbb2"),
    "Gruvbox light": ("#fbf1c7", "#3c3836"),
    "Solarized dark": ("#002b36", "#839496"),
    "Solarized light": ("#fdf6e3", "#657b83"),
    "xterm": ("#000000", "#e5e5e5"),
    "xterm, light": ("#ffffff", "#000000"),
    "GitHub light": ("#ffffff", "#1f2328"),
    "GitHub dark": ("#0d1117", "#e6edf3"),
    "One Dark": ("#282c34", "#abb2bf"),
}
BARS = {  # the background and the text of tmux's bar in these themes
    "tmux's own": ("#00cd00", "#000000"),
    "Tokyo Night": ("#16161e", "#7aa2f7"),
    "Catppuccin": ("#181825", "#cdd6f4"),
    "Gruvbox": ("#3c3836", "#a89984"),
    "Solarized dark": ("#073642", "#839496"),
    "Solarized light": ("#eee8d5", "#657b83"),
}
LINE: Line = (
    Piece("label"), Piece("1%", "normal"), Piece(" "), Piece("~2%", "normal", is_old=True),
    Piece(" "), Piece("3%", "warning"), Piece(" "), Piece("~4%", "warning", is_old=True),
    Piece(" "), Piece("5%", "critical"), Piece(" "), Piece("~6%", "critical", is_old=True),
)  # fmt: skip
TEXTS = [piece.text for piece in LINE if piece.text != " "]
TERMINALS = ("ansi", "bash", "fish", "starship", "claude", "zsh")


class Seen(NamedTuple):
    """How a text looks on a screen; "" for the screen's own colours."""

    colour: str
    ground: str
    is_dim: bool


def luminance(colour: str) -> float:
    """The relative luminance of ``#rrggbb`` as WCAG 2 defines it."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def dimmed(colour: str, ground: str) -> Iterator[str]:
    """What terminals make of a dim text.

    xterm and Alacritty take two thirds of each channel, Ghostty, iTerm2 and xterm.js a colour half
    way to the background.
    """
    pairs = [(int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    yield "#" + "".join(f"{own * 2 // 3:02x}" for own, _ in pairs)
    yield "#" + "".join(f"{(own + below) // 2:02x}" for own, below in pairs)


def seen_contrast(seen: Seen, ground: str, text: str) -> float:
    """The contrast of a text in a palette; for a dim one, the lowest of any terminal."""
    ground, colour = seen.ground or ground, seen.colour or text
    colours = dimmed(colour, ground) if seen.is_dim else [colour]
    return min(contrast(each, ground) for each in colours)


def on_terminal(host: str) -> dict[str, Seen]:
    """How a terminal shows each text of the line; zsh's is printed by the real zsh."""
    text = DIALECTS[host](LINE, HOSTS[host]) if host in HOSTS else DIALECTS[host](LINE)
    if host == "zsh":
        command = [program("zsh"), "-fc", 'print -nP -- "$1"', "zsh", text]
        environ = {"TERM": "xterm-256color"}
        text = subprocess.run(
            command, env=environ, capture_output=True, text=True, check=True
        ).stdout
    screen = pyte.Screen(80, 2)
    pyte.Stream(screen).feed(re.sub("[\001\002]", "", text))
    row = screen.display[0]
    cells = {word: screen.buffer[0][row.index(word)] for word in TEXTS}
    assert not re.search(r"\x1b\[(2|[0-9;]*;2)m", text)  # pyte does not support dim
    return {
        word: Seen(*(f"#{each}" if each != "default" else "" for each in (cell.fg, cell.bg)), False)
        for word, cell in cells.items()
    }


def on_bar(host: str, text: str) -> Iterator[Seen]:
    """The colours that a bar gets, including that of a text without any."""
    yield Seen("", "", is_dim=False)
    if host == "i3bar":
        text = str(json.loads(text).get("color", ""))
    for style in re.findall(r"#\[(fg=[^\]]*|dim[^\]]*)\]", text):
        words = dict(word.partition("=")[::2] for word in style.split(","))
        names = (words.get(name, "").removeprefix("colour") for name in ("fg", "bg"))
        yield Seen(*(name and hexadecimal(name) for name in names), "dim" in words)
    for colour in re.findall("#[0-9a-f]{6}", text):
        yield Seen(colour, "", is_dim=False)


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("host", TERMINALS)
def test_every_text_can_be_read(host: str, palette: str) -> None:
    """Numbers of each level, old ones and labels have a contrast of 3 or more."""
    for text, seen in on_terminal(host).items():
        assert seen_contrast(seen, *PALETTES[palette]) >= LEAST, text


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("host", [host for host in TERMINALS if host != "claude"])
def test_labels_are_dimmer_than_numbers(host: str, palette: str) -> None:
    """A number has more contrast than labels and old numbers; Claude Code dims all alike."""
    shown = {
        text: seen_contrast(seen, *PALETTES[palette]) for text, seen in on_terminal(host).items()
    }
    assert shown["1%"] > shown["label"]
    assert shown["1%"] > shown["~2%"]
    assert shown["~2%"] <= shown["label"]


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("host", ["waybar", "i3bar", "polybar", "xbar"])
def test_every_text_can_be_read_in_a_desktops_bar(host: str, palette: str) -> None:
    """In desktop bars, each colour has a contrast of 3 or more in these palettes."""
    for line in (LINE, LINE[:7], LINE[:3]):
        for seen in on_bar(host, DIALECTS[host](line)):
            assert seen_contrast(seen, *PALETTES[palette]) >= LEAST


@pytest.mark.parametrize("bar", BARS)
def test_every_text_can_be_read_in_the_bar_of_tmux(bar: str) -> None:
    """In tmux, warnings and critical numbers bring their own background, and are readable."""
    found = list(on_bar("tmux", DIALECTS["tmux"](LINE)))
    assert [seen.ground for seen in found] == ["", "#ffd700", "#ffd700", "#ff0000", "#ff0000"]
    for seen in found:
        assert seen_contrast(seen, *BARS[bar]) >= LEAST


def test_dim_would_be_unreadable() -> None:
    """A dim text falls below 3 in some palettes, so none of the defaults is dim."""
    dim = Seen("", "", is_dim=True)
    low = [name for name, palette in PALETTES.items() if seen_contrast(dim, *palette) < LEAST]
    assert {"Catppuccin Latte", "Solarized dark", "Solarized light"} <= set(low)
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
