"""A terminal's screen as an SVG picture, for light pages and dark ones; no font is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

import pyte

CELL, LINE, MARGIN, BAR = 8.4, 18, 14, 30  # pixels; the bar is the window's own
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
BLOCKS = "▁▂▃▄▅▆▇█"  # drawn as what they are: no font fills its line
WORD = re.compile(rf"[^\s{BLOCKS}]+|[{BLOCKS}]")
NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")


@dataclass(frozen=True)
class Theme:
    """The colours of a terminal: its ground, its text, dim text, and the first eight."""

    ground: str
    text: str
    dim: str
    edge: str
    eight: tuple[str, ...]


THEMES = {
    "dark": Theme(
        "#16181d", "#d5d8df", "#848b98", "#2c313a",
        ("#16181d", "#ff7b72", "#7ee08a", "#e8c15c", "#79b8ff", "#d2a8ff", "#76d9e6", "#d5d8df"),
    ),
    "light": Theme(
        "#ffffff", "#24292f", "#6b737c", "#d0d7de",
        ("#24292f", "#c4232f", "#1a7f37", "#8a6100", "#0a5bc4", "#8250df", "#0f6d7c", "#57606a"),
    ),
}  # fmt: skip


def draw(screen: pyte.Screen, title: str, theme: Theme) -> str:
    """The whole screen in a window with a title."""
    rows = used_rows(screen)
    width = screen.columns * CELL + 2 * MARGIN
    height = rows * LINE + 2 * MARGIN + BAR
    dots = "".join(
        f'<circle cx="{MARGIN + 6 + 18 * i}" cy="{BAR / 2 + 2}" r="5" fill="{theme.edge}"/>'
        for i in range(3)
    )
    body = "".join(row for y in range(rows) for row in _row(screen, y, theme))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}" font-family="{FONT}" font-size="14">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect x=".5" y=".5" width="{width - 1:g}" height="{height - 1:g}" rx="9"'
        f' fill="{theme.ground}" stroke="{theme.edge}"/>\n{dots}\n{body}</svg>\n'
    )


def used_rows(screen: pyte.Screen) -> int:
    """The rows down to the last that holds anything."""
    used = [y for y, row in enumerate(screen.display) if row.strip()]
    return used[-1] + 1 if used else 1


def _row(screen: pyte.Screen, y: int, theme: Theme) -> Iterator[str]:
    """The grounds of a row's cells, then its texts, a run of one style each."""
    cells = [screen.buffer[y][x] for x in range(screen.columns)]
    top = BAR + MARGIN + y * LINE
    x = 0
    grounds, texts = [], []
    for style, group in groupby(cells, key=lambda cell: _style(cell, theme)):
        run = list(group)
        text = "".join(cell.data for cell in run)
        left, span = MARGIN + x * CELL, len(run) * CELL
        if style["ground"]:
            grounds.append(
                f'<rect x="{left:.1f}" y="{top}" width="{span:.1f}" height="{LINE}"'
                f' fill="{style["ground"]}"/>\n'
            )
        weight = ' font-weight="bold"' if style["bold"] else ""
        for word in WORD.finditer(text):  # each at its own place, whatever the font
            if word[0] in BLOCKS:
                high = LINE * (BLOCKS.index(word[0]) + 1) / len(BLOCKS)
                texts.append(
                    f'<rect x="{left + word.start() * CELL:.1f}" y="{top + LINE - high:g}"'
                    f' width="{CELL + 0.1:.1f}" height="{high:g}" fill="{style["fill"]}"/>\n'
                )
                continue
            texts.append(
                f'<text x="{left + word.start() * CELL:.1f}" y="{top + 13.5}"'
                f' fill="{style["fill"]}"{weight} textLength="{len(word[0]) * CELL:.1f}">'
                f"{escape(word[0])}</text>\n"
            )
        x += len(run)
    yield from grounds
    yield from texts


def _style(cell: pyte.screens.Char, theme: Theme) -> Mapping[str, str | bool]:
    fill, ground = _colour(cell.fg, theme.text, theme), _colour(cell.bg, "", theme)
    if cell.reverse:
        fill, ground = ground or theme.ground, fill
    return {"fill": fill, "ground": ground, "bold": cell.bold}


def _colour(name: str, default: str, theme: Theme) -> str:
    if name == "default":
        return default
    plain = name.removeprefix("bright")
    if plain in NAMES:
        return theme.dim if name == "brightblack" else theme.eight[NAMES.index(plain)]
    return f"#{name}" if len(name) == 6 else default
