"""The full picture as plain text: a row for each limit, then what is wrong and what to do."""

from __future__ import annotations

import math
import time

from claude_status.draw.money import money
from claude_status.draw.pieces import Style, duration, plain_label, shown_percent
from claude_status.usage import SESSION, WEEK, Limit, Usage

NAMES = {SESSION: "session (5h)", WEEK: "week (7d)"}
BAR = 20  # columns


def draw_report(usage: Usage | None, now: float, style: Style, plan: str, problem: str) -> str:
    """Several lines of text, without colour and without a final newline."""
    title = "Claude usage" + (f" · {plan} plan" if plan else "")
    rows = []
    if usage:
        rows = [_limit(limit, now, style) for limit in usage.limits if not limit.is_gone(now)]
        credit = usage.credits
        if credit and not credit.is_gone(now):
            share = "" if credit.percent is None else shown_percent(credit.percent)
            rows.append(
                ("credits", share, money(credit), _origin(credit.source, credit.as_of, now))
            )
    lines = [title, *_table(rows)] if rows else [title, "  no reading yet"]
    return "\n".join([*lines, *([problem] if problem else [])])


def reset_time(resets_at: int, now: float) -> str:
    """A time of reset in local time, with the day where it is not within a day."""
    form = "%H:%M" if resets_at - now < 86400 else "%a %H:%M"
    return time.strftime(form, time.localtime(resets_at))


def ago(as_of: float, now: float) -> str:
    """How old something is, for people."""
    seconds = max(0.0, now - as_of)
    return "just now" if seconds < 60 else f"{duration(seconds)} ago"


def _limit(limit: Limit, now: float, style: Style) -> tuple[str, str, str, str]:
    name = NAMES.get(limit.key, plain_label(limit.label))
    origin = _origin(limit.source, limit.as_of, now)
    if limit.is_over(now):
        return name, "–", "has been reset since", origin
    mark = "~" if limit.is_stale(now, style.ttl) else ""
    filled = min(BAR, math.floor(limit.percent / 100 * BAR))
    text = "#" * filled + "." * (BAR - filled)
    if limit.resets_at is not None:
        text += f"  resets in {duration(limit.resets_at - now)}"
        text += f" ({reset_time(limit.resets_at, now)})"
    return name, mark + shown_percent(limit.percent), text, origin


def _origin(source: str, as_of: float, now: float) -> str:
    return f"{source.partition(':')[0]}, {ago(as_of, now)}"


def _table(rows: list[tuple[str, str, str, str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return [
        f"  {name:<{widths[0]}}  {share:>{widths[1]}}  {text:<{widths[2]}}  {origin}"
        for name, share, text, origin in rows
    ]
