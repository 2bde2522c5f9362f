"""What the rows of the store mean."""

from __future__ import annotations

import json
from collections.abc import Iterable

from claude_status.model.memory import CLOCK_ERROR, Asking
from claude_status.model.merge import join
from claude_status.model.switch import Owner, Window
from claude_status.model.usage import Usage
from claude_status.store import codec
from claude_status.store.database import LONG_ROWS, Store

READINGS, ASKING = "readings", "asking"
KEYCHAIN = "keychain"  # "refused" where the Keychain would not hand out the login
PLAN = "plan"  # the plan's name, as the login gives it
STATE = "claude_json"  # the version of .claude.json that was read last
SESSIONS = "sessions"  # what is remembered of Claude Code's sessions, to date what they say
TOLD = "told"  # the alerts that were given
SENT = "alerted"  # when the last alerts were sent, and of what
OWNER = "owner"  # whose numbers these are
FORMER = "former"  # windows of accounts that were logged in before
MOST_SENT = 20  # alerts that are remembered


def readings(store: Store, now: float) -> codec.Readings:
    """The last reading of each source; none from a future that a wrong clock once showed."""
    found = codec.load(store.read(READINGS))
    return {name: usage for name, usage in found.items() if usage.as_of <= now + CLOCK_ERROR}


def keep(store: Store, usages: Iterable[Usage]) -> None:
    """Set the last reading of each source."""
    store.write(READINGS, codec.dump({usage.source: usage for usage in usages}))


def add(store: Store, usage: Usage, now: float) -> None:
    """Join a reading to what its source said before."""
    with store.transaction():
        known = readings(store, now)
        before = known.get(usage.source)
        keep(store, {**known, usage.source: join(before, usage) if before else usage}.values())


def asking(store: Store) -> Asking:
    """What is remembered of asking."""
    return Asking.load(store.read(ASKING))


def remember(store: Store, memory: Asking) -> None:
    """Set what is remembered of asking."""
    store.write(ASKING, memory.dump())


def owned_since(store: Store, now: float) -> float:
    """When another account took the place of the one before (epoch seconds); 0 where none has.

    Nor does it count where a wrong clock once dated that into the future.
    """
    since = owner(store).since
    return since if since <= now + CLOCK_ERROR else 0.0


def owner(store: Store) -> Owner:
    """Whose numbers these are."""
    return Owner.load(store.read(OWNER))


def former(store: Store) -> list[Window]:
    """Windows of accounts that were logged in before; what cannot be read is none."""
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
    """Drop an account's numbers, the memory of ``asking`` and what is known of its ``past``."""
    rows = [READINGS, PLAN]
    rows += [ASKING] if asking else []
    rows += [TOLD, SENT, *store.names(LONG_ROWS)] if past else []
    for name in rows:
        store.drop(name)
