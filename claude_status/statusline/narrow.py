"""The line anew, where the one that was drawn ahead does not fit into Claude Code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from claude_status.asking.snapshot import take_snapshot
from claude_status.render.dialects import DIALECTS
from claude_status.render.line import draw_line
from claude_status.statusline.deadline import within
from claude_status.terminal import place


def draw_narrow(environ: Mapping[str, str], now: float, dialect: str, columns: int) -> str:
    """What the store knows, in so many columns; "" where it cannot be read or nothing fits."""
    account, settings = place(environ, warn=False)
    known = within(lambda: take_snapshot(account, settings, now))
    if known is None:
        return ""
    style = replace(settings.style(dialect, account.name, known.plan), max_width=columns)
    return DIALECTS[dialect](draw_line(known.usage, now, style))
