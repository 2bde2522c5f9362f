"""A percentage as a bar of so many cells, in eighths of a cell."""

from __future__ import annotations

import math

EIGHTHS = " ▏▎▍▌▋▊▉█"
TRACK = "░"


def bar(percent: float, cells: int) -> str:
    """The bar of a percentage, rounded down: it is full only from 100 % on."""
    eighths = min(math.floor(percent * cells * 8 / 100), cells * 8)
    full, rest = divmod(max(0, eighths), 8)
    drawn = EIGHTHS[8] * full + (EIGHTHS[rest] if rest else "")
    return drawn + TRACK * (cells - len(drawn))
