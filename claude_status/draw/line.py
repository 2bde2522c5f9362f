"""The line: what a Usage says at a given time, as segments that no dialect has touched yet."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from claude_status.draw.money import money
from claude_status.usage import SESSION, WEEK, Credits, Limit, Usage

MAX_WIDTH = 60
HOUR = 3600
NORMAL, WARNING, CRITICAL = "normal", "warning", "critical"


@dataclass(frozen=True, slots=True)
class Style:
    """What the settings say about the line."""

    ttl: float = 300  # seconds
    thresholds: tuple[float, float] = (70, 90)  # per cent: from here on warning, critical
    max_width: int = MAX_WIDTH  # columns


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text in one colour: ``normal``, ``warning``, ``critical`` or "" for none."""

    text: str
    colour: str = ""


Line = tuple[Piece, ...]
_Reset = Callable[[int, float], str]
SEPARATOR = Piece(" · ")


def draw_line(usage: Usage | None, now: float, style: Style, *, minutes: bool = True) -> Line:
    """What the line says at ``now``; empty where nothing is known that may be shown.

    ``minutes`` counts down to the session's reset; otherwise the reset stands as clock time, which
    stays right without being drawn anew. At most ``style.max_width`` columns: the credits go
    first, then the scoped limits, then the countdown.
    """
    if usage is None:
        return ()
    limits = [limit for limit in usage.limits if _shown(limit, now, style)]
    credit = usage.credits if _credits_shown(usage, now, style) else None
    reset = _countdown if minutes else _clock
    scoped = sum(limit.key not in (SESSION, WEEK) for limit in limits)
    base = limits[: len(limits) - scoped]
    line: Line = ()
    for kept, money_too, when in (
        (limits, credit, reset),
        *((limits[: len(base) + n], None, reset) for n in reversed(range(scoped + 1))),
        (base, None, None),
    ):
        line = _compose(kept, money_too, now, style, when)
        if width(line) <= style.max_width and (line or not limits):
            return line
    return ()


def width(line: Line) -> int:
    """The columns that a line takes."""
    return sum(len(piece.text) for piece in line)


def colour_of(limit: Limit | Credits, thresholds: tuple[float, float]) -> str:
    """The server's severity where there is one, else by the thresholds."""
    if limit.severity:
        return limit.severity
    percent = limit.percent if limit.percent is not None else 0.0
    return CRITICAL if percent >= thresholds[1] else WARNING if percent >= thresholds[0] else NORMAL


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


def age(seconds: float) -> str:
    """How long ago, in full hours; "" below one hour."""
    return f"{int(seconds // HOUR)}h ago" if seconds >= HOUR else ""


def plain_label(text: str) -> str:
    """A name from outside with only those signs that mean nothing to any shell or terminal."""
    return "".join(sign for sign in text if sign.isascii() and (sign.isalnum() or sign in " .-+_"))


def _shown(limit: Limit, now: float, style: Style) -> bool:
    if limit.is_gone(now):
        return False
    if limit.key in (SESSION, WEEK):
        return True
    return not limit.is_over(now) and (limit.active or limit.percent >= style.thresholds[1])


def _credits_shown(usage: Usage, now: float, style: Style) -> bool:
    credit = usage.credits
    if credit is None or credit.is_gone(now):
        return False
    binding = credit.percent is not None and credit.percent >= style.thresholds[1]
    return binding or not usage.limits


def _compose(
    limits: list[Limit], credit: Credits | None, now: float, style: Style, reset: _Reset | None
) -> Line:
    parts = [_limit(limit, now, style, reset) for limit in limits]
    dates = [limit.as_of for limit in limits if not limit.is_over(now)]
    if credit:
        parts.append(_credit(credit, now, style))
        dates.append(credit.as_of)
    oldest = min(dates, default=now)
    if age(now - oldest):
        parts.append([Piece(age(now - oldest))])
    line = [piece for part in parts for piece in (SEPARATOR, *part)]
    return tuple(line[1:])


def _limit(limit: Limit, now: float, style: Style, reset: _Reset | None) -> list[Piece]:
    label = Piece(f"{plain_label(limit.label)} ")
    if limit.is_over(now):
        return [label, Piece("–")]
    mark = "~" if limit.is_stale(now, style.ttl) else ""
    percent = Piece(mark + shown_percent(limit.percent), colour_of(limit, style.thresholds))
    if limit.key != SESSION or reset is None or limit.resets_at is None:
        return [label, percent]
    return [label, percent, Piece(f" {reset(limit.resets_at, now)}")]


def _credit(credit: Credits, now: float, style: Style) -> list[Piece]:
    mark = "~" if credit.is_stale(now, style.ttl) else ""
    return [Piece("credits "), Piece(mark + money(credit), colour_of(credit, style.thresholds))]


def _countdown(resets_at: int, now: float) -> str:
    return duration(resets_at - now)


def _clock(resets_at: int, _now: float) -> str:
    return time.strftime("until %H:%M", time.localtime(resets_at))
