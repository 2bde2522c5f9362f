"""The peak of each day, and how many windows came near their limit."""

from __future__ import annotations

import itertools
import time

import pytest

from claude_status.model.usage import SESSION, Limit
from claude_status.render.peaks import midnights, of_peaks, windows_words
from claude_status.store.history import DAY, Point
from tests.strategies import NOW

HOUR = 3600
LIMIT = Limit(SESSION, "5h", 0, None, NOW, "", window=5 * HOUR)


def test_a_day_has_its_highest_number() -> None:
    """Each day has its own peak, and one of which nothing is known has none."""
    days = midnights(NOW, 3)
    numbers = ((days[0] + 5, 20.0), (days[0] + 9, 70.5), (days[2], 3.0))
    found = of_peaks(LIMIT, [Point(int(t), SESSION, p, None) for t, p in numbers], days, NOW)
    assert found is not None
    assert (found.peaks, found.words) == ((70.5, None, 3.0), "peak 70%")


def test_days_of_local_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Days begin at local midnights, the days on which the clock is changed included."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        days = midnights(1_793_000_000, 30)  # in late October 2026
        times = {time.localtime(day)[3:6] for day in days}
        lengths = {later - day for day, later in itertools.pairwise(days)}
    finally:
        monkeypatch.undo()
        time.tzset()
    assert times == {(0, 0, 0)}
    assert lengths <= {DAY, DAY + HOUR}


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
    """Each window counts once, by its highest number, whatever minute its reset was said to be."""
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
