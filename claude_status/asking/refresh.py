"""A refresh: look at what lies ready, ask if it is due, then draw the frames, always."""

from __future__ import annotations

import json
import time
from dataclasses import replace

from claude_status.alerts.alerts import dump, is_quiet, load, next_alerts
from claude_status.asking.ask import ENDPOINT, Asker, Outcome
from claude_status.asking.redraw import redraw_bars
from claude_status.errors import CacheError
from claude_status.frames.gates import GATE, draw_gates
from claude_status.frames.strip import Strip, draw_strip
from claude_status.frames.write import Head, drawn_date, frames_date, postpone, sweep, write_view
from claude_status.frames_read import drawn_times, is_newer, read_frame
from claude_status.model.memory import Asking, after_answer
from claude_status.model.merge import merge
from claude_status.model.schedule import (
    BAR,
    PROMPT,
    SOONEST,
    RefreshTimes,
    look_again,
    refresh_times,
)
from claude_status.model.sessions import Memory, Push, take_push, with_push
from claude_status.model.switch import MAX_WINDOWS, Owner, is_of_former, windows
from claude_status.model.usage import Usage
from claude_status.paths import make_private
from claude_status.render.dialects import DIALECTS
from claude_status.sources.claude_json import SOURCE as CLAUDE_JSON
from claude_status.sources.claude_json import read_state
from claude_status.sources.credentials import file_fingerprint
from claude_status.store import history, records
from claude_status.store.database import Store, open_store

FIRST_LOOK = 60  # seconds between two looks for a login, until there is a first number
ALERT_SECONDS = 15  # after which no further alert is begun: a refresh has its time limit too


class Refresh(Asker):
    """One refresh of one account, after which its frames are new, whatever came of it."""

    def run(self) -> Outcome:
        """Ask if it is due, record, and draw; raises CacheError where nothing can be recorded."""
        make_private(self.account)
        now = self.clock()
        sweep(self.account, now)
        date = frames_date(self.account, now)
        try:
            with open_store(self.account.store) as store:
                before, owner = self._look(store)
                is_another = owner.since != before.since
                soon = RefreshTimes(int(now) + SOONEST, int(now) + SOONEST)
                if is_another:  # while the new account is asked for, the old one's must not stand
                    self._draw(store, Head(soon, date), forget=True)
                outcome = self.ask(store)
                # a new login may be another account's, of which .claude.json is about to say so
                is_new = before.login not in ("", owner.login) and not is_another
                times = soon if is_new else self._next(store, outcome)
                usage = self._draw(store, Head(times, date), forget=is_another)
                self._alert(store, usage)
                return replace(outcome, usage=usage)
        except CacheError:
            # what is there is still true, and a prompt must not try again in every slot
            postpone(self.account, int(now), Head(look_again(now), date))
            raise

    def _next(self, store: Store, outcome: Outcome) -> RefreshTimes:
        """When to refresh next; who sees nothing yet is about to log in, so sooner then."""
        now, bar, prompt = self.clock(), outcome.due, outcome.due
        if prompt.never and not records.readings(store, now):
            return RefreshTimes(int(now) + FIRST_LOOK, int(now) + FIRST_LOOK)
        if not prompt.never and not prompt.is_backoff:
            at_bar = BAR if self.reader == PROMPT else self.reader
            bar, prompt = (self._due(store, outcome.login, by) for by in (at_bar, PROMPT))
        return refresh_times(bar, prompt, now, self.reader)

    def _look(self, store: Store) -> tuple[Owner, Owner]:
        """Take what Claude Code's own files say; returns whose the numbers were, and are now.

        The numbers of the old account, and what was remembered of asking for it, are dropped. In
        another organization of the same person the file may still hold those of the last one.
        """
        now = self.clock()
        with store.transaction():
            before = records.owner(store)
            login = file_fingerprint(self.account.login, now)
            is_new = login not in ("", before.login)
            known = "" if is_new else store.read(records.STATE) or ""
            state = read_state(self.account.claude_json, known)
            if state is None and not is_new:
                return before, before
            owner = before.seen(state.account if state else "", login, now, self.settings.ttl)
            if owner.since != before.since:
                self._forget(store, owner)
            if owner != before:
                store.write(records.OWNER, owner.dump())
            if state is None:
                return before, owner
            is_ours = state.usage and state.usage.as_of >= records.owned_since(store, now)
            if state.usage and is_ours and CLAUDE_JSON in self.settings.sources:
                records.add(store, state.usage, now)
            store.write(records.STATE, state.stamp)
        return before, owner

    def _forget(self, store: Store, owner: Owner) -> None:
        """Drop the numbers of another account, but not which windows they were of.

        Where no account is named, it may be the same one: then its past stays, and pushes are only
        refused where the endpoint can say whose windows these are.
        """
        if owner.account or ENDPOINT in self.settings.sources:
            found = windows(records.readings(store, self.clock()).values())
            kept = dict.fromkeys([*records.former(store), *found])
            store.write(records.FORMER, json.dumps(list(kept)[-MAX_WINDOWS:]))
        skips = owner.skipped_at == owner.since
        records.forget(store, asking=skips, past=bool(owner.account))
        if owner.waits:  # with that login the answer would be of the account before
            records.remember(store, after_answer(Asking(), owner.since, 0.5))

    def _alert(self, store: Store, usage: Usage | None) -> None:
        """Send the alerts that are due; noted first, since twice is worse than not at all."""
        now = self.clock()
        quiet = is_quiet(self.settings.quiet_hours, time.strftime("%H:%M", time.localtime(now)))
        if usage is None or quiet or not self.settings.alerts:
            return
        given = load(store.read(records.TOLD))
        style = self.settings.style("plain", self.account.name)
        alerts, after = next_alerts(usage, given, self.settings.alert_thresholds, now, style)
        if after != given:
            store.write(records.TOLD, dump(after))
            records.note_sent(store, [alert.event for alert in alerts], now)
        end = time.monotonic() + ALERT_SECONDS
        for alert in alerts:
            if time.monotonic() < end:
                from claude_status.alerts.notify import send

                send(alert, self.settings.on_alert, self.environ)

    def take(self, push: Push) -> Usage | None:
        """Record what a session of Claude Code handed over, and draw; returns it dated.

        None where its numbers cannot be dated, or are of the account logged in before.
        """
        make_private(self.account)
        with open_store(self.account.store) as store:
            now = self.clock()
            has_changed = False
            if is_newer(str(self.account.login), str(self.account.frames / "plain")):
                before, owner = self._look(store)  # it may speak for another account by now
                has_changed = owner.since != before.since
            with store.transaction():
                usage = self._dated(store, push, now)
                if usage is None:
                    return None
                records.keep(store, with_push(records.readings(store, now), usage, now))
            # a push must not put off the refresh that looks at the other sources, nor may one
            # that a wrong clock put off into the future stay there
            bar, prompt = map(min, drawn_times(str(self.account.home)), look_again(now))
            self._draw(
                store, Head(RefreshTimes(bar, prompt), drawn_date(self.account)), forget=has_changed
            )
            return usage

    def _dated(self, store: Store, push: Push, now: float) -> Usage | None:
        """The push with its dates, if it can be dated and is of the account logged in."""
        known = records.readings(store, now)
        sessions = Memory.load(store.read(records.SESSIONS))
        sessions, usage = take_push(sessions, known, push, now)
        store.write(records.SESSIONS, sessions.dump())
        if usage is None or usage.as_of < records.owned_since(store, now):
            return None
        return None if is_of_former(usage, records.former(store), known.values()) else usage

    def _draw(self, store: Store, head: Head, *, forget: bool = False) -> Usage | None:
        """Draw what the store holds; in a transaction, so that no older picture comes last.

        Where it holds nothing, the frames are all that is left, unless they are to be forgotten.
        """
        before = self._line()
        with store.transaction():
            now = self.clock()
            usage = merge(records.readings(store, now).values())
            if usage is not None:
                history.add(store, usage, now)
            if usage is None and not forget:
                postpone(self.account, int(now), head)
            else:
                plan = store.read(records.PLAN) or ""
                write_view(self.account, self._strips(usage, int(now), plan), head)
        if self._line() != before:
            redraw_bars(self.environ)
        return usage

    def _line(self) -> str:
        """What a bar shows now."""
        return read_frame(str(self.account.home), "tmux", self.clock(), prompt=False)[0]

    def _strips(self, usage: Usage | None, now: int, plan: str) -> dict[str, Strip]:
        """The strip of each dialect; most are drawn alike, and so only once."""
        styles = {name: self.settings.style(name, self.account.name, plan) for name in DIALECTS}
        drawn = {style: draw_strip(usage, now, style) for style in set(styles.values())}
        gates = draw_gates(usage, now, self.settings.ttl)
        return {**{name: drawn[style] for name, style in styles.items()}, GATE: gates}
