"""Records new numbers from a session of Claude Code, so that the whole machine has them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from claude_status.asking.draw import Drawer
from claude_status.asking.pushes import record_push
from claude_status.model.merge import merge
from claude_status.model.usage import PUSH, Usage
from claude_status.paths import Account
from claude_status.render.dialects import DIALECTS
from claude_status.render.line import draw_line
from claude_status.sources.statusline import parse_push
from claude_status.statusline.deadline import within
from claude_status.statusline.marks import DATED_ANEW, Seen, last_seen, note
from claude_status.terminal import place


def feed(session: Mapping[str, object], home: str, seen: Seen, now: float, dialect: str) -> str:
    """Record a push and redraw the frames; return the line that the push alone makes.

    ``seen`` is recorded with the date of the numbers, so that the next run sees if nothing is new.
    If the store fails or hangs, the line is still that of the push.
    """
    push = parse_push(session, now)
    if push is None:
        note(home, seen)
        return ""
    account, settings = place(os.environ, warn=False)
    if PUSH not in settings.sources or _is_of_another(account):
        note(home, seen)
        return ""

    def take() -> list[Usage]:
        last = last_seen(home, seen.session)
        heard = replace(push, before=last.count if last else None)
        dated = record_push(heard, Drawer(account, settings, os.environ))
        note(home, seen, int(dated.as_of) + DATED_ANEW if dated else 0)
        return [dated] if dated else []

    taken = within(take)
    alone = [push.usage] if taken is None else taken
    style = replace(settings.style(dialect, account.name), in_claude=dialect == "claude")
    return DIALECTS[dialect](draw_line(merge(alone), now, style), style.colours)


def _is_of_another(account: Account) -> bool:
    """Whether the session uses a login from its environment although there is a stored one."""
    given = os.environ.get("CLAUDE_CODE_OAUTH_TOKEN")
    return bool(given) and (account.config_dir / ".credentials.json").exists()
