"""The words of every picture: percentages, spans of time, and names that are safe everywhere."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from claude_status.usage import Limit

HOUR = 3600
Reset = Callable[[int, float], str]  # a time of reset as text, given the present time


def shown_percent(percent: float) -> str:
    """Rounded down, as Claude Code's own screen does."""
    return f"{math.floor(percent)}%"


def duration(seconds: float) -> str:
    """A span of time rounded down: ``3d4h``, ``2h13m``, ``7m``, ``<1m``."""
    minutes = int(seconds) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}d{hours}h" if hours else f"{days}d"
    if hours:
        return f"{hours}h{minutes:02}m"
    return f"{minutes}m" if minutes else "<1m"


def countdown(resets_at: int, now: float) -> str:
    """The time that is left until a reset, by a clock of full seconds as the readers' are."""
    return duration(resets_at - math.floor(now))


def clock(resets_at: int, now: float) -> str:
    """A reset as local clock time, with the day where it is not within a day of ``now``."""
    form = "until %H:%M" if resets_at - now < 24 * HOUR else "until %a %H:%M"
    return time.strftime(form, time.localtime(resets_at))


def age(seconds: float) -> str:
    """How long ago, in full hours; "" below one hour."""
    return f"{int(seconds // HOUR)}h ago" if seconds >= HOUR else ""


def plain_label(text: str) -> str:
    """A name from outside with only those signs that mean nothing to any shell or terminal."""
    return "".join(sign for sign in text if sign.isascii() and (sign.isalnum() or sign in " .-+_"))


def label_of(limit: Limit) -> str:
    """What a limit is called; "?" where its name has no sign that is safe everywhere."""
    return plain_label(limit.label).strip() or "?"
