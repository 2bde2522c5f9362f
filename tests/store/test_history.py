"""The history: every new number, at the time it was true, for 90 days and within bounds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from claude_status.model.usage import SESSION, WEEK, WINDOW_SECONDS, Limit, Usage
from claude_status.store import history
from claude_status.store.database import Store, open_store
from claude_status.store.history import DAY, KEPT_DAYS, WHOLE_DAYS, Point

NOW = 1_800_000_000 // DAY * DAY + 12 * 3600
HOUR = 3600
MODEL = "scope:fable"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with open_store(tmp_path / "store") as opened:
        yield opened


def limit(key: str, percent: float, as_of: float, resets_at: int | None = NOW + 2 * HOUR) -> Limit:
    """One number of a limit."""
    return Limit(key, key, percent, resets_at, as_of, "endpoint", window=WINDOW_SECONDS.get(key))


def add(store: Store, *limits: Limit, now: float | None = None) -> None:
    """Add a reading, by default at the time of its newest number."""
    as_of = max(one.as_of for one in limits)
    history.add(store, Usage("endpoint", as_of, limits), as_of if now is None else now)


def kept(store: Store, key: str = SESSION, until: float = NOW + DAY) -> list[tuple[float, float]]:
    """The numbers of one limit, with their times relative to NOW."""
    found = history.points(store, 0 if until < 10 * DAY else until - 100 * DAY, until)
    return [(point.time - NOW, point.percent) for point in found if point.key == key]


def test_a_reading_comes_back(store: Store) -> None:
    """All numbers of a reading are returned as they were, also without a reset."""
    add(store, limit(SESSION, 42.57, NOW), limit(MODEL, 7, NOW, None))
    assert history.points(store, NOW, NOW) == [
        Point(NOW, SESSION, 42.57, NOW + 2 * HOUR),
        Point(NOW, MODEL, 7, None),
    ]


def test_each_number_has_its_own_time(store: Store) -> None:
    """In a merged reading, each number keeps its own time."""
    add(store, limit(SESSION, 42, NOW), limit(MODEL, 7, NOW - HOUR), now=NOW)
    assert kept(store) == [(0, 42)]
    assert kept(store, MODEL) == [(-HOUR, 7)]


def test_a_number_from_before_midnight(store: Store) -> None:
    """A number that is added after midnight is on the day on which it was true."""
    midnight = NOW - 12 * HOUR
    add(store, limit(SESSION, 5, midnight + 60), limit(MODEL, 7, midnight - 60), now=midnight + 60)
    assert history.points(store, midnight - 60, midnight - 60) == [
        Point(midnight - 60, MODEL, 7, NOW + 2 * HOUR)
    ]


def test_what_says_nothing_new_is_not_kept(store: Store) -> None:
    """The same number is kept once in 30 minutes, a new one once in two."""
    for seconds in range(0, 3601, 60):
        add(store, limit(SESSION, 42, NOW + seconds), limit(WEEK, seconds / 60, NOW + seconds))
    assert [seconds for seconds, _ in kept(store)] == [0, 1800, 3600]
    assert [seconds for seconds, _ in kept(store, WEEK)] == list(range(0, 3601, 120))


def test_a_repeated_reading_changes_nothing(store: Store) -> None:
    """Adding the same reading again, as every refresh does, changes nothing."""
    found = limit(SESSION, 42, NOW), limit(WEEK, 17, NOW - 400)
    for later in range(0, 7200, 300):
        add(store, *found, now=NOW + later)
    assert len(history.points(store, NOW - DAY, NOW + DAY)) == 2


def test_clock_set_back(store: Store) -> None:
    """Readings dated ahead by a wrong clock are removed once right ones come."""
    add(store, limit(SESSION, 80, NOW + 5 * HOUR))
    add(store, limit(SESSION, 81, NOW + 6 * HOUR))
    add(store, limit(SESSION, 42, NOW))
    assert kept(store) == [(0, 42)]


def test_clock_set_back_by_days(store: Store) -> None:
    """A day ahead is not shown, and its row is cleared once that day comes."""
    add(store, limit(SESSION, 80, NOW + 2 * DAY + HOUR))
    add(store, limit(SESSION, 42, NOW))
    assert kept(store, until=NOW) == [(0, 42)]
    add(store, limit(SESSION, 43, NOW + 2 * DAY))
    assert kept(store, until=NOW + 3 * DAY) == [(0, 42), (2 * DAY, 43)]


def test_a_future_number_is_not_kept(store: Store) -> None:
    """A number dated later than now is not kept."""
    add(store, limit(SESSION, 42, NOW + HOUR), now=NOW)
    assert kept(store) == []


def test_thinning_keeps_the_last_of_each_window(store: Store) -> None:
    """Thinning keeps each window's last number in an hour, so no peak is lost."""
    old, reset = NOW - (WHOLE_DAYS + 2) * DAY, NOW - (WHOLE_DAYS + 2) * DAY + HOUR // 2
    for minute in range(0, 30, 5):
        add(store, limit(SESSION, 90 + minute / 5, old + minute * 60, reset))
    for minute in range(30, 60, 5):
        add(store, limit(SESSION, minute / 5, old + minute * 60, reset + 5 * HOUR))
    add(store, limit(SESSION, 1, NOW))
    assert kept(store)[:-1] == [(old - NOW + 25 * 60, 95), (old - NOW + 55 * 60, 11)]


def test_a_week_is_kept_whole(store: Store) -> None:
    """Readings of the past seven days are not thinned."""
    times = range(int(NOW - WHOLE_DAYS * DAY), NOW + 1, 6 * 300)
    for when in times:
        add(store, limit(SESSION, when / 300 % 100, when))
    assert [NOW + seconds for seconds, _ in kept(store)] == list(times)


def test_older_than_90_days_is_dropped(store: Store) -> None:
    """Days older than 90 are dropped, and only those."""
    for age in (KEPT_DAYS + 1, KEPT_DAYS, 1):
        add(store, limit(SESSION, age, NOW - age * DAY))
    add(store, limit(SESSION, 0, NOW))
    assert [percent for _, percent in kept(store)] == [KEPT_DAYS, 1, 0]


@pytest.mark.parametrize(
    "line", ["", "nonsense", "1,2,3", "x,five_hour=1@2", "1,five_hour=one@2", "1,five_hour=1@soon"]
)
def test_foreign_lines_are_left_out(store: Store, line: str) -> None:
    """An invalid line is ignored, without hiding those around it."""
    add(store, limit(SESSION, 42, NOW))
    row = f"{history.PREFIX}{NOW // DAY}"
    store.write(row, f"{line}\n{store.read(row)}{line}\n")
    add(store, limit(SESSION, 43, NOW + 300))
    assert kept(store) == [(0, 42), (300, 43)]


@pytest.mark.parametrize("key", ["scope:a,b", "scope:a=b@c", "scope:sonnet 4.5"])
def test_names_from_outside(store: Store, key: str) -> None:
    """A name with special characters does not break its line; a comma becomes a blank."""
    add(store, limit(key, 42, NOW), limit(SESSION, 1, NOW))
    assert kept(store, key.replace(",", " ")) == [(0, 42)]
    assert kept(store) == [(0, 1)]


def use_heavily(place: Path) -> int:
    """Change four limits every two minutes for 90 days; returns the bytes on disk.

    Days that will be thinned change twice an hour only, which leaves the same behind.
    """
    chance = random.Random(5)
    keys = SESSION, WEEK, MODEL, "scope:opus"
    begun = NOW - KEPT_DAYS * DAY
    for day in range(KEPT_DAYS):
        with open_store(place) as store, store.transaction():
            step = 120 if day >= KEPT_DAYS - WHOLE_DAYS - 1 else 1800
            for when in range(begun + day * DAY, begun + (day + 1) * DAY, step):
                reset = when // 18000 * 18000 + 18000
                numbers = (limit(key, chance.random() * 100, when, reset) for key in keys)
                add(store, *numbers)
    return sum(path.stat().st_size for path in place.rglob("*") if path.is_file())


def test_90_days_of_heavy_use(tmp_path: Path) -> None:
    """They take less than 2 MB, and include the first day and the last change."""
    assert use_heavily(tmp_path / "store") < 2_000_000
    begun = NOW - KEPT_DAYS * DAY
    with open_store(tmp_path / "store") as store:
        found = [point for point in history.points(store, begun, NOW) if point.key == MODEL]
    assert found[0].time < begun + DAY
    assert found[-1].time == NOW - 120


def test_adding_reads_one_day_only(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding to a day that exists reads no other day."""
    for age in range(30):
        add(store, limit(SESSION, age, NOW - age * DAY))
    read: list[str] = []
    real = store.read
    monkeypatch.setattr(store, "read", lambda name: (read.append(name), real(name))[1])
    monkeypatch.setattr(store, "names", lambda prefix: pytest.fail("every row is looked at"))
    add(store, limit(SESSION, 50, NOW + 300))
    assert read == [f"{history.PREFIX}{NOW // DAY}"]


def test_thin_is_idempotent() -> None:
    """Thinning a thinned day changes nothing."""
    lines = [f"{NOW + 300 * n},{SESSION}={n}@{NOW + HOUR},{WEEK}={n}@-" for n in range(30)]
    once = history.thin(lines)
    assert len(once) == 3
    assert history.thin(once) == once


def test_a_limit_is_not_confused_with_another(store: Store) -> None:
    """A number is compared with the last one of the same limit."""
    first = limit(SESSION, 42, NOW)
    add(store, first, limit(WEEK, 17, NOW))
    add(store, replace(first, percent=43, as_of=NOW + 300), limit(WEEK, 17, NOW + 300))
    assert kept(store) == [(0, 42), (300, 43)]
    assert kept(store, WEEK) == [(0, 17)]
