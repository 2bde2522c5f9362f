"""What an alert says: a title, and below it a bar, the reset and what to do (pure).

Names and numbers are made of characters that mean nothing to a shell, to tmux or to a notification
daemon's markup, whatever the API calls a limit.
"""

from __future__ import annotations

from collections.abc import Sequence

from claude_status.model.pace import present_pace
from claude_status.model.usage import CREDITS, Limit
from claude_status.render.bars import bar
from claude_status.render.outlook import outlook
from claude_status.render.report import LIMIT_NAMES, name_of
from claude_status.render.style import Style
from claude_status.render.words import duration, label_of, moment, plain_label, shown_percent

WHO = "Claude"
CELLS = 20  # of a bar
FULL = 100  # per cent
MODEL = "scope:"  # the prefix of the key of a model's week


def bar_of(percent: float) -> str:
    """Use as a bar with its number."""
    return f"{bar(percent, CELLS)} {shown_percent(percent)}"


def title_of(limit: Limit) -> str:
    """What has happened to a limit that passed a threshold, as a title."""
    if limit.percent >= FULL:
        return f"{WHO}: {name_of(limit)} used up"
    return f"{WHO}: {name_of(limit)} at {shown_percent(limit.percent)}"


def body_of(limit: Limit, now: float, style: Style) -> tuple[str, ...]:
    """The reset, and what to do until then, a sentence each."""
    reset = ""
    if limit.resets_at is not None:
        when = moment(limit.resets_at, now, style.clock)
        lead = "at " if when[0].isdigit() else ""
        reset = f"Resets {lead}{when}, in {duration(limit.resets_at - now)}."
    return tuple(text for text in (reset, _advice(limit, now, style)) if text)


def _advice(limit: Limit, now: float, style: Style) -> str:
    if limit.key == CREDITS:
        return "Add credits, or raise their limit, in Claude's settings."
    is_full, is_model = limit.percent >= FULL, limit.key.startswith(MODEL)
    if is_full and is_model:
        return "Choose another model with /model."
    if is_full:
        return f"To go on then: claude-status wait --below 100 --limit {label_of(limit)}"
    pace = present_pace(limit, now, style.ttl)
    if pace and pace.runs_out_at is None:
        return f"It will last at this pace ({outlook(limit, now, style.ttl)})."
    lead = f"It {outlook(limit, now, style.ttl)} at this pace. " if pace else ""
    if is_model:
        return f"{lead}Choose another model with /model for what needs less."
    return f"{lead}Finish what matters first."


def free_title(names: Sequence[str]) -> str:
    """The title for limits that were reset."""
    return f"{WHO}: {' and '.join(names)} {'is' if len(names) == 1 else 'are'} free again"


def free_body(highest: float, others: Sequence[Limit], now: float, style: Style) -> tuple[str, ...]:
    """What was reset, and whether another limit still stands in the way."""
    past = f"Reset after {shown_percent(highest)}."
    full = next((one for one in others if one.percent >= FULL and not one.is_over(now)), None)
    if full is None:
        return past, "You can go on."
    until = f" until {moment(full.resets_at, now, style.clock)}" if full.resets_at else ""
    return past, f"But {name_of(full)} is used up{until}."


def name_of_key(key: str, limit: Limit | None) -> str:
    """The name of a limit that may have no number any more."""
    if limit is not None:
        return name_of(limit)
    label = plain_label(key.rpartition(":")[2].replace("_", " ")).strip()
    return LIMIT_NAMES.get(key) or label or "?"
