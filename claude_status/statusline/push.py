"""New numbers from a session of Claude Code into the store, so that the whole machine has them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from claude_status.asking.refresh import Refresh
from claude_status.model.merge import PUSH, merge
from claude_status.model.usage import Usage
from claude_status.paths import Account
from claude_status.render.dialects import DIALECTS
from claude_status.render.line import draw_line
from claude_status.sources.statusline import parse_push
from claude_status.statusline.deadline import within
from claude_status.statusline.marks import last_count, note
from claude_status.terminal import place


def feed(session: Mapping[str, object], home: str, known: str, now: float, dialect: str) -> str:
    """Record a push and draw the frames anew; return the line that the push alone makes.

    ``known`` goes into the file ``pushed`` below ``home``, with the date of the numbers, by which
    the next run sees that there is nothing new. Where the store fails or hangs, the line is still
    that of the push.
    """
    push = parse_push(session, now)
    if push is None:
        note(home, known)
        return ""
    account, settings = place(os.environ, warn=False)
    if PUSH not in settings.sources or _is_of_another(account):
        note(home, known)
        return ""

    def take() -> list[Usage]:
        before = last_count(home, known.partition("|")[0].partition(" ")[0])
        dated = Refresh(account, settings, os.environ).take(replace(push, before=before))
        note(home, f"{known} {int(dated.as_of)}" if dated else known)
        return [dated] if dated else []

    taken = within(take)
    alone = [push.usage] if taken is None else taken
    return DIALECTS[dialect](draw_line(merge(alone), now, settings.style(dialect, account.name)))


def _is_of_another(account: Account) -> bool:
    """Whether the session speaks for a login of its environment, and there is a stored one."""
    given = os.environ.get("CLAUDE_CODE_OAUTH_TOKEN")
    return bool(given) and (account.config_dir / ".credentials.json").exists()
