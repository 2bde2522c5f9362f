"""The peak of each day, and how many windows came near their limit."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from claude_status.model.usage import SESSION, Limit
from claude_status.render.peaks import midnights, of_peaks, windows_words
from claude_status.store.history import DAY, Point
from tests.strategies import NOW
from tests.support import time_zone

HOUR = 3600
LIMIT = Limit(SESSION, "5h", 0, None, NOW, "", window=5 * HOUR)


def test_a_day_has_its_highest_number() -> None:
    """Each day has its own peak; one without numbers has none."""
    days = midnights(NOW, 3)
    numbers = ((days[0] + 5, 20.0), (days[0] + 9, 70.5), (days[2], 3.0))
    found = of_peaks(LIMIT, [Point(int(t), SESSION, p, None) for t, p in numbers], days, NOW)
    assert found is not None
    assert (found.peaks, found.words) == ((70.5, None, 3.0), "peak 70%")


@pytest.fixture
def in_berlin() -> Iterator[None]:
    """Set the local time zone to one with daylight saving time."""
    with time_zone("Europe/Berlin"):
        yield


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize(
    ("now", "changed", "hours"),
    [("2026-11-05", "2026-10-25", 25), ("2026-04-05", "2026-03-29", 23)],
)
def test_days_of_local_time(now: str, changed: str, hours: int) -> None:
    """Each day begins at its own midnight, also where one day is longer or shorter."""
    noon = time.mktime(time.strptime(f"{now} 12", "%Y-%m-%d %H"))
    days = midnights(noon, 30)
    last = date.fromisoformat(now)
    assert [time.strftime("%F %T", time.localtime(day)) for day in days] == [
        f"{last - timedelta(days=ago)} 00:00:00" for ago in reversed(range(30))
    ]
    lengths = {
        time.strftime("%F", time.localtime(day)): later - day
        for day, later in itertools.pairwise(days)
    }
    assert lengths.pop(changed) == hours * HOUR
    assert set(lengths.values()) == {DAY}


@pytest.mark.usefixtures("in_berlin")
def test_the_repeated_hour_belongs_to_its_day() -> None:
    """A late number on the day with 25 hours belongs to that day."""
    noon = time.mktime(time.strptime("2026-10-26 12", "%Y-%m-%d %H"))
    days = midnights(noon, 2)
    late, early = int(days[0] + 24.5 * HOUR), int(days[1])
    found = of_peaks(
        LIMIT, [Point(late, SESSION, 70, None), Point(early, SESSION, 3, None)], days, noon
    )
    assert found is not None
    assert found.peaks == (70, 3)


def test_nothing_known() -> None:
    """Without a number in these days there is no chart."""
    assert of_peaks(LIMIT, [], midnights(NOW, 3), NOW) is None


@pytest.mark.parametrize(
    ("peaks", "words"),
    [
        ([], ""),
        ([50], "session (5h): 1 window, none reached 90%"),
        ([89.9, 90, 100], "session (5h): 3 windows, 2 reached 90%"),
    ],
)
def test_windows_are_counted(peaks: list[float], words: str) -> None:
    """Each window counts once, with its peak, even if its reset differs by a minute."""
    points = [
        point
        for number, peak in enumerate(peaks)
        for point in (
            Point(NOW, SESSION, 1, NOW + number * DAY - 60),
            Point(NOW, SESSION, peak, NOW + number * DAY),
            Point(NOW, SESSION, 99, None),
        )
    ]
    assert windows_words(LIMIT, points) == words
