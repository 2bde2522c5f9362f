"""What a chart of usage shows: readings as they were, gaps as gaps, and no guess."""

from __future__ import annotations

from dataclasses import replace

import pytest

from claude_status.model.usage import SESSION, WEEK, WINDOW_SECONDS, Limit
from claude_status.render.burnup import GAP, Burnup, of_days, of_window
from claude_status.render.style import Style
from claude_status.store.history import DAY, Point
from tests.strategies import NOW

HOUR = 3600
STYLE = Style(ttl=300)
END = NOW + 2 * HOUR
LIMIT = Limit(SESSION, "5h", 72, END, NOW, "endpoint", window=WINDOW_SECONDS[SESSION])
WEEKLY = replace(LIMIT, key=WEEK, window=WINDOW_SECONDS[WEEK])


def points(*numbers: tuple[float, float], resets_at: int | None = END) -> list[Point]:
    """Readings of the session, given as hours before NOW and per cent."""
    return [Point(int(NOW - ago * HOUR), SESSION, percent, resets_at) for ago, percent in numbers]


def drawn(*numbers: tuple[float, float], limit: Limit = LIMIT, now: float = NOW) -> Burnup:
    """The chart of the session's window."""
    burnup = of_window(limit, points(*numbers), now, STYLE)
    assert burnup is not None
    return burnup


def test_the_window_is_the_chart() -> None:
    """The chart covers the window, with the even pace from 0 to 100%."""
    burnup = drawn((1, 50))
    assert (burnup.since, burnup.until) == (END - 5 * HOUR, END)
    assert burnup.even == (((END - 5 * HOUR, 0), (END, 100)),)
    assert burnup.used == (((NOW - HOUR, 50), (NOW, 72)),)
    assert burnup.words.startswith("72%, 12 points ahead of pace, runs out about ")


def test_a_gap_stays_a_gap() -> None:
    """Readings more than an hour apart are not joined."""
    gap = GAP / HOUR
    assert len(drawn((gap, 50)).used) == 1
    assert drawn((gap + 0.01, 50)).used == (((NOW - GAP - 36, 50),), ((NOW, 72),))


def test_a_long_ttl_makes_no_gaps() -> None:
    """With a long TTL, readings that are that far apart are joined."""
    burnup = of_window(LIMIT, points((2, 50)), NOW, replace(STYLE, ttl=1200))
    assert burnup is not None
    assert len(burnup.used) == 1


def test_other_windows_are_left_out() -> None:
    """Neither other windows nor other limits are drawn."""
    strangers = [
        *points((2.9, 99), resets_at=END - 5 * HOUR),
        *points((1, 40), resets_at=END + 2 * HOUR),
        *points((0.5, 40), resets_at=None),
        Point(NOW - HOUR, WEEK, 40, END),
    ]
    burnup = of_window(LIMIT, strangers, NOW, STYLE)
    assert burnup is not None
    assert burnup.used == (((NOW, 72),),)


def test_a_reset_that_jitters_is_the_same_window() -> None:
    """A reset that differs by a minute, as after rounding, is the same window."""
    burnup = of_window(LIMIT, points((0.5, 60), resets_at=END - 60), NOW, STYLE)
    assert burnup is not None
    assert len(burnup.used) == 1


def test_where_it_leads() -> None:
    """The projection starts at the last number; an old one has none."""
    found = drawn((1, 20)).projection
    assert found is not None
    assert (found.since, found.percent, found.until) == (NOW, 72, END)
    assert drawn((1, 20), now=NOW + 601).projection is None


def test_old_numbers_are_marked() -> None:
    """A number older than two TTLs is marked."""
    assert drawn(now=NOW + 601).words == "~72%"


@pytest.mark.parametrize(
    ("limit", "now"),
    [(LIMIT, END), (replace(LIMIT, resets_at=None), NOW), (replace(LIMIT, window=None), NOW)],
)
def test_no_window_no_chart(limit: Limit, now: float) -> None:
    """Without an open window there is nothing to draw."""
    assert of_window(limit, [], now, STYLE) is None


def test_past_days_are_split_at_each_reset() -> None:
    """Over days each window is a run of its own, with its own even pace."""
    found = [*points((4, 10), (3.5, 30), resets_at=NOW - 3 * HOUR), *points((2.9, 1), (2.5, 9))]
    burnup = of_days(LIMIT, found, NOW - DAY, NOW, 300)
    assert burnup is not None
    assert [len(run) for run in burnup.used] == [2, 2]
    first, second = burnup.even
    assert first == ((NOW - 8 * HOUR, 0), (NOW - 3 * HOUR, 100))
    assert second == ((NOW - 3 * HOUR, 0), (NOW, 60))
    assert burnup.words == "peak 30%"
    assert burnup.projection is None


def test_many_windows_have_no_diagonals() -> None:
    """If the windows would be mere slivers, their even pace is left out."""
    burnup = of_days(LIMIT, points((1, 50)), NOW - 14 * DAY, NOW, 300)
    assert burnup is not None
    assert burnup.even == ()


def test_thinned_days_have_no_gaps() -> None:
    """In thinned days, which have one number an hour, two hours apart is no gap."""
    week = 9 * 24
    burnup = of_days(LIMIT, points((week, 1), (week - 1.9, 5)), NOW - 10 * DAY, NOW, 300)
    assert burnup is not None
    assert len(burnup.used) == 1


def test_nothing_known_of_those_days() -> None:
    """Without a reading of the limit in these days there is no chart."""
    assert of_days(WEEKLY, points((1, 50)), NOW - DAY, NOW, 300) is None
