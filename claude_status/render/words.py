"""The words of every output: percentages, spans of time, and names that are safe everywhere."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from claude_status.model.usage import STALE, Limit, Number

HOUR = 3600
Reset = Callable[[int, float], str]  # a reset time as text, given the present time


def shown_percent(percent: float) -> str:
    """Rounded down, as Claude Code's own screen does."""
    return f"{math.floor(percent)}%"


def stale_mark(number: Number, now: float, ttl: float) -> str:
    """The mark before an old number, "" for any other."""
    return "~" if number.state(now, ttl) == STALE else ""


def duration(seconds: float) -> str:
    """A span of time rounded down: ``3d4h``, ``2h13m``, ``7m``, ``<1m``."""
    minutes = int(seconds) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days}d{hours}h" if hours else f"{days}d"
    if hours:
        return f"{hours}h{minutes:02}m"
    return f"{minutes}m" if minutes else "<1m"


def in_words(seconds: float, span: Callable[[float], str] = duration) -> str:
    """A span of time for a sentence: "26m", "less than a minute"."""
    return span(max(0.0, seconds)).replace("<1m", "less than a minute")


def countdown(resets_at: int, now: float) -> str:
    """The time left until a reset, by a clock of full seconds like the readers' clocks."""
    return duration(resets_at - math.floor(now))


def moment(when: float, now: float, hours: int) -> str:
    """A future time by the local clock of 12 or 24 hours, with the weekday if not within a day."""
    local = time.localtime(when)
    clock = time.strftime("%H:%M", local)
    if hours == 12:
        clock = (
            f"{local.tm_hour % 12 or 12}:{local.tm_min:02}{'am' if local.tm_hour < 12 else 'pm'}"
        )
    return clock if when - now < 24 * HOUR else f"{time.strftime('%a', local)} {clock}"


def age(seconds: float) -> str:
    """How long ago, in full hours; "" below one hour."""
    return f"{int(seconds // HOUR)}h ago" if seconds >= HOUR else ""


def plain_label(text: str) -> str:
    """A name from outside, reduced to characters that are not special to any shell or terminal."""
    return "".join(
        character
        for character in text
        if character.isascii() and (character.isalnum() or character in " .-+_")
    )


def label_of(limit: Limit) -> str:
    """The short name of a limit; "?" if its name has no character that is safe everywhere."""
    return plain_label(limit.label).strip() or "?"
