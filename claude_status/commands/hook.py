"""``claude-status hook``: tells Claude Code its own limits, as a hook of its prompts and tools.

From ``--tell`` on it prints the line, which a hook of prompts adds to the model's context. Above
``--max`` a prompt or a tool is stopped with a sentence that says until when. An unknown number
stops nothing, nor does a limit covered by credits. The launcher answers by itself if nothing is to
be stopped.

Exit status: 0 go on, 2 stop (Claude Code shows stderr), 1 wrong usage, which stops nothing.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping

from claude_status.asking.snapshot import take_snapshot
from claude_status.errors import ClaudeStatusError
from claude_status.model.usage import CREDITS, Limit, Usage
from claude_status.render.dialects import plain
from claude_status.render.line import draw_line
from claude_status.render.report import name_of
from claude_status.render.style import Style
from claude_status.render.words import moment, shown_percent, stale_mark
from claude_status.terminal import place

STOP = 2


def run(arguments: argparse.Namespace) -> int:
    """Answer one call of the hook."""
    try:
        account, settings = place(os.environ, warn=False)
    except ClaudeStatusError:  # its status, 2, would stop every prompt
        return 0
    known = take_snapshot(account, settings, time.time())
    if known.usage is None:
        return 0
    usage, now = known.usage.shown_at(known.now), known.now
    style = settings.style("plain", account.name, known.plan)
    stopping = blocking(usage, now, arguments.max)
    if stopping:
        print(sentence(stopping, arguments.max, now, style, os.environ), file=sys.stderr)
        return STOP
    if any(one.millionths >= arguments.tell * 1_000_000 for one in _running(usage, now)):
        line = plain(draw_line(usage, now, style))
        if line:
            print(f"Claude plan usage (~: old): {line}")
    return 0


def blocking(usage: Usage, now: float, most: float) -> Limit | None:
    """The limit above the percentage that is reset last; None if nothing is to be stopped.

    While credits are known to be left, they cover what goes beyond the others.
    """
    gates = _running(usage, now)
    paid = next((limit for limit in gates if limit.key == CREDITS), None)
    if paid and paid.percent <= most:
        return None
    above = [one for one in gates if one.millionths > most * 1_000_000 and one.key != CREDITS]
    return max(above, key=lambda one: one.resets_at or 0, default=None)


def sentence(
    limit: Limit, most: float, now: float, style: Style, environ: Mapping[str, str]
) -> str:
    """Which limit is exceeded, until when, and the command that lifts the block."""
    share = stale_mark(limit, now, style.ttl) + shown_percent(limit.percent)
    end = limit.resets_at
    until = f", until its reset ({moment(end, now, style.clock)})" if end else ""
    in_plugin = environ.get("CLAUDE_PLUGIN_ROOT")  # set for a plugin's hooks alone
    lift = (
        "claude plugin disable plan-usage" if in_plugin else "claude-status uninstall claude-hooks"
    )
    return (
        f"claude-status: your {name_of(limit)} is at {share}, above the {most:g}% you set"
        f"{until}; to continue anyway, run `{lift}`."
    )


def _running(usage: Usage, now: float) -> list[Limit]:
    """Everything that can run out, except where its window has been reset."""
    return [limit for limit in usage.gates() if not limit.is_over(now)]
