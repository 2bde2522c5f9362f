"""``claude-status show``: the full picture on one screen.

Exit status: 0 if there is a number to show, 1 if there is none.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time

from claude_status.asking.pictures import asked_snapshot, everyone, picture
from claude_status.errors import ClaudeStatusError
from claude_status.render.dialects import ascii_only
from claude_status.render.libraries import screen_size
from claude_status.render.report import Report
from claude_status.render.segments import Piece
from claude_status.render.text import WHOLE, draw_report
from claude_status.terminal import TYPED_SECONDS, dialect, end_after, place


def run(arguments: argparse.Namespace) -> int:
    """Print the picture of this account after asking, or of every account as it is known."""
    end_after(TYPED_SECONDS)
    if not arguments.all:
        shown = asked_snapshot(os.environ)
        reports = [picture(shown, shown.now)]
    else:
        place(os.environ)  # reports what is wrong with the settings
        now = time.time()
        reports = [picture(each, now, name=name) for name, each in everyone(os.environ, now)]
        if not reports:
            raise ClaudeStatusError("No account is known on this machine yet: run claude-status.")
    for number, report in enumerate(reports):
        if number:
            print()
        _print(report)
    return 0 if any(report.rows for report in reports) else 1


def _print(report: Report) -> None:
    """In colour if the terminal and the libraries allow it, else as plain text."""
    kind = dialect(os.environ)
    columns = screen_size()[0] if sys.stdout.isatty() else WHOLE
    if kind == "ansi":
        with contextlib.suppress(ImportError):
            from claude_status.render.screen import report_text

            print(report_text(report, columns))
            return
    text = draw_report(report, columns)
    print(ascii_only((Piece(text),)) if kind == "ascii" else text)
