"""``claude-status`` without a command: the line, if the frames do not have it."""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import replace

from claude_status.asking.due import refresh_if_due
from claude_status.asking.snapshot import Snapshot, fresh_snapshot, take_snapshot
from claude_status.commands import as_json, metrics
from claude_status.errors import SettingsError
from claude_status.frames_read import PROMPTS
from claude_status.render.dialects import DIALECTS
from claude_status.render.line import draw_line
from claude_status.render.style import Style
from claude_status.terminal import TYPED_SECONDS, dialect, end_after, place, say


def run(arguments: argparse.Namespace) -> int:
    """Print the line: there is no reading yet, or it is wanted in another form or width."""
    if arguments.format == "prometheus":
        return metrics.run(arguments)
    if arguments.every or arguments.output is not None:
        raise SettingsError("The options --all and --output need --format prometheus.")
    if arguments.format == "json":
        return as_json.run(arguments)
    account, settings = place(os.environ, warn=sys.stderr.isatty())
    now = time.time()
    snapshot = take_snapshot(account, settings, now)
    kind = arguments.format if arguments.format in DIALECTS else dialect(os.environ)
    look = settings.style(kind, account.name, snapshot.plan)
    if arguments.max_width is not None:
        look = replace(look, max_width=arguments.max_width)
    text = DIALECTS[kind](draw_line(snapshot.usage, now, look), look.colours)
    if not text and sys.stdout.isatty():
        hidden = why_hidden(snapshot, look)
        if not hidden:
            return _asked_line(snapshot, kind, look)
        say(hidden)
    prompt = arguments.prompt or kind in PROMPTS or sys.stdout.isatty()
    refresh_if_due(account, now, prompt=prompt, environ=os.environ)
    if text:
        print(text)
    return 0


def _asked_line(known: Snapshot, kind: str, look: Style) -> int:
    """Print the line after asking in the foreground, or why there is none."""
    end_after(TYPED_SECONDS)
    print("Asking for the usage ...", file=sys.stderr)
    shown = fresh_snapshot(known.account, known.settings, os.environ, known.now)
    line = draw_line(shown.usage, shown.now, replace(look, plan=shown.plan))
    text = DIALECTS[kind](line, look.colours)
    if text:
        print(text)
        return 0
    hidden = "" if shown.problem else why_hidden(shown, look)
    say(hidden or shown.problem or "No data yet.")
    return 0 if hidden else 1


def why_hidden(shown: Snapshot, look: Style) -> str:
    """Why the line is empty though there are numbers; "" where there are none."""
    reasons = (
        (
            {"hide_below": 0},
            f"Nothing has reached {look.hide_below:g}% (hide_below): `claude-status show` has it.",
        ),
        ({"max_width": 1000}, f"The line does not fit into {look.max_width} columns: allow more."),
        ({"template": ""}, "The template names no number that is known: see `claude-status show`."),
    )
    wider = look
    for change, sentence in reasons:
        wider = replace(wider, **change)
        if draw_line(shown.usage, shown.now, wider):
            return sentence
    return ""
