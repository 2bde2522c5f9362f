"""How the line is to look: what the settings say about it, and which colour a number gets."""

from __future__ import annotations

from dataclasses import dataclass

from claude_status.usage import Credits, Limit

MAX_WIDTH = 60
NORMAL, WARNING, CRITICAL = "normal", "warning", "critical"


@dataclass(frozen=True, slots=True)
class Style:
    """What the settings say about the line; ``template`` "" is the line as it is by default."""

    ttl: float = 300  # seconds
    thresholds: tuple[float, float] = (70, 90)  # per cent: from here on warning, critical
    max_width: int = MAX_WIDTH  # columns
    template: str = ""
    label: str = ""  # the account's, put before the line
    plan: str = ""
    clock: int = 24  # hours, 12 or 24
    hide_below: float = 0  # per cent; below it the line is empty


def colour_of(number: Limit | Credits, thresholds: tuple[float, float]) -> str:
    """The server's severity where there is one, else by the thresholds."""
    if number.severity:
        return number.severity
    percent = number.percent if number.percent is not None else 0.0
    return CRITICAL if percent >= thresholds[1] else WARNING if percent >= thresholds[0] else NORMAL
