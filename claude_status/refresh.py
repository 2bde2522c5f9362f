"""The one place that asks and records: what is due, one at a time, then the frames, always."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from claude_status import history, records
from claude_status.body import parse_body
from claude_status.config import Settings
from claude_status.draw.frames import draw_strip
from claude_status.draw.line import Style
from claude_status.errors import AskError, CacheError, LoginError, SettingsError
from claude_status.merge import merge
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
from claude_status.reader import due_time
from claude_status.sources.activity import used_since
from claude_status.sources.base import check_base, is_loopback
from claude_status.sources.claude_json import read_state
from claude_status.sources.credentials import Login, read_login
from claude_status.sources.statusline import take_push
from claude_status.store import Store, open_store
from claude_status.usage import Usage
from claude_status.view import postpone, sweep, write_view

LEASE = "lease"
ENDPOINT, CLAUDE_JSON = "endpoint", "claude_json"  # sources


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
                is_another = self._look(store)
                return self._draw(store, self._ask(store), forget=is_another)
        except CacheError:
            # what is there is still true, and a prompt must not try again in every slot
            now = int(self.clock())
            postpone(self.account, now, now + LOOK_EVERY)
            raise

    def _look(self, store: Store) -> bool:
        """Take what Claude Code's own file says; True where it names another account than before.

        The numbers of the old account, and what was remembered of asking for it, are dropped.
        """
        state = read_state(self.account.claude_json, store.read(records.STATE) or "")
        if state is None:
            return False
        now = self.clock()
        with store.transaction():
            known, _, _ = (store.read(records.OWNER) or "").partition(" ")
            is_another = bool(known and state.account and known != state.account)
            if is_another:
                records.keep(store, [])
                records.remember(store, Asking())
            if state.account and known != state.account:
                store.write(records.OWNER, f"{state.account} {now}")
            if state.usage and CLAUDE_JSON in self.settings.sources:
                records.add(store, state.usage, now)
            store.write(records.STATE, state.stamp)
        return is_another

    def take(self, push: Usage, *, dated: bool) -> None:
        """Record what a session of Claude Code handed over, and draw; nothing is asked."""
        make_private(self.account)
        with open_store(self.account.store) as store:
            now = self.clock()
            if push.as_of < records.owned_since(store):
                return  # of the account that was logged in before
            with store.transaction():
                readings = take_push(records.readings(store, now), push, now, dated=dated)
                records.keep(store, readings)
            # a push must not put off the refresh that looks at the other sources
            self._draw(store, Outcome(None, False, Due(due_time(str(self.account.home)), "")))

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

    def _draw(self, store: Store, outcome: Outcome, *, forget: bool = False) -> Outcome:
        """Draw what the store holds; in a transaction, so that no older picture comes last.

        Where it holds nothing, the frames are all that is left, unless they are to be forgotten.
        """
        with store.transaction():
            now = self.clock()
            usage = merge(records.readings(store, now).values())
            refresh_at = next_refresh(outcome.due, now)
            if usage is not None:
                history.add(store, usage, now)
            if usage is None and not forget:
                postpone(self.account, int(now), refresh_at)
            else:
                write_view(
                    self.account, draw_strip(usage, int(now), style(self.settings)), refresh_at
                )
        return Outcome(usage, outcome.asked, outcome.due, outcome.problem)


def style(settings: Settings) -> Style:
    """What the settings say about the line."""
    return Style(settings.ttl, settings.thresholds, settings.max_width)


def _waiting(due: Due) -> str:
    """The sentence for a call that has to wait, "" where there is no need for one yet."""
    return due.why if due.never or due.is_backoff else ""
