"""A whole screen: the limits, how use grew, what happened lately, and the next call (by rich).

The limits get lines first, then the charts, then the events.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.text import Text

from claude_status.render.chart import LEAST_BESIDE, Chart, beside_each_other, draw_chart, heading
from claude_status.render.chart import legend as chart_legend
from claude_status.render.lately import Event
from claude_status.render.outlook import local_time
from claude_status.render.picture_colours import BARS, SHARES
from claude_status.render.plot import Thresholds, joined
from claude_status.render.report import Report
from claude_status.render.screen import (
    LEAST_BAR,
    LEAST_COLUMNS,
    ROOMY_BAR,
    draw_screen,
    ends,
    narrow_table,
    short_blocks,
    wide_table,
    wrapped,
)
from claude_status.render.segments import Piece

LEAST_CHART, BETWEEN = 30, 4  # columns
AXES = 2  # rows of a chart below its plot
MOST_QUARTER = 8  # rows for 25%
FEW, MANY = 3, 8  # lines of events
LATELY, EVENT = "Lately  ", 48  # columns
QUIET = "Nothing in the past 24 hours: no reset, no alert, no failed call."


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that is to be seen; ``tabs`` names the ranges, ``hint`` the keys."""

    report: Report
    charts: Sequence[Chart]
    events: Sequence[Event]
    next_call: str
    tabs: Text
    hint: str
    thresholds: Thresholds
    now: float


def draw_dashboard(board: Board, columns: int, lines: int) -> list[Text]:
    """At most so many lines; if they are too few for more, the limits alone."""
    columns = max(columns, LEAST_COLUMNS)
    title, hint = Text(board.report.title, "bold"), Text(board.hint, "dim")
    problem = Text.assemble(("! ", SHARES["critical"]), board.report.problem)
    above = wrapped(problem, columns) if board.report.problem else []
    full = ends(title, Text(board.next_call, "dim"), columns), ends(board.tabs, hint, columns)
    for rows in _layouts(board.report, columns):
        for head, keys in (full, (wrapped(title, columns), wrapped(hint, columns))):
            foot = [*above, *keys]
            spare = lines - len(head) - len(rows) - len(foot)
            if spare >= 0:
                middle = _below(board, columns, spare)
                return [*_spread(head, rows, middle, lines - len(foot)), *foot]
    return draw_screen(board.report, columns, lines, board.hint)


def draw_help(keys: Sequence[tuple[str, str]], columns: int, lines: int) -> list[Text]:
    """A screen that says which keys there are and what the marks mean."""
    marks = (
        ("│", "the time that has passed"),
        ("▸", "runs out first"),
        ("~", "an old number"),
        ("–", "the window was reset since"),
        ("█ ·", "used, even pace"),
        ("• ░", "at this rate, likely range"),
        ("▲", "above 100%"),
    )
    found = [Text("Keys", "bold"), *_glossary(keys), Text()]
    found += [Text("Marks", "bold"), *_glossary(marks)]
    dense = [line for line in found if line]
    return (found if len(found) <= lines else dense)[:lines]


def _glossary(entries: Sequence[tuple[str, str]]) -> list[Text]:
    return [Text.assemble("  ", (f"{name:<7}", "bold"), f"  {words}") for name, words in entries]


def _layouts(report: Report, columns: int) -> Iterator[list[Text]]:
    """The limits in ever fewer lines."""
    if not report.rows:
        yield [Text(report.empty)]
        return
    table = wide_table(report.rows, columns, ROOMY_BAR, all_words=True)
    table = table or narrow_table(report.rows, columns)
    if table:
        yield table
        yield table[: len(report.rows) + 1]  # without the sources
        return
    yield short_blocks(report.rows, columns)
    table = wide_table(report.rows, columns, LEAST_BAR)
    if table:  # else it is too narrow, and the limits go before all else
        yield table


def _below(board: Board, columns: int, spare: int) -> list[list[Text]]:
    """The charts and the events, for so many lines with a blank one above each part."""
    for count, least in ((FEW, 2), (2, 2), (1, 2), (1, 1), (0, 1)):
        events = _events(board, columns, count)
        room = spare - 1 - (len(events) + 1 if events else 0)
        charts, key = _charts(board, columns, room, least)
        if charts:
            left = room - len(charts)
            more = _events(board, columns, min(MANY, len(events) + left)) if events else []
            left -= len(more) - len(events)
            return [[*charts, *(key if len(key) <= left else [])], more]
    events = _events(board, columns, min(MANY, spare - 1))
    return [events] if len(events) < spare else []


def _spread(
    head: list[Text], rows: list[Text], parts: Sequence[list[Text]], lines: int
) -> list[Text]:
    """All parts with a blank line above each where there is one to spare, down to that line."""
    drawn = [*head, *rows]
    below = [line for part in parts if part for line in (Text(), *part)]
    if len(drawn) + len(below) < lines:
        drawn = [*head, Text(), *rows]
    drawn += below
    return [*drawn, *(Text() for _ in range(lines - len(drawn)))]


def _charts(board: Board, columns: int, room: int, least: int) -> tuple[list[Text], list[Text]]:
    """As large as there is room for, below or beside each other, and how to read them.

    Nothing where 25% would be fewer rows than the least.
    """
    charts = board.charts
    half = (columns - BETWEEN) // 2
    arrangements = [(len(charts), columns)]
    if len(charts) > 1 and half >= LEAST_CHART:
        at = 0 if half >= LEAST_BESIDE else 1
        arrangements.insert(at, (1, half))
    arrangements.append((1, columns))
    for stacked, width in arrangements if columns >= LEAST_CHART else ():
        shown = charts if stacked > 1 or width == half else charts[:1]
        above = max((len(heading(chart, width)) for chart in shown), default=0)
        quarter = ((room - stacked + 1) // stacked - above - AXES) // 4 if stacked else 0
        if quarter < max(least, 2 if stacked > 1 else 1):
            continue
        drawn = [
            _grid(chart, width, min(quarter, MOST_QUARTER), board.thresholds) for chart in shown
        ]
        rows = beside_each_other(drawn, width) if width == half else _stacked(drawn)
        key = Text(chart_legend(shown, width).replace("\xa0", " "), "dim")
        return [_text(row) for row in rows], wrapped(key, columns)
    return [], []


@lru_cache(maxsize=8)  # a chart stays the same for a minute, and is shown each second
def _grid(chart: Chart, width: int, quarter: int, thresholds: Thresholds) -> list[list[Piece]]:
    return draw_chart(chart, width, quarter, thresholds)


def _stacked(charts: Sequence[list[list[Piece]]]) -> list[list[Piece]]:
    return [row for chart in charts for row in (*chart, [])][:-1]


def _events(board: Board, columns: int, count: int) -> list[Text]:
    """The newest events on so many lines, beside each other where there is room."""
    if count < 1:
        return []
    if not board.events:
        return wrapped(Text(QUIET, "dim"), columns)[:count]
    beside = max(1, (columns - len(LATELY)) // EVENT)
    width = (columns - len(LATELY)) // beside
    lines: list[Text] = []
    for first in range(0, min(len(board.events), count * beside), beside):
        line = Text(LATELY if not lines else " " * len(LATELY), "bold")
        for event in board.events[first : first + beside]:
            cell = Text.assemble((f"{local_time(event.time, board.now)}  ", "dim"), event.words)
            cell.truncate(width, overflow="ellipsis", pad=True)
            line = Text.assemble(line, cell)
        lines.append(line)
    return lines


def _text(row: Sequence[Piece]) -> Text:
    return Text.assemble(*((x.text, BARS.get(x.colour, x.colour)) for x in joined(row)))
