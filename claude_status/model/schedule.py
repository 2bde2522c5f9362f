"""When to ask the endpoint, and when not: the rules, pure functions of what is known and the time.

The endpoint answers about one call every three to five minutes per login. So there is a TTL, one
memory of failures shared by every prompt of the machine, and no call at all while it cannot bring
anything. The reader decides how often to ask: a person at a prompt must not see a number marked as
old, a status bar that nobody looks at may show one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from claude_status.model.memory import Asking
from claude_status.model.usage import WINDOW_SECONDS, Usage

# Who started a refresh: a prompt, a status bar, or a bar of a tmux that nobody uses
PROMPT, BAR, NOBODY = "prompt", "bar", "nobody"

RESET_LAG = 10  # seconds after a reset, since the server's clock may be behind ours
CALL_SECONDS = 30  # the longest that one call may take: the lease, and the pause after a crash
LOOK_EVERY = 300  # seconds until the login and the free sources are looked at again
SPARING = 6  # TTLs between two calls while free sources have the numbers
STEADY = 1.8  # TTLs between two calls, so that with the jitter no number is two TTLs old
ABSENT = 12  # TTLs between two calls for nobody
SOONEST = 15  # seconds between two refreshes
PRESENT = 2  # TTLs after their last activity for which somebody counts as present


@dataclass(frozen=True, slots=True)
class Due:
    """When the next call is due (epoch seconds), and why then.

    ``why`` is a clause, or the failure's sentence during a back-off. ``never``: not before
    something else changes. ``is_backoff``: the pause after a failure. ``unread`` is the sentence
    for a last answer without any number, "" after one with numbers.
    """

    at: float
    why: str
    never: bool = False
    is_backoff: bool = False
    unread: str = ""

    def is_now(self, now: float) -> bool:
        """Whether the call is due."""
        return not self.never and self.at <= now

    @property
    def problem(self) -> str:
        """The sentence that says why there are no new numbers, "" where nothing prevents them."""
        if self.never:
            return f"{self.why[:1].upper()}{self.why[1:]}."
        return self.why if self.is_backoff else self.unread


class RefreshTimes(NamedTuple):
    """When a status bar and when a prompt should start the next refresh (epoch seconds)."""

    bar: int
    prompt: int


def next_call(
    asking: Asking,
    usage: Usage | None,
    now: float,
    *,
    ttl: float,
    login: str,
    reader: str,
    force: bool = False,
) -> Due:
    """Decide when the endpoint is next asked, with the login of that fingerprint.

    ``reader`` is who started the refresh. ``force`` skips the TTL, never the back-off.
    """
    asking = asking.at(now)
    if asking.refused_login == login:
        return Due(now, "the API refused this login: open Claude Code to renew it", never=True)
    if now < asking.not_before:
        return Due(asking.not_before, asking.reason, is_backoff=True)
    if force:
        return Due(now, "requested")
    due = _when_old(asking, usage, asking.ttl(ttl, now), reader)
    if asking.reason and not asking.failures:
        due = replace(due, why="the last answer had no number", unread=asking.reason)
    if usage is None:
        answered = 0 if asking.failures else due.at
        return Due(max(now, answered), "nothing is known yet")
    reset = _next_reset(asking, usage, ttl)
    if reset <= now:
        return Due(now, "a window has been reset")
    return Due(reset, "a window will be reset") if reset < due.at else due


def _when_old(asking: Asking, usage: Usage | None, ttl: float, reader: str) -> Due:
    """When the numbers are too old for the reader, whatever their source."""
    wait, why = ttl, "the reading is fresh until then"
    if reader == NOBODY and usage and not asking.reason:
        wait, why = ABSENT * ttl, "nobody is using tmux"
    elif reader != PROMPT:
        wait = STEADY * ttl
    elif asking.is_steady:
        wait, why = STEADY * ttl, "the last call brought no new numbers"
    due = asking.answered_at + wait
    known = known_at(usage) if usage else 0.0
    if asking.answered_at < known:
        # free sources lack the per-model limits, so the endpoint is still asked now and then
        longest = max(asking.asked_at + SPARING * ttl, due)
        return Due(min(known + wait, longest), "Claude Code itself gave the numbers")
    return Due(due, why)


def known_at(usage: Usage) -> float:
    """When the older of the session's and the week's numbers was true, whatever its source."""
    times = [limit.as_of for limit in usage.limits if limit.key in WINDOW_SECONDS]
    return min(times, default=0.0)


def numbers(usage: Usage | None, now: float) -> list[object]:
    """What a person sees of a usage, for comparison: whole percentages, and the credits."""
    if usage is None:
        return []
    shown = {one.key: None if one.is_over(now) else int(one.percent) for one in usage.limits}
    return [shown, usage.credits and (usage.credits.used, usage.credits.limit)]


def _next_reset(asking: Asking, usage: Usage, ttl: float) -> float:
    """When to ask about the first reset after the last call; infinite if there is none.

    Only the session's and the week's take precedence over the TTL: other windows may be very short.
    """
    ttl_end = asking.asked_at + ttl
    resets = [
        max(at + RESET_LAG, 0 if limit.key in WINDOW_SECONDS else ttl_end)
        for limit in usage.limits
        if (at := limit.resets_at) is not None and asking.asked_at < at
    ]
    return min(resets, default=math.inf)


def refresh_times(bar: Due, prompt: Due, now: float, reader: str) -> RefreshTimes:
    """When readers should start the next refresh; it also checks the login and free sources.

    If a call is due for a prompt, but not for the bar that started this refresh, the next prompt
    asks at once.
    """
    soonest = now + SOONEST
    return RefreshTimes(
        bar=_next_refresh(bar, now, soonest),
        prompt=_next_refresh(prompt, now, soonest if reader == PROMPT else now),
    )


def _next_refresh(due: Due, now: float, soonest: float) -> int:
    wanted = now + LOOK_EVERY if due.never else due.at
    return int(max(soonest, min(wanted, now + LOOK_EVERY)))


def look_again(now: float) -> RefreshTimes:
    """The times of the next refresh if it is not known when the next call is due."""
    return RefreshTimes(bar=int(now) + LOOK_EVERY, prompt=int(now) + LOOK_EVERY)
