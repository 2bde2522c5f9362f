"""New numbers from a session of Claude Code into the store, so that the whole machine has them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from claude_status.draw.dialects import DIALECTS
from claude_status.draw.line import draw_line
from claude_status.hook.bounded import within
from claude_status.merge import PUSH, merge
from claude_status.reader import PUSHED, read_text
from claude_status.refresh import Refresh
from claude_status.sources.statusline import MAX_SESSIONS, parse_push, written_at
from claude_status.terminal import place
from claude_status.view import replace_file


def feed(session: Mapping[str, object], home: str, known: str, now: float, dialect: str) -> str:
    """Record a push and draw the frames anew; return the line that the push alone makes.

    ``known`` goes into the file ``pushed`` below ``home``, by which the next run sees that there
    is nothing new. Where the store fails or hangs, the line is still that of the push.
    """
    push = parse_push(session, now)
    if push is None:
        _remember(home, known)
        return ""
    account, settings = place(os.environ, warn=False)
    if PUSH not in settings.sources:
        _remember(home, known)
        return ""

    def take() -> bool:
        dated = written_at(session) is not None
        is_ours = Refresh(account, settings, os.environ).take(push, dated=dated)
        _remember(home, known)
        return is_ours

    if within(take) is False:
        return ""
    return DIALECTS[dialect](draw_line(merge([push]), now, settings.style(dialect, account.name)))


def _remember(home: str, known: str) -> None:
    name = known.partition("|")[0]
    lines = read_text(f"{home}/{PUSHED}").splitlines()
    others = [line for line in lines if line.partition("|")[0] != name]
    kept = [*others[-MAX_SESSIONS + 1 :], known]
    replace_file(Path(home, PUSHED), "\n".join(kept) + "\n")
