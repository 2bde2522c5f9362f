"""Keeps the length of a back-off when the clock is set meanwhile."""

from __future__ import annotations

import json
import math
import time
from dataclasses import replace

from claude_status.model.memory import CLOCK_ERROR
from claude_status.store.database import Store
from claude_status.store.records import asking, remember

CLOCK = "clock"  # the row with the time and the uptime when a back-off began


def uptime() -> float:
    """Seconds since some fixed moment, including sleep; setting the clock does not change it."""
    # CLOCK_MONOTONIC includes sleep on macOS, but not on Linux
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def note_clock(store: Store, now: float, up: float) -> None:
    """Record the time (epoch seconds) and the uptime at which a back-off begins."""
    store.write(CLOCK, json.dumps([now, up]))


def set_clock(store: Store, now: float, up: float) -> None:
    """Adjust the memory if the clock was set, so that a back-off keeps its length.

    If it was set back, the back-off starts again, but only once. If it was set forward, the uptime
    shows that, unless the machine has been restarted since.
    """
    memory = asking(store)
    after = memory.at(now)
    if memory.pause:
        then, up_then = _noted(store)
        ahead = (now - then) - (up - up_then)
        if up >= up_then and ahead > CLOCK_ERROR:
            after = replace(after, asked_at=after.asked_at + ahead)
    if after != memory:
        with store.transaction():
            remember(store, after)
            note_clock(store, now, up)


def _noted(store: Store) -> tuple[float, float]:
    """What was noted last; if nothing was, an uptime that is never reached."""
    try:
        now, up = json.loads(store.read(CLOCK) or "")
        return float(now), float(up)
    except (ValueError, TypeError, RecursionError):
        return 0.0, math.inf
