"""The usage of a made-up account, in the endpoint's own form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone

DAY = 86400.0


def usage_body(
    now: float,
    five_hour: float | None = 42.0,
    seven_day: float | None = 17.0,
    *,
    model: float | None = None,
    credits_used: int | None = None,
    credits_limit: int | None = 50000,
    five_hour_left: float = 2 * 3600 + 13 * 60 + 20,
    seven_day_left: float = 3.5 * DAY,
) -> dict[str, object]:
    """The endpoint's body in its present shape; per cent, seconds from ``now``, cents.

    None leaves out a window as the API does: null in the old keys, no row in ``limits``. ``model``
    is the week of a model named Fable; ``credits_used`` switches the credits on.
    """
    ends = {"session": _iso(now + five_hour_left), "weekly": _iso(now + seven_day_left)}
    rows = [
        _row("session", five_hour, ends),
        _row("weekly_all", seven_day, ends),
        _row("weekly_scoped", model, ends),
    ]
    limits = [row for row in rows if row is not None]
    if limits:
        max(limits, key=lambda row: float(str(row["percent"])))["is_active"] = True
    return {
        "five_hour": _window(five_hour, ends["session"]),
        "seven_day": _window(seven_day, ends["weekly"]),
        **dict.fromkeys(("seven_day_oauth_apps", "seven_day_opus", "seven_day_sonnet")),
        **dict.fromkeys(("seven_day_cowork", "tangelo", "iguana_necktie")),
        "extra_usage": _extra_usage(credits_used, credits_limit),
        "limits": limits,
        "spend": _spend(credits_used, credits_limit),
        "member_dashboard_available": False,
    }


def _iso(moment: float) -> str:
    """A time as the API writes it: UTC, with microseconds."""
    return datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="microseconds")


def _window(percent: float | None, resets_at: str) -> dict[str, object] | None:
    """One of the old keys."""
    if percent is None:
        return None
    dollars = dict.fromkeys(("limit_dollars", "used_dollars", "remaining_dollars"))
    return {"utilization": percent, "resets_at": resets_at, **dollars}


def _row(kind: str, percent: float | None, ends: Mapping[str, str]) -> dict[str, object] | None:
    """One row of ``limits``."""
    if percent is None:
        return None
    group = kind.partition("_")[0]
    model = {"id": None, "display_name": "Fable"}
    return {
        "kind": kind,
        "group": group,
        "percent": int(percent) if float(percent).is_integer() else percent,
        "severity": "critical" if percent >= 90 else "warning" if percent >= 70 else "normal",
        "resets_at": ends[group],
        "scope": {"model": model, "surface": None} if kind == "weekly_scoped" else None,
        "is_active": False,
    }


def _extra_usage(used: int | None, limit: int | None) -> dict[str, object]:
    """The credits in the old key."""
    on = used is not None
    return {
        "is_enabled": on,
        "monthly_limit": limit if on else None,
        "used_credits": float(used) if used is not None else None,
        "utilization": 100 * used / limit if used is not None and limit else None,
        "currency": "USD" if on else None,
        "decimal_places": 2 if on else None,
        **dict.fromkeys(("disabled_reason", "daily", "weekly")),
    }


def _spend(used: int | None, limit: int | None) -> dict[str, object]:
    """The credits in the new key."""

    def amount(minor: int) -> dict[str, object]:
        return {"amount_minor": minor, "currency": "USD", "exponent": 2}

    return {
        "used": amount(used or 0),
        "limit": amount(limit) if used is not None and limit else None,
        "percent": 100 * used // limit if used is not None and limit else 0,
        "severity": "normal",
        "enabled": used is not None,
        **dict.fromkeys(("disabled_reason", "cap", "balance", "auto_reload")),
        "disclaimer": "Made up for tests.",
        "can_purchase_credits": False,
        "can_toggle": False,
    }
