"""The full picture in colour, for a terminal of any width and height (drawn by rich).

There is never a background, so that it suits every theme.
"""

from __future__ import annotations

import math
import sys

from rich.console import Console
from rich.text import Text

from claude_status.render.picture_colours import BARS, SHARES
from claude_status.render.report import Report, Row

MAX_COLUMNS = 100  # of a block: a wider one is hard to read
LEAST_COLUMNS = 20  # nothing can be laid out in fewer
MAX_BAR, ROOMY_BAR, LEAST_BAR = 60, 24, 6  # columns, where each limit is one line
GAP = 3
FULL, HALF, REST, TIME = "━", "╸", "─", "│"
LEGEND = f"{TIME} time elapsed"
FIRST, NARROW_BAR = "▸ ", 8
BINDS = f"{FIRST}runs out first"
_CONSOLE = Console(width=MAX_COLUMNS)  # measures only


def report_text(report: Report, columns: int) -> str:
    """The picture with its colours, within so many columns, without a final newline."""
    console = Console(width=columns, color_system="256", force_terminal=True, highlight=False)
    with console.capture() as drawn:
        for line in draw_screen(report, columns):
            console.print(line, no_wrap=True, crop=True)
    return drawn.get().rstrip("\n")


def draw_screen(
    report: Report, columns: int, lines: int = sys.maxsize, hint: str = ""
) -> list[Text]:
    """A line for each limit if its words fit, else a block; ``hint`` comes last.

    ``lines`` is the available height: if that is too little, the blocks move together; then each
    limit is one line with as many words as fit, or two on a narrow screen; then the title is
    dropped, and the last lines.
    """
    columns = max(columns, LEAST_COLUMNS)
    head = [*wrapped(Text(report.title, "bold"), columns), Text()]
    foot = _foot(report, columns, hint, is_marked=False)
    table = wide_table(report.rows, columns, ROOMY_BAR, all_words=True)
    if not table and lines == sys.maxsize:
        table = narrow_table(report.rows, columns)
        foot = _foot(report, columns, hint, is_marked=bool(table))
    blocks = [_block(row, columns) for row in report.rows] or [[Text(report.empty)]]
    dense = [line for block in blocks for line in block]
    roomy = [line for block in blocks for line in (*block, Text())][:-1]
    for middle in (table or roomy, table or dense):
        if len(head) + len(middle) + 1 + len(foot) <= lines:
            return [*head, *middle, Text(), *foot]
    middle = wide_table(report.rows, columns, LEAST_BAR) or dense
    if len(middle) > lines and report.rows:
        middle = short_blocks(report.rows, columns)
    foot = foot[: max(0, lines - len(middle))]
    return [*head[: max(0, lines - len(middle) - len(foot))], *middle, *foot][:lines]


def _foot(report: Report, columns: int, hint: str, *, is_marked: bool) -> list[Text]:
    """What is wrong, then how to read the picture and which keys work."""
    problem = (
        Text.assemble(("! ", SHARES["critical"]), report.problem) if report.problem else Text()
    )
    timed = any(row.elapsed is not None for row in report.rows)
    signs = [LEGEND] * timed + [BINDS] * (is_marked and any(row.binds for row in report.rows))
    rest = Text("   ".join(signs), "dim"), Text(hint, "dim")
    said = wrapped(problem, min(columns, MAX_COLUMNS))
    apart = [Text()] if said and signs and not hint else []
    return [*said, *apart, *ends(*rest, min(columns, MAX_COLUMNS))]


def _block(row: Row, columns: int) -> list[Text]:
    """The name with its state, the bar with its percentage, the pace with the origin."""
    width = min(columns, MAX_COLUMNS)
    lines = ends(Text(row.name, "bold"), Text(row.state), width)
    if row.share:
        share = f" {row.share:>4}"
        lines.append(_bar(row, width - len(share)).append(share, SHARES[row.colour]))
    pace = row.pace if len(row.pace) <= width else row.pace.replace(", ", ",\n")
    return [*lines, *ends(Text(pace), Text(row.origin, "dim"), width)]


def wide_table(
    rows: tuple[Row, ...], columns: int, least_bar: int, *, all_words: bool = False
) -> list[Text]:
    """A line for each limit, or nothing where the bars would have less room than that."""
    if not rows:
        return []
    cells = [(row.name, row.share, row.state, row.pace, row.origin) for row in rows]
    names, shares, *words = (max(map(len, column)) for column in zip(*cells, strict=True))
    for count in (3,) if all_words else (3, 2, 1, 0):
        shown = [width for width in words[:count] if width]
        bar = min(MAX_BAR, columns - names - shares - GAP - sum(shown) - GAP * len(shown))
        if bar >= least_bar:
            return [_line(row, (names, bar, shares, *words[:count])) for row in rows]
    return []


def narrow_table(rows: tuple[Row, ...], columns: int) -> list[Text]:
    """A line for each limit in short words under titles; where they come from stands once below.

    Nothing where even that does not fit.
    """
    if not rows:
        return []
    titles = Row("", "used", "", None, None, "", "", "", "resets in", "outlook")
    cells = [(row.name, row.share, row.reset, row.outlook) for row in (titles, *rows)]
    names, shares, *words = (max(map(len, column)) for column in zip(*cells, strict=True))
    bar = min(MAX_BAR, columns - names - len(FIRST) - shares - 1 - sum(words) - GAP * len(words))
    if bar < NARROW_BAR:
        return []
    lines = []
    for row in (titles, *rows):
        style = "dim" if row is titles else "bold"
        line = Text.assemble((FIRST if row.binds else " " * len(FIRST), "bold"))
        line.append(f"{row.name:<{names}}", style).append(" ")
        line.append(_bar(row, bar - 1) if row.filled is not None else " " * (bar - 1))
        line.append(f" {row.share:>{shares}}", style if row is titles else SHARES[row.colour])
        for text, width in zip((row.reset, row.outlook), words, strict=True):
            line.append(" " * GAP).append(f"{text:<{width}}", "dim" if row is titles else "")
        lines.append(line)
    return [*lines, Text(), *_origins(rows, columns)]


def short_blocks(rows: tuple[Row, ...], columns: int) -> list[Text]:
    """Two lines for each limit, for a screen of few columns: its bar, and then its words."""
    names = max(len(row.name) for row in rows)
    shares = max(len(row.share) for row in rows)
    lines = []
    for row in rows:
        bar = columns - names - shares - 2
        drawn = _bar(row, bar) if row.filled is not None else " " * bar
        line = Text.assemble((f"{row.name:<{names}} ", "bold"), drawn)
        lines.append(line.append(f" {row.share:>{shares}}", SHARES[row.colour]))
        short = row.reset.partition(" (")[0]
        texts = (" · ".join(text for text in (x, row.outlook) if text) for x in (row.reset, short))
        words = min(texts, key=lambda text: (len(text) > columns - 2, -len(text)))
        lines.append(Text(f"  {words}"))
        lines[-1].truncate(columns, overflow="ellipsis")
    return lines


def _origins(rows: tuple[Row, ...], columns: int) -> list[Text]:
    """The sources and ages of the numbers, only once if they are the same for all."""
    origins = dict.fromkeys(row.origin for row in rows)
    if len(origins) == 1:
        return [Text(f"  {rows[0].origin}", "dim")]
    said = (
        f"{', '.join(row.name for row in rows if row.origin == origin)}: {origin}"
        for origin in origins
    )
    return wrapped(Text("  " + " · ".join(said), "dim"), columns)


def _line(row: Row, widths: tuple[int, ...]) -> Text:
    names, bar, shares, *words = widths
    drawn = _bar(row, bar) if row.share else " " * bar
    line = Text.assemble((f"{row.name:<{names}}  ", "bold"), drawn)
    line.append(f" {row.share:>{shares}}", SHARES[row.colour])
    for text, width, style in zip(
        (row.state, row.pace, row.origin), words, ("", "", "dim"), strict=False
    ):
        if width:
            line.append(" " * GAP).append(f"{text:<{width}}", style)
    return line


def _bar(row: Row, columns: int) -> Text:
    """Use from the left, rounded down to half a column, and a mark where the time stands."""
    halves = min(2 * columns, math.floor((row.filled or 0) * 2 * columns))
    full, half = divmod(halves, 2)
    rest = REST * (columns - full - half)
    bar = Text.assemble((FULL * full + HALF * half, BARS[row.colour]), (rest, "dim"))
    if row.elapsed is None:
        return bar
    mark = min(columns - 1, int(row.elapsed * columns))
    return Text.assemble(bar[:mark], (TIME, "bold"), bar[mark + 1 :])


def ends(left: Text, right: Text, width: int) -> list[Text]:
    """Two texts at the ends of a line, or one below the other where that is too short."""
    gap = width - len(left) - len(right)
    if left and right and gap >= 2:
        return [Text.assemble(left, " " * gap, right)]
    below = wrapped(right, width)
    return [*wrapped(left, width), *(Text(" " * (width - len(line))) + line for line in below)]


def wrapped(text: Text, width: int) -> list[Text]:
    """The lines of a text; none of an empty one."""
    return list(text.wrap(_CONSOLE, width)) if text else []
