"""When to ask the endpoint, and when not: the rules, pure functions of what is known and the time.

The endpoint answers about one call in three to five minutes per login. So there is a TTL, one
memory of failures that every prompt of the machine shares, and no call at all while it cannot
bring anything.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple

from claude_status.codec import typed
from claude_status.errors import AskError
from claude_status.usage import WINDOW_SECONDS, Usage

JITTER = 0.1  # of the TTL, either way
THROTTLED = (300, 600, 1200, 2400, 3600)  # seconds after one 429 after another
MAX_RETRY_AFTER = 3600
TRANSIENT = (30, 900)  # seconds: the first pause after another failure, and the longest
RESET_LAG = 10  # seconds after a reset, since the server's clock may be behind ours
CALL_SECONDS = 30  # what one call may take at the most: the lease, and the pause after a crash
LOOK_EVERY = 300  # seconds until the login and the free sources are looked at again
SPARING = 6  # TTLs between two calls where calls can be spared
NEAR = 90  # per cent, from which on none are spared for idleness
SOONEST = 15  # seconds between two refreshes
CLOCK_ERROR = 60  # seconds by which a clock may be put right without being another clock


@dataclass(frozen=True, slots=True)
class Asking:
    """What is remembered of asking; times in epoch seconds.

    ``refused_login`` is the fingerprint of a login that the API refused: no call until another
    is stored. ``reason`` is "" after an answer with numbers, else a sentence for what came instead.
    """

    asked_at: float = 0.0
    next_due: float = 0.0  # the TTL's end
    not_before: float = 0.0  # the back-off's end
    failures: int = 0  # of one kind, one after another
    kind: str = ""  # of the last failure, as AskError names it
    reason: str = ""
    refused_login: str | None = None

    def dump(self) -> str:
        """As JSON text, for the store."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str | None) -> Asking:
        """From a text that ``dump`` wrote; a memory that cannot be read is an empty one."""
        try:
            return typed(cls, json.loads(text or "{}"))
        except (ValueError, TypeError, RecursionError):
            return cls()


@dataclass(frozen=True, slots=True)
class Due:
    """When the next call is due (epoch seconds), and why then.

    ``why`` is a clause, of a back-off the sentence of the failure. ``never``: not before something
    else changes. ``is_backoff``: the pause after a failure.
    """

    at: float
    why: str
    never: bool = False
    is_backoff: bool = False

    def is_now(self, now: float) -> bool:
        """Whether the call is due."""
        return not self.never and self.at <= now

    @property
    def problem(self) -> str:
        """The sentence for a call that has to wait, "" where there is no need for one yet."""
        if self.never:
            return f"{self.why[:1].upper()}{self.why[1:]}."
        return self.why if self.is_backoff else ""


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
    force: bool = False,
    idle: bool = False,
) -> Due:
    """Decide when the endpoint is next asked for the login of that fingerprint.

    ``force`` skips the TTL, never the back-off; ``idle`` says that Claude Code has not been used
    here since the last reading. Times from a clock that has been set back since do not count.
    """
    if asking.refused_login == login:
        return Due(now, "the API refused this login: open Claude Code to renew it", never=True)
    if now < asking.not_before <= now + MAX_RETRY_AFTER * (1 + JITTER):
        return Due(asking.not_before, asking.reason, is_backoff=True)
    if force or asking.asked_at > now + CLOCK_ERROR:
        return Due(now, "asked for" if force else "the clock was set back")
    if usage is None:
        answered = _ttl_end(asking, ttl) if not asking.failures else now
        return Due(max(now, answered), "nothing is known yet")
    reset = _next_reset(asking, usage, ttl)
    if reset <= now:
        return Due(now, "a window has been reset")
    due = _when_old(asking, usage, now, ttl, idle)
    return Due(reset, "a window is reset then") if reset < due.at else due


def _when_old(asking: Asking, usage: Usage, now: float, ttl: float, idle: bool) -> Due:
    due = _ttl_end(asking, ttl)
    longest = asking.asked_at + SPARING * ttl
    known = known_at(usage)
    if asking.asked_at < known and due < known + ttl:
        return Due(min(known + ttl, max(longest, due)), "Claude Code told the numbers itself")
    near = any(limit.percent > NEAR and not limit.is_over(now) for limit in usage.limits)
    if idle and not near and not asking.failures:
        return Due(max(longest, due), "Claude Code has not been used since")
    return Due(due, "the reading is fresh until then")


def known_at(usage: Usage) -> float:
    """When the older of the session's and the week's numbers was true, whatever its source."""
    times = [limit.as_of for limit in usage.limits if limit.key in WINDOW_SECONDS]
    return min(times, default=0.0)


def _ttl_end(asking: Asking, ttl: float) -> float:
    """The end of the TTL, which may have been shortened since the last call."""
    return min(asking.next_due, asking.asked_at + ttl * (1 + JITTER))


def _next_reset(asking: Asking, usage: Usage, ttl: float) -> float:
    """When to ask about the first reset that nobody has asked about since; it may never come.

    Only the session's and the week's are worth more than the TTL: of other windows nobody knows
    how short they are.
    """
    ttl_end = asking.asked_at + ttl
    resets = [
        max(at + RESET_LAG, 0 if limit.key in WINDOW_SECONDS else ttl_end)
        for limit in usage.limits
        if (at := limit.resets_at) is not None and asking.asked_at < at
    ]
    return min(resets, default=math.inf)


def before_call(asking: Asking, now: float) -> Asking:
    """The memory while a call is under way: a call that a crash cuts short has failed."""
    cut_short = AskError("transient", "The last call to the API is under way, or was cut short.")
    return after_failure(asking, cut_short, now, login="", chance=0.5)


def after_answer(now: float, ttl: float, chance: float) -> Asking:
    """The memory after a reading; ``chance`` is a random number from 0 to 1."""
    return Asking(asked_at=now, next_due=now + ttl * _jittered(chance))


def after_failure(
    asking: Asking, error: AskError, now: float, *, login: str, chance: float
) -> Asking:
    """The memory after a call that brought no reading."""
    failures = asking.failures + 1 if error.kind == asking.kind else 1
    failed = replace(
        asking,
        asked_at=now,
        failures=failures,
        kind=error.kind,
        reason=str(error),
        not_before=0.0,
    )
    if error.kind == "unauthorized":
        return replace(failed, refused_login=login)
    if error.kind == "throttled":
        wish = error.retry_after or 0
        pause = THROTTLED[min(failures, len(THROTTLED)) - 1] * _jittered(chance)
        return replace(failed, not_before=now + (min(wish, MAX_RETRY_AFTER) if wish > 0 else pause))
    first, longest = TRANSIENT
    pause = min(first * 2 ** min(failures - 1, 10), longest)
    return replace(failed, not_before=now + pause)


def next_refresh(due: Due, now: float) -> RefreshTimes:
    """When readers should start the next refresh; it also looks at the login and free sources."""
    wanted = now + LOOK_EVERY if due.never else due.at
    at = int(max(now + SOONEST, min(wanted, now + LOOK_EVERY)))
    return RefreshTimes(bar=at, prompt=at)


def look_again(now: float) -> RefreshTimes:
    """The times of the next refresh where nothing is known of when the next call is due."""
    return RefreshTimes(bar=int(now) + LOOK_EVERY, prompt=int(now) + LOOK_EVERY)


def _jittered(chance: float) -> float:
    return 1 - JITTER + 2 * JITTER * chance
