"""Characters that are drawn instead of written, since no two fonts have them alike, if at all.

Lines and blocks must meet those of the next cell; icons of a Nerd Font are in no other font.
Coordinates are parts of the cell: x from its left edge, y from its top, both from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Box = tuple[float, float, float, float]  # left, top, right, bottom
Point = tuple[float, float]
THIN, HEAVY = 0.055, 0.13  # a line's width, in heights of a cell

LEFT, UP, RIGHT, DOWN = "left", "up", "right", "down"
LINES = {  # the arms that go out from the middle of the cell
    "─": (LEFT, RIGHT), "│": (UP, DOWN), "┼": (LEFT, UP, RIGHT, DOWN),
    "├": (UP, RIGHT, DOWN), "┤": (LEFT, UP, DOWN), "┬": (LEFT, RIGHT, DOWN), "┴": (LEFT, UP, RIGHT),
    "┌": (RIGHT, DOWN), "┐": (LEFT, DOWN), "└": (UP, RIGHT), "┘": (LEFT, UP),
    "╭": (RIGHT, DOWN), "╮": (LEFT, DOWN), "╰": (UP, RIGHT), "╯": (LEFT, UP),
    "━": (LEFT, RIGHT), "╸": (LEFT,), "╺": (RIGHT,),
}  # fmt: skip
HEAVY_LINES = "━╸╺"
LOWER, FROM_LEFT, SHADES = "▁▂▃▄▅▆▇█", "▏▎▍▌▋▊▉", "░▒▓"
QUARTERS = {  # which are filled: top left, top right, bottom left, bottom right
    "▀": "12", "▐": "24", "▖": "3", "▗": "4", "▘": "1", "▝": "2", "▚": "14", "▞": "23",
    "▙": "134", "▛": "123", "▜": "124", "▟": "234",
}  # fmt: skip
CORNERS: dict[str, Box] = {
    "1": (0, 0, 0.5, 0.5), "2": (0.5, 0, 1, 0.5), "3": (0, 0.5, 0.5, 1), "4": (0.5, 0.5, 1, 1),
}  # fmt: skip
FILLED: dict[str, Sequence[Sequence[Point]]] = {
    "⏵": [[(0.1, 0.28), (0.95, 0.53), (0.1, 0.78)]],
    "⏸": [[(x, 0.3), (x + 0.25, 0.3), (x + 0.25, 0.76), (x, 0.76)] for x in (0.15, 0.6)],
    "\ue0b1": [[(0.1, 0), (0.25, 0), (0.95, 0.5), (0.25, 1), (0.1, 1), (0.8, 0.5)]],
    "\uf252": [  # an hourglass
        [(0, 0.2), (1, 0.2), (1, 0.27), (0, 0.27)],
        [(0.12, 0.3), (0.88, 0.3), (0.5, 0.53)],
        [(0.5, 0.51), (0.88, 0.74), (0.12, 0.74)],
        [(0, 0.77), (1, 0.77), (1, 0.84), (0, 0.84)],
    ],
    "\uf073": [  # a calendar
        [(0, 0.28), (1, 0.28), (1, 0.4), (0, 0.4)],
        [(0.18, 0.2), (0.32, 0.2), (0.32, 0.28), (0.18, 0.28)],
        [(0.68, 0.2), (0.82, 0.2), (0.82, 0.28), (0.68, 0.28)],
        *[
            [(x, y), (x + 0.27, y), (x + 0.27, y + 0.115), (x, y + 0.115)]
            for x in (0, 0.365, 0.73)
            for y in (0.44, 0.585, 0.73)
        ],
    ],
    "\uf021": [  # an arrow that turns; an arc of eleven corners, and its head
        [
            (0.55, 0.24), (0.2, 0.3), (0, 0.47), (0, 0.6), (0.2, 0.77), (0.55, 0.83), (0.88, 0.77),
            (1, 0.66), (0.83, 0.62), (0.72, 0.7), (0.5, 0.74), (0.28, 0.7), (0.16, 0.58),
            (0.16, 0.5), (0.28, 0.38), (0.55, 0.34),
        ],
        [(0.5, 0.14), (1, 0.3), (0.5, 0.46)],
    ],
}  # fmt: skip
DRAWN = {*LINES, *LOWER, *FROM_LEFT, *SHADES, *QUARTERS, *FILLED}


def filling(character: str) -> str:
    """The attributes of its path: edges that lie on each other must meet, slanting ones not."""
    if character in FILLED:
        return ""
    shade = SHADES.find(character) + 1
    opacity = f' fill-opacity="{shade / 4:g}"' if shade else ""
    return f'{opacity} shape-rendering="crispEdges"'


def outline(character: str, left: float, top: float, width: float, height: float) -> str:
    """The SVG path of a character of ``DRAWN`` in the cell at that place, in pixels."""
    if character in FILLED:
        return "".join(
            "M" + "L".join(f"{left + x * width:.1f} {top + y * height:.1f}" for x, y in corners)
            + "z"
            for corners in FILLED[character]
        )  # fmt: skip
    return "".join(
        f"M{left + x * width:.1f} {top + y * height:.1f}H{left + right * width:.1f}"
        f"V{top + bottom * height:.1f}H{left + x * width:.1f}z"
        for x, y, right, bottom in _boxes(character, height / width)
    )


def _boxes(character: str, ratio: float) -> Iterator[Box]:
    """What is filled; ``ratio`` is the cell's height by its width."""
    if character in LOWER:
        yield 0, 1 - (LOWER.index(character) + 1) / 8, 1, 1
    elif character in FROM_LEFT:
        yield 0, 0, (FROM_LEFT.index(character) + 1) / 8, 1
    elif character in SHADES:
        yield 0, 0, 1, 1
    elif character in QUARTERS:
        yield from (CORNERS[number] for number in QUARTERS[character])
    else:
        half = (HEAVY if character in HEAVY_LINES else THIN) / 2
        x, y = half * ratio, half
        arms = {
            LEFT: (0, 0.5 - y, 0.5 + x, 0.5 + y),
            RIGHT: (0.5 - x, 0.5 - y, 1, 0.5 + y),
            UP: (0.5 - x, 0, 0.5 + x, 0.5 + y),
            DOWN: (0.5 - x, 0.5 - y, 0.5 + x, 1),
        }
        yield from (arms[arm] for arm in LINES[character])
