"""``claude-status history``: how use grew, as a chart or as data.

The data has a row for each number that was kept: ``time`` and ``resets_at`` in ISO 8601 (UTC),
``key`` as in ``--format json``, ``percent`` from 0 to 100.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
import time
from collections.abc import Sequence

from claude_status.asking.snapshot import Snapshot, take_snapshot
from claude_status.errors import ClaudeStatusError, SettingsError
from claude_status.model.usage import SESSION, WEEK
from claude_status.paths import Account, check_ours
from claude_status.render.burnup import Burnup, of_days, of_window
from claude_status.render.json import SCHEMA, iso
from claude_status.render.libraries import COLUMNS, LINES, need, screen_size
from claude_status.store import history, records
from claude_status.store.database import open_store
from claude_status.store.history import DAY, KEPT_DAYS, Point
from claude_status.terminal import TYPED_SECONDS, dialect, end_after, place

CURRENT_DAYS = 8  # reach back before the beginning of any window that is drawn


def run(arguments: argparse.Namespace) -> int:
    """Print what was kept of the account; nothing is asked."""
    end_after(TYPED_SECONDS)
    if arguments.days is not None and not 1 <= arguments.days <= KEPT_DAYS:
        raise SettingsError(f"--days takes a number from 1 to {KEPT_DAYS}.")
    account, settings = place(os.environ)
    now = time.time()
    as_data = arguments.csv or arguments.json
    days = arguments.days or (KEPT_DAYS if as_data else CURRENT_DAYS)
    points = read_points(account, now - days * DAY, now)
    if arguments.csv:
        sys.stdout.buffer.write(draw_csv(points).encode())  # UTF-8, whatever the locale says
    elif arguments.json:
        print(draw_json(points, account.name, now - days * DAY, now))
    else:
        need("plotext")
        _print_charts(take_snapshot(account, settings, now), points, arguments.days)
    return 0


def read_points(account: Account, since: float, until: float) -> list[Point]:
    """The numbers kept between two times, of the account logged in now."""
    if not account.store.is_dir():
        return []
    check_ours(account.cache)
    with open_store(account.store) as store:
        return history.points(store, max(since, records.owned_since(store, until)), until)


def draw_csv(points: Sequence[Point]) -> str:
    """A line with the columns' names, then one for each number; an unknown reset is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("time", "key", "percent", "resets_at"))
    writer.writerows(_row(point).values() for point in points)
    return text.getvalue()


def draw_json(points: Sequence[Point], account: str, since: float, until: float) -> str:
    """One JSON object; an unknown reset is null."""
    return json.dumps(
        {
            "schema": SCHEMA,
            "account": account,
            "since": iso(since),
            "until": iso(until),
            "readings": [_row(point) for point in points],
        }
    )


def _row(point: Point) -> dict[str, object]:
    resets_at = None if point.resets_at is None else iso(point.resets_at)
    return {
        "time": iso(point.time),
        "key": point.key,
        "percent": point.percent,
        "resets_at": resets_at,
    }


def _print_charts(shown: Snapshot, points: Sequence[Point], days: int | None) -> None:
    """The current windows, or so many past days."""
    from claude_status.render.chart import draw_charts

    found = _past(shown, points, days) if days else _current(shown, points)
    if not found:
        raise ClaudeStatusError("No data yet: run `claude-status show`, which asks for it.")
    columns, lines = screen_size() if sys.stdout.isatty() else (COLUMNS, LINES)
    print(draw_charts(found, columns, lines, dialect(os.environ)))


def _current(shown: Snapshot, points: Sequence[Point]) -> list[Burnup]:
    style = shown.settings.style("plain", shown.account.name)
    limits = [shown.usage.find(key) for key in (SESSION, WEEK)] if shown.usage else []
    drawn = (of_window(limit, points, shown.now, style) for limit in limits if limit)
    return [burnup for burnup in drawn if burnup]


def _past(shown: Snapshot, points: Sequence[Point], days: int) -> list[Burnup]:
    since = shown.now - days * DAY
    drawn = (of_days(key, points, since, shown.now, shown.settings.ttl) for key in (SESSION, WEEK))
    return [burnup for burnup in drawn if burnup]
