"""``claude-status refresh``: ask in the foreground, if it is due."""

from __future__ import annotations

import os
import time

from claude_status.asking import settled
from claude_status.render.words import in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace


def is_answered() -> bool:
    """Say that nothing is due, if that takes no more than a look at small files."""
    now = time.time()
    found = settled.answer(os.environ, now)
    if found:
        text, due_at = found
        print(_sentence("not due", text, in_words(due_at - now)))
    return found is not None


def run(arguments: Namespace) -> int:
    """Ask, and print the result in one line; 1 if there is no number."""
    from claude_status.asking.ask import Asker  # which `is_answered` does without
    from claude_status.asking.refresh import refresh
    from claude_status.asking.snapshot import take_snapshot
    from claude_status.render.dialects import plain
    from claude_status.render.line import draw_line
    from claude_status.terminal import TYPED_SECONDS, end_after, place, say

    end_after(TYPED_SECONDS)
    account, settings = place(os.environ)
    outcome = refresh(Asker(account, settings, os.environ, typed=True, force=arguments.force))
    now = time.time()
    wait = "" if outcome.due.never else in_words(outcome.due.at - now)
    if outcome.problem:
        say(outcome.problem + (f" The next try is in {wait}." if wait else ""))
        return 1
    plan = take_snapshot(account, settings, now).plan
    text = plain(draw_line(outcome.usage, now, settings.style("plain", account.name, plan)))
    print(_sentence("asked" if outcome.asked else "not due", text, wait))
    return 0


def _sentence(lead: str, text: str, wait: str) -> str:
    """The result as a sentence; ``wait`` is the time until the next call, "" if unknown."""
    due = f" (the next call is due in {wait})" if wait else ""
    return f"{lead}: {text or 'there is nothing to show'}{due}"
