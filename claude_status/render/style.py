"""How the line looks: what the settings say about it, and which colour a number gets."""

from __future__ import annotations

from dataclasses import dataclass

from claude_status.model.usage import Credits, Limit
from claude_status.render.colours import BY_DEFAULT, Colours

MAX_WIDTH = 60
LEVELS = NORMAL, WARNING, CRITICAL = "normal", "warning", "critical"
THRESHOLDS = (70, 90)  # per cent: the start of warning and critical


@dataclass(frozen=True, slots=True)
class Style:
    """What the settings say about the line; ``template`` "" is the line as it is by default."""

    ttl: float = 300  # seconds
    thresholds: tuple[float, float] = THRESHOLDS
    own_thresholds: bool = False  # whether the user has set them
    max_width: int = MAX_WIDTH  # columns
    template: str = ""
    label: str = ""  # the account's, put before the line
    plan: str = ""
    clock: int = 24  # hours, 12 or 24
    hide_below: float = 0  # per cent; below it the line is empty
    colours: Colours = BY_DEFAULT
    in_claude: bool = False  # whether Claude Code fills in what it knows itself


def colour_of(number: Limit | Credits, style: Style) -> str:
    """The colour by the thresholds; the server's severity can raise it, but never lower it.

    The user's own thresholds decide alone.
    """
    level = level_of(number.percent or 0.0, style.thresholds)
    if not style.own_thresholds and number.severity:
        return max(level, number.severity, key=LEVELS.index)
    return level


def level_of(percent: float, thresholds: tuple[float, float]) -> str:
    """What the thresholds alone say of a percentage."""
    return LEVELS[sum(percent >= threshold for threshold in thresholds)]
