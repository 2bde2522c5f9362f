"""Whose numbers the store holds, and when those of another account replace them (pure).

A switch of accounts is two changes in Claude Code's files, in either order and seconds apart: of
the login, and of the account that ``.claude.json`` names. A renewal changes the login alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from claude_status.model.merge import is_push, merge
from claude_status.model.typed import typed
from claude_status.model.usage import WEEK, WINDOW_SECONDS, Usage

TOGETHER = 300  # seconds within which the login and the account change in one switch
MAX_WINDOWS = 32
Window = tuple[str, int]  # a limit's key, and its reset in epoch seconds


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose numbers are known; times in epoch seconds, "" and 0 for what has not happened.

    ``account`` is the identifier that ``.claude.json`` gives, "" if it gives none. ``login`` is
    the fingerprint of the stored login, ``login_of`` the account with which it was first seen.
    """

    account: str = ""
    since: float = 0.0  # when it replaced another
    login: str = ""
    login_of: str = ""
    login_since: float = 0.0
    skipped_at: float = 0.0  # when a switch last made a call due before its time

    def dump(self) -> str:
        """As JSON text, for the store."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str | None) -> Owner:
        """From a text that ``dump`` wrote; empty where it cannot be read."""
        try:
            return typed(cls, json.loads(text or "{}"))
        except (ValueError, TypeError, RecursionError):
            return cls()

    def seen(self, account: str, login: str, now: float, ttl: float) -> Owner:
        """The owner after reading both files; ``since`` changes where the numbers must be dropped.

        ``login`` is "" if none can be read from a file. If no account is named, a new login may be
        anybody's.
        """
        is_new = login not in ("", self.login)
        is_other = is_new and self.login != ""
        unknown = is_other and not account
        late = is_other and is_another(account, self.login_of)  # so far the login was the former's
        owner = replace(
            self,
            account="" if unknown else account or self.account,
            login_of=self.login_of or account,
        )
        if is_new:
            owner = replace(owner, login=login, login_of=account, login_since=now)
        if not (unknown or late or is_another(account, self.account)):
            return owner
        owner = replace(owner, since=now)
        skips = not owner.waits and abs(now - self.skipped_at) >= ttl
        return replace(owner, skipped_at=now) if skips else owner

    @property
    def waits(self) -> bool:
        """Whether the login still seems to be that of the previous account."""
        return self.login != "" and abs(self.since - self.login_since) >= TOGETHER


def windows(readings: Iterable[Usage]) -> list[Window]:
    """The windows of the session and the week in these readings."""
    return [
        (limit.key, limit.resets_at)
        for usage in readings
        for limit in usage.limits
        if limit.key in WINDOW_SECONDS and limit.resets_at
    ]


def is_of_former(push: Usage, former: Iterable[Window], readings: Iterable[Usage]) -> bool:
    """Whether a push has a window of an account that was logged in before.

    A week is always reset at the same time. A window seen with the present account is its own.
    """
    own = merge(usage for usage in readings if not is_push(usage.source))
    limits = [limit for limit in push.limits if limit.resets_at]
    for limit in limits:
        known = own.find(limit.key) if own else None
        if known and known.resets_at == limit.resets_at:
            continue
        every = WINDOW_SECONDS[WEEK] if limit.key == WEEK else 0
        for key, at in former:
            apart = (limit.resets_at or 0) - at
            if key == limit.key and (apart % every if every else apart) == 0:
                return True
    return False


def is_another(account: str, known: str) -> bool:
    """Whether two identifiers are known to be different; one may lack its organization."""
    (person, _, group), (other, _, others) = account.partition("/"), known.partition("/")
    if not person or not other:
        return False
    return person != other or ("" not in (group, others) and group != others)
