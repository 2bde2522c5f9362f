"""Where usage leads, and how wrong that may be."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from claude_status.model.projection import Projection, project
from claude_status.model.usage import SESSION, Limit
from tests.strategies import NOW

HOUR = 3600
END = NOW + 2 * HOUR
BEGUN = END - 5 * HOUR
LIMIT = Limit(SESSION, "5h", 60, END, NOW, "endpoint", window=5 * HOUR)


def projected(*numbers: tuple[float, float], limit: Limit = LIMIT) -> Projection:
    """The projection from readings, given as hours since the window began and per cent."""
    found = project(
        limit, [(BEGUN + hours * HOUR, percent) for hours, percent in numbers], NOW, 300
    )
    assert found is not None
    return found


def test_the_middle_continues_at_the_average_rate() -> None:
    """The middle starts at the last number and grows at the average rate until the reset."""
    found = projected((1, 10), (2, 50))
    assert found.at(NOW) == (60, 60, 60)
    assert found.at(END)[1] == pytest.approx(100)


def test_uneven_use_makes_a_wider_range() -> None:
    """Of two windows with the same last number, the one with bursts has the wider range."""
    even = projected(*((n / 4, 5 * n) for n in range(1, 12)))
    burst = projected(*((n / 4, 0 if n < 6 else 60) for n in range(1, 12)))
    (low, _, high), (lower, _, higher) = even.at(END), burst.at(END)
    assert lower < low < high < higher


def test_more_readings_are_no_more_noise() -> None:
    """More readings of the same usage do not change how uneven it is."""
    steps = (0, 20, 20, 25, 45, 45, 46, 59)
    coarse = [(0.375 * n, percent) for n, percent in enumerate(steps)][1:]
    fine = [(hours + 0.1, percent + 0.5) for hours, percent in coarse]
    assert projected(*sorted([*coarse, *fine])).noise == projected(*coarse).noise


def test_the_range_widens_and_never_falls() -> None:
    """The range widens with time, and never falls below what is already used."""
    found = projected((0.5, 30), (1, 30), (1.5, 31), (2, 59))
    ranges = [found.at(NOW + minutes * 60) for minutes in range(0, 121, 10)]
    widths = [high - low for low, _, high in ranges]
    assert widths == sorted(widths)
    assert all(60 <= low <= middle <= high for low, middle, high in ranges)


def test_too_little_known_of_the_past() -> None:
    """From a single number, the range is from no further usage to twice the rate."""
    low, _, high = projected().at(END)
    assert (low, high) == (60, pytest.approx(140))


def test_a_whole_number_is_never_quite_sure() -> None:
    """Even with perfectly even usage, a number may be a point off, so there is a range."""
    low, _, high = projected(*((n / 4, 5 * n) for n in range(1, 12))).at(END)
    assert high - low == pytest.approx(4 / 3)


def test_two_of_three_cases_end_in_the_range() -> None:
    """Of many made-up windows with bursts, about two thirds end within the range."""
    chance = random.Random(3)
    inside = 0
    for _ in range(400):
        used, readings = 0.0, []
        for minute in range(0, 300, 5):
            used += chance.expovariate(0.5) if chance.random() < 0.4 else 0.0
            readings.append((BEGUN + (minute + 5) * 60, used))
        past = [reading for reading in readings if reading[0] <= NOW]
        limit = replace(LIMIT, percent=max(past[-1][1], 1.0))
        if limit.percent < 100:
            low, _, high = projected_from(past, limit).at(END)
            inside += low <= readings[-1][1] <= high
    assert 0.55 < inside / 400 < 0.8


def projected_from(past: list[tuple[float, float]], limit: Limit) -> Projection:
    """The projection from these readings."""
    found = project(limit, past, NOW, 300)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("limit", "now"),
    [
        (replace(LIMIT, resets_at=NOW + 5 * HOUR - 60), NOW),  # a minute after its beginning
        (LIMIT, NOW + 601),  # old
        (replace(LIMIT, percent=100), NOW),  # used up
        (replace(LIMIT, resets_at=None), NOW),
    ],
)
def test_nothing_is_projected_from_too_little(limit: Limit, now: float) -> None:
    """A young or unknown window, an old number or a used-up limit has no projection."""
    assert project(limit, [], now, 300) is None
