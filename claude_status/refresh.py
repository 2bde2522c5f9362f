"""A refresh: look at what lies ready, ask if it is due, then draw the frames, always."""

from __future__ import annotations

import time
from dataclasses import replace

from claude_status import history, records
from claude_status.alerts import dump, is_quiet, load, next_alerts
from claude_status.ask import Asker, Outcome
from claude_status.draw.dialects import DIALECTS
from claude_status.draw.frames import Strip, draw_strip
from claude_status.errors import CacheError
from claude_status.merge import merge
from claude_status.paths import make_private
from claude_status.policy import BAR, PROMPT, RefreshTimes, look_again, refresh_times
from claude_status.reader import drawn_times
from claude_status.sources.claude_json import SOURCE as CLAUDE_JSON
from claude_status.sources.claude_json import is_another, read_state
from claude_status.sources.statusline import take_push
from claude_status.store import Store, open_store
from claude_status.usage import Usage
from claude_status.view import postpone, sweep, write_view

FIRST_LOOK = 60  # seconds between two looks for a login, until there is a first number
ALERT_SECONDS = 15  # after which no further alert is begun: a refresh has its time limit too


class Refresh(Asker):
    """One refresh of one account, after which its frames are new, whatever came of it."""

    def run(self) -> Outcome:
        """Ask if it is due, record, and draw; raises CacheError where nothing can be recorded."""
        make_private(self.account)
        sweep(self.account, self.clock())
        try:
            with open_store(self.account.store) as store:
                has_changed = self._look(store)
                outcome = self.ask(store)
                usage = self._draw(store, self._next(store, outcome), forget=has_changed)
                self._alert(store, usage)
                return replace(outcome, usage=usage)
        except CacheError:
            # what is there is still true, and a prompt must not try again in every slot
            now = int(self.clock())
            postpone(self.account, now, look_again(now))
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

    def _look(self, store: Store) -> bool:
        """Take what Claude Code's own file says; True where it names another account than before.

        The numbers of the old account, and what was remembered of asking for it, are dropped. In
        another organization of the same person the file may still hold those of the last one.
        """
        state = read_state(self.account.claude_json, store.read(records.STATE) or "")
        if state is None:
            return False
        now = self.clock()
        with store.transaction():
            known, _, since = (store.read(records.OWNER) or "").partition(" ")
            has_changed = is_another(state.account, known)
            if has_changed:
                records.forget(store)
            if state.account and known != state.account:
                store.write(records.OWNER, f"{state.account} {now if has_changed else since or 0}")
            is_ours = state.usage and state.usage.as_of >= records.owned_since(store, now)
            if state.usage and is_ours and CLAUDE_JSON in self.settings.sources:
                records.add(store, state.usage, now)
            store.write(records.STATE, state.stamp)
        return has_changed

    def _alert(self, store: Store, usage: Usage | None) -> None:
        """Tell what is due to be told; it is noted first, since twice is worse than not at all."""
        now = self.clock()
        quiet = is_quiet(self.settings.quiet_hours, time.strftime("%H:%M", time.localtime(now)))
        if usage is None or quiet or not self.settings.alerts:
            return
        told = load(store.read(records.TOLD))
        alerts, after = next_alerts(usage, told, self.settings.alert_thresholds, now)
        if after != told:
            store.write(records.TOLD, dump(after))
        end = time.monotonic() + ALERT_SECONDS
        for alert in alerts:
            if time.monotonic() < end:
                from claude_status.notify import send

                send(alert, self.settings.on_alert, self.environ)

    def take(self, push: Usage, *, dated: bool) -> bool:
        """Record what a session of Claude Code handed over, and draw; nothing is asked.

        False where it is of the account that was logged in before.
        """
        make_private(self.account)
        with open_store(self.account.store) as store:
            now = self.clock()
            if push.as_of < records.owned_since(store, now):
                return False
            with store.transaction():
                readings = take_push(records.readings(store, now), push, now, dated=dated)
                records.keep(store, readings)
            # a push must not put off the refresh that looks at the other sources, nor may one
            # that a wrong clock put off into the future stay there
            bar, prompt = map(min, drawn_times(str(self.account.home)), look_again(now))
            self._draw(store, RefreshTimes(bar, prompt))
            return True

    def _draw(self, store: Store, times: RefreshTimes, *, forget: bool = False) -> Usage | None:
        """Draw what the store holds; in a transaction, so that no older picture comes last.

        Where it holds nothing, the frames are all that is left, unless they are to be forgotten.
        """
        with store.transaction():
            now = self.clock()
            usage = merge(records.readings(store, now).values())
            if usage is not None:
                history.add(store, usage, now)
            if usage is None and not forget:
                postpone(self.account, int(now), times)
            else:
                plan = store.read(records.PLAN) or ""
                write_view(self.account, self._strips(usage, int(now), plan), times)
        return usage

    def _strips(self, usage: Usage | None, now: int, plan: str) -> dict[str, Strip]:
        """The strip of each dialect; most are drawn alike, and so only once."""
        styles = {name: self.settings.style(name, self.account.name, plan) for name in DIALECTS}
        drawn = {style: draw_strip(usage, now, style) for style in set(styles.values())}
        return {name: drawn[style] for name, style in styles.items()}
