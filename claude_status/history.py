"""Every reading of the past 90 days, thinned with age: one row of text lines a day.

A line is ``<time>,<key>=<percent>@<reset>,…``: epoch seconds, per cent, and the reset in epoch
seconds ("-" where the window has none).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from claude_status.store import LONG_ROWS, Store
from claude_status.usage import Usage

DAY = 86400
KEPT_DAYS = 90
WHOLE_DAYS = 7  # days in which every reading is kept; older ones are thinned
THINNED = 3600  # seconds between two readings of a thinned day
CLOSEST = 120  # seconds between two readings that are worth keeping
PREFIX = LONG_ROWS


@dataclass(frozen=True, slots=True)
class Point:
    """One number of one limit: when (epoch seconds), how much (per cent), until which reset."""

    time: int
    key: str
    percent: float
    resets_at: int | None


def add(store: Store, usage: Usage, now: float) -> None:
    """Keep a reading that says something new; once a day, thin the old days and drop the oldest."""
    day = int(usage.as_of) // DAY
    name = f"{PREFIX}{day}"
    text = store.read(name) or ""
    last = text.rsplit("\n", 2)[-2] if text else ""
    line = _line(usage)
    when, _, numbers = line.partition(",")
    last_when, _, last_numbers = last.partition(",")
    is_new = numbers != last_numbers or int(when) - int(last_when or 0) >= THINNED
    if not numbers or not is_new or (last and int(when) < int(last_when) + CLOSEST):
        return
    store.write(name, f"{text}{line}\n")
    if not text:
        _thin(store, int(now) // DAY)


def points(store: Store, since: float, until: float) -> Iterator[Point]:
    """All numbers between two times, in order of time; a line that is none of ours is left out."""
    for day in range(int(since) // DAY, int(until) // DAY + 1):
        for line in (store.read(f"{PREFIX}{day}") or "").splitlines():
            for point in parse_line(line):
                if since <= point.time <= until:
                    yield point


def parse_line(line: str) -> list[Point]:
    """The numbers in one line; none where it is not one that was written here."""
    when, *fields = line.split(",")
    try:
        return [_point(int(when), field) for field in fields]
    except ValueError:
        return []


def thin(lines: Iterable[str]) -> list[str]:
    """One line for each hour: the last, since use within a window only grows."""
    last: dict[int, str] = {}
    for line in lines:
        when = line.partition(",")[0]
        if when.isdigit():
            last[int(when) // THINNED] = line
    return list(last.values())


def _thin(store: Store, today: int) -> None:
    """Thin the days that have grown old, and drop those that are older than we keep."""
    for name in store.names(PREFIX):
        age = today - int(name.removeprefix(PREFIX))
        if age > KEPT_DAYS:
            store.drop(name)
        elif age > WHOLE_DAYS:
            lines = (store.read(name) or "").splitlines()
            if len(lines) > DAY // THINNED:
                store.write(name, "\n".join(thin(lines)) + "\n")


def _line(usage: Usage) -> str:
    fields = [
        f"{limit.key.replace(',', ' ')}={limit.percent:g}@{limit.resets_at or '-'}"
        for limit in usage.limits
        if limit.as_of >= usage.as_of - CLOSEST
    ]
    return ",".join([str(int(usage.as_of)), *fields])


def _point(when: int, field: str) -> Point:
    key, _, value = field.rpartition("=")
    percent, _, resets_at = value.partition("@")
    return Point(when, key, float(percent), None if resets_at == "-" else int(resets_at))
