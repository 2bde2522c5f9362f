"""Will it last: use against the time that has passed of a window, and where that leads.

A window's use is measured from its beginning, so one number is enough for its average rate; but
in a window that has only just begun, or hardly been used, a rate would be a guess.
"""

from __future__ import annotations

from dataclasses import dataclass

from claude_status.usage import Limit

LEAST_ELAPSED = 0.05  # of the window, before a rate says anything
LEAST_PERCENT = 3  # numbers are whole per cent: below this, rounding is half of them


@dataclass(frozen=True, slots=True)
class Pace:
    """How a limit's use compares with the time.

    ``elapsed`` is the share of the window that had passed when the number was true, 0..1;
    ``ahead`` the percentage points by which use runs ahead of it (negative: behind).
    ``runs_out_at`` is when the limit would be reached at the average rate so far, in epoch
    seconds; None where it will last until the reset. ``is_sure`` says that there is rate enough
    to project from; without it nothing should be said of ``runs_out_at``.
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
    is_sure = elapsed >= LEAST_ELAPSED and limit.percent >= LEAST_PERCENT
    runs_out_at = None
    if limit.percent >= 100:
        runs_out_at, is_sure = limit.as_of, True
    elif limit.percent > 0:
        full = begun + (limit.as_of - begun) * 100 / limit.percent
        runs_out_at = full if full < limit.resets_at else None
    return Pace(elapsed, limit.percent - 100 * elapsed, runs_out_at, is_sure)
