"""The history of an account, and its charts; nothing is asked."""

from __future__ import annotations

from collections.abc import Sequence

from claude_status.asking.snapshot import Snapshot
from claude_status.model.usage import SESSION, WEEK, WINDOW_SECONDS, Limit, Usage, order
from claude_status.paths import Account, check_ours
from claude_status.render.burnup import of_days, of_window
from claude_status.render.chart import Chart
from claude_status.render.peaks import midnights, of_peaks
from claude_status.store import history, records
from claude_status.store.database import open_store
from claude_status.store.history import DAY, Point

MOST_AREA_DAYS = 14  # beyond this a day is too narrow for more than a bar
MODEL = "scope:"  # the prefix of the key of a model's week


def read_points(account: Account, since: float, until: float) -> list[Point]:
    """The numbers recorded between two times, for the account logged in now."""
    return read_past(account, since, until)[0]


def read_past(
    account: Account, since: float, until: float
) -> tuple[list[Point], list[tuple[float, str]]]:
    """The numbers kept between two times, and the last alerts, each with the time of sending."""
    if not account.store.is_dir():
        return [], []
    check_ours(account.cache)
    with open_store(account.store) as store:
        since = max(since, records.owned_since(store, until))
        return history.points(store, since, until), records.sent(store)


def limits_seen(usage: Usage | None, points: Sequence[Point]) -> list[Limit]:
    """The session, the week, and each model's week, including models no longer reported."""
    known = {limit.key: limit for limit in usage.limits} if usage else {}
    last = {point.key: point for point in points}
    for key, point in last.items():
        if key not in known:
            label = key.removeprefix(MODEL)
            window = WINDOW_SECONDS.get(key, WINDOW_SECONDS[WEEK])
            known[key] = Limit(
                key, label, point.percent, point.resets_at, point.time, "", window=window
            )
    drawn = (SESSION, WEEK)
    return sorted((x for x in known.values() if x.key in drawn or x.key[:6] == MODEL), key=order)


def of_present(limits: Sequence[Limit], shown: Snapshot, points: Sequence[Point]) -> list[Chart]:
    """The present window of each limit; for a model without one, its past seven days."""
    style = shown.settings.style("plain", shown.account.name)
    found: list[Chart | None] = []
    for limit in limits:
        chart: Chart | None = of_window(limit, points, shown.now, style)
        if chart is None and limit.key.startswith(MODEL):
            chart = of_days(limit, points, shown.now - 7 * DAY, shown.now, style.ttl)
        found.append(chart)
    return [chart for chart in found if chart]


def of_past(
    limits: Sequence[Limit], shown: Snapshot, points: Sequence[Point], days: int
) -> list[Chart]:
    """Charts of this many past days: areas, or a bar for each day if these would be too narrow."""
    now = shown.now
    if days > MOST_AREA_DAYS:
        begun = midnights(now, days)
        found: list[Chart | None] = [of_peaks(limit, points, begun, now) for limit in limits]
    else:
        ttl = shown.settings.ttl
        found = [of_days(limit, points, now - days * DAY, now, ttl) for limit in limits]
    return [chart for chart in found if chart]
