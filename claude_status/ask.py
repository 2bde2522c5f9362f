"""Asking the endpoint: whether it is due, one call at a time, and what came of it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from claude_status import records
from claude_status.body import parse_body
from claude_status.config import Settings
from claude_status.errors import AskError, LoginError, SettingsError
from claude_status.merge import merge
from claude_status.paths import Account
from claude_status.policy import (
    CALL_SECONDS,
    SOONEST,
    Due,
    after_answer,
    after_failure,
    before_call,
    next_call,
)
from claude_status.sources.activity import used_since
from claude_status.sources.base import check_base, is_loopback
from claude_status.sources.credentials import Login, read_login
from claude_status.store import Store
from claude_status.usage import Usage

LEASE = "lease"
ENDPOINT = "endpoint"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a refresh; ``problem`` is a sentence, "" where there is none."""

    usage: Usage | None
    asked: bool
    due: Due
    problem: str = ""


@dataclass(frozen=True)
class Asker:
    """One account: its places, its settings, and who wants to know."""

    account: Account
    settings: Settings
    environ: Mapping[str, str]
    typed: bool = False
    force: bool = False
    clock: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random

    def ask(self, store: Store) -> Outcome:
        """Ask if it is due, and record what came of it; the usage is left to the caller."""
        now = self.clock()
        if ENDPOINT not in self.settings.sources:
            return Outcome(None, False, Due(now, "the endpoint is not among the sources", True))
        try:
            base = check_base(self.environ.get("CLAUDE_STATUS_API_BASE"))
            login = self._login(store, base)
        except (SettingsError, LoginError) as error:
            return Outcome(None, False, Due(now, str(error), never=True), str(error))
        due = self._due(store, login, now, force=self.force)
        if not due.is_now(now):
            return Outcome(None, False, due, _waiting(due))
        if not store.take_lease(LEASE, CALL_SECONDS):
            return Outcome(None, False, Due(now + SOONEST, "another refresh is asking"))
        try:
            now = self.clock()  # another may just have asked
            due = self._due(store, login, now, force=self.force)
            if not due.is_now(now):
                return Outcome(None, False, due, _waiting(due))
            return self._call(store, base, login)
        finally:
            store.end_lease(LEASE)

    def _login(self, store: Store, base: str) -> Login:
        account = self.account
        return read_login(
            account.config_dir,
            account.configured,
            now=self.clock(),
            typed=self.typed,
            environ=self.environ,
            keychain=not is_loopback(base),
            keychain_refused=store.read(records.KEYCHAIN) == "refused",
            remember_refusal=lambda no: store.write(records.KEYCHAIN, "refused" if no else "open"),
        )

    def _due(self, store: Store, login: Login, now: float, *, force: bool = False) -> Due:
        usage = merge(records.readings(store, now).values())
        return next_call(
            records.asking(store),
            usage,
            now,
            ttl=self.settings.ttl,
            login=login.fingerprint,
            force=force,
            idle=usage is not None and not used_since(self.account.config_dir, usage.as_of),
        )

    def _call(self, store: Store, base: str, login: Login) -> Outcome:
        from claude_status.sources.endpoint import fetch_usage

        asking = records.asking(store)
        asked_at = self.clock()
        records.remember(store, before_call(asking, asked_at))
        try:
            body = fetch_usage(base, login.token, self.settings.user_agent)
        except AskError as error:
            failed = after_failure(
                asking, error, self.clock(), login=login.fingerprint, chance=self.chance()
            )
            records.remember(store, failed)
            return Outcome(None, True, self._due(store, login, self.clock()), str(error))
        records.add(store, parse_body(body, asked_at, ENDPOINT), asked_at)
        store.write(records.PLAN, login.plan or "")
        records.remember(store, after_answer(asked_at, self.settings.ttl, self.chance()))
        return Outcome(None, True, self._due(store, login, self.clock()))


def _waiting(due: Due) -> str:
    """The sentence for a call that has to wait, "" where there is no need for one yet."""
    return due.why if due.never or due.is_backoff else ""
