"""``claude-status config``: the settings, where they come from, and a file to start with."""

from __future__ import annotations

import argparse
import contextlib
import os
import textwrap
import time
from dataclasses import replace as replace_style
from pathlib import Path

from claude_status.errors import ClaudeStatusError, SettingsError
from claude_status.frames_read import start_refresh
from claude_status.install.files import look, replace
from claude_status.paths import accounts, environ_of, locate, settings_file
from claude_status.render.colours import COLOUR_NAMES
from claude_status.render.libraries import need
from claude_status.settings.listing import all_colours, describe, toml
from claude_status.settings.settings import Settings, load

COMMENTED = """\
# Settings of claude-status. Every line here that begins with # shows a default;
# remove the # to change it, then run: claude-status config --check
# It says what is wrong, or redraws the line. To see the settings in force: claude-status config

# The minimum time between two calls to the API, in seconds (180 or more).
# ttl = 300

# Where numbers may come from. Without "endpoint", no connection is ever opened;
# "claude_cli" lets Claude Code itself ask, which also renews an expired login.
# sources = ["statusline", "claude_json", "endpoint"]

# How this program names itself to the API.
# user_agent = "{user_agent}"

# Claude Code, for the source "claude_cli": the name of a program on PATH, or its absolute path.
# claude_command = "claude"

# The percentages from which a number is shown as a warning, and as critical.
# thresholds = [70, 90]

# The maximum width of the line, in columns.
# max_width = 60

# The line in your own words, or a preset: {presets}.
# Names: {names}; and the same for every other limit by its label, such as {{fable.left}}.
# template = "5h {{5h}} {{5h.reset}} · 7d {{7d}}"

# Show nothing until a limit has reached this percentage.
# hide_below = 0

# Certificates to trust instead of certifi's, for your company's proxy: an absolute path,
# or "system" (needs the extra `system`). Environment variables have no effect.
# ca_bundle = "/path/to/ca.pem"

# Clock times: "12h", "24h", or "locale".
# clock = "locale"

# Alert me when a number is high, on the desktop and in tmux: once for each threshold
# and window, and when a window that was above 90 % is reset. Try: claude-status alert --test
# alerts = false
# alert_thresholds = [80, 95, 100]
# quiet_hours = "22:00-07:00"

# A command to run for each alert, with CLAUDE_STATUS_TEXT, CLAUDE_STATUS_LIMIT,
# CLAUDE_STATUS_PERCENT, CLAUDE_STATUS_THRESHOLD, CLAUDE_STATUS_RESETS_AT and
# CLAUDE_STATUS_ALERT ("passed" or "reset") in its environment.
# on_alert = ["/path/to/command"]

# The colours of the line. A label is all that is no number; stale is an old number. Each is a
# name ({colours}, or bright- before one),
# a number from 0 to 255, #rrggbb, or none, with bold or dim before it.
# [colours]
{kinds}

# Another line, or other colours, for one host: bash, zsh, fish, starship, tmux, claude; or for
# what a terminal gets from claude-status itself: ansi; or without colours: plain, ascii.
# [hosts.tmux]
# template = "minimal"
# [hosts.starship]
# colours = "none"

# A label to put before the line of an account, by its directory.
# [labels]
# "~/.claude" = "home"
"""


def run(arguments: argparse.Namespace) -> int:
    """Show each setting with its origin, write a commented file, or check the existing one."""
    path = settings_file(os.environ)
    if arguments.init:
        return _init(path)
    loaded = load(path)
    if not arguments.check:
        print(describe(loaded, path))
    if loaded.problems:
        raise SettingsError("\n".join(loaded.problems))
    if arguments.check:
        print(f"{path}: no {'problems' if path.exists() else 'such file, so no problems'}.")
        redraw()
    return 0


def set_one(arguments: argparse.Namespace) -> int:
    """Change one setting in the file, and redraw the line."""
    need("tomlkit")
    from claude_status.settings.edit import set_value

    path = settings_file(os.environ)
    value = set_value(path, arguments.name, arguments.value)
    print(f"{arguments.name} = {toml(value)}  # {path}")
    redraw()
    _say_why_hidden(arguments.name)
    return 0


def unset_one(arguments: argparse.Namespace) -> int:
    """Remove one setting from the file, and redraw the line."""
    need("tomlkit")
    from claude_status.settings.edit import unknown, unset_value

    path = settings_file(os.environ)
    if not unset_value(path, arguments.name):
        raise SettingsError(unknown(arguments.name) or f"{path} does not set {arguments.name}.")
    print(f"{arguments.name} is back to its default ({path}).")
    redraw()
    _say_why_hidden(arguments.name)
    return 0


def redraw() -> None:
    """Redraw the line with the settings as they are now, and other accounts' in the background."""
    from claude_status.asking.ask import Asker
    from claude_status.asking.refresh import refresh
    from claude_status.terminal import place

    account, settings = place(os.environ, warn=False)
    if os.path.exists(account.frames):
        with contextlib.suppress(ClaudeStatusError):
            refresh(Asker(account, settings, os.environ, typed=True))
    for name in accounts(account.cache):
        environ = environ_of(os.environ, name)
        with contextlib.suppress(ClaudeStatusError, OSError):
            other = locate(environ)
            if other != account and other.frames.exists() and other.config_dir.exists():
                start_refresh("bar", environ)


def _say_why_hidden(name: str) -> None:
    """Say why the line is empty, if this change to a setting leaves it so."""
    from claude_status.asking.snapshot import take_snapshot
    from claude_status.commands.line import why_hidden
    from claude_status.render.line import draw_line
    from claude_status.terminal import place, say

    account, settings = place(os.environ, warn=False)
    shown = take_snapshot(account, settings, time.time())
    host = name.split(".")[1] if name.startswith("hosts.") else "plain"
    look = replace_style(settings.style(host, account.name, shown.plan), in_claude=host == "claude")
    if not draw_line(shown.usage, shown.now, look) and (reason := why_hidden(shown, look)):
        say(reason)


def _init(path: Path) -> int:
    from claude_status.render.names import known_names
    from claude_status.render.template import PRESETS

    text = COMMENTED.format(
        user_agent=Settings().user_agent,
        names=textwrap.fill(", ".join(known_names()), 90, subsequent_indent="# "),
        presets=", ".join(PRESETS),
        colours=", ".join(COLOUR_NAMES),
        kinds="\n".join(f'# {kind} = "{colour}"' for kind, colour in all_colours({}).items()),
    )
    found = look(path)
    if found.data is not None:
        raise SettingsError(f"{path} already exists: edit it, or move it away.")
    replace(found, text.encode())
    print(f"Wrote {path}: every setting is in it, as a comment.")
    return 0
