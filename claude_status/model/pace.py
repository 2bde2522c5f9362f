"""Will it last: usage compared with the time elapsed in a window, and where that leads.

A window's usage starts at 0, so one number is enough for its average rate. That is a guess in a
window that has only just begun, and it is out of date once the number is.
"""

from __future__ import annotations

from dataclasses import dataclass

from claude_status.model.usage import FRESH, Limit

LEAST_ELAPSED = 0.1  # of the window, before a rate says anything
LEVEL = 1.0  # points: numbers are often whole per cent, so a smaller difference may be none


@dataclass(frozen=True, slots=True)
class Pace:
    """How a limit's usage compares with the time.

    ``elapsed`` is the share of the window that had passed when the number was true, 0..1;
    ``ahead`` the percentage points by which usage is ahead of it (negative: behind).
    ``runs_out_at`` is when the limit would be reached at the average rate so far, in epoch
    seconds; None if it may well last until the reset. ``is_sure`` says that the rate can be
    projected; without it nothing should be said about where it leads.
    """

    elapsed: float
    ahead: float
    runs_out_at: float | None
    is_sure: bool


def pace_of(limit: Limit) -> Pace | None:
    """The pace of a limit at the time of its number; None where the window is not known."""
    if limit.resets_at is None or not limit.window:
        return None
    begun = limit.resets_at - limit.window
    elapsed = (limit.as_of - begun) / limit.window
    if not 0 < elapsed <= 1:
        return None
    ahead = limit.percent - 100 * elapsed
    if limit.percent >= 100:
        return Pace(elapsed, ahead, limit.as_of, is_sure=True)
    full = begun + (limit.as_of - begun) * 100 / limit.percent if ahead >= LEVEL else None
    return Pace(elapsed, ahead, full, is_sure=elapsed >= LEAST_ELAPSED)


def present_pace(limit: Limit, now: float, ttl: float) -> Pace | None:
    """The pace at ``now``, where it is sure, of a number that is neither old nor over."""
    pace = pace_of(limit)
    return pace if pace and pace.is_sure and limit.state(now, ttl) == FRESH else None


def elapsed_share(limit: Limit, now: float) -> float | None:
    """The share of the window that has passed at ``now``, 0..1; None where that is not known."""
    if limit.resets_at is None or not limit.window:
        return None
    share = 1 - (limit.resets_at - now) / limit.window
    return share if 0 <= share < 1 else None
