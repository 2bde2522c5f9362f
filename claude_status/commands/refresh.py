"""``claude-status refresh``: ask in the foreground, if it is due."""

from __future__ import annotations

import argparse
import os
import time

from claude_status.asking.refresh import Refresh
from claude_status.asking.snapshot import take_snapshot
from claude_status.render.dialects import plain
from claude_status.render.line import draw_line
from claude_status.render.report import in_words
from claude_status.terminal import TYPED_SECONDS, end_after, place, say


def run(arguments: argparse.Namespace) -> int:
    """Ask, and print the result in one line; 1 if there is no number."""
    end_after(TYPED_SECONDS)
    account, settings = place(os.environ)
    asked = Refresh(account, settings, os.environ, typed=True, force=arguments.force)
    outcome = asked.run()
    now = time.time()
    wait = "" if outcome.due.never else in_words(outcome.due.at - now)
    if outcome.problem:
        say(outcome.problem + (f" The next try is in {wait}." if wait else ""))
        return 1
    plan = take_snapshot(account, settings, now).plan
    shown = plain(draw_line(outcome.usage, now, settings.style("plain", account.name, plan)))
    print(f"{'asked' if outcome.asked else 'not due'}: {shown or 'there is nothing to show'}"
          + (f" (the next call is due in {wait})" if wait else ""))  # fmt: skip
    return 0
