"""Reads what else a body counts: pools of usage or money, under names that come and go."""

from __future__ import annotations

import re
from collections.abc import Mapping

from claude_status.model.usage import Limit
from claude_status.model.values import clean, number, percentage, reset_time, severity
from claude_status.sources.credits import MAX_AHEAD, amount

MAX_POOLS = 20
POOL_NAMES = {  # what Claude Code calls those whose keys are code names
    "cinder_cove": "Claude Code credit",
    "wattle_ember": "Fable credit",
    "seven_day_omelette": "design",
}
_WINDOW = re.compile(r"^(?:five_hour|seven_day)_")


def parse_pools(
    body: Mapping[object, object], others: set[str], as_of: float, source: str
) -> dict[str, Limit]:
    """Each pool as a limit with a key such as ``pool:cowork``, by its key in the body.

    A value is a pool if it has a ``utilization``, or an amount of dollars and how much of it is
    used, and its key is not in ``others``. Of more than 20, the most used ones.
    """
    given = [(str(key), value) for key, value in body.items() if key not in others]
    promos = body.get("promo_credits")
    if isinstance(promos, list):
        given += [(_promo_name(promo), promo) for promo in promos]
    read = ((name, _pool(name, value, as_of, source)) for name, value in given)
    pools = [(name, pool) for name, pool in read if pool]
    return dict(sorted(pools, key=lambda pool: -pool[1].percent)[:MAX_POOLS])


def _pool(name: str, value: object, as_of: float, source: str) -> Limit | None:
    percent = _percent(value) if isinstance(value, Mapping) else None
    label = clean(POOL_NAMES.get(name) or _WINDOW.sub("", name).replace("_", " "))
    if percent is None or not label or not isinstance(value, Mapping):
        return None
    ends = (reset_time(value.get(key), as_of, MAX_AHEAD) for key in ("resets_at", "expires_at"))
    return Limit(
        key=f"pool:{label.lower()}",
        label=label,
        percent=percent,
        resets_at=next((end for end in ends if end is not None), None),
        as_of=as_of,
        source=source,
        severity=severity(value.get("severity")),
    )


def _percent(value: Mapping[object, object]) -> float | None:
    """The utilization, or the used share of the amount, which is at most 100."""
    for key in ("utilization", "percent"):
        percent = percentage(value.get(key))
        if percent is not None:
            return percent
    for limit, used, left in (
        ("limit_dollars", "used_dollars", "remaining_dollars"),
        ("limit", "used", "remaining"),
        ("amount", "used", "remaining"),
    ):
        whole, spent, rest = (_number(value.get(key)) for key in (limit, used, left))
        if spent is None and whole is not None and rest is not None:
            spent = whole - rest
        if whole and spent is not None:
            return percentage(min(100.0, max(0.0, 100 * spent / whole)))
    return None


def _number(value: object) -> float | None:
    """A number that is not negative, or the minor units of an amount of money."""
    money = amount(value)
    found = float(money[0]) if money else number(value)
    return found if found is not None and found >= 0 else None


def _promo_name(promo: object) -> str:
    """What a promotional credit is called."""
    given = promo if isinstance(promo, Mapping) else {}
    names = (given.get(key) for key in ("display_name", "name", "label", "title", "id"))
    name = next((name for name in names if isinstance(name, str) and clean(name)), "")
    return f"promo {name}" if name else "promo credits"
