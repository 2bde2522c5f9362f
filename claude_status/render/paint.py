"""A full screen on a terminal, of which only changes are written; restores the old screen.

Each picture is one write, so a terminal shows it whole or not at all, and nothing that stays is
ever blanked.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Span, Text

from claude_status.render.chart import ASCII
from claude_status.render.segments import IN_ASCII

ENTER, LEAVE = "\033[?1049h", "\033[?1049l"  # the alternate screen
HIDE, SHOW = "\033[?25l", "\033[?25h"  # the cursor
CLEAR, REST = "\033[2J", "\033[K"
Look = tuple[str, str, tuple[Span, ...]]  # the text of a line, and its styles
EMPTY: Look = "", "", ()
ONE_FOR_ONE = {key: text for key, text in IN_ASCII.items() if len(text) == 1}
TABLE = str.maketrans({**ONE_FOR_ONE, "━": "#", "╸": "-", "─": "-", "▸": ">"}) | ASCII


class Painter:
    """Paints standard output from entering to leaving; ``kind`` is ansi, plain or ascii."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._size = (0, 0)
        self._looks: list[Look] = []

    def __enter__(self) -> Painter:
        """Take the alternate screen, without a cursor."""
        self._write(ENTER + HIDE)
        return self

    def __exit__(self, *_: object) -> None:
        """Restore the screen and the cursor."""
        with contextlib.suppress(OSError):
            self._write(SHOW + LEAVE)

    def paint(self, lines: Sequence[Text], columns: int, height: int) -> None:
        """Show these lines from the top, in a terminal of that size."""
        shown = [*lines[:height], *(Text() for _ in range(height - len(lines)))]
        text = ""
        if self._size != (columns, height):
            self._size, self._looks, text = (columns, height), [EMPTY] * height, CLEAR
        looks = [_look(line) for line in shown]
        for number, line in enumerate(shown):
            if looks[number] != self._looks[number]:
                text += f"\033[{number + 1}H{self._row(line, columns)}"
        self._looks = looks
        self._write(text)

    def _row(self, line: Text, columns: int) -> str:
        """What to write for a line, cut at the edge."""
        line = line.copy()
        line.rstrip()
        line.truncate(columns)
        text = line.plain
        if self._kind == "ansi":
            text = _coloured(line, columns)
        elif self._kind == "ascii":
            text = text.translate(TABLE).encode("ascii", "replace").decode()
        # behind a full row there is no rest, and some terminals would take its last cell
        return text if line.cell_len == columns else text + REST

    def _write(self, text: str) -> None:
        if text:
            sys.stdout.write(text)
            sys.stdout.flush()


def _coloured(line: Text, columns: int) -> str:
    console = Console(
        width=columns, color_system="256", force_terminal=True, highlight=False,
        file=io.StringIO(),
    )  # fmt: skip
    with console.capture() as drawn:
        console.print(line, end="", no_wrap=True, crop=True, overflow="crop")
    return drawn.get()


def _look(line: Text) -> Look:
    return line.plain, str(line.style), tuple(line.spans)
