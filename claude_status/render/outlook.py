"""Where the usage of a limit leads, in words that cannot be mistaken for a measurement."""

from __future__ import annotations

import math
import time

from claude_status.model.pace import LEVEL, Pace, present_pace
from claude_status.model.usage import Limit
from claude_status.render.words import HOUR

MINUTE = 60


def binding(limits: tuple[Limit, ...], now: float, ttl: float) -> str:
    """The key of the limit that will be reached first at the present pace, "" if none will."""
    ends = {
        limit.key: pace.runs_out_at
        for limit in limits
        if (pace := present_pace(limit, now, ttl)) and pace.runs_out_at is not None
    }
    return min(ends, key=lambda key: ends[key], default="")


def pace_words(limit: Limit, now: float, ttl: float) -> str:
    """How usage compares with the time and where it leads; "" if that would be a guess."""
    pace, short = present_pace(limit, now, ttl), outlook(limit, now, ttl)
    if pace is None or limit.percent >= 100:
        return short
    if pace.runs_out_at is not None:
        points = math.floor(pace.ahead)
        return f"{points} point{'' if points == 1 else 's'} ahead of pace, {short}"
    return short if _is_level(pace) else f"will last: {short}"


def outlook(limit: Limit, now: float, ttl: float) -> str:
    """Where usage leads, in few columns; "" if that would be a guess."""
    pace = present_pace(limit, now, ttl)
    if pace is None:
        return ""
    if limit.percent >= 100:
        return "used up"
    if pace.runs_out_at is not None:
        return f"runs out {_about(pace.runs_out_at, now)}"
    if _is_level(pace):
        return "on pace"
    return f"about {math.floor(limit.percent / pace.elapsed)}% at the reset"


def local_time(moment: float, now: float) -> str:
    """A time in local time, with the weekday if it is a day or more away."""
    form = "%H:%M" if abs(moment - now) < 24 * HOUR else "%a %H:%M"
    return time.strftime(form, time.localtime(moment))


def _is_level(pace: Pace) -> bool:
    return -LEVEL < pace.ahead < LEVEL


def _about(moment: float, now: float) -> str:
    """A projected local time, rounded down more coarsely the farther away it is."""
    left = moment - now
    if left < MINUTE:
        return "about now"
    step = 5 * MINUTE if left < 2 * HOUR else 10 * MINUTE if left < 12 * HOUR else HOUR
    offset = time.localtime(moment).tm_gmtoff
    return f"about {local_time((moment + offset) // step * step - offset, now)}"
