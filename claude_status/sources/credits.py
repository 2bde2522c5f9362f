"""Reads what a body says about the credits: extra usage that is paid for."""

from __future__ import annotations

import math
from collections.abc import Mapping

from claude_status.model.usage import Credits
from claude_status.model.values import clean, money_unit, number, percentage, reset_time, severity

MAX_AHEAD = 366 * 86400  # seconds until a reset
SPENT = "out of usage credits"
Amount = tuple[int, str, int]  # minor units, currency, decimal places


def parse_credits(body: Mapping[object, object], as_of: float, source: str) -> Credits | None:
    """The credits, ``spend`` before ``extra_usage``; None if they are switched off.

    If they are off because they are spent, only that reason is known.
    """
    extra, spend = (_mapping(body.get(name)) for name in ("extra_usage", "spend"))
    switches = extra.get("is_enabled"), spend.get("enabled")
    reason = _reason(extra) or _reason(spend)
    if any(switch is False for switch in switches) and True not in switches and not reason:
        return None
    extra = {} if switches[0] is False and not reason else extra
    spend = {} if switches[1] is False and not reason else spend
    unit = money_unit(extra.get("currency"), extra.get("decimal_places"))
    used = amount(spend.get("used")) or minor(extra.get("used_credits"), *unit)
    limit = amount(spend.get("limit")) or minor(extra.get("monthly_limit"), *unit)
    percent = None if reason else _percent(extra, spend, used, limit)
    money = used or limit
    if money is None and percent is None and not reason:
        return None
    _, currency, exponent = money or (0, *unit)
    if limit and limit[1:] != (currency, exponent):
        limit = None  # in another currency, so it cannot be compared
    ends = (reset_time(each.get("resets_at"), as_of, MAX_AHEAD) for each in (spend, extra))
    return Credits(
        used=used[0] if used else None,
        limit=limit[0] if limit else None,
        currency=currency,
        exponent=exponent,
        percent=percent,
        as_of=as_of,
        source=source,
        severity=severity(spend.get("severity")),
        resets_at=next((end for end in ends if end is not None), None),
        reason=reason,
    )


def says_off(body: Mapping[object, object]) -> bool:
    """Whether the credits are switched off."""
    switches = ("extra_usage", "is_enabled"), ("spend", "enabled")
    return any(_mapping(body.get(name)).get(switch) is False for name, switch in switches)


def amount(value: object) -> Amount | None:
    """``{amount_minor, currency, exponent}`` as an amount."""
    given = _mapping(value)
    return minor(
        given.get("amount_minor"), *money_unit(given.get("currency"), given.get("exponent"))
    )


def minor(value: object, currency: str, exponent: int) -> Amount | None:
    """So many minor units, rounded as Claude Code rounds them."""
    found = number(value)
    if found is None or not 0 <= found < 1e15:
        return None
    return math.floor(found + 0.5), currency, exponent


def _percent(
    extra: Mapping[str, object],
    spend: Mapping[str, object],
    used: Amount | None,
    limit: Amount | None,
) -> float | None:
    """What the server says, or the share given by the amounts, which is at most 100."""
    for given in (spend.get("percent"), extra.get("utilization")):
        percent = percentage(given)
        if percent is not None:
            return percent
    if used and limit and limit[0] > 0 and used[1:] == limit[1:]:
        return min(100.0, percentage(100 * used[0] / limit[0]) or 0.0)
    return None


def _reason(value: Mapping[str, object]) -> str:
    """Why no credits are left, if that is because they are spent."""
    given = value.get("disabled_reason")
    said = clean(given).lower() if isinstance(given, str) else ""
    is_spent = value.get("spend_limit_reached") is True or said.startswith(("out_of", "out of"))
    return SPENT if is_spent else ""


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
