"""``claude-status alert --test``: an alert on trial, and word of which ways of telling work."""

from __future__ import annotations

import argparse
import os
import time

from claude_status.alerts.alerts import Alert
from claude_status.alerts.notify import send
from claude_status.terminal import place, say


def run(_arguments: argparse.Namespace) -> int:
    """Send one alert in every way that there is; 1 where none works."""
    _, settings = place(os.environ)
    resets_at = int(time.time()) + 3600
    alert = Alert("five_hour", 80.0, 80, resets_at, "this is a test: 5h is at 80%")
    told = send(alert, settings.on_alert, os.environ)
    if not told:
        mend = f"mend {settings.on_alert[0]}" if settings.on_alert else "set on_alert"
        say(f"No way of telling works: install notify-send, run tmux, or {mend}.")
        return 1
    off = "" if settings.alerts else ' They are off: put "alerts = true" into the settings file.'
    print(f"Alerts reach you by {', '.join(dict.fromkeys(told))}.{off}")
    return 0
