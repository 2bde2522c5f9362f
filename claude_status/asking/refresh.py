"""A refresh: read Claude Code's files, ask if it is due, and always draw the frames."""

from __future__ import annotations

import time
from dataclasses import replace

from claude_status.alerts.alerts import dump, is_quiet, load, next_alerts
from claude_status.asking import settled
from claude_status.asking.ask import Asker, Outcome
from claude_status.asking.draw import Drawer
from claude_status.asking.owner import look_at_files
from claude_status.errors import CacheError
from claude_status.frames.write import Head, frames_date, postpone, sweep
from claude_status.model.schedule import (
    BAR,
    PROMPT,
    SOONEST,
    RefreshTimes,
    look_again,
    refresh_times,
)
from claude_status.model.usage import Usage
from claude_status.paths import make_private
from claude_status.store import records
from claude_status.store.database import Store, open_store

FIRST_LOOK = 60  # seconds between two checks for a login, until there is a first number
ALERT_SECONDS = 15  # after which no further alert is begun: a refresh has its time limit too


def refresh(asker: Asker) -> Outcome:
    """Ask if it is due, record, and draw; whatever comes of it, the account's frames are new.

    Raises CacheError where nothing can be recorded.
    """
    account = asker.account
    make_private(account)
    now = asker.clock()
    sweep(account, now)
    date = frames_date(account, now)
    drawer = Drawer(account, asker.settings, asker.environ, asker.clock)
    try:
        with open_store(account.store) as store:
            before, owner = look_at_files(store, account, asker.settings, now)
            is_another = owner.since != before.since
            soon = RefreshTimes(int(now) + SOONEST, int(now) + SOONEST)
            if is_another:  # while asking for the new account, do not show the old one's
                drawer.draw(store, Head(soon, date), forget=True)
            outcome = asker.ask(store)
            # a new login may be another account's, and .claude.json about to say so
            is_new = before.login not in ("", owner.login) and not is_another
            times = soon if is_new else _next(store, asker, outcome)
            usage = drawer.draw(store, Head(times, date), forget=is_another)
            _note(store, asker, outcome, is_new=is_new)
            _alert(store, asker, usage)
            return replace(outcome, usage=usage)
    except CacheError:
        # the existing frames are still right, and prompts must not retry in every slot
        postpone(account, int(now), Head(look_again(now), date))
        raise


def _next(store: Store, asker: Asker, outcome: Outcome) -> RefreshTimes:
    """When to refresh next; sooner without numbers, as the user is probably about to log in."""
    now, bar, prompt = asker.clock(), outcome.due, outcome.due
    if prompt.never and not records.readings(store, now):
        return RefreshTimes(int(now) + FIRST_LOOK, int(now) + FIRST_LOOK)
    if not prompt.never and not prompt.is_backoff:
        at_bar = BAR if asker.reader == PROMPT else asker.reader
        bar, prompt = (asker.due(store, outcome.login, by) for by in (at_bar, PROMPT))
    return refresh_times(bar, prompt, now, asker.reader)


def _note(store: Store, asker: Asker, outcome: Outcome, *, is_new: bool) -> None:
    """Leave a note that lets the next `refresh` that is typed answer without all this."""
    due = asker.due(store, outcome.login, PROMPT)
    is_well = not (outcome.problem or due.problem or due.never or is_new)
    settled.note(asker.account, asker.environ, due.at if is_well else 0)


def _alert(store: Store, asker: Asker, usage: Usage | None) -> None:
    """Send the alerts that are due; recorded first, since twice is worse than not at all."""
    now, settings = asker.clock(), asker.settings
    quiet = is_quiet(settings.quiet_hours, time.strftime("%H:%M", time.localtime(now)))
    if usage is None or quiet or not settings.alerts:
        return
    given = load(store.read(records.TOLD))
    style = settings.style("plain", asker.account.name)
    alerts, after = next_alerts(usage, given, settings.alert_thresholds, now, style)
    if after != given:
        store.write(records.TOLD, dump(after))
        records.note_sent(store, [alert.event for alert in alerts], now)
    end = time.monotonic() + ALERT_SECONDS
    for alert in alerts:
        if time.monotonic() < end:
            from claude_status.alerts.notify import send

            send(alert, settings.on_alert, asker.environ)
