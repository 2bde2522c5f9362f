"""What is remembered about calls, and how each call changes that: pure functions of the time."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from claude_status.errors import AskError
from claude_status.model.typed import typed

JITTER = 0.1  # of the TTL, either way
THROTTLED = (300, 600, 1200, 2400, 3600)  # seconds after one 429 after another
THROTTLED_SECONDS = 6 * 3600  # for which a 429 is remembered beyond its pause
MAX_RETRY_AFTER = 3600
TRANSIENT = (30, 900)  # seconds: the first pause after another failure, and the longest
CLOCK_ERROR = 60  # seconds by which a clock may be corrected without counting as reset


@dataclass(frozen=True, slots=True)
class Asking:
    """What is remembered about calls; times in epoch seconds.

    ``is_steady`` says that the last answer brought no new numbers. ``refused_login`` is the
    fingerprint of a login that the API refused: no call until another is stored. ``reason`` is ""
    after an answer with numbers, otherwise a sentence about what came instead.
    """

    asked_at: float = 0.0  # the last call, where the back-off begins
    pause: float = 0.0  # seconds of back-off
    answered_at: float = 0.0  # the last call that was answered
    jitter: float = 1.0  # the random factor of the TTL that follows
    is_steady: bool = False
    throttled_at: float = 0.0  # the last 429
    failures: int = 0  # of one kind, in a row
    kind: str = ""  # of the last failure, as AskError names it
    reason: str = ""
    refused_login: str | None = None

    @property
    def not_before(self) -> float:
        """The end of the back-off."""
        return self.asked_at + min(self.pause, MAX_RETRY_AFTER * (1 + JITTER))

    def ttl(self, ttl: float, now: float) -> float:
        """The TTL after the last answer, which counts double for some hours after a 429.

        The login may be shared with other machines, which are throttled together.
        """
        is_throttled = self.throttled_at > 0 and now - self.throttled_at < THROTTLED_SECONDS
        return ttl * (2 if is_throttled else 1) * min(max(self.jitter, 1 - JITTER), 1 + JITTER)

    def at(self, now: float) -> Asking:
        """The same by a clock that may have been set back since.

        A back-off then starts again, since how much of it was left is not known. An answer from
        the future does not count, unless the clock was only corrected.
        """
        if max(self.asked_at, self.answered_at, self.throttled_at) <= now:
            return self
        return replace(
            self,
            asked_at=min(self.asked_at, now),
            answered_at=self.answered_at if self.answered_at <= now + CLOCK_ERROR else 0.0,
            throttled_at=min(self.throttled_at, now),
        )

    def dump(self) -> str:
        """As JSON text, for the store."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str | None) -> Asking:
        """From a text that ``dump`` wrote; empty where it cannot be read."""
        try:
            return typed(cls, json.loads(text or "{}"))
        except (ValueError, TypeError, RecursionError):
            return cls()


def before_call(asking: Asking, now: float) -> Asking:
    """The memory while a call is in progress: a call cut short by a crash has failed."""
    cut_short = AskError("transient", "The last call to the API is under way, or was cut short.")
    return after_failure(asking, cut_short, now, login="", chance=0.5)


def after_answer(
    asking: Asking, now: float, chance: float, *, is_steady: bool = False, reason: str = ""
) -> Asking:
    """The memory after an answer; ``chance`` is a random number from 0 to 1."""
    return Asking(
        asked_at=now,
        answered_at=now,
        jitter=_jittered(chance),
        is_steady=is_steady,
        throttled_at=asking.throttled_at,
        reason=reason,
    )


def after_failure(
    asking: Asking, error: AskError, now: float, *, login: str, chance: float
) -> Asking:
    """The memory after a call that brought no reading."""
    failures = asking.failures + 1 if error.kind == asking.kind else 1
    failed = replace(
        asking,
        asked_at=now,
        pause=0.0,
        failures=failures,
        kind=error.kind,
        reason=str(error),
    )
    if error.kind == "unauthorized":
        return replace(failed, refused_login=login)
    if error.kind == "throttled":
        wish = error.retry_after or 0
        pause = THROTTLED[min(failures, len(THROTTLED)) - 1] * _jittered(chance)
        pause = min(wish, MAX_RETRY_AFTER) if wish > 0 else pause
        return replace(failed, pause=pause, throttled_at=now)
    first, longest = TRANSIENT
    return replace(failed, pause=min(first * 2 ** min(failures - 1, 10), longest))


def _jittered(chance: float) -> float:
    return 1 - JITTER + 2 * JITTER * chance
