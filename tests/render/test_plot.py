"""The cells of a chart: nothing is rounded up, gaps stay blank, and the axes are even."""

from __future__ import annotations

import itertools
import re
import time
from dataclasses import replace

import pytest

from claude_status.model.projection import Projection
from claude_status.render.axes import times_of
from claude_status.render.burnup import Burnup
from claude_status.render.chart import draw_charts
from claude_status.render.peaks import Peaks, midnights
from claude_status.render.plot import LEFT, draw_burnup, draw_peaks, text_of
from claude_status.store.history import DAY
from tests.strategies import NOW

HOUR = 3600
THRESHOLDS = (70.0, 90.0)
BLOCKS = "▁▂▃▄▅▆▇█"


def area(*runs: tuple[tuple[float, float], ...]) -> Burnup:
    """A chart of 100 seconds."""
    return Burnup("week (7d)", "", NOW, NOW + 100, tuple(
        tuple((NOW + time, percent) for time, percent in run) for run in runs
    ))  # fmt: skip


def heights(chart: Burnup) -> list[float | None]:
    """The height of each of 100 columns in rows out of 16, None for a blank column."""
    rows = [text_of(row)[LEFT:] for row in draw_burnup(chart, 100 + LEFT, 4, THRESHOLDS)][:16]
    columns = ["".join(column) for column in zip(*rows, strict=True)]
    return [
        sum((BLOCKS.index(cell) + 1) / 8 for cell in column if cell in BLOCKS)
        if column.strip()
        else None
        for column in columns
    ]


def test_a_column_is_as_high_as_its_number() -> None:
    """Heights are rounded down to an eighth of a row; only 100% reaches the top."""
    found = heights(area(((0, 99.99), (99, 99.99))))
    assert found == [15.875] * 100
    assert heights(area(((0, 100), (99, 100)))) == [16] * 100
    assert heights(area(((20, 0), (60, 80))))[20:61:10] == [0.125, 3.125, 6.375, 9.5, 12.75]


@pytest.mark.parametrize(("percent", "is_marked"), [(100, False), (100.9, False), (101, True)])
def test_beyond_the_top_is_marked(percent: float, is_marked: bool) -> None:
    """A number above 100% has a mark at the top, which the legend explains."""
    chart = area(((0, percent), (99, percent)))
    top = text_of(draw_burnup(chart, 100 + LEFT, 4, THRESHOLDS)[0])[LEFT:]
    assert top == ("▲" if is_marked else "█") * 100
    peaks = Peaks("", "", midnights(NOW, 3), (percent, None, 3.0))
    for each in (chart, peaks):
        legend = draw_charts([each], [], (80, 24), "plain", THRESHOLDS)
        assert ("▲ above 100%" in legend) == is_marked


def test_a_gap_is_blank_and_zero_is_not() -> None:
    """A gap is blank; a known 0 has the lowest eighth."""
    found = heights(area(((0, 0), (20, 0)), ((60, 50), (80, 50))))
    assert found[:21] == [0.125] * 21
    assert found[21:60] == [None] * 39
    assert found[60:81] == [8] * 21
    assert found[81:] == [None] * 19


def test_colours_by_level() -> None:
    """A column has the colour of its number's level."""
    grid = draw_burnup(area(((0, 50),), ((50, 75),), ((90, 95),)), 100 + LEFT, 2, THRESHOLDS)
    colours = {piece.colour for piece in grid[7][1:] if piece.text in BLOCKS}
    assert colours == {"normal", "warning", "critical"}


def test_a_projection_looks_like_one() -> None:
    """A projection uses other characters than usage, starts after it, and has a range."""
    projection = Projection(NOW + 50, 40, 50, NOW + 100, None)
    chart = Burnup("", "", NOW, NOW + 100, (((NOW, 0), (NOW + 50, 40)),), (), projection)
    rows = [text_of(row)[LEFT:] for row in draw_burnup(chart, 100 + LEFT, 4, THRESHOLDS)][:16]
    after = "".join(row[51:] for row in rows)
    assert set(after) == {" ", "░", "•"}
    assert "░" not in "".join(row[:51] for row in rows)
    assert "".join(row[99] for row in rows) == f"{'░' * 3}•{'░' * 6}{' ' * 6}"


def test_what_is_projected_ends_at_the_top() -> None:
    """A projection ends where even its lowest value exceeds 100%."""
    projection = Projection(NOW + 30, 60, 60, NOW + 100, 0.0)
    rows = draw_burnup(replace(area(), projection=projection), 100 + LEFT, 4, THRESHOLDS)[:16]
    columns = ["".join(cells).strip() for cells in zip(*map(text_of, rows), strict=True)][LEFT:]
    assert [x for x, cells in enumerate(columns) if cells] == [
        x for x in range(31, 100) if projection.at(NOW + x + 0.5)[0] < 100
    ]


def dots(chart: Burnup) -> list[int]:
    """The rows of the dots in 100 columns and 16 rows, from below, column by column."""
    rows = [text_of(row)[LEFT:] for row in draw_burnup(chart, 100 + LEFT, 4, THRESHOLDS)][:16]
    columns = ["".join(column) for column in zip(*reversed(rows), strict=True)]
    return [row for column in columns for row, cell in enumerate(column) if cell == "·"]


def test_the_even_pace_is_a_line_of_dots() -> None:
    """The even pace has a dot in each column, but over an area only one in each row."""
    even = (((NOW, 0.0), (NOW + 100, 100.0)),)
    assert dots(replace(area(), even=even)) == [int((x + 0.5) * 16 / 100) for x in range(100)]
    assert dots(replace(area(((0, 100), (99, 100))), even=even)) == list(range(16))


def test_the_even_pace_makes_no_hole_in_a_narrow_area() -> None:
    """An area of one column has no hole, at whatever height the even pace crosses it."""
    even = (((NOW, 0.0), (NOW + 100, 100.0)),)
    for begin in range(100):
        chart = replace(area(((begin, 100), (begin, 100))), even=even)
        rows = [text_of(row)[LEFT:] for row in draw_burnup(chart, 100 + LEFT, 4, THRESHOLDS)][:16]
        assert {row[begin] for row in rows} == {"█"}


@pytest.mark.parametrize("width", [40, 80, 120, 200])
@pytest.mark.parametrize("days", [15, 30, 90])
def test_bars_fit(width: int, days: int) -> None:
    """The bars fit the width, several days sharing one if necessary, with even ticks."""
    begun = midnights(NOW, days)
    chart = Peaks("", "", begun, tuple(float(n % 10) * 10 for n in range(days)))
    rows = [text_of(row) for row in draw_peaks(chart, width, 2, THRESHOLDS)]
    assert max(map(len, rows)) <= width
    ticks = [x for x, cell in enumerate(rows[-2]) if cell == "┬"]
    assert len({b - a for a, b in itertools.pairwise(ticks)}) == 1


def test_a_day_without_a_number_is_blank() -> None:
    """A day without a number has no bar; one with 0% has."""
    chart = Peaks("", "", midnights(NOW, 3), (0.0, None, 50.0))
    row = text_of(draw_peaks(chart, 35 + LEFT, 2, THRESHOLDS)[7])[LEFT:]
    assert (row[:10], row[11:22].strip(), row[22:32]) == ("▁" * 10, "", "█" * 10)


def test_each_day_is_named_below_its_bar() -> None:
    """A label is centred below its tick."""
    begun = midnights(NOW, 3)
    rows = [text_of(row) for row in draw_peaks(Peaks("", "", begun, (1.0,) * 3), 35, 2, THRESHOLDS)]
    ticks = [x for x, cell in enumerate(rows[-2]) if cell == "┬"]
    names = [time.strftime("%d %b", time.localtime(day)) for day in begun]
    places = [tick - len(name) // 2 for tick, name in zip(ticks, names, strict=True)]
    assert [rows[-1].find(name) for name in names] == places


@pytest.mark.parametrize("columns", [35, 75, 115])
@pytest.mark.parametrize("span", [5 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY])
def test_times_are_even(columns: int, span: float) -> None:
    """The times below a chart are at equal distances, on full minutes, at least two."""
    moments = [moment for moment, _ in times_of(NOW, NOW + span, columns)]
    assert len(moments) > 1
    assert all(moment % 60 == 0 for moment in moments)
    assert len({b - a for a, b in itertools.pairwise(moments)}) == 1


@pytest.mark.parametrize("span", [5 * HOUR, 7 * DAY])
def test_labels_keep_apart(span: float) -> None:
    """At any width the labels are whole and apart."""
    chart = Burnup("", "", NOW, NOW + span, ())
    for width in range(35, 125):
        below = text_of(draw_burnup(chart, width, 2, THRESHOLDS)[-1])
        assert len(below) == width
        assert re.fullmatch(r"( *(\d\d:\d\d|\w{3} \d\d( \d\d:\d\d)?)(?= |$))+ *", below)


def test_over_days_the_times_are_midnights() -> None:
    """Over more than two days the times are midnights."""
    times = {time.localtime(moment)[3:6] for moment, _ in times_of(NOW, NOW + 3 * DAY, 115)}
    assert times == {(0, 0, 0)}


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
@pytest.mark.parametrize("kind", ["ansi", "plain", "ascii"])
def test_charts_fit_and_suit_the_terminal(columns: int, kind: str) -> None:
    """No line is wider than the screen; only ansi has escapes, and ascii only ASCII."""
    text = draw_charts([area(((0, 1), (50, 97)))] * 3, ["note"], (columns, 24), kind, THRESHOLDS)
    assert ("\x1b" in text) == (kind == "ansi")
    assert text.isascii() == (kind == "ascii")
    if kind != "ansi":
        assert max(map(len, text.splitlines())) <= columns


def plain(count: int, columns: int, lines: int) -> list[str]:
    """The lines of so many charts on a screen of this size."""
    charts = [area(((0, 1), (50, 97)))] * count
    return draw_charts(charts, [], (columns, lines), "plain", THRESHOLDS).splitlines()


@pytest.mark.parametrize(("columns", "lines"), [(10, 5), (30, 14), (80, 24), (120, 60), (300, 99)])
def test_a_chart_has_the_size_of_the_screen_within_bounds(columns: int, lines: int) -> None:
    """A chart is 30 to 120 columns wide, and its plot 8 to 16 rows high."""
    drawn = plain(1, columns, lines)
    axis = next(number for number, line in enumerate(drawn) if "┼" in line)
    assert len(drawn[axis]) == max(30, min(120, columns))
    assert axis - 1 == max(8, min(16, (lines - 7) // 4 * 4))


@pytest.mark.parametrize(("count", "columns", "beside"), [(1, 130, 1), (2, 129, 1), (3, 130, 2)])
def test_two_charts_share_a_line_if_there_is_room(count: int, columns: int, beside: int) -> None:
    """From 130 columns on two charts are side by side, four columns apart."""
    axes = [line for line in plain(count, columns, 24) if "┼" in line]
    assert axes[0].count("┼") == beside
    assert sum(line.count("┼") for line in axes) == count
    if beside == 2:
        assert axes[0][63:].startswith("    ")
        assert len(axes[0]) == 63 + 4 + 63
