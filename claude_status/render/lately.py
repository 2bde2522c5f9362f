"""What happened lately, from what was kept: resets, thresholds that were passed, alerts (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from claude_status.model.memory import Asking
from claude_status.model.usage import Limit
from claude_status.render.burnup import JITTER, same
from claude_status.render.report import name_of
from claude_status.render.words import shown_percent
from claude_status.store.history import DAY, Point

FULL = 100  # per cent


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: when (epoch seconds), and what, as a clause."""

    time: float
    words: str


def lately(
    limits: Iterable[Limit],
    points: Sequence[Point],
    alerts: Iterable[tuple[float, str]],
    asking: Asking,
    now: float,
    *,
    thresholds: Sequence[float],
) -> list[Event]:
    """The events of the past 24 hours, the newest first; ``alerts`` are those that were sent.

    ``thresholds`` are those whose passing is an event by itself.
    """
    events = [Event(when, f"alert: {title}") for when, title in alerts]
    for limit in limits:
        own = [point for point in points if point.key == limit.key]
        events += [*_resets(limit, own, now), *_passed(limit, own, thresholds)]
    events += _failures(asking, now)
    recent = (event for event in events if now - DAY < event.time <= now)
    return sorted(recent, key=lambda event: event.time, reverse=True)


def _resets(limit: Limit, points: Sequence[Point], now: float) -> Iterator[Event]:
    """Each reset that is certain: its time has come, or a later window has taken its place."""
    for window in _windows(points):
        end, seen = window[0].resets_at, window[-1].time
        if end is None:
            continue
        later = [x.time for x in points if x.time > seen and (x.resets_at or 0) > end + JITTER]
        highest = max(point.percent for point in window)
        if highest >= 1 and (later or end <= now):
            words = f"{name_of(limit)} reset at {shown_percent(highest)}"
            yield Event(min([end, *later]), words)


def _passed(limit: Limit, points: Sequence[Point], thresholds: Sequence[float]) -> Iterator[Event]:
    """When a threshold was passed within a window, and when all was used."""
    for window in _windows(points):
        for level in {*thresholds, FULL}:
            reached = next((x for x in window if x.percent >= level), None)
            if reached and reached is not window[0]:  # else it was higher before it was seen
                is_full = level == FULL
                words = "was used up" if is_full else f"reached {shown_percent(level)}"
                yield Event(reached.time, f"{name_of(limit)} {words}")


def _windows(points: Sequence[Point]) -> list[list[Point]]:
    """The points of each window, whatever minute its reset was said to be."""
    windows: list[list[Point]] = []
    for point in points:
        window = next((x for x in windows if same(x[0].resets_at, point.resets_at)), None)
        if window is None:
            windows.append([point])
        else:
            window.append(point)
    return windows


def _failures(asking: Asking, now: float) -> Iterator[Event]:
    """The last refusal for having asked too often, or what has failed since the last answer."""
    if asking.throttled_at:
        yield Event(asking.throttled_at, "too many requests (429)")
    if asking.failures and asking.asked_at != asking.throttled_at:
        count = f"{asking.failures} calls" if asking.failures > 1 else "a call"
        yield Event(min(asking.asked_at, now), f"{count} to the API failed")
