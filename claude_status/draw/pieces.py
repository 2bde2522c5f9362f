"""What a line is made of: runs of text in one colour, before any dialect has touched them."""

from __future__ import annotations

import math
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from claude_status.draw.money import money
from claude_status.usage import SESSION, WEEK, Credits, Limit, Usage

MAX_WIDTH = 60
HOUR = 3600
NORMAL, WARNING, CRITICAL = "normal", "warning", "critical"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text in one colour: ``normal``, ``warning``, ``critical`` or "" for none."""

    text: str
    colour: str = ""


Line = tuple[Piece, ...]
Reset = Callable[[int, float], str]  # a time of reset as text, given the present time
SEPARATOR = Piece(" · ")
OVER = "–"  # stands for the percentage of a window that has been reset since
IN_ASCII = {"·": "-", "–": "-", "⇡": "^", "€": "EUR ", "£": "GBP ", "¥": "JPY "}


@dataclass(frozen=True, slots=True)
class Style:
    """What the settings say about the line; ``template`` "" is the line as it is by default."""

    ttl: float = 300  # seconds
    thresholds: tuple[float, float] = (70, 90)  # per cent: from here on warning, critical
    max_width: int = MAX_WIDTH  # columns
    template: str = ""
    label: str = ""  # the account's, put before the line
    plan: str = ""


def width(line: Line) -> int:
    """The columns that a line takes at the most, whatever the dialect."""
    return sum(_columns(sign) for piece in line for sign in piece.text)


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


def label_of(limit: Limit) -> str:
    """What a limit is called; "?" where its name has no sign that is safe everywhere."""
    return plain_label(limit.label).strip() or "?"


def shown_limits(usage: Usage, now: float, style: Style) -> list[Limit]:
    """The limits that the line speaks of: the session, the week, and the others that bind."""
    return [
        limit
        for limit in usage.limits
        if not limit.is_gone(now) and (limit.key in (SESSION, WEEK) or _binds(limit, now, style))
    ]


def shown_credits(usage: Usage, now: float, style: Style) -> Credits | None:
    """The credits, where they bind or are all that the account has."""
    credit = usage.credits
    if credit is None or credit.is_gone(now):
        return None
    binds = credit.percent is not None and credit.percent >= style.thresholds[1]
    return credit if binds or not usage.limits else None


def percent_piece(limit: Limit, now: float, style: Style) -> Piece:
    """The percentage, marked where it is old, and gone where its window is over."""
    if limit.is_over(now):
        return Piece(OVER)
    mark = "~" if limit.is_stale(now, style.ttl) else ""
    return Piece(mark + shown_percent(limit.percent), colour_of(limit, style.thresholds))


def credit_piece(credit: Credits, now: float, style: Style) -> Piece:
    """The amounts of the credits, marked where they are old."""
    mark = "~" if credit.is_stale(now, style.ttl) else ""
    return Piece(mark + money(credit), colour_of(credit, style.thresholds))


def oldest_age(limits: list[Limit], credit: Credits | None, now: float) -> str:
    """The age of the oldest number among these, from one hour on."""
    dates = [limit.as_of for limit in limits if not limit.is_over(now)]
    if credit:
        dates.append(credit.as_of)
    return age(now - min(dates, default=now))


def countdown(resets_at: int, now: float) -> str:
    """The time that is left until a reset, by a clock of full seconds as the readers' are."""
    return duration(resets_at - math.floor(now))


def clock(resets_at: int, now: float) -> str:
    """A reset as local clock time, with the day where it is not within a day of ``now``."""
    form = "until %H:%M" if resets_at - now < 24 * HOUR else "until %a %H:%M"
    return time.strftime(form, time.localtime(resets_at))


def _columns(sign: str) -> int:
    is_wide = unicodedata.east_asian_width(sign) in ("F", "W")
    return max(1 + is_wide, len(IN_ASCII.get(sign, "")))


def _binds(limit: Limit, now: float, style: Style) -> bool:
    return not limit.is_over(now) and (limit.active or limit.percent >= style.thresholds[1])
