"""When to alert the user: once for each threshold and window, and when a full one is reset.

Pure: the alerts already given are passed in and returned; sending is done elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from claude_status.model.usage import Limit, Usage
from claude_status.render.words import duration, plain_label, shown_percent

HIGH = 90  # per cent, above which the reset is reported, too
SAME_RESET = 600  # seconds by which two sources may differ on one reset
Given = dict[
    str, dict[str, float]
]  # by a limit's key: reset (0: none), threshold given, highest per cent


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; ``threshold`` is 0 for a reset, ``resets_at`` in epoch seconds."""

    limit: str
    percent: float
    threshold: float
    resets_at: int | None
    text: str


def next_alerts(
    usage: Usage, given: Mapping[str, Mapping[str, float]], thresholds: Sequence[float], now: float
) -> tuple[list[Alert], Given]:
    """The alerts that are due at ``now``, and the record of alerts once they are sent.

    A number that is gone, or whose window is over, passes no threshold. If several were passed at
    once, only the highest is sent.
    """
    alerts = []
    after: Given = {}
    usage = usage.shown_at(now)
    for key, entry in given.items():
        limit = next((one for one in usage.gates() if one.key == key), None)
        is_over = 0 < entry["reset"] <= now or _is_later(limit, entry)
        if not is_over:
            after[key] = dict(entry)
        elif entry["highest"] > HIGH:
            alerts.append(_reset(key, limit, entry))
    for limit in usage.gates():
        fresh = limit.resets_at is None and limit.window  # a window that has not begun
        if fresh or limit.is_over(now):
            continue
        entry = after.get(limit.key, {})
        passed = max((t for t in thresholds if limit.percent >= t), default=0)
        if passed > entry.get("threshold", 0):
            alerts.append(_passed(limit, passed, now))
        # without a reset it falls only when it is topped up, and may then rise again
        before = entry.get("threshold", 0) if limit.resets_at else 0
        after[limit.key] = {
            "reset": limit.resets_at or 0,
            "threshold": max(passed, before),
            "highest": max(limit.percent, entry.get("highest", 0)),
        }
    return alerts, after


def _is_later(limit: Limit | None, entry: Mapping[str, float]) -> bool:
    """Whether another window has replaced the recorded one before its end."""
    ends = limit.resets_at if limit else None
    return ends is not None and 0 < entry["reset"] < ends - SAME_RESET


def is_quiet(hours: str, time_of_day: str) -> bool:
    """Whether a time of day (``HH:MM``) is in the quiet hours, which may include midnight."""
    start, _, end = hours.partition("-")
    if start <= end:
        return start <= time_of_day < end
    return time_of_day >= start or time_of_day < end


def dump(given: Mapping[str, Mapping[str, float]]) -> str:
    """The record as JSON text."""
    return json.dumps(given)


def load(text: str | None) -> Given:
    """What ``dump`` wrote; empty if it is anything else."""
    try:
        found = json.loads(text or "{}")
        names = "reset", "threshold", "highest"
        return {key: {name: float(entry[name]) for name in names} for key, entry in found.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def _passed(limit: Limit, threshold: float, now: float) -> Alert:
    text = f"{plain_label(limit.label)} is at {shown_percent(limit.percent)}"
    if limit.resets_at is not None:
        text += f", resets in {duration(limit.resets_at - now)}"
    return Alert(limit.key, limit.percent, threshold, limit.resets_at, text)


def _reset(key: str, limit: Limit | None, entry: Mapping[str, float]) -> Alert:
    """A reset is reported whether or not a number for the new window is known yet."""
    label = limit.label if limit else key.rpartition(":")[2].replace("_", " ")
    return Alert(key, 0.0, 0, int(entry["reset"]), f"{plain_label(label)} has been reset")
