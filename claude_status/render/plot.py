"""The cells of one chart: areas and bars in eighths of a cell, axes, and what is projected (pure).

A row is a list of pieces. A column without data stays blank; a column whose value is 0 shows the
lowest eighth, which distinguishes it from a missing value.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from itertools import groupby

from claude_status.render.axes import APART, DAY_COLUMNS, DAY_FORM, times_of
from claude_status.render.burnup import Burnup, Run
from claude_status.render.peaks import Peaks
from claude_status.render.segments import Piece
from claude_status.render.style import level_of

EIGHTHS = "▁▂▃▄▅▆▇█"
EVEN, LEADS, RANGE = "·", "•", "░"
ABOVE = "▲"  # stands on a column that goes beyond the top of the chart
SCALE = (100, 75, 50, 25)  # per cent; 0 is the axis itself
LEFT = len("100%┤")  # columns of the scale
DIM = "dim"
Thresholds = tuple[float, float]
Grid = list[list[Piece]]  # from the top, a character each


def draw_burnup(chart: Burnup, width: int, quarter: int, thresholds: Thresholds) -> Grid:
    """An area for use, dots for the even pace and for what is projected, with its range."""
    columns = width - LEFT
    step = (chart.until - chart.since) / columns

    def column(time: float) -> int:
        return min(columns - 1, max(0, int((time - chart.since) / step)))

    grid = _areas(_peaks(chart.used, columns, column), 4 * quarter, thresholds)
    for run in chart.even:
        _even(grid, run, column, lambda x: chart.since + (x + 0.5) * step)
    if chart.projection:
        for x in range(column(chart.projection.since) + 1, columns):
            low, middle, high = chart.projection.at(chart.since + (x + 0.5) * step)
            if low < 100:
                for y in range(_row(low, grid), _row(high, grid) + 1):
                    _put(grid, x, y, Piece(RANGE, DIM))
            if middle < 100:
                _put(grid, x, _row(middle, grid), Piece(LEADS))
    labels = times_of(chart.since, chart.until, columns)
    return _framed(grid, [(column(when), label) for when, label in labels], quarter)


def draw_peaks(chart: Peaks, width: int, quarter: int, thresholds: Thresholds) -> Grid:
    """A bar for each day, or for several days where there is little room."""
    shared, slot = bar_sizes(len(chart.days), width)
    values: list[float | None] = [None] * (-(-len(chart.days) // shared) * slot)
    for number in range(0, len(chart.days), shared):
        known = [peak for peak in chart.peaks[number : number + shared] if peak is not None]
        begin = number // shared * slot
        for x in range(begin, begin + max(1, slot - 1)):
            values[x] = max(known, default=None)
    every = -(-(DAY_COLUMNS + APART) // slot)  # bars from one label to the next
    marks = [
        (number * slot, time.strftime(DAY_FORM, time.localtime(day)))
        for number, day in enumerate(chart.days[::shared])
        if number % every == 0
    ]
    return _framed(_areas(values, 4 * quarter, thresholds), marks, quarter)


def bar_sizes(days: int, width: int) -> tuple[int, int]:
    """How many days share a bar, and the columns from one bar to the next."""
    columns = width - LEFT
    shared = -(-days // columns)
    return shared, columns // -(-days // shared)


def text_of(row: Sequence[Piece]) -> str:
    """The characters of a row."""
    return "".join(piece.text for piece in row)


def joined(row: Sequence[Piece]) -> list[Piece]:
    """A row with neighbouring pieces of the same colour joined."""
    return [
        Piece(text_of(list(run)), colour) for colour, run in groupby(row, key=lambda x: x.colour)
    ]


def _peaks(runs: Sequence[Run], columns: int, column: Callable[[float], int]) -> list[float | None]:
    """The highest number of each column; between two readings of a run, a straight line."""
    found: list[float | None] = [None] * columns
    for run in runs:
        for (begun, low), (end, high) in zip(run, run[1:] or run, strict=False):
            first, last = column(begun), column(end)
            for x in range(first, last + 1):
                share = 1.0 if last == first else (x - first) / (last - first)
                found[x] = max(found[x] or 0.0, low + (high - low) * share)
    return found


def _areas(values: Sequence[float | None], height: int, thresholds: Thresholds) -> Grid:
    """A column of blocks for each value, never rounded up, in the colour of its level."""
    grid = [[Piece(" ") for _ in values] for _ in range(height)]
    for x, value in enumerate(values):
        if value is None:
            continue
        eighths = max(1, min(8 * height, math.floor(value * height * 8 / 100)))
        for y in range(-(-eighths // 8)):
            block = EIGHTHS[min(8, eighths - 8 * y) - 1]
            grid[height - 1 - y][x] = Piece(block, level_of(value, thresholds))
        if is_above(value):
            grid[0][x] = Piece(ABOVE, level_of(value, thresholds))
    return grid


def is_above(percent: float) -> bool:
    """Whether a number goes beyond what the scale has."""
    return percent >= 101  # what is shown as 100% is no more than that


def _even(
    grid: Grid, run: Run, column: Callable[[float], int], middle: Callable[[int], float]
) -> None:
    """Dots where nothing else is; within an area one per row, so that it stays recognizable."""
    (begun, low), (end, high) = run
    dotted = -1
    for x in range(column(begun), column(end) + 1):
        share = min(1.0, max(0.0, (middle(x) - begun) / ((end - begun) or 1)))
        y = _row(low + (high - low) * share, grid)
        row = grid[len(grid) - 1 - y]
        if row[x].text == " " or (y != dotted and _is_within(row, x)):
            _put(grid, x, y, Piece(EVEN))
            dotted = y


def _is_within(row: Sequence[Piece], x: int) -> bool:
    """Whether an area goes on at both sides: a dot in a narrow one would be a hole."""
    return all(piece.text in EIGHTHS for piece in row[max(0, x - 1) : x + 2])


def _row(percent: float, grid: Grid) -> int:
    """The row of a percentage, counted from below."""
    return max(0, min(len(grid) - 1, int(percent * len(grid) / 100)))


def _put(grid: Grid, x: int, y: int, piece: Piece) -> None:
    grid[len(grid) - 1 - y][x] = piece


def _framed(grid: Grid, marks: Sequence[tuple[int, str]], quarter: int) -> Grid:
    """The grid with both axes; a label of the scale marks the top of its row."""
    scale = [
        [Piece(f"{SCALE[y // quarter]:>3}%┤" if y % quarter == 0 else "    │", DIM), *row]
        for y, row in enumerate(grid)
    ]
    width = len(grid[0])
    axis, below = ["─"] * width, [" "] * (width + LEFT)
    for x, label in marks:
        axis[x] = "┬"
        begin = min(max(0, x + LEFT - len(label) // 2), width + LEFT - len(label))
        if not "".join(below[max(0, begin - 1) : begin + len(label)]).strip():
            below[begin : begin + len(label)] = label
    return [*scale, [Piece("  0%┼" + "".join(axis), DIM)], [Piece("".join(below), DIM)]]
