"""Asking: which source, whether it is due, one call at a time, and recording the result."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from claude_status.asking.lease import LEASE, take_lease
from claude_status.errors import AskError, LoginError, SettingsError
from claude_status.model.memory import after_answer, after_failure, before_call
from claude_status.model.merge import merge
from claude_status.model.schedule import PROMPT, SOONEST, Due, next_call, numbers
from claude_status.model.usage import CLAUDE_CLI, ENDPOINT, Usage
from claude_status.paths import Account
from claude_status.settings.settings import Settings
from claude_status.sources.api_base import check_base, is_loopback
from claude_status.sources.body import parse_body
from claude_status.sources.credentials import Login, read_login
from claude_status.sources.login import NO_LOGIN
from claude_status.store import records
from claude_status.store.clock import note_clock, set_clock, uptime
from claude_status.store.database import Store

EMPTY = "The API's answer has no readable number: look for a newer claude-status."


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a refresh; ``problem`` is a sentence, "" if there is none."""

    asked: bool
    due: Due
    problem: str = ""
    usage: Usage | None = None
    login: str = ""  # the fingerprint of the login that is sent


@dataclass(frozen=True, slots=True)
class Question:
    """Whom to ask: ``ask`` returns the usage at that time (epoch seconds), and the plan's name.

    ``login`` is the fingerprint of the login that is sent, "" if Claude Code sends its own.
    """

    login: str
    ask: Callable[[float], tuple[Usage, str]]


@dataclass(frozen=True)
class Asker:
    """One account: its paths, its settings, and who started the refresh."""

    account: Account
    settings: Settings
    environ: Mapping[str, str]
    typed: bool = False
    force: bool = False
    reader: str = PROMPT  # who started this, as the schedule names them
    clock: Callable[[], float] = time.time
    uptime: Callable[[], float] = uptime
    chance: Callable[[], float] = random.random

    def ask(self, store: Store) -> Outcome:
        """Ask if it is due, and record the result; the usage is left to the caller."""
        set_clock(store, self.clock(), self.uptime())
        outcome = self._ask(store)
        is_refused = outcome.asked and outcome.due.never
        return self._ask(store) if is_refused and CLAUDE_CLI in self.settings.sources else outcome

    def _ask(self, store: Store) -> Outcome:
        now = self.clock()
        try:
            question = self._question(store)
        except (SettingsError, LoginError, AskError) as error:
            return Outcome(False, Due(now, str(error), never=True), str(error))
        if question is None:
            return Outcome(False, Due(now, "the endpoint is not among the sources", True))
        outcome = self._ask_if_due(store, question)
        return replace(outcome, login=question.login)

    def _ask_if_due(self, store: Store, question: Question) -> Outcome:
        due, now = self.due(store, question.login, force=self.force), self.clock()
        if not due.is_now(now) and not self.typed:
            return Outcome(False, due, due.problem)
        # a person waits for another process's call, which counts as cut short until it is answered
        if not take_lease(store, patient=self.typed):
            if due.is_now(now):
                due = Due(now + SOONEST, "Another refresh is asking the API.", is_backoff=True)
            return Outcome(False, due, due.problem)
        try:
            # another process may just have asked
            due = self.due(store, question.login, force=self.force)
            if not due.is_now(self.clock()):
                return Outcome(False, due, due.problem)
            return self._call(store, question)
        finally:
            store.end_lease(LEASE)

    def _question(self, store: Store) -> Question | None:
        """The endpoint, or Claude Code if the endpoint cannot be asked; None for neither."""
        claude = CLAUDE_CLI in self.settings.sources
        if ENDPOINT in self.settings.sources:
            try:
                base = check_base(self.environ.get("CLAUDE_STATUS_API_BASE"))
                login = self._login(store, base)
                if not claude or login.fingerprint != records.asking(store).refused_login:
                    return Question(login.fingerprint, partial(self._ask_endpoint, base, login))
            except LoginError as error:
                if not claude or error.state not in NO_LOGIN:
                    raise
        return Question("", self._claude()) if claude else None

    def _ask_endpoint(self, base: str, login: Login, asked_at: float) -> tuple[Usage, str]:
        from claude_status.sources.endpoint import fetch_usage

        body = fetch_usage(base, login.token, self.settings.user_agent, self.settings.ca_bundle)
        return parse_body(body, asked_at, ENDPOINT), login.plan or ""

    def _claude(self) -> Callable[[float], tuple[Usage, str]]:
        from claude_status.sources.claude_cli import fetch_usage, find_claude

        program = find_claude(self.settings.claude_command, self.environ)
        return partial(fetch_usage, program, self.account.claude_json, self.environ)

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

    def _usage(self, store: Store) -> Usage | None:
        return merge(records.readings(store, self.clock()).values())

    def due(self, store: Store, login: str, by: str = "", *, force: bool = False) -> Due:
        """When the next call is due for a reader, sending the login of that fingerprint."""
        return next_call(
            records.asking(store),
            self._usage(store),
            self.clock(),
            ttl=self.settings.ttl,
            login=login,
            reader=by or self.reader,
            force=force,
        )

    def _call(self, store: Store, question: Question) -> Outcome:
        asking = records.asking(store)
        asked_at = self.clock()
        records.remember(store, before_call(asking, asked_at))
        try:
            usage, plan = question.ask(asked_at)
        except AskError as error:
            failed = after_failure(
                asking, error, self.clock(), login=question.login, chance=self.chance()
            )
            records.remember(store, failed)
            note_clock(store, self.clock(), self.uptime())
            return Outcome(True, self.due(store, question.login), str(error))
        reason = "" if usage.limits or usage.credits else EMPTY
        now, known = self.clock(), self._usage(store)
        records.add(store, usage, now)
        store.write(records.PLAN, plan)
        is_same = numbers(known, now) == numbers(self._usage(store), now)
        is_steady = is_same and reason in ("", asking.reason)
        answered = after_answer(asking, asked_at, self.chance(), is_steady=is_steady, reason=reason)
        if not question.login:  # Claude Code's answer does not make a refused login valid
            answered = replace(answered, refused_login=asking.refused_login)
        records.remember(store, answered)
        return Outcome(True, self.due(store, question.login), reason)
