"""``claude-status hook``: lets Claude Code know its own limits, as a hook of its prompts and tools.

From ``--tell`` on the line goes into the model's context with each prompt. Above ``--max`` a prompt
or a tool is stopped with a sentence that says until when. A number that is not known stops nothing,
nor does a limit beyond which credits pay. The launcher answers by itself where all is below.

Exit status: 0 go on, 2 stop (Claude Code shows what stands on stderr).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

from claude_status.asking.snapshot import take_snapshot
from claude_status.model.usage import CREDITS, Limit, Usage
from claude_status.render.dialects import plain
from claude_status.render.line import draw_line
from claude_status.render.report import name_of
from claude_status.render.words import moment, shown_percent
from claude_status.statusline.command import read_input
from claude_status.terminal import place

STOP = 2
PROMPT = "UserPromptSubmit"
LIFT = "To go on anyway, take the hook out with /hooks, or switch the plugin off with /plugin."


def run(arguments: argparse.Namespace) -> int:
    """Answer one call of the hook."""
    account, settings = place(os.environ, warn=False)
    known = take_snapshot(account, settings, time.time())
    if known.usage is None:
        return 0
    usage, now = known.usage.shown_at(known.now), known.now
    style = settings.style("plain", account.name, known.plan)
    stopping = blocking(usage, now, arguments.max)
    if stopping:
        end = stopping.resets_at
        until = f" It is reset at {moment(end, now, style.clock)}." if end else ""
        what, share = name_of(stopping), shown_percent(stopping.percent)
        print(
            f"claude-status: your {what} is at {share}, above the {arguments.max:g}% that you have "
            f"set.{until} {LIFT}",
            file=sys.stderr,
        )
        return STOP
    high = [one for one in usage.gates() if one.percent >= arguments.tell and not one.is_over(now)]
    if high and _event() == PROMPT:
        print(f"Claude plan usage (~: old): {plain(draw_line(usage, now, style))}")
    return 0


def blocking(usage: Usage, now: float, most: float) -> Limit | None:
    """The limit above the percentage that is reset last; None where nothing stops anyone.

    While credits are known to be left, they pay beyond the others.
    """
    gates = [limit for limit in usage.gates() if not limit.is_over(now)]
    paid = next((limit for limit in gates if limit.key == CREDITS), None)
    if paid and paid.percent <= most:
        return None
    above = [one for one in gates if one.millionths > most * 1_000_000 and one.key != CREDITS]
    return max(above, key=lambda one: one.resets_at or 0, default=None)


def _event() -> str:
    """Which hook Claude Code runs, as it says on standard input."""
    try:
        found = json.loads(read_input(0))
    except (ValueError, RecursionError):
        return ""
    return str(found.get("hook_event_name")) if isinstance(found, dict) else ""
