"""When to alert the user: once for each threshold and window, and when a full one is reset.

Pure: the alerts already given are passed in and returned; sending is done elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from claude_status.alerts.words import (
    WHO,
    bar_of,
    body_of,
    free_body,
    free_title,
    name_of_key,
    title_of,
)
from claude_status.model.usage import Limit, Usage
from claude_status.render.style import Style

HIGH = 90  # per cent, above which the reset is reported, too
PLAIN = Style()
SAME_RESET = 600  # seconds by which two sources may differ on one reset
Given = dict[
    str, dict[str, float]
]  # by a limit's key: reset (0: none), threshold given, highest per cent


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; ``threshold`` is 0 for a reset, ``resets_at`` is in epoch seconds.

    ``title`` says what happened, ``details`` has a sentence each for the reset and what to do.
    """

    limit: str
    percent: float
    threshold: float
    resets_at: int | None
    title: str
    details: tuple[str, ...] = ()

    @property
    def body(self) -> str:
        """The text below the title: a bar, if there is a number, and the details."""
        return "\n".join([*([bar_of(self.percent)] if self.threshold else []), *self.details])

    @property
    def event(self) -> str:
        """What happened, for a list of events."""
        return self.title.removeprefix(f"{WHO}: ")

    @property
    def text(self) -> str:
        """Everything but the bar, on one line."""
        return ". ".join([self.title, *(each.rstrip(".") for each in self.details)])


def next_alerts(
    usage: Usage,
    given: Mapping[str, Mapping[str, float]],
    thresholds: Sequence[float],
    now: float,
    style: Style = PLAIN,
) -> tuple[list[Alert], Given]:
    """The alerts that are due at ``now``, and the record of alerts once they are sent.

    A number that is gone, or whose window is over, passes no threshold. If several were passed
    at once, only the highest is sent, and limits that were reset together are one alert.
    """
    usage = usage.shown_at(now)
    limits = {limit.key: limit for limit in usage.gates()}
    after: Given = {}
    over: Given = {}
    for key, entry in given.items():
        is_over = 0 < entry["reset"] <= now or _is_later(limits.get(key), entry)
        (over if is_over else after)[key] = dict(entry)
    alerts = [_reset(together, limits, now, style) for together in _together(over)]
    for limit in limits.values():
        has_begun = limit.resets_at is not None or not limit.window
        if not has_begun or limit.is_over(now):
            continue
        passed = max((t for t in thresholds if limit.percent >= t), default=0)
        before = after.get(limit.key, {})
        if passed > before.get("threshold", 0):
            alerts.append(_passed(limit, passed, now, style))
        after[limit.key] = _entry(limit, passed, before)
    return alerts, after


def _entry(limit: Limit, passed: float, before: Mapping[str, float]) -> dict[str, float]:
    """The record of a limit once its alerts are sent."""
    # without a reset it falls only when it is topped up, and may then rise again
    threshold = before.get("threshold", 0) if limit.resets_at else 0
    return {
        "reset": limit.resets_at or 0,
        "threshold": max(passed, threshold),
        "highest": max(limit.percent, before.get("highest", 0)),
    }


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


def _passed(limit: Limit, threshold: float, now: float, style: Style) -> Alert:
    details = body_of(limit, now, style)
    return Alert(limit.key, limit.percent, threshold, limit.resets_at, title_of(limit), details)


def _together(over: Given) -> list[Given]:
    """The windows full enough for their reset to be news, grouped by their time of reset."""
    groups: list[Given] = []
    for key, entry in sorted(over.items(), key=lambda item: item[1]["reset"]):
        if entry["highest"] <= HIGH:
            continue
        last = groups[-1] if groups else {}
        if last and entry["reset"] - min(x["reset"] for x in last.values()) <= SAME_RESET:
            last[key] = entry
        else:
            groups.append({key: entry})
    return groups


def _reset(together: Given, limits: Mapping[str, Limit], now: float, style: Style) -> Alert:
    """A reset is reported whether or not a number for the new window is known yet."""
    first, entry = next(iter(together.items()))
    title = free_title([name_of_key(key, limits.get(key)) for key in together])
    highest = max(one["highest"] for one in together.values())
    others = [limit for key, limit in limits.items() if key not in together]
    details = free_body(highest, others, now, style)
    return Alert(first, 0.0, 0, int(entry["reset"]), title, details)
