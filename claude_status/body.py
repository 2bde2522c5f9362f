"""Reads the body of the usage endpoint; also what Claude Code keeps and repeats of it.

The endpoint is undocumented, so nothing in a body is taken on trust: a value of the wrong type or
out of all reason is unknown, and the rest stands.
"""

from __future__ import annotations

from collections.abc import Mapping

from claude_status.usage import SESSION, WEEK, WINDOW_SECONDS, Credits, Limit, Usage, order
from claude_status.values import clean, money_unit, number, percentage, reset_time, severity

LABELS = {SESSION: "5h", WEEK: "7d"}
OLD_MODEL_KEYS = {"seven_day_opus": "Opus", "seven_day_sonnet": "Sonnet"}
ROW_KEYS = {"session": SESSION, "weekly_all": WEEK}
GROUP_SECONDS = {"session": WINDOW_SECONDS[SESSION], "weekly": WINDOW_SECONDS[WEEK]}
KNOWN_KEYS = {
    *LABELS, *OLD_MODEL_KEYS, "seven_day_oauth_apps", "seven_day_cowork", "extra_usage", "limits",
    "spend", "member_dashboard_available",
}  # fmt: skip
MAX_ROWS = 50
MAX_AHEAD = 366 * 86400  # seconds until a reset: no window is longer than a year


def parse_body(body: object, as_of: float, source: str) -> Usage:
    """Read one body that was true at ``as_of`` (epoch seconds); never raises."""
    if not isinstance(body, Mapping):
        return Usage(source, as_of)
    given = body.get("limits")
    found = dict(_old_limits(body, as_of, source, with_models=not isinstance(given, list)))
    rows = given[:MAX_ROWS] if isinstance(given, list) else []
    read = [(row, _row(row, as_of, source)) for row in rows]
    told = [limit for _, limit in read if limit]
    # of two rows with one name, the one that binds
    found.update((limit.key, limit) for limit in sorted(told, key=lambda one: one.percent))
    # a row that could not be read may stand for a limit that is known from before
    is_whole = rows == given and all(limit or _kind(row) in ROW_KEYS for row, limit in read)
    paid = _credits(body, as_of, source)
    return Usage(
        source=source,
        as_of=as_of,
        limits=tuple(sorted(found.values(), key=order)),
        credits=paid,
        rows_as_of=as_of if is_whole else 0.0,
        no_credits_as_of=as_of if paid is None and _says_off(body) else 0.0,
        unknown_keys=tuple(
            sorted(clean(str(key)) for key in body if key not in KNOWN_KEYS)
        )[:MAX_ROWS],
    )  # fmt: skip


def _old_limits(
    body: Mapping[object, object], as_of: float, source: str, *, with_models: bool
) -> list[tuple[str, Limit]]:
    """The windows of the older keys; the per-model ones only where there are no rows for them."""
    found = []
    names = {**LABELS, **(OLD_MODEL_KEYS if with_models else {})}
    for name, label in names.items():
        value = body.get(name)
        percent = percentage(value.get("utilization")) if isinstance(value, Mapping) else None
        if percent is None or not isinstance(value, Mapping):
            continue
        key = name if name in LABELS else model_key(label)
        window = WINDOW_SECONDS.get(name, WINDOW_SECONDS[WEEK])
        resets_at = reset_time(value.get("resets_at"), as_of, MAX_AHEAD)
        found.append(
            (key, Limit(key, label, percent, resets_at, as_of, source, window=window))
        )  # fmt: skip
    return found


def model_key(name: str) -> str:
    """The key of a limit that holds for one model or surface only."""
    return f"scope:{name.lower()}"


def _kind(row: object) -> str:
    kind = row.get("kind") if isinstance(row, Mapping) else None
    return kind if isinstance(kind, str) else ""


def _row(row: object, as_of: float, source: str) -> Limit | None:
    kind = clean(_kind(row))
    percent = percentage(row.get("percent")) if kind and isinstance(row, Mapping) else None
    if percent is None or not isinstance(row, Mapping):
        return None
    name = _scope_name(row.get("scope"))
    if name:
        key, label = model_key(name), name
    else:
        key = ROW_KEYS.get(kind, f"kind:{kind}")
        label = LABELS.get(key, kind.replace("_", " "))
    group = row.get("group")
    return Limit(
        key=key,
        label=label,
        percent=percent,
        resets_at=reset_time(row.get("resets_at"), as_of, MAX_AHEAD),
        as_of=as_of,
        source=source,
        severity=severity(row.get("severity")),
        active=row.get("is_active") is True,
        window=WINDOW_SECONDS.get(key)
        or GROUP_SECONDS.get(group if isinstance(group, str) else ""),
    )


def _scope_name(scope: object) -> str:
    if not isinstance(scope, Mapping):
        return ""
    model = scope.get("model")
    names = [scope.get("surface")]
    if isinstance(model, Mapping):
        names = [model.get("display_name"), model.get("id"), *names]
    return next((clean(name) for name in names if isinstance(name, str) and clean(name)), "")


def _credits(body: Mapping[object, object], as_of: float, source: str) -> Credits | None:
    """The credits, ``spend`` before ``extra_usage``; None where they are switched off."""
    extra = _unless_off(body.get("extra_usage"), "is_enabled")
    spend = _unless_off(body.get("spend"), "enabled")
    if extra.get("is_enabled") is not True and spend.get("enabled") is not True:
        return None
    unit = money_unit(extra.get("currency"), extra.get("decimal_places"))
    used = _amount(spend.get("used")) or _minor(extra.get("used_credits"), *unit)
    limit = _amount(spend.get("limit")) or _minor(extra.get("monthly_limit"), *unit)
    money = used or limit
    if money is None:
        return None
    if limit and limit[1:] != money[1:]:
        limit = None  # in another currency, so it says nothing here
    percent = percentage(spend.get("percent"))
    if percent is None:
        percent = percentage(extra.get("utilization"))
    if percent is None and used and limit and limit[0] > 0:
        percent = percentage(100 * used[0] / limit[0])
    return Credits(
        used=used[0] if used else None,
        limit=limit[0] if limit else None,
        currency=money[1],
        exponent=money[2],
        percent=percent,
        as_of=as_of,
        source=source,
        severity=severity(spend.get("severity")),
    )


def _says_off(body: Mapping[object, object]) -> bool:
    switches = ("extra_usage", "is_enabled"), ("spend", "enabled")
    found = ((body.get(name), switch) for name, switch in switches)
    return any(isinstance(each, Mapping) and each.get(switch) is False for each, switch in found)


def _unless_off(value: object, switch: str) -> Mapping[str, object]:
    """What is switched off says nothing, whatever numbers stand beside the switch."""
    return value if isinstance(value, Mapping) and value.get(switch) is not False else {}


def _amount(value: object) -> tuple[int, str, int] | None:
    """``{amount_minor, currency, exponent}`` as minor units, currency, decimal places."""
    if not isinstance(value, Mapping):
        return None
    unit = money_unit(value.get("currency"), value.get("exponent"))
    return _minor(value.get("amount_minor"), *unit)


def _minor(value: object, currency: str, exponent: int) -> tuple[int, str, int] | None:
    amount = number(value)
    if amount is None or not 0 <= amount < 1e15:
        return None
    return int(amount), currency, exponent
