"""What happened lately: only what is certain, each event once, the newest first."""

from __future__ import annotations

from claude_status.model.memory import Asking
from claude_status.model.usage import SESSION, Limit
from claude_status.render.lately import lately
from claude_status.store.history import DAY, Point
from tests.strategies import NOW

HOUR = 3600
END = NOW + HOUR
LIMIT = Limit(SESSION, "5h", 0, END, NOW, "", window=5 * HOUR)


def words(
    *numbers: tuple[float, float, int | None],
    alerts: tuple[tuple[float, str], ...] = (),
    asking: Asking | None = None,
    thresholds: tuple[float, ...] = (70, 90),
) -> list[tuple[float, str]]:
    """The events of a session with these numbers (hours ago, per cent, reset), in hours ago."""
    points = [Point(int(NOW - ago * HOUR), SESSION, percent, end) for ago, percent, end in numbers]
    events = lately([LIMIT], points, alerts, asking or Asking(), NOW, thresholds=thresholds)
    return [((NOW - event.time) / HOUR, event.words) for event in events]


def test_a_reset_whose_time_has_come() -> None:
    """The end of a window is an event, with the highest number seen in it."""
    assert words((3, 10, NOW - HOUR), (2, 50, NOW - HOUR)) == [(1, "session (5h) reset at 50%")]


def test_a_reset_before_its_time() -> None:
    """If a later window replaces one, that is when it was reset."""
    assert words((3, 50, END), (2, 1, END + 3 * HOUR)) == [(2, "session (5h) reset at 50%")]


def test_an_open_window_was_not_reset() -> None:
    """Neither a number without a reset nor a shift by a minute ends a window."""
    assert words((3, 50, END), (2, 0, None), (1, 55, END - 60)) == []
    assert words((3, 0.4, NOW - HOUR)) == []  # too low to be news


def test_thresholds_are_passed_once() -> None:
    """The first number at or above a threshold is the event; 100% is always one."""
    numbers = ((5, 60, END), (4, 70, END), (3, 75, END), (2, 91, END), (1, 112, END))
    assert words(*numbers) == [
        (1, "session (5h) was used up"),
        (2, "session (5h) reached 90%"),
        (4, "session (5h) reached 70%"),
    ]
    assert words(*numbers, thresholds=()) == [(1, "session (5h) was used up")]


def test_what_was_high_at_first_sight_passed_nothing() -> None:
    """If the first number was already high, it is unknown when that happened."""
    assert words((2, 95, END), (1, 96, END)) == []


def test_alerts_that_were_sent() -> None:
    """An alert appears at the time at which it was sent."""
    assert words(alerts=((NOW - 2 * HOUR, "session (5h) at 80%"),)) == [
        (2, "alert: session (5h) at 80%")
    ]


def test_only_the_past_day() -> None:
    """Events older than a day or in the future are left out."""
    assert words(alerts=((NOW - DAY - 1, "old"), (NOW + 1, "to come"))) == []


def test_failures() -> None:
    """A 429 is listed for a day, other failures until the next answer."""
    throttled = Asking(asked_at=NOW - HOUR, throttled_at=NOW - HOUR, failures=1, kind="throttled")
    assert words(asking=throttled) == [(1, "too many requests (429)")]
    assert words(asking=Asking(asked_at=NOW, throttled_at=NOW - HOUR)) == [
        (1, "too many requests (429)")
    ]
    failed = Asking(asked_at=NOW - HOUR, failures=3, kind="transient")
    assert words(asking=failed) == [(1, "3 calls to the API failed")]
    assert words(asking=Asking(asked_at=NOW - HOUR)) == []
