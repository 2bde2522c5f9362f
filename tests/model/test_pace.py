"""The pace: usage compared with the time elapsed, and no projection from too little."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.model.pace import elapsed_share, pace_of, present_pace
from claude_status.model.usage import SESSION, WEEK, WINDOW_SECONDS, Limit, Usage
from claude_status.render.dialects import plain
from claude_status.render.line import draw_line
from claude_status.render.style import Style
from tests.strategies import NOW, limits, thorough

HOUR = 3600
TTL = 300
labels = st.just("")


def session(percent: float, elapsed: float, *, age: float = 0) -> Limit:
    """A session whose number was true ``age`` seconds ago, after that share of the window."""
    as_of = NOW - age
    resets_at = round(as_of + (1 - elapsed) * WINDOW_SECONDS[SESSION])
    window = WINDOW_SECONDS[SESSION]
    return Limit(SESSION, "5h", percent, resets_at, as_of, "endpoint", window=window)


def line(limit: Limit, template: str) -> str:
    """The line of an account with only this limit."""
    usage = Usage("endpoint", limit.as_of, (limit,))
    return plain(draw_line(usage, NOW, Style(ttl=TTL, template=template)))


def test_ahead_of_time() -> None:
    """60% at half of the window is ten points ahead and runs out after five sixths of it."""
    limit = session(60, 0.5)
    pace = pace_of(limit)
    begun = limit.resets_at - WINDOW_SECONDS[SESSION]
    assert pace is not None
    assert pace.is_sure
    assert pace.ahead == pytest.approx(10)
    assert pace.runs_out_at == pytest.approx(begun + WINDOW_SECONDS[SESSION] * 5 / 6)


@pytest.mark.parametrize("percent", [0, 20, 49, 50, 50.9])
def test_what_lasts_is_given_no_end(percent: float) -> None:
    """Up to a point above the even pace, the error of rounding, no end is projected."""
    pace = present_pace(session(percent, 0.5), NOW, TTL)
    assert pace is not None
    assert pace.runs_out_at is None


@pytest.mark.parametrize("percent", [100, 130])
def test_used_up(percent: float) -> None:
    """At 100% the limit ran out when the number was true, however young the window."""
    pace = pace_of(session(percent, 0.02))
    assert pace is not None
    assert pace.is_sure
    assert pace.runs_out_at == NOW


@pytest.mark.parametrize("first", [1.0, 2.0, 12.0])
def test_the_first_minutes_have_no_pace(first: float) -> None:
    """A window that began a minute or two ago has no pace yet, however steep its growth."""
    one = session(first, 60 / WINDOW_SECONDS[SESSION])
    later = replace(one, percent=2 * first, as_of=one.as_of + 60)
    for limit in (one, later):
        assert present_pace(limit, limit.as_of, TTL) is None
        assert line(limit, "5h {5h} {5h.pace} {5h.ahead}") == f"5h {int(limit.percent)}%"


def test_a_tenth_of_the_window_is_enough() -> None:
    """The pace is known once a tenth of the window has passed, not before."""
    assert present_pace(session(30, 0.0999), NOW, TTL) is None
    assert present_pace(session(30, 0.1001), NOW, TTL) is not None


def test_pace_in_the_line() -> None:
    """The template names give the points, rounded down, or an arrow; nothing if behind."""
    assert line(session(62.9, 0.5), "{5h} {5h.pace}{5h.ahead}") == "62% +12⇡"
    assert line(session(41, 0.5), "{5h} {5h.pace}{5h.ahead}") == "41%"


def test_an_old_number_has_no_pace() -> None:
    """An old number has no pace, neither in the line nor elsewhere."""
    old = session(62, 0.5, age=HOUR)
    assert present_pace(old, NOW, TTL) is None
    assert line(old, "{5h} {5h.pace}") == "~62%"


def test_a_past_window_has_no_pace() -> None:
    """From the reset on, the previous window has no pace and no elapsed share."""
    limit = session(62, 0.9)
    assert present_pace(limit, limit.resets_at, 10 * HOUR) is None
    assert elapsed_share(limit, limit.resets_at) is None


def test_no_window_no_pace() -> None:
    """Without the window's length or end there is no pace."""
    limit = session(50, 0.5)
    for unknown in (replace(limit, window=None), replace(limit, resets_at=None)):
        assert pace_of(unknown) is None
        assert elapsed_share(unknown, NOW) is None


@thorough
@given(limit=limits(WEEK, labels) | limits(SESSION, labels), ttl=st.integers(180, 86400))
def test_projections_stay_within_the_window(limit: Limit, ttl: int) -> None:
    """A projected end lies between the number's time and the end of the window."""
    pace = present_pace(limit, NOW, ttl)
    if pace is not None and pace.runs_out_at is not None:
        assert limit.as_of <= pace.runs_out_at <= limit.resets_at
        assert limit.percent >= 100 or pace.ahead >= 1
