"""The full picture as plain text: a row for each limit, then what is wrong and what to do."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterator

from claude_status.render.report import Report, Row
from claude_status.render.segments import MARK
from claude_status.render.style import CRITICAL

BAR = 20  # columns, where there is room
INDENT = "    "
LEAST = 20  # columns: nothing can be laid out in fewer
WHOLE = 1000  # more columns than any line has: one line for each limit


def draw_report(report: Report, columns: int = WHOLE) -> str:
    """Lines of at most so many columns, without colour and without a final newline."""
    columns = max(columns, LEAST)
    names = min(columns - 16, max((len(row.name) for row in report.rows), default=0))
    shares = max((len(_share(row)) for row in report.rows), default=0)
    bar = max(4, min(BAR, columns - names - shares - 6))
    lines = textwrap.wrap(report.title, columns)
    for row in report.rows:
        head = f"  {row.name[:names]:<{names}}  {_share(row):>{shares}}  {_bar(row, bar)}"
        words = [text for text in (row.state, row.pace, row.origin) if text]
        whole = f"{head}  {' · '.join(words)}"
        if len(whole) <= columns:
            lines.append(whole.rstrip())
        else:
            lines += [head.rstrip(), *_filled(words, columns)]
    if report.empty:
        lines.append(f"  {report.empty}")
    return "\n".join([*lines, *textwrap.wrap(report.problem, columns, break_long_words=False)])


def _share(row: Row) -> str:
    """The percentage, with a mark instead of the colour of a critical one."""
    return row.share + MARK * (row.colour == CRITICAL)


def _bar(row: Row, columns: int) -> str:
    """Rounded down, as the percentage is."""
    if row.filled is None:
        return " " * columns
    full = min(columns, math.floor(row.filled * columns))
    return "#" * full + "." * (columns - full)


def _filled(words: list[str], columns: int) -> Iterator[str]:
    """As many of the words on each line as fit."""
    line = ""
    for text in words:
        if line and len(INDENT) + len(line) + 3 + len(text) <= columns:
            line += f" · {text}"
            continue
        if line:
            yield INDENT + line
        room = columns - len(INDENT)
        parts = [text] if len(text) <= room else re.split("(?<=,) ", text)
        *full, line = (piece for part in parts for piece in textwrap.wrap(part, room))
        yield from (INDENT + each for each in full)
    if line:
        yield INDENT + line
