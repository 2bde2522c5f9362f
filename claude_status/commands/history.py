"""``claude-status history``: how usage grew, as a chart or as data.

The data has a row for each recorded number: ``time`` and ``resets_at`` in ISO 8601 (UTC),
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

from claude_status.asking.past import limits_seen, of_past, of_present, read_points
from claude_status.asking.snapshot import Snapshot, take_snapshot
from claude_status.errors import ClaudeStatusError, SettingsError
from claude_status.render.chart import draw_charts
from claude_status.render.json import SCHEMA, iso
from claude_status.render.libraries import COLUMNS, LINES, screen_size
from claude_status.render.peaks import windows_words
from claude_status.store.history import DAY, KEPT_DAYS, Point
from claude_status.terminal import TYPED_SECONDS, dialect, end_after, place


def run(arguments: argparse.Namespace) -> int:
    """Print what is recorded for the account, without asking."""
    end_after(TYPED_SECONDS)
    if arguments.days is not None and not 1 <= arguments.days <= KEPT_DAYS:
        raise SettingsError(f"--days takes a number from 1 to {KEPT_DAYS}.")
    account, settings = place(os.environ)
    now = time.time()
    days = arguments.days or KEPT_DAYS
    points = read_points(account, now - days * DAY, now)
    if arguments.csv:
        sys.stdout.buffer.write(draw_csv(points).encode())  # UTF-8, whatever the locale says
    elif arguments.json:
        print(draw_json(points, account.name, now - days * DAY, now))
    else:
        _print_charts(take_snapshot(account, settings, now), points, arguments.days)
    return 0


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
    style = shown.settings.style("plain", shown.account.name)
    limits = limits_seen(shown.usage, points)
    found = of_past(limits, shown, points, days) if days else of_present(limits, shown, points)
    if not found and shown.usage and shown.usage.numbers():
        raise ClaudeStatusError(
            "There are no windows to chart, only credits: run `claude-status show`."
        )
    if not found:
        raise ClaudeStatusError("No data yet: run `claude-status show`, which asks for it.")
    seen = [words for limit in limits if (words := windows_words(limit, points))]
    notes = [f"Seen in {days or KEPT_DAYS} days:", *seen] if seen else []
    size = screen_size() if sys.stdout.isatty() else (COLUMNS, LINES)
    print(draw_charts(found, notes, size, dialect(os.environ), style.thresholds))
