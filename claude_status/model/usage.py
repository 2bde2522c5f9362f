"""What is known about a plan's usage: limits, credits, when they were true, and the source."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

SESSION = "five_hour"
WEEK = "seven_day"
CREDITS = "credits"
PUSH, CLAUDE_JSON, ENDPOINT, CLAUDE_CLI = "statusline", "claude_json", "endpoint", "claude_cli"
SOURCES = (PUSH, CLAUDE_JSON, ENDPOINT, CLAUDE_CLI)
WINDOW_SECONDS = {SESSION: 5 * 3600, WEEK: 7 * 86400}
FRESH, STALE, OVER, GONE = "fresh", "stale", "over", "gone"
MAX_AGE = 86400  # seconds after which a number is no longer shown


class Number:
    """What every number has: the time at which it was true (epoch seconds), and its source."""

    __slots__ = ()
    as_of: float
    source: str

    @property
    def origin(self) -> str:
        """The kind of source, without the session's id."""
        return self.source.partition(":")[0]

    resets_at: int | None

    def state(self, now: float, ttl: float) -> str:
        """Whether the number is ``FRESH``, ``STALE`` (older than two TTLs), ``OVER`` or ``GONE``.

        It is over if its window has been reset since, so that it is no longer valid, and gone if it
        is too old to be shown at all.
        """
        if self.is_gone(now):
            return GONE
        if self.is_over(now):
            return OVER
        return STALE if now - self.as_of > 2 * ttl else FRESH

    def is_over(self, now: float) -> bool:
        """Whether the window has been reset since."""
        return self.resets_at is not None and self.resets_at <= now

    def is_gone(self, now: float) -> bool:
        """Whether the number is too old to be shown at all."""
        return now - self.as_of >= MAX_AGE


@dataclass(frozen=True, slots=True)
class Limit(Number):
    """One limit of the plan.

    ``percent`` is 0..100, or more; an unknown number makes no Limit.
    ``resets_at`` is in epoch seconds, rounded to the minute; None if the window has not begun.
    ``severity`` is the server's own word (``normal``, ``warning``, ``critical``), ``active`` its
    mark for the one limit that it would show.
    """

    key: str
    label: str
    percent: float
    resets_at: int | None
    as_of: float
    source: str
    severity: str | None = None
    active: bool = False
    window: int | None = None  # seconds from one reset to the next

    @property
    def millionths(self) -> int:
        """The percentage in millionths of a per cent, rounded down: what gates compare."""
        return math.floor(self.percent * 1_000_000)


@dataclass(frozen=True, slots=True)
class Credits(Number):
    """Extra usage that is paid for; amounts in the currency's minor units, None if unknown.

    ``reason`` says why none are left, "" if some are.
    """

    used: int | None
    limit: int | None
    currency: str
    exponent: int  # decimal places of the currency
    percent: float | None
    as_of: float
    source: str
    severity: str | None = None
    resets_at: int | None = None  # epoch seconds
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """One reading, or several merged into one; each limit keeps its own source and time.

    ``as_of`` is the last time that the source reported, ``rows_as_of`` the last time that it listed
    every per-model limit, so that an older one missing there is gone, and ``no_credits_as_of`` the
    last time that it said that credits are switched off.
    """

    source: str
    as_of: float
    limits: tuple[Limit, ...] = ()
    credits: Credits | None = None
    rows_as_of: float = 0.0
    unknown_keys: tuple[str, ...] = ()
    no_credits_as_of: float = 0.0

    def find(self, key: str) -> Limit | None:
        """The limit of that key, or None where it is not known."""
        return next((limit for limit in self.limits if limit.key == key), None)

    def shown_at(self, now: float) -> Usage:
        """The usage without numbers too old to be shown: what every report starts from."""
        kept = tuple(limit for limit in self.limits if not limit.is_gone(now))
        paid = self.credits if self.credits and not self.credits.is_gone(now) else None
        return replace(self, limits=kept, credits=paid)

    def numbers(self) -> list[Limit | Credits]:
        """Every number of it."""
        return [*self.limits, *([self.credits] if self.credits else [])]

    def gates(self) -> list[Limit]:
        """Everything that can run out: every limit, and the credits if their share is known.

        Spent credits are at 100 %.
        """
        paid = self.credits
        percent = 100.0 if paid and paid.reason else paid.percent if paid else None
        if paid is None or percent is None:
            return list(self.limits)
        limit = Limit(
            CREDITS, CREDITS, percent, paid.resets_at, paid.as_of, paid.source, paid.severity
        )
        return [*self.limits, limit]


def order(limit: Limit) -> tuple[int, str]:
    """The sort key of a limit in every list: the session, the week, then the others by name."""
    return {SESSION: 0, WEEK: 1}.get(limit.key, 2), limit.key
