"""The readings of the past 90 days, thinned with age: one row of text lines a day.

A line is ``<time>,<key>=<percent>@<reset>,…``: epoch seconds, per cent, and the reset in epoch
seconds ("-" if the window has none). Each number is recorded at the time at which it was true.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from claude_status.model.usage import MAX_AGE, Usage
from claude_status.store.database import Store

DAY = 86400
KEPT_DAYS = 90
WHOLE_DAYS = 7  # days in which every reading is kept; older ones are thinned
THINNED = 3600  # seconds: of a thinned day, the last number of each limit in each of these
CLOSEST = 120  # seconds between two readings that are worth keeping
UNCHANGED = 1800  # seconds after which a number is kept although it is the same
AHEAD = 60  # seconds by which a reading may lie in the future
PREFIX = "history:"


@dataclass(frozen=True, slots=True)
class Point:
    """One number of one limit: when (epoch seconds), how much (per cent), until which reset."""

    time: int
    key: str
    percent: float
    resets_at: int | None


def add(store: Store, usage: Usage, now: float) -> None:
    """Keep what is new about each limit; once a day, thin the days that have grown old."""
    days: dict[int, list[Point]] = {}
    for limit in usage.limits:
        if now - MAX_AGE < limit.as_of <= now + AHEAD:
            key, percent = limit.key.replace(",", " "), round(limit.percent, 2)
            point = Point(int(limit.as_of), key, percent, limit.resets_at)
            days.setdefault(point.time // DAY, []).append(point)
    for day, found in days.items():
        _add_to_day(store, f"{PREFIX}{day}", found, now)


def points(store: Store, since: float, until: float) -> list[Point]:
    """All numbers between two times in order of time; invalid lines are ignored."""
    found = []
    for day in range(int(since) // DAY, int(until) // DAY + 1):
        for line in (store.read(f"{PREFIX}{day}") or "").split("\n"):
            found += [point for point in parse_line(line) if since <= point.time <= until]
    return sorted(found, key=lambda point: point.time)


def parse_line(line: str) -> list[Point]:
    """The numbers in one line; none if the line is invalid."""
    when, *fields = line.split(",")
    try:
        return [_point(int(when), field) for field in fields]
    except ValueError:
        return []


def thin(lines: Iterable[str]) -> list[str]:
    """The last number of each window in each hour, since usage within a window only grows."""
    last: dict[tuple[int, str, int | None], Point] = {}
    for line in lines:
        for point in parse_line(line):
            last[point.time // THINNED, point.key, point.resets_at] = point
    return _lines(sorted(last.values(), key=lambda point: point.time))


def _add_to_day(store: Store, name: str, found: list[Point], now: float) -> None:
    text = store.read(name) or ""
    lines = text.split("\n")[:-1]
    while lines and any(point.time > now + AHEAD for point in parse_line(lines[-1])):
        lines.pop()  # written by a clock that has been set back since
    last = _last(lines, {point.key for point in found})
    new = [point for point in found if _is_new(point, last.get(point.key))]
    if new:
        store.write(name, "".join(f"{line}\n" for line in [*lines, *_lines(new)]))
    if new and not text:
        _thin(store, int(now) // DAY)


def _last(lines: Sequence[str], keys: set[str]) -> dict[str, Point]:
    """The last point of each of these limits, searched from the end."""
    found: dict[str, Point] = {}
    for line in reversed(lines):
        for point in parse_line(line):
            found.setdefault(point.key, point)
        if keys <= found.keys():
            break
    return found


def _is_new(point: Point, last: Point | None) -> bool:
    if last is None:
        return True
    is_same = (point.percent, point.resets_at) == (last.percent, last.resets_at)
    return point.time - last.time >= (UNCHANGED if is_same else CLOSEST)


def _thin(store: Store, today: int) -> None:
    """Thin the days that have grown old, and drop those that are older than we keep."""
    for name in store.names(PREFIX):
        age = today - int(name.removeprefix(PREFIX))
        if age > KEPT_DAYS:
            store.drop(name)
        elif age > WHOLE_DAYS:
            lines = (store.read(name) or "").split("\n")[:-1]
            thinned = thin(lines)
            if thinned != lines:
                store.write(name, "".join(f"{line}\n" for line in thinned))


def _lines(found: Iterable[Point]) -> list[str]:
    """One line for each time, in the order in which the times first appear."""
    times: dict[int, list[str]] = {}
    for point in found:
        reset = "-" if point.resets_at is None else point.resets_at
        times.setdefault(point.time, []).append(f"{point.key}={point.percent:g}@{reset}")
    return [",".join([str(when), *fields]) for when, fields in times.items()]


def _point(when: int, field: str) -> Point:
    key, _, value = field.rpartition("=")
    percent, _, resets_at = value.partition("@")
    return Point(when, key, float(percent), None if resets_at == "-" else int(resets_at))
