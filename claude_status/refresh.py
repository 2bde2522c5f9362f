"""The one place that asks and records: what is due, one at a time, then the frames, always."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from claude_status import codec
from claude_status.body import parse_body
from claude_status.config import Settings
from claude_status.draw.frames import draw_strip
from claude_status.draw.line import Style
from claude_status.errors import AskError, CacheError, LoginError, SettingsError
from claude_status.merge import join, merge
from claude_status.paths import Account, make_private
from claude_status.policy import (
    CALL_SECONDS,
    LOOK_EVERY,
    SOONEST,
    Asking,
    Due,
    after_answer,
    after_failure,
    before_call,
    next_call,
    next_refresh,
)
from claude_status.sources.base import check_base, is_loopback
from claude_status.sources.credentials import Login, read_login
from claude_status.store import Store, open_store
from claude_status.usage import Usage
from claude_status.view import postpone, sweep, write_view

READINGS, ASKING, LEASE = "readings", "asking", "lease"  # rows of the store
KEYCHAIN, PLAN = "keychain", "plan"
ENDPOINT = "endpoint"
CLOCK_ERROR = 60  # seconds by which a reading may lie in the future


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a refresh; ``problem`` is a sentence, "" where there is none."""

    usage: Usage | None
    asked: bool
    due: Due
    problem: str = ""


@dataclass(frozen=True)
class Refresh:
    """One refresh of one account: its places, its settings, and who wants it."""

    account: Account
    settings: Settings
    environ: Mapping[str, str]
    typed: bool = False
    force: bool = False
    clock: Callable[[], float] = time.time
    chance: Callable[[], float] = random.random

    def run(self) -> Outcome:
        """Ask if it is due, record, and draw; raises CacheError where nothing can be recorded."""
        make_private(self.account)
        sweep(self.account, self.clock())
        try:
            with open_store(self.account.store) as store:
                outcome = self._ask(store)
                return self._draw(store, outcome)
        except CacheError:
            # what is there is still true, and a prompt must not try again in every slot
            now = int(self.clock())
            postpone(self.account, now, now + LOOK_EVERY)
            raise

    def _ask(self, store: Store) -> Outcome:
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
            due = self._due(store, login, now, force=self.force)  # another may just have asked
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
            keychain_refused=store.read(KEYCHAIN) == "refused",
            remember_refusal=lambda no: store.write(KEYCHAIN, "refused" if no else "open"),
        )

    def _due(self, store: Store, login: Login, now: float, *, force: bool = False) -> Due:
        return next_call(
            Asking.load(store.read(ASKING)),
            merge(read_readings(store, now).values()),
            now,
            ttl=self.settings.ttl,
            login=login.fingerprint,
            force=force,
        )

    def _call(self, store: Store, base: str, login: Login) -> Outcome:
        from claude_status.sources.endpoint import fetch_usage

        asking = Asking.load(store.read(ASKING))
        asked_at = self.clock()
        store.write(ASKING, before_call(asking, asked_at).dump())
        try:
            body = fetch_usage(base, login.token, self.settings.user_agent)
        except AskError as error:
            failed = after_failure(
                asking, error, self.clock(), login=login.fingerprint, chance=self.chance()
            )
            store.write(ASKING, failed.dump())
            return Outcome(None, True, self._due(store, login, self.clock()), str(error))
        record(store, parse_body(body, asked_at, ENDPOINT), asked_at)
        store.write(PLAN, login.plan or "")
        store.write(ASKING, after_answer(asked_at, self.settings.ttl, self.chance()).dump())
        return Outcome(None, True, self._due(store, login, self.clock()))

    def _draw(self, store: Store, outcome: Outcome) -> Outcome:
        """Draw what the store holds; in a transaction, so that no older picture comes last."""
        with store.transaction():
            now = self.clock()
            usage = merge(read_readings(store, now).values())
            refresh_at = next_refresh(outcome.due, now)
            if usage is None:
                postpone(self.account, int(now), refresh_at)
            else:
                write_view(
                    self.account, draw_strip(usage, int(now), style(self.settings)), refresh_at
                )
        return Outcome(usage, outcome.asked, outcome.due, outcome.problem)


def style(settings: Settings) -> Style:
    """What the settings say about the line."""
    return Style(settings.ttl, settings.thresholds, settings.max_width)


def read_readings(store: Store, now: float) -> codec.Readings:
    """The last reading of each source; none from a future that a wrong clock once told."""
    found = codec.load(store.read(READINGS))
    return {name: usage for name, usage in found.items() if usage.as_of <= now + CLOCK_ERROR}


def record(store: Store, usage: Usage, now: float) -> None:
    """Join a reading to what its source said before."""
    with store.transaction():
        readings = read_readings(store, now)
        before = readings.get(usage.source)
        readings[usage.source] = join(before, usage) if before else usage
        store.write(READINGS, codec.dump(readings))


def _waiting(due: Due) -> str:
    """The sentence for a call that has to wait, "" where there is no need for one yet."""
    return due.why if due.never or due.is_backoff else ""
