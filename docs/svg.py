"""A terminal's screen as an SVG picture, for light pages and dark ones; no font is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

import pyte

from docs.shapes import DRAWN, filling, outline

CELL, LINE, MARGIN, BAR = 8.4, 18, 14, 30  # pixels; the bar is the window's own
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
WORD = re.compile(rf"[^\s{''.join(DRAWN)}]+")
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


@dataclass(frozen=True)
class Mark:
    """A frame around cells of row ``y``, and a name beside it, at the side with more room."""

    y: int
    begin: int
    end: int
    name: str


def draw(screen: pyte.Screen, title: str, theme: Theme, marks: Iterable[Mark] = ()) -> str:
    """What is on the screen, in a window with a title; marks are no part of the screen."""
    used = [y for y, row in enumerate(screen.display) if row.strip()] or [0]
    width = screen.columns * CELL + 2 * MARGIN
    height = (used[-1] + 1 - used[0]) * LINE + 2 * MARGIN + BAR
    dots = "".join(
        f'<circle cx="{MARGIN + 6 + 18 * i}" cy="{BAR / 2 + 2}" r="5" fill="{theme.edge}"/>'
        for i in range(3)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}" font-family="{FONT}" font-size="14">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect x=".5" y=".5" width="{width - 1:g}" height="{height - 1:g}" rx="9"'
        f' fill="{theme.ground}" stroke="{theme.edge}"/>\n{dots}\n'
        f'<text x="{width / 2:g}" y="{BAR / 2 + 6.5}" fill="{theme.dim}" font-size="13"'
        f' text-anchor="middle">{escape(title)}</text>\n'
        + "".join(rows(screen, used[0], used[-1], theme))
        + "".join(_mark(mark, used[0], theme) for mark in marks)
        + "</svg>\n"
    )


def rows(screen: pyte.Screen, first: int, last: int, theme: Theme) -> Iterator[str]:
    """Each row's drawing, at its place in a picture that begins with the first."""
    for y in range(first, last + 1):
        cells = [screen.buffer[y][x] for x in range(screen.columns)]
        yield "".join(_row(cells, BAR + MARGIN + (y - first) * LINE, theme))


def _mark(mark: Mark, first: int, theme: Theme) -> str:
    left, top = MARGIN + mark.begin * CELL - 5, BAR + MARGIN + (mark.y - first) * LINE
    width, accent = (mark.end - mark.begin) * CELL + 10, theme.eight[4]
    x, anchor = (left + width + 9, "start") if mark.begin < 40 else (left - 9, "end")
    return (
        f'<rect x="{left:.1f}" y="{top - 1}" width="{width:.1f}" height="{LINE + 1.5}" rx="6"'
        f' fill="none" stroke="{accent}" stroke-width="1.5"/>\n'
        f'<text x="{x:.1f}" y="{top + 13.5}" fill="{accent}" text-anchor="{anchor}"'
        f' font-family="system-ui, sans-serif">{escape(mark.name)}</text>\n'
    )


def _row(cells: Sequence[pyte.screens.Char], top: int, theme: Theme) -> Iterator[str]:
    """The grounds of a row's cells, then its texts, a run of one style each."""
    grounds, texts, x = [], [], 0
    for style, group in groupby(cells, key=lambda cell: _style(cell, theme)):
        text = "".join(cell.data for cell in group)
        left = MARGIN + x * CELL
        if style["ground"]:
            grounds.append(
                f'<rect x="{left:.1f}" y="{top}" width="{len(text) * CELL:.1f}" height="{LINE}"'
                f' fill="{style["ground"]}" shape-rendering="crispEdges"/>\n'
            )
        weight = ' font-weight="bold"' if style["bold"] else ""
        for word in WORD.finditer(text):  # each at its own place, whatever the font
            texts.append(
                f'<text x="{left + word.start() * CELL:.1f}" y="{top + 13.5}"'
                f' fill="{style["fill"]}"{weight} textLength="{len(word[0]) * CELL:.1f}">'
                f"{escape(word[0])}</text>\n"
            )
        texts += _shapes(text, left, top, style["fill"])
        x += len(text)
    yield from grounds
    yield from texts


def _shapes(text: str, left: float, top: int, fill: str) -> Iterator[str]:
    """The characters of a run that are drawn, in one path for each way to fill them."""
    paths: dict[str, str] = {}
    for x, character in enumerate(text):
        if character in DRAWN:
            path = outline(character, left + x * CELL, top, CELL, LINE)
            paths[filling(character)] = paths.get(filling(character), "") + path
    for how, path in paths.items():
        yield f'<path fill="{fill}"{how} d="{path}"/>\n'


def _style(cell: pyte.screens.Char, theme: Theme) -> Mapping[str, str]:
    fill, ground = _colour(cell.fg, theme.text, theme), _colour(cell.bg, "", theme)
    if cell.bg in NAMES[1:]:  # shades for text: black text needs a lighter ground
        ground = _mixed(ground, "#ffffff")
    if cell.blink:  # which stands for dim
        fill = theme.dim if cell.fg == "default" else _mixed(fill, ground or theme.ground)
    if cell.reverse:
        fill, ground = ground or theme.ground, fill
    return {"fill": fill, "ground": ground, "bold": "bold" if cell.bold else ""}


def _colour(name: str, default: str, theme: Theme) -> str:
    if name == "default":
        return default
    plain = name.removeprefix("bright")
    if plain in NAMES:
        return theme.dim if name == "brightblack" else theme.eight[NAMES.index(plain)]
    return f"#{name}" if len(name) == 6 else default


def _mixed(one: str, other: str) -> str:
    """A colour two thirds of the way from the other, both as ``#rrggbb``."""
    pairs = [(int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{(2 * a + b) // 3:02x}" for a, b in pairs)
