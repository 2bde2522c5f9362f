"""The line in the columns that Claude Code has: redrawn, or else cut."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

ENDS = ("39", "22", "22;39")  # which reset the colour
SEPARATORS = (" · ", " - ", " | ", " │ ", " \ue0b1 ", " > ")


def draw_narrow(environ: Mapping[str, str], now: float, dialect: str, columns: int) -> str:
    """What the store knows, in so many columns; "" if it cannot be read or nothing fits."""
    from dataclasses import replace

    from claude_status.asking.snapshot import take_snapshot
    from claude_status.render.dialects import DIALECTS
    from claude_status.render.line import draw_line
    from claude_status.statusline.deadline import within
    from claude_status.terminal import place

    account, settings = place(environ, warn=False)
    known = within(lambda: take_snapshot(account, settings, now))
    if known is None:
        return ""
    style = replace(settings.style(dialect, account.name, known.plan), max_width=columns)
    return DIALECTS[dialect](draw_line(known.usage, now, style), style.colours)


def fit(text: str, columns: int) -> str:
    """The line with as many of its parts as fit, but at least one."""
    separator = next((each for each in SEPARATORS if each in text), SEPARATORS[0])
    parts = text.split(separator)
    while len(parts) > 1 and visible_width(separator.join(parts)) > columns:
        parts.pop()
    kept = separator.join(parts)
    is_open = kept.rpartition("\033[")[2].partition("m")[0] not in ENDS
    return f"{kept}\033[{ENDS[-1]}m" if is_open and "\033[" in kept else kept


def visible_width(text: str) -> int:
    """The columns that a text takes without its SGR colours."""
    head, *rest = text.split("\033[")
    return len(head) + sum(len(part.partition("m")[2]) for part in rest)
