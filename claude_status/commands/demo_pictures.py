"""The pictures of the demo: every preset, all limits at once, a month of use.

The functions that draw them are those of the commands; only the numbers are made up.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace

from claude_status.asking.past import limits_seen, of_past, read_points
from claude_status.asking.pictures import picture
from claude_status.asking.snapshot import Snapshot
from claude_status.commands.demo_month import DAYS, month
from claude_status.render.chart import draw_charts
from claude_status.render.dialects import DIALECTS, ascii_only
from claude_status.render.libraries import COLUMNS, LINES, screen_size
from claude_status.render.line import draw_line
from claude_status.render.peaks import windows_words
from claude_status.render.segments import Piece
from claude_status.render.template import PRESETS
from claude_status.render.text import draw_report
from claude_status.store import history
from claude_status.store.database import open_store

NAME = 18  # columns
NERD = "  (needs a Nerd Font)"


def every_preset(shown: Snapshot, kind: str) -> Iterator[str]:
    """The line in each preset, a row each; ``kind`` is ansi, plain or ascii."""
    for name, template in PRESETS.items():
        style = replace(shown.settings.style(kind, "", shown.plan), template=template)
        line = draw_line(shown.usage, shown.now, style)
        note = NERD if any("\ue000" <= x <= "\uf8ff" for x in template) and kind != "ascii" else ""
        yield f"  {name:<{NAME}}{DIALECTS[kind](line, style.colours)}{note}"


def full_picture(shown: Snapshot, kind: str) -> str:
    """What ``show`` prints, in colour where that can be drawn."""
    report = picture(shown, shown.now)
    if kind == "ansi":
        try:
            from claude_status.render.screen import report_text
        except ImportError:
            pass
        else:
            return report_text(report, _size()[0])
    text = draw_report(report, COLUMNS)
    return ascii_only((Piece(text),)) if kind == "ascii" else text


def a_month(shown: Snapshot, kind: str) -> str:
    """What ``history --days 30`` prints, of a month that is made up now."""
    if shown.usage is None:
        return ""
    with open_store(shown.account.store) as store, store.transaction():
        for usage in month(shown.usage, shown.now):
            history.add(store, usage, usage.as_of)
    points = read_points(shown.account, shown.now - DAYS * history.DAY, shown.now)
    limits = limits_seen(shown.usage, points)
    notes = [f"Seen in {DAYS} days:", *(windows_words(limit, points) for limit in limits)]
    thresholds = shown.settings.thresholds
    return draw_charts(of_past(limits, shown, points, DAYS), notes, _size(), kind, thresholds)


def _size() -> tuple[int, int]:
    """Of the terminal, if there is one."""
    return screen_size() if sys.stdout.isatty() else (COLUMNS, LINES)
