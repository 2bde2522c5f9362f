"""What is known at one moment, without asking anyone: for the reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from claude_status.errors import CacheError, ClaudeStatusError
from claude_status.model.memory import Asking
from claude_status.model.merge import merge
from claude_status.model.schedule import PROMPT, Due, next_call
from claude_status.model.usage import Usage
from claude_status.paths import Account, check_ours
from claude_status.settings.settings import Settings
from claude_status.store import records
from claude_status.store.rows import Readable, look


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The usage in the store, and what else is known about it; times in epoch seconds."""

    account: Account
    settings: Settings
    now: float
    usage: Usage | None = None
    asking: Asking = field(default_factory=Asking)
    plan: str = ""
    keychain_refused: bool = False  # so that nothing in the background asks it again
    problem: str = ""  # a sentence, "" where there is none

    def at(self, now: float) -> Snapshot:
        """The same knowledge at another time."""
        return replace(self, now=now)


def take_snapshot(account: Account, settings: Settings, now: float, problem: str = "") -> Snapshot:
    """Read the store if there is one, without creating it; a failure is the snapshot's problem."""
    try:
        if not account.store.is_dir():
            return Snapshot(account, settings, now, problem=problem)
        check_ours(account.cache)
        rows = look(account.store)
        if rows is not None:
            return _taken(rows, Snapshot(account, settings, now, problem=problem))
        from claude_status.store.database import open_store  # which mends it, or says why not

        with open_store(account.store) as store:
            return _taken(store, Snapshot(account, settings, now, problem=problem))
    except OSError as error:
        problem = problem or f"The cache {account.cache} cannot be read ({error.strerror})."
    except CacheError as error:
        problem = problem or str(error)
    return Snapshot(account, settings, now, problem=problem)


def _taken(store: Readable, empty: Snapshot) -> Snapshot:
    """The snapshot with what the rows of the store say."""
    return replace(
        empty,
        usage=merge(records.readings(store, empty.now).values()),
        asking=records.asking(store),
        plan=store.read(records.PLAN) or "",
        keychain_refused=store.read(records.KEYCHAIN) == "refused",
    )


def next_due(known: Snapshot, login: str, reader: str = PROMPT) -> Due:
    """When a refresh for that reader would make a call.

    It sends the login of that fingerprint ("": Claude Code's own).
    """
    return next_call(
        known.asking, known.usage, known.now, ttl=known.settings.ttl, login=login, reader=reader
    )


def fresh_snapshot(
    account: Account, settings: Settings, environ: Mapping[str, str], now: float
) -> Snapshot:
    """A snapshot after asking in the foreground, if a call is due."""
    from claude_status.asking.ask import Asker  # which most readers do not need
    from claude_status.asking.refresh import refresh

    try:
        problem = refresh(Asker(account, settings, environ, typed=True)).problem
    except ClaudeStatusError as error:
        problem = str(error)
    return take_snapshot(account, settings, now, problem)
