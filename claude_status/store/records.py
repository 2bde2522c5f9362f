"""What the rows of the store mean."""

from __future__ import annotations

import json
from collections.abc import Iterable

from claude_status.model.memory import CLOCK_ERROR, Asking
from claude_status.model.merge import join
from claude_status.model.switch import Owner, Window
from claude_status.model.usage import Usage
from claude_status.store import codec
from claude_status.store.rows import LONG_ROWS, Readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from claude_status.store.database import Store

READINGS, ASKING = "readings", "asking"
KEYCHAIN = "keychain"  # "refused" where the Keychain would not hand out the login
PLAN = "plan"  # the plan's name, as the login gives it
STATE = "claude_json"  # the version of .claude.json that was read last
SESSIONS = "sessions"  # what is remembered of Claude Code's sessions, to date their numbers
TOLD = "told"  # the alerts already sent
SENT = "alerted"  # when the last alerts were sent, and of what
OWNER = "owner"  # whose numbers these are
FORMER = "former"  # windows of accounts that were logged in before
MOST_SENT = 20  # alerts that are remembered


def readings(store: Readable, now: float) -> codec.Readings:
    """The last reading of each source; none that a wrong clock dated into the future."""
    found = codec.load(store.read(READINGS))
    return {name: usage for name, usage in found.items() if usage.as_of <= now + CLOCK_ERROR}


def keep(store: Store, usages: Iterable[Usage]) -> None:
    """Set the last reading of each source."""
    store.write(READINGS, codec.dump({usage.source: usage for usage in usages}))


def add(store: Store, usage: Usage, now: float) -> None:
    """Join a reading to the earlier ones of its source."""
    with store.transaction():
        known = readings(store, now)
        before = known.get(usage.source)
        keep(store, {**known, usage.source: join(before, usage) if before else usage}.values())


def asking(store: Readable) -> Asking:
    """What is remembered about calls."""
    return Asking.load(store.read(ASKING))


def remember(store: Store, memory: Asking) -> None:
    """Set what is remembered about calls."""
    store.write(ASKING, memory.dump())


def owned_since(store: Readable, now: float) -> float:
    """When the present account replaced another (epoch seconds); 0 if it has not.

    Also 0 if a wrong clock dated that into the future.
    """
    since = owner(store).since
    return since if since <= now + CLOCK_ERROR else 0.0


def owner(store: Readable) -> Owner:
    """Whose numbers these are."""
    return Owner.load(store.read(OWNER))


def former(store: Readable) -> list[Window]:
    """Windows of accounts that were logged in before; none if they cannot be read."""
    try:
        return [(str(key), int(at)) for key, at in json.loads(store.read(FORMER) or "[]")]
    except (ValueError, TypeError, RecursionError):
        return []


def sent(store: Store) -> list[tuple[float, str]]:
    """The last alerts that were sent, each with its time; what cannot be read is none."""
    try:
        return [(float(when), str(title)) for when, title in json.loads(store.read(SENT) or "[]")]
    except (ValueError, TypeError, RecursionError):
        return []


def note_sent(store: Store, titles: Iterable[str], now: float) -> None:
    """Remember alerts as sent now."""
    if new := [(int(now), title) for title in titles]:
        store.write(SENT, json.dumps([*sent(store), *new][-MOST_SENT:]))


def forget(store: Store, *, asking: bool, past: bool) -> None:
    """Drop an account's numbers, the memory of ``asking`` and what is known about its ``past``."""
    rows = [READINGS, PLAN]
    rows += [ASKING] if asking else []
    rows += [TOLD, SENT, *store.names(LONG_ROWS)] if past else []
    for name in rows:
        store.drop(name)
