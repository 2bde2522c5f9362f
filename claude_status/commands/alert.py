"""``claude-status alert --test``: send a test alert, and report which ways of sending work."""

from __future__ import annotations

import argparse
import os
import time

from claude_status.alerts.alerts import Alert
from claude_status.alerts.notify import send
from claude_status.alerts.words import body_of, title_of
from claude_status.model.usage import SESSION, WINDOW_SECONDS, Limit
from claude_status.terminal import place, say


def run(_arguments: argparse.Namespace) -> int:
    """Send one alert in every available way; 1 where none works."""
    account, settings = place(os.environ)
    now = time.time()
    window = WINDOW_SECONDS[SESSION]
    limit = Limit(SESSION, "5h", 80.0, int(now) + 3600, now, "", window=window)
    details = body_of(limit, now, settings.style("plain", account.name))[:1]
    details = *details, "This is a test: there is nothing to do."
    alert = Alert(limit.key, limit.percent, 80, limit.resets_at, title_of(limit), details)
    sent = send(alert, settings.on_alert, os.environ)
    if not sent:
        fix = f"fix {settings.on_alert[0]}" if settings.on_alert else "set on_alert"
        say(f"No alert could be sent: install notify-send, run tmux, or {fix}.")
        return 1
    off = "" if settings.alerts else " They are off: run `claude-status config set alerts true`."
    print(f"Alerts reach you by {', '.join(dict.fromkeys(sent))}.{off}")
    return 0
