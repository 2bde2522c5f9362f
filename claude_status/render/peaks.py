"""The highest number of each day, and how often a limit was nearly used up (pure)."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

from claude_status.model.usage import Limit
from claude_status.render.burnup import same
from claude_status.render.report import name_of
from claude_status.render.words import shown_percent
from claude_status.store.history import Point

REACHED = 90  # per cent: a window that reached this was nearly used up


@dataclass(frozen=True, slots=True)
class Peaks:
    """One chart: the peak of each local day, None if nothing is known about it.

    ``days`` has the epoch seconds at which each day began.
    """

    name: str
    words: str
    days: tuple[float, ...]
    peaks: tuple[float | None, ...]


def midnights(now: float, count: int) -> tuple[float, ...]:
    """When today and the days before it began in local time: so many, in order."""
    year, month, day, *_ = time.localtime(now)
    return tuple(
        time.mktime((year, month, day - ago, 0, 0, 0, 0, 0, -1)) for ago in reversed(range(count))
    )


def of_peaks(
    limit: Limit, points: Iterable[Point], days: tuple[float, ...], now: float
) -> Peaks | None:
    """The peaks of a limit; None if nothing is known about any of these days."""
    own = [point for point in points if point.key == limit.key and days[0] <= point.time <= now]
    if not own:
        return None
    ends = (*days[1:], now + 1)
    peaks = tuple(
        max((point.percent for point in own if begun <= point.time < end), default=None)
        for begun, end in zip(days, ends, strict=True)
    )
    highest = shown_percent(max(point.percent for point in own))
    return Peaks(name_of(limit), f"peak {highest}", days, peaks)


def windows_words(limit: Limit, points: Iterable[Point]) -> str:
    """How many windows of a limit were seen, and how many of them reached 90%; "" for none."""
    peaks: list[tuple[int, float]] = []  # of each window: its reset, its peak
    own = ((x.resets_at, x.percent) for x in points if x.key == limit.key and x.resets_at)
    for end, percent in sorted(own):
        before = peaks.pop()[1] if peaks and same(peaks[-1][0], end) else 0.0
        peaks.append((end, max(before, percent)))
    if not peaks:
        return ""
    reached = sum(percent >= REACHED for _, percent in peaks)
    windows = "1 window" if len(peaks) == 1 else f"{len(peaks)} windows"
    return f"{name_of(limit)}: {windows}, {reached or 'none'} reached {REACHED}%"
