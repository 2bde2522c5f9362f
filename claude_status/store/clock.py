"""A clock that is set while a back-off lasts, which makes that neither shorter nor endless."""

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
    """Seconds since some moment before, sleep included, which setting the clock does not change."""
    # Linux leaves sleep out of the one that has it on macOS
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def note_clock(store: Store, now: float, up: float) -> None:
    """Record the time (epoch seconds) and the uptime at which a back-off begins."""
    store.write(CLOCK, json.dumps([now, up]))


def set_clock(store: Store, now: float, up: float) -> None:
    """Record that the clock was set, if it was, so that a back-off keeps its length.

    Set back, it has it begin anew, but only once. That it was set forward is known by the uptime,
    unless the machine was started anew since.
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
    """What was noted last; where that is nothing, an uptime that no other comes after."""
    try:
        now, up = json.loads(store.read(CLOCK) or "")
        return float(now), float(up)
    except (ValueError, TypeError, RecursionError):
        return 0.0, math.inf
