"""How use grew: what a chart of it shows, before anything is drawn (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from claude_status.model.pace import present_pace
from claude_status.model.usage import GONE, OVER, WINDOW_SECONDS, Limit
from claude_status.render.outlook import pace_words
from claude_status.render.report import NAMES
from claude_status.render.style import Style, colour_of
from claude_status.render.words import shown_percent, stale_mark
from claude_status.store.history import DAY, THINNED, WHOLE_DAYS, Point

GAP = 3900  # seconds without a reading, after which nobody knows what happened
ABSENT_TTLS = 13  # for a bar that nobody sees one call in twelve TTLs is made
JITTER = 60  # seconds by which the resets of one window differ
MOST_WINDOWS = 12  # in one chart, for their even pace to be drawn
Run = tuple[tuple[float, float], ...]  # (epoch seconds, per cent) in order of time


@dataclass(frozen=True, slots=True)
class Burnup:
    """One chart: from ``since`` to ``until`` in epoch seconds.

    ``used`` has one run for every stretch without a gap, ``even`` the even pace of each window,
    ``projection`` where the present pace leads; it is empty where that would be a guess.
    """

    name: str
    words: str
    colour: str
    since: float
    until: float
    used: tuple[Run, ...]
    even: tuple[Run, ...]
    projection: Run = ()

    @property
    def highest(self) -> float:
        """The top of the chart, per cent."""
        return max([100.0, *(percent for run in self.used for _, percent in run)])


def of_window(limit: Limit, points: Iterable[Point], now: float, style: Style) -> Burnup | None:
    """The window that the limit is in; None where it has none, or where it is over."""
    if limit.resets_at is None or not limit.window or limit.state(now, style.ttl) in (OVER, GONE):
        return None
    begun, end = limit.resets_at - limit.window, limit.resets_at
    own = [point for point in points if point.key == limit.key and _same(point.resets_at, end)]
    last = Point(int(limit.as_of), limit.key, limit.percent, end)
    known = [point for point in own if point.time < last.time]
    mark = stale_mark(limit, now, style.ttl)
    words = [mark + shown_percent(limit.percent), pace_words(limit, now, style.ttl)]
    return Burnup(
        name=NAMES.get(limit.key, limit.label),
        words=", ".join(word for word in words if word),
        colour=colour_of(limit, style),
        since=begun,
        until=end,
        used=_runs([*known, last], now, style.ttl),
        even=(((begun, 0.0), (end, 100.0)),),
        projection=_projection(limit, now, style.ttl),
    )


def of_days(
    key: str, points: Iterable[Point], since: float, now: float, ttl: float
) -> Burnup | None:
    """All windows of a limit from ``since`` until ``now``; None where nothing is known of any."""
    own = [point for point in points if point.key == key and since <= point.time <= now]
    if not own:
        return None
    window = WINDOW_SECONDS[key]
    ends = sorted({point.resets_at for point in own if point.resets_at})
    few = (now - since) / window <= MOST_WINDOWS
    return Burnup(
        name=NAMES[key],
        words=f"peak {shown_percent(max(point.percent for point in own))}",
        colour="normal",
        since=since,
        until=now,
        used=_runs(own, now, ttl),
        even=tuple(_clipped(end - window, end, since, now) for end in ends if few),
    )


def _runs(points: Sequence[Point], now: float, ttl: float) -> tuple[Run, ...]:
    """The points in runs of one window without a gap."""
    runs: list[list[tuple[float, float]]] = []
    before: Point | None = None
    for point in points:
        if before is None or not _same(point.resets_at, before.resets_at) or (
            point.time - before.time > _gap(point.time, now, ttl)
        ):  # fmt: skip
            runs.append([])
        runs[-1].append((point.time, point.percent))
        before = point
    return tuple(tuple(run) for run in runs)


def _gap(time: float, now: float, ttl: float) -> float:
    """How far apart readings may be that still follow one another."""
    usual = max(GAP, ABSENT_TTLS * ttl)
    return max(usual, 2 * THINNED) if time < now - WHOLE_DAYS * DAY else usual


def _projection(limit: Limit, now: float, ttl: float) -> Run:
    """From the last number to where the present pace leads, at 100% or at the reset."""
    pace = present_pace(limit, now, ttl)
    if pace is None or limit.percent >= 100 or limit.resets_at is None:
        return ()
    if pace.runs_out_at is not None:
        return (limit.as_of, limit.percent), (pace.runs_out_at, 100.0)
    return (limit.as_of, limit.percent), (limit.resets_at, limit.percent / pace.elapsed)


def _clipped(begun: float, end: float, since: float, until: float) -> Run:
    """The even pace of a window, as far as the chart reaches."""
    times = max(begun, since), min(end, until)
    return tuple((time, 100 * (time - begun) / (end - begun)) for time in times)


def _same(one: int | None, other: int | None) -> bool:
    return one == other or (one is not None and other is not None and abs(one - other) <= JITTER)
