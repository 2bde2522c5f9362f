"""The usage as JSON for programs: schema 1, whose names and meanings do not change."""

from __future__ import annotations

import json
from datetime import datetime, timezone

from claude_status.model.pace import present_pace
from claude_status.model.usage import OVER, Credits, Limit, Usage
from claude_status.render.dialects import plain
from claude_status.render.line import draw_line
from claude_status.render.style import Style

SCHEMA = 1


def draw_json(
    usage: Usage | None, now: float, style: Style, *, account: str, plan: str, problem: str
) -> str:
    """One JSON object: times in ISO 8601 (UTC), percentages 0..100, unknown is null."""
    shown = usage.shown_at(now) if usage else None
    known = shown.numbers() if shown else []
    newest = max(known, key=lambda one: one.as_of, default=None)
    states = {_state(one, now, style) for one in known}
    return json.dumps(
        {
            "schema": SCHEMA,
            "now": iso(now),
            "account": account,
            "plan": plan or None,
            "state": next((s for s in ("reset", "stale", "fresh") if s in states), "unknown"),
            "source": newest.origin if newest else None,
            "as_of": iso(newest.as_of) if newest else None,
            "age_seconds": _age(newest, now) if newest else None,
            "line": plain(draw_line(usage, now, style)),
            "limits": [_limit(limit, now, style) for limit in shown.limits] if shown else [],
            "credits": _credits(shown.credits, now, style) if shown and shown.credits else None,
            "problem": problem or None,
        },
    )


def iso(seconds: float) -> str:
    """Epoch seconds as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(int(seconds), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _limit(limit: Limit, now: float, style: Style) -> dict[str, object]:
    over = limit.is_over(now)
    resets_at = None if over else limit.resets_at
    return {
        "key": limit.key,
        "label": limit.label,
        "percent": None if over else limit.percent,
        "resets_at": None if resets_at is None else iso(resets_at),
        "resets_in_seconds": None if resets_at is None else resets_at - int(now),
        "window_seconds": limit.window,
        "runs_out_at": _runs_out_at(limit, now, style),
        "severity": limit.severity,
        "active": limit.active,
        **_origin(limit, now, style),
    }  # fmt: skip


def _runs_out_at(limit: Limit, now: float, style: Style) -> str | None:
    """When it is reached at this pace, a projection; None if that is not before the reset."""
    pace = present_pace(limit, now, style.ttl)
    return iso(pace.runs_out_at) if pace and pace.runs_out_at is not None else None


def _credits(credit: Credits, now: float, style: Style) -> dict[str, object]:
    over = credit.is_over(now)
    return {
        "used_minor": credit.used,
        "limit_minor": credit.limit,
        "currency": credit.currency,
        "exponent": credit.exponent,
        "percent": None if over else credit.percent,
        "severity": credit.severity,
        "resets_at": None if over or credit.resets_at is None else iso(credit.resets_at),
        "reason": credit.reason or None,
        **_origin(credit, now, style),
    }


def _origin(one: Limit | Credits, now: float, style: Style) -> dict[str, object]:
    return {
        "state": _state(one, now, style),
        "source": one.origin,
        "as_of": iso(one.as_of),
        "age_seconds": _age(one, now),
    }


def _state(one: Limit | Credits, now: float, style: Style) -> str:
    state = one.state(now, style.ttl)
    return "reset" if state == OVER else state


def _age(one: Limit | Credits, now: float) -> int:
    return max(0, int(now - one.as_of))
