"""A full screen on a terminal, of which only what has changed is written, and which is given back.

Each picture is one write: a terminal shows it whole or not at all, and nothing is ever blanked
that is to stay.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from claude_status.render.chart import ASCII
from claude_status.render.segments import IN_ASCII

ENTER, LEAVE = "\033[?1049h", "\033[?1049l"  # the alternate screen
HIDE, SHOW = "\033[?25l", "\033[?25h"  # the cursor
CLEAR, REST = "\033[2J", "\033[K"
Row = tuple[str, int]  # what is written, and the columns that it takes
EMPTY: Row = "", 0
ONE_FOR_ONE = {key: text for key, text in IN_ASCII.items() if len(text) == 1}
TABLE = str.maketrans({**ONE_FOR_ONE, "━": "#", "╸": "-", "─": "-", "▸": ">"}) | ASCII


class Painter:
    """Paints standard output from entering to leaving; ``kind`` is ansi, plain or ascii."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._size = (0, 0)
        self._rows: list[Row] = []

    def __enter__(self) -> Painter:
        """Take the alternate screen, without a cursor."""
        self._write(ENTER + HIDE)
        return self

    def __exit__(self, *_: object) -> None:
        """Give back what there was."""
        with contextlib.suppress(OSError):
            self._write(SHOW + LEAVE)

    def paint(self, lines: Sequence[Text], columns: int, height: int) -> None:
        """Show these lines from the top, in a terminal of that size."""
        rows = [self._row(line, columns) for line in lines[:height]]
        rows += [EMPTY] * (height - len(rows))
        text = ""
        if self._size != (columns, height):
            self._size, self._rows, text = (columns, height), [EMPTY] * height, CLEAR
        for number, (row, before) in enumerate(zip(rows, self._rows, strict=True), 1):
            if row != before:
                # behind a full row there is no rest, and some terminals would take its last cell
                text += f"\033[{number}H{row[0]}{REST if row[1] < columns else ''}"
        self._rows = rows
        self._write(text)

    def _row(self, line: Text, columns: int) -> Row:
        """What to write for a line, cut at the edge."""
        line = line.copy()
        line.rstrip()
        line.truncate(columns)
        text = line.plain
        if self._kind == "ansi":
            text = _coloured(line, columns)
        elif self._kind == "ascii":
            text = text.translate(TABLE).encode("ascii", "replace").decode()
        return text, line.cell_len

    def _write(self, text: str) -> None:
        if text:
            sys.stdout.write(text)
            sys.stdout.flush()


def _coloured(line: Text, columns: int) -> str:
    console = Console(
        width=columns, color_system="standard", force_terminal=True, highlight=False,
        file=io.StringIO(),
    )  # fmt: skip
    with console.capture() as drawn:
        console.print(line, end="", no_wrap=True, crop=True, overflow="crop")
    return drawn.get()
