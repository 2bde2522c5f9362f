"""How usage grew: what a chart of it shows, before anything is drawn (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from claude_status.model.projection import Projection, project
from claude_status.model.usage import GONE, OVER, Limit
from claude_status.render.outlook import pace_words
from claude_status.render.report import name_of
from claude_status.render.style import Style
from claude_status.render.words import shown_percent, stale_mark
from claude_status.store.history import DAY, THINNED, WHOLE_DAYS, Point

GAP = 3900  # seconds without a reading that make a gap
ABSENT_TTLS = 13  # a bar that nobody sees makes one call every twelve TTLs
JITTER = 60  # seconds by which the resets of one window differ
MOST_WINDOWS = 12  # in one chart, for their even pace to be drawn
Run = tuple[tuple[float, float], ...]  # (epoch seconds, per cent) in order of time


@dataclass(frozen=True, slots=True)
class Burnup:
    """One chart: from ``since`` to ``until`` in epoch seconds.

    ``used`` has one run for every stretch without a gap, ``even`` the even pace of each window,
    ``projection`` where the present pace leads; it is None where that would be a guess.
    """

    name: str
    words: str
    since: float
    until: float
    used: tuple[Run, ...]
    even: tuple[Run, ...] = ()
    projection: Projection | None = None


def of_window(limit: Limit, points: Iterable[Point], now: float, style: Style) -> Burnup | None:
    """The present window of the limit; None if it has none, or the window is over."""
    if limit.resets_at is None or not limit.window or limit.state(now, style.ttl) in (OVER, GONE):
        return None
    begun, end = limit.resets_at - limit.window, limit.resets_at
    own = [point for point in points if point.key == limit.key and same(point.resets_at, end)]
    last = Point(int(limit.as_of), limit.key, limit.percent, end)
    known = [point for point in own if point.time < last.time]
    mark = stale_mark(limit, now, style.ttl)
    words = [mark + shown_percent(limit.percent), pace_words(limit, now, style.ttl)]
    readings = [(point.time, point.percent) for point in known]
    return Burnup(
        name=name_of(limit),
        words=", ".join(word for word in words if word),
        since=begun,
        until=end,
        used=_runs([*known, last], now, style.ttl),
        even=(((begun, 0.0), (end, 100.0)),),
        projection=project(limit, readings, now, style.ttl),
    )


def of_days(
    limit: Limit, points: Iterable[Point], since: float, now: float, ttl: float
) -> Burnup | None:
    """All windows of a limit from ``since`` until ``now``; None if nothing is known about any."""
    own = [point for point in points if point.key == limit.key and since <= point.time <= now]
    if not own:
        return None
    window = limit.window or 0
    ends = sorted({point.resets_at for point in own if point.resets_at})
    few = window and (now - since) / window <= MOST_WINDOWS
    return Burnup(
        name=name_of(limit),
        words=f"peak {shown_percent(max(point.percent for point in own))}",
        since=since,
        until=now,
        used=_runs(own, now, ttl),
        even=tuple(_clipped(end - window, end, since, now) for end in _apart(ends) if few),
    )


def same(one: int | None, other: int | None) -> bool:
    """Whether two resets belong to the same window."""
    return one == other or (one is not None and other is not None and abs(one - other) <= JITTER)


def _apart(ends: Iterable[int]) -> list[int]:
    """One reset for each window, although its readings may differ by a minute."""
    kept: list[int] = []
    for end in ends:
        if not kept or not same(kept[-1], end):
            kept.append(end)
    return kept


def _runs(points: Sequence[Point], now: float, ttl: float) -> tuple[Run, ...]:
    """The points in runs, each in one window and without a gap."""
    runs: list[list[tuple[float, float]]] = []
    before: Point | None = None
    for point in points:
        if before is None or not same(point.resets_at, before.resets_at) or (
            point.time - before.time > _gap(point.time, now, ttl)
        ):  # fmt: skip
            runs.append([])
        runs[-1].append((point.time, point.percent))
        before = point
    return tuple(tuple(run) for run in runs)


def _gap(time: float, now: float, ttl: float) -> float:
    """How far apart two readings of one run may be."""
    usual = max(GAP, ABSENT_TTLS * ttl)
    return max(usual, 2 * THINNED) if time < now - WHOLE_DAYS * DAY else usual


def _clipped(begun: float, end: float, since: float, until: float) -> Run:
    """The even pace of a window, as far as the chart reaches."""
    times = max(begun, since), min(end, until)
    return tuple((time, 100 * (time - begun) / (end - begun)) for time in times)
