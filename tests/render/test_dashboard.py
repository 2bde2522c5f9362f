"""The whole screen of ``watch``: whatever there is to show, it keeps to its lines and columns."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from claude_status.model.usage import Usage
from claude_status.render.burnup import Burnup
from claude_status.render.dashboard import FEW, Board, draw_dashboard, draw_help
from claude_status.render.lately import Event
from claude_status.render.report import Report, report
from claude_status.render.style import Style
from tests.render.test_report import STYLES
from tests.render.test_text import PICTURE
from tests.strategies import NOW, thorough, usages

CHART = Burnup("session (5h)", "this window", NOW, NOW + 100, (((NOW, 1), (NOW + 50, 97)),))
BOARD = Board(
    report=replace(PICTURE, problem=""),
    charts=(CHART, replace(CHART, name="week (7d)")),
    events=tuple(Event(NOW - 60 * n, f"event {n}") for n in range(20)),
    next_call="next call in 4m12s (15:40)",
    tabs=Text("[1 window] 2 day"),
    hint="? help  q quits",
    thresholds=(70, 90),
    now=NOW,
)


def texts(board: Board, columns: int, lines: int) -> list[str]:
    """The lines without their colours."""
    return [line.plain.rstrip() for line in draw_dashboard(board, columns, lines)]


def count(board: Board, columns: int, lines: int, part: str) -> int:
    """How often a text appears on the screen."""
    return "\n".join(texts(board, columns, lines)).count(part)


@thorough
@given(
    usage=usages(scoped=2),
    style=STYLES,
    size=st.tuples(st.integers(36, 250), st.integers(1, 70)),
    problem=st.sampled_from(["", "Something is wrong: do this, and then do that as well."]),
    parts=st.tuples(st.integers(0, 2), st.integers(0, 20)),
)
def test_it_fits(
    usage: Usage, style: Style, size: tuple[int, int], problem: str, parts: tuple[int, int]
) -> None:
    """Nothing is larger than the screen, and no limit is lost if there are enough lines."""
    (columns, lines), (charts, events) = size, parts
    picture = report(usage, NOW, style, problem)
    board = replace(
        BOARD, report=picture, events=BOARD.events[:events], charts=BOARD.charts[:charts]
    )
    drawn = draw_dashboard(board, columns, lines)
    assert len(drawn) <= lines
    assert max(line.cell_len for line in drawn) <= columns
    if lines >= len(picture.rows):
        joined = "\n".join(line.plain for line in drawn)
        assert all(row.share in joined for row in picture.rows)


@pytest.mark.parametrize("lines", range(4, 12))
def test_a_tiny_screen_has_the_numbers(lines: int) -> None:
    """In 20 columns the limits have their place before events and charts."""
    shares = [row.share for row in BOARD.report.rows]
    for count in range(1, 3):
        board = replace(BOARD, report=replace(BOARD.report, rows=BOARD.report.rows[:count]))
        drawn = "\n".join(texts(board, 20, lines))
        assert all(share in drawn for share in shares[:count])


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
def test_the_last_line_has_the_keys(columns: int) -> None:
    """From ten lines on the last line has the keys, whatever else is shown."""
    for lines in range(10, 70):
        for board in (BOARD, replace(BOARD, charts=(), events=())):
            drawn = texts(board, columns, lines)
            assert len(drawn) == lines
            assert drawn[-1].endswith("q quits")


def test_more_room_shows_more() -> None:
    """As the screen grows charts and events appear, and none disappears again."""
    for columns in (40, 80, 120, 200):
        tops = [count(BOARD, columns, lines, "100%┤") for lines in range(5, 70)]
        assert tops == sorted(tops)
        assert tops[-1] == 2
        assert count(BOARD, columns, 70, "event ") >= FEW


def test_charts_beside_each_other() -> None:
    """Charts are side by side on wide or low screens, else below each other."""
    for columns, lines, beside in ((200, 50, True), (80, 24, True), (80, 50, False)):
        rows = [row for row in texts(BOARD, columns, lines) if "100%┤" in row]
        assert [row.count("100%┤") for row in rows] == ([2] if beside else [1, 1])


def test_the_newest_events_are_kept() -> None:
    """If there is no room for all events, the oldest are left out."""
    text = "\n".join(texts(BOARD, 80, 24))
    shown = [n for n in range(20) if f"event {n}" in text.split() or f"event {n}\n" in text]
    assert shown == list(range(len(shown)))
    assert 0 < len(shown) < 20


def test_a_quiet_day_is_mentioned() -> None:
    """Without events a sentence says so, as an empty area could mean anything."""
    assert count(replace(BOARD, events=()), 80, 24, "Nothing in the past 24 hours") == 1


def test_a_problem_is_never_left_out() -> None:
    """A problem is shown at every size that has room for it."""
    board = replace(BOARD, report=replace(PICTURE, problem="Something is wrong: do this."))
    for columns, lines in ((40, 10), (80, 10), (80, 24), (200, 50)):
        assert count(board, columns, lines, "! Something is wrong: do this.") == 1


def test_nothing_known_yet() -> None:
    """Without a number a sentence takes the place of the limits."""
    board = replace(BOARD, report=Report("Claude usage", (), "no data yet", ""), charts=())
    assert "no data yet" in texts(board, 80, 24)


def test_the_smallest_screens() -> None:
    """Even the smallest screen shows something, without an error."""
    for columns in range(1, 40):
        for lines in (1, 3, 10, 24):
            assert draw_dashboard(BOARD, columns, lines)


@pytest.mark.parametrize(("columns", "lines"), [(40, 10), (40, 24), (80, 24)])
def test_help_fits(columns: int, lines: int) -> None:
    """The help begins with the keys, and is cut on a low screen."""
    drawn = [line.plain for line in draw_help([("q", "quit")], columns, lines)]
    assert drawn[:2] == ["Keys", "  q        quit"]
    assert len(drawn) <= lines
    assert max(map(len, drawn)) <= columns
