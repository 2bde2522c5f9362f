"""Where the usage of a window leads, and how wrong that may be.

The middle continues at the average rate so far. How far it may be off is estimated from this
window's own past: the more unevenly its usage grew, the wider the range.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from claude_status.model.pace import LEVEL, present_pace
from claude_status.model.usage import Limit

PIECES = 8  # into which the past is cut to see how evenly usage grew
LEAST_PIECES = 3  # fewer are not enough to tell
Reading = tuple[float, float]  # (epoch seconds, per cent)


@dataclass(frozen=True, slots=True)
class Projection:
    """From a last reading until the reset, in epoch seconds and per cent.

    ``rate`` is in points per second; ``noise`` is the variance of usage, in squared points per
    second, None if too little is known.
    """

    since: float
    percent: float
    elapsed: float  # seconds of the window that had passed
    until: float
    noise: float | None

    @property
    def rate(self) -> float:
        """The average rate so far, in points per second."""
        return self.percent / self.elapsed

    def at(self, time: float) -> tuple[float, float, float]:
        """The lowest, middle and highest value at a time, per cent; usage never falls.

        Usage ends between lowest and highest in about two of three cases. If it is not known how
        evenly it grew, they range from no further usage to twice the rate.
        """
        ahead = max(0.0, time - self.since)
        further = self.rate * ahead
        if self.noise is None:
            spread = further
        else:
            # the variance of what is to come, and of the average rate that was measured
            spread = math.sqrt(self.noise * (ahead + ahead * ahead / self.elapsed))
        spread = max(spread, LEVEL * ahead / self.elapsed)  # numbers are often whole per cent
        return (
            self.percent + max(0.0, further - spread),
            self.percent + further,
            self.percent + further + spread,
        )


def project(limit: Limit, readings: Iterable[Reading], now: float, ttl: float) -> Projection | None:
    """Where the present pace leads; None if that would be a guess, or everything is used up.

    ``readings`` are those of the limit's present window, in order of time.
    """
    if present_pace(limit, now, ttl) is None or not limit.resets_at or not limit.window:
        return None
    if limit.percent >= 100:
        return None
    begun = limit.resets_at - limit.window
    elapsed = limit.as_of - begun
    earlier = [(when, percent) for when, percent in readings if begun < when < limit.as_of]
    past = [(begun, 0.0), *earlier, (limit.as_of, limit.percent)]
    return Projection(limit.as_of, limit.percent, elapsed, limit.resets_at, _noise(past))


def _noise(past: Sequence[Reading]) -> float | None:
    """How unevenly usage grew: the growth of each piece compared with the average rate."""
    (begun, _), (last, total) = past[0], past[-1]
    pieces = _pieces(past, (last - begun) / PIECES)
    if len(pieces) < LEAST_PIECES:
        return None
    rate = total / (last - begun)
    return sum((grown - rate * took) ** 2 / took for took, grown in pieces) / (len(pieces) - 1)


def _pieces(past: Sequence[Reading], least: float) -> list[Reading]:
    """The past cut at known points, as (seconds, points grown); a gap is one piece."""
    pieces = []
    begun, first = past[0]
    for number, (when, percent) in enumerate(past[1:], 1):
        if when - begun >= least or (number == len(past) - 1 and when > begun):
            pieces.append((when - begun, percent - first))
            begun, first = when, percent
    return pieces
