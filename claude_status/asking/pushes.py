"""Recording what a running session of Claude Code hands over."""

from __future__ import annotations

from claude_status.asking.draw import Drawer
from claude_status.asking.owner import look_at_files
from claude_status.frames.write import Head, drawn_date
from claude_status.frames_read import drawn_times, is_newer
from claude_status.model.schedule import RefreshTimes, look_again
from claude_status.model.sessions import Memory, Push, take_push, with_push
from claude_status.model.switch import is_of_former
from claude_status.model.usage import Usage
from claude_status.paths import make_private
from claude_status.store import records
from claude_status.store.database import Store, open_store


def record_push(push: Push, drawer: Drawer) -> Usage | None:
    """Record the push and draw; returns its usage, dated.

    None if its numbers cannot be dated, or are those of the previous account.
    """
    account = drawer.account
    make_private(account)
    with open_store(account.store) as store:
        now = drawer.clock()
        has_changed = False
        if is_newer(str(account.login), str(account.frames / "plain")):
            # it may speak for another account by now
            before, owner = look_at_files(store, account, drawer.settings, now)
            has_changed = owner.since != before.since
        with store.transaction():
            usage = _dated(store, push, now)
            if usage is None:
                return None
            records.keep(store, with_push(records.readings(store, now), usage, now))
        # a push must not delay the refresh that reads the other sources, and a refresh that a
        # wrong clock set far into the future must not stay there
        bar, prompt = map(min, drawn_times(str(account.home)), look_again(now))
        drawer.draw(store, Head(RefreshTimes(bar, prompt), drawn_date(account)), forget=has_changed)
        return usage


def _dated(store: Store, push: Push, now: float) -> Usage | None:
    """The push with its dates, if it can be dated and is of the account logged in."""
    known = records.readings(store, now)
    sessions = Memory.load(store.read(records.SESSIONS))
    sessions, usage = take_push(sessions, known, push, now)
    store.write(records.SESSIONS, sessions.dump())
    if usage is None or usage.as_of < records.owned_since(store, now):
        return None
    return None if is_of_former(usage, records.former(store), known.values()) else usage
