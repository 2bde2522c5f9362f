"""Reads the body of the usage endpoint, and what Claude Code keeps and repeats of it.

The endpoint is undocumented, so nothing in a body is trusted: a value of the wrong type or out of
range is unknown, and the rest counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from claude_status.model.usage import SESSION, WEEK, WINDOW_SECONDS, Limit, Usage, order
from claude_status.model.values import clean, percentage, reset_time, severity
from claude_status.sources.credits import MAX_AHEAD, parse_credits, says_off
from claude_status.sources.pools import parse_pools

LABELS = {SESSION: "5h", WEEK: "7d"}
OLD_MODEL_KEYS = {"seven_day_opus": "Opus", "seven_day_sonnet": "Sonnet"}
ROW_KEYS = {"session": SESSION, "weekly_all": WEEK}
GROUP_SECONDS = {"session": WINDOW_SECONDS[SESSION], "weekly": WINDOW_SECONDS[WEEK]}
KNOWN_KEYS = {
    *LABELS, *OLD_MODEL_KEYS, "extra_usage", "limits", "spend", "promo_credits",
    "member_dashboard_available",
}  # fmt: skip
MAX_ROWS = 50


def parse_body(body: object, as_of: float, source: str) -> Usage:
    """Read one body that was true at ``as_of`` (epoch seconds); never raises."""
    if not isinstance(body, Mapping):
        return Usage(source, as_of)
    given = body.get("limits")
    rows = given[:MAX_ROWS] if isinstance(given, list) else []
    read = [(row, _row(row, as_of, source)) for row in rows]
    read_rows = [limit for _, limit in read if limit]
    # of two rows with the same name, the higher one
    found = {limit.key: limit for limit in sorted(read_rows, key=lambda one: one.percent)}
    for limit in _windows(body, as_of, source, with_models=not isinstance(given, list)):
        row = found.get(limit.key)
        found[limit.key] = _completed(limit, row) if row else limit
    pools = parse_pools(body, KNOWN_KEYS, as_of, source)
    found |= {pool.key: pool for pool in pools.values()}
    # a row that could not be read may stand for a limit that is known from before
    is_whole = rows == given and all(limit or _kind(row) in ROW_KEYS for row, limit in read)
    paid = parse_credits(body, as_of, source)
    return Usage(
        source=source,
        as_of=as_of,
        limits=tuple(sorted(found.values(), key=order)),
        credits=paid,
        rows_as_of=as_of if is_whole else 0.0,
        no_credits_as_of=as_of if paid is None and says_off(body) else 0.0,
        unknown_keys=_unknown(body, pools),
    )


def _unknown(body: Mapping[object, object], pools: Mapping[str, Limit]) -> tuple[str, ...]:
    """The keys with a value that is not understood."""
    given = (str(key) for key, value in body.items() if value is not None)
    names = sorted(clean(key) for key in given if key not in KNOWN_KEYS and key not in pools)
    return tuple(names[:MAX_ROWS])


def _completed(limit: Limit, row: Limit) -> Limit:
    """A window from its own key, which outranks its row, with what only the row says."""
    resets_at = row.resets_at if limit.resets_at is None else limit.resets_at
    return replace(limit, resets_at=resets_at, severity=row.severity, active=row.active)


def _windows(
    body: Mapping[object, object], as_of: float, source: str, *, with_models: bool
) -> Iterator[Limit]:
    """The windows from their own keys; the per-model ones only if there are no rows."""
    names = {**LABELS, **(OLD_MODEL_KEYS if with_models else {})}
    for name, label in names.items():
        value = body.get(name)
        percent = percentage(value.get("utilization")) if isinstance(value, Mapping) else None
        if percent is None or not isinstance(value, Mapping):
            continue
        key = name if name in LABELS else model_key(label)
        window = WINDOW_SECONDS.get(name, WINDOW_SECONDS[WEEK])
        resets_at = reset_time(value.get("resets_at"), as_of, MAX_AHEAD)
        yield Limit(key, label, percent, resets_at, as_of, source, window=window)


def model_key(name: str) -> str:
    """The key of a limit that applies to one model or surface only."""
    return f"scope:{name.lower()}"


def _kind(row: object) -> str:
    kind = row.get("kind") if isinstance(row, Mapping) else None
    return kind if isinstance(kind, str) else ""


def _row(row: object, as_of: float, source: str) -> Limit | None:
    kind = clean(_kind(row))
    percent = percentage(row.get("percent")) if kind and isinstance(row, Mapping) else None
    if percent is None or not isinstance(row, Mapping):
        return None
    scope = row.get("scope")
    name = _scope_name(scope)
    if name:
        key, label = model_key(name), name
    else:
        # what applies to a part only is neither the session nor the week, named or not
        key = (ROW_KEYS.get(kind) if scope is None else None) or f"kind:{kind}"
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
    """What a row applies to: a model or a surface, each given as an object or by its name."""
    parts = [scope.get("model"), scope.get("surface")] if isinstance(scope, Mapping) else []
    names = [
        name
        for part in parts
        for name in (
            [part.get("display_name"), part.get("id")] if isinstance(part, Mapping) else [part]
        )
    ]
    return next((clean(name) for name in names if isinstance(name, str) and clean(name)), "")
