"""``claude-status alert --test``: send a test alert, and report which ways of sending work."""

from __future__ import annotations

import argparse
import os
import time

from claude_status.alerts.alerts import Alert
from claude_status.alerts.notify import send
from claude_status.terminal import place, say


def run(_arguments: argparse.Namespace) -> int:
    """Send one alert in every available way; 1 where none works."""
    _, settings = place(os.environ)
    resets_at = int(time.time()) + 3600
    alert = Alert("five_hour", 80.0, 80, resets_at, "this is a test: 5h is at 80%")
    sent = send(alert, settings.on_alert, os.environ)
    if not sent:
        fix = f"fix {settings.on_alert[0]}" if settings.on_alert else "set on_alert"
        say(f"No alert could be sent: install notify-send, run tmux, or {fix}.")
        return 1
    off = "" if settings.alerts else ' They are off: set "alerts = true" in the settings file.'
    print(f"Alerts reach you by {', '.join(dict.fromkeys(sent))}.{off}")
    return 0
