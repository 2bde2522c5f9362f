"""How an alert reaches the user: the desktop, tmux, and the user's own command.

Every text is passed as an argument or in the environment, never through a shell. A way that is not
installed, fails or hangs is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence

from claude_status.alerts.alerts import Alert
from claude_status.isolation import for_the_user

WAY_SECONDS = 5.0  # the longest that one way of sending may take
TMUX_MILLISECONDS = "15000"  # or until a key is pressed
# tmux before 3.2 has no -d, and shows a message for as long as its own option says. The bell goes
# directly to the terminal: what tmux does with a window's bell serves another purpose.
IN_TMUX = """\
{ tmux display-message -c "$0" -d "$1" "$2" || tmux display-message -c "$0" "$2"; } || exit 1
[ ! -O "$0" ] || printf '\\a' >"$0" || :
"""
APPLESCRIPT = (
    "on run argv",
    "display notification (item 2 of argv) with title (item 1 of argv)",
    "end run",
)


def send(alert: Alert, command: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """Send one alert in every available way; return the names of those that worked."""
    sent = [name for name, argv in _ways(alert, environ) if _run(argv, environ)]
    if command and _run(command, {**environ, **facts(alert)}):
        sent.append("on_alert")
    return sent


def facts(alert: Alert) -> dict[str, str]:
    """The variables in the environment of the user's command."""
    return {
        "CLAUDE_STATUS_ALERT": "passed" if alert.threshold else "reset",
        "CLAUDE_STATUS_LIMIT": alert.limit,
        "CLAUDE_STATUS_PERCENT": str(int(alert.percent)),
        "CLAUDE_STATUS_THRESHOLD": f"{alert.threshold:g}" if alert.threshold else "",
        "CLAUDE_STATUS_RESETS_AT": str(alert.resets_at or ""),
        "CLAUDE_STATUS_TITLE": alert.title,
        "CLAUDE_STATUS_BODY": alert.body,
        "CLAUDE_STATUS_TEXT": alert.text,
    }


def _ways(alert: Alert, environ: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    path = environ.get("PATH")
    if sys.platform == "darwin":
        if shutil.which("terminal-notifier", path=path):
            options = ["-title", alert.title, "-message", alert.body, "-group", _group(alert)]
            yield "desktop", ["terminal-notifier", *options]
        else:
            lines = [word for line in APPLESCRIPT for word in ("-e", line)]
            yield "desktop", ["/usr/bin/osascript", *lines, alert.title, alert.body]
    elif shutil.which("notify-send", path=path):
        urgency = "critical" if alert.threshold >= 95 else "normal"
        icon = "dialog-warning" if alert.threshold else "dialog-information"
        options = ["--app-name=claude-status", f"--urgency={urgency}", f"--icon={icon}"]
        options.append(f"--hint=string:x-dunst-stack-tag:{_group(alert)}")
        yield "desktop", ["notify-send", *options, "--", alert.title, alert.body]
    for client in _tmux_clients(environ):
        text = alert.text.replace("#", "##")  # tmux would run what is inside #()
        yield "tmux", ["sh", "-c", IN_TMUX, client, TMUX_MILLISECONDS, text]


def _group(alert: Alert) -> str:
    """A name for all alerts of one limit, of which a desktop that can shows only the last."""
    return "claude-status-" + "".join(x if x.isalnum() else "-" for x in alert.limit)


def _tmux_clients(environ: Mapping[str, str]) -> list[str]:
    """The clients attached to the user's tmux server, if one is running."""
    try:
        done = subprocess.run(
            ["tmux", "list-clients", "-F", "#{client_name}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            timeout=WAY_SECONDS,
            check=False,
            text=True,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []


def _run(argv: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Run a command until it ends or times out; then also end whatever it started."""
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=for_the_user(environ),
            start_new_session=True,
        )
    except (OSError, ValueError):
        return False
    try:
        return process.wait(WAY_SECONDS) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return False
