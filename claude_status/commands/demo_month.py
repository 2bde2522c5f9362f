"""A made-up month of somebody at work, for the pictures of the past (pure)."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from itertools import groupby

from claude_status.model.usage import SESSION, WEEK, WINDOW_SECONDS, Limit, Usage

HOUR, DAY = 3600, 86400
STEP = 1200  # seconds from one reading to the next
OFTEN = 300  # the same, in the present session
DAYS = 30
HOURS = (9.0, 12.5), (13.5, 18.5)  # of work
WEEKEND = 0.25  # of the use on other days
WEEK_SHARE, MODEL_SHARE = 0.15, 0.7  # of a point of the session; of the week
Reading = tuple[float, float]  # epoch seconds, what was used since the last one


def month(usage: Usage, now: float) -> Iterator[Usage]:
    """Readings of the past 30 days, in order of time, that lead to the numbers of ``usage``."""
    ends = {limit.key: limit.resets_at or int(now) for limit in usage.limits}
    begun = ends[SESSION] - WINDOW_SECONDS[SESSION]
    times = [*range(int(now - DAYS * DAY), begun, STEP), *range(begun, int(now), OFTEN)]
    steps = [(float(when), _use(when, begun, now)) for when in times]
    sessions = _grown(steps, ends[SESSION], WINDOW_SECONDS[SESSION], _percent(usage, SESSION))
    weekly = [(when, use * WEEK_SHARE) for when, use in steps]
    weeks = _grown(weekly, ends[WEEK], WINDOW_SECONDS[WEEK], _percent(usage, WEEK))
    for when, (session, session_end), (week, week_end) in zip(times, sessions, weeks, strict=True):
        numbers = [(SESSION, "5h", session, session_end), (WEEK, "7d", week, week_end)]
        numbers.append(("scope:fable", "Fable", week * MODEL_SHARE, week_end))
        limits = tuple(Limit(*x, when, "endpoint") for x in numbers if x[2] or x[0] != SESSION)
        yield Usage("endpoint", when, limits)


def _percent(usage: Usage, key: str) -> float:
    limit = usage.find(key)
    return limit.percent if limit else 0.0


def _use(when: float, begun: float, now: float) -> float:
    """What is used in a step: more on some days than on others, nothing at night."""
    local = time.localtime(when)
    hour = local.tm_hour + local.tm_min / 60
    is_now = begun <= when < now
    if not is_now and not any(first <= hour < last for first, last in HOURS):
        return 0.0
    length = OFTEN if is_now else STEP
    rest = max(0.0, math.sin(when / 2100)) if is_now else WEEKEND if local.tm_wday > 4 else 1.0
    return length / STEP * rest * (4.2 + 2.6 * math.sin(local.tm_yday * 1.7) + math.sin(when))


def _grown(
    steps: list[Reading], end: int, window: int, present: float
) -> Iterator[tuple[float, int]]:
    """Each step's percentage and reset; the present window is stretched to its known number."""
    for back, group in groupby(steps, key=lambda step: int((end - step[0]) // window)):
        uses = [use for _, use in group]
        total = sum(uses) or 1.0
        scale = present / total if back == 0 else min(1.0, 100 / total)
        used = 0.0
        for use in uses:
            used += use * scale
            yield min(100.0, used), end - back * window
