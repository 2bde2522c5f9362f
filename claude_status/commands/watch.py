"""``claude-status watch``: everything on one screen, live, until q is pressed.

It asks no more than a prompt does: a refresh is started only when the frames say that one is due.
Exit status: 0 after q; a signal ends it as usual, after the terminal has been restored.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from claude_status.asking.live import RANGES, LiveView
from claude_status.errors import ClaudeStatusError
from claude_status.paths import make_private
from claude_status.render.keys import DISTURBING, Events, key_by_key
from claude_status.render.libraries import SCREEN, need, screen_size
from claude_status.render.segments import MARK
from claude_status.render.style import CRITICAL
from claude_status.terminal import dialect, place

if TYPE_CHECKING:
    from rich.text import Text

    from claude_status.render.report import Report

KEYBOARD = 0
ESCAPE = re.compile(r"\x1b(?:[\[O][0-9;]*[ -~]?|.)?")  # a key that is none of ours
RANGE_NAMES = list(RANGES)
KEYS = (
    ("1 2 3 4", "window, day, week, month"),
    ("r", "the next of these"),
    ("?", "this help, and back"),
    ("q", "quit, as Ctrl-C does"),
)


@dataclass(frozen=True)
class Choice:
    """What the user has chosen to see; ``ended`` once they have chosen to quit."""

    span: str = RANGE_NAMES[0]
    is_help: bool = False
    ended: bool = False

    def after(self, typed: str) -> Choice:
        """The choice after these keys."""
        choice = self
        for key in ESCAPE.sub(" ", typed):
            if key in "qQ":
                return replace(choice, ended=True)
            if key == "?" or choice.is_help:
                choice = replace(choice, is_help=not choice.is_help)
            elif key in "rR":
                choice = replace(
                    choice,
                    span=RANGE_NAMES[(RANGE_NAMES.index(choice.span) + 1) % len(RANGE_NAMES)],
                )
            elif key.isdecimal() and 0 < int(key) <= len(RANGE_NAMES):
                choice = replace(choice, span=RANGE_NAMES[int(key) - 1])
        return choice


def run(_arguments: argparse.Namespace) -> int:
    """Show the screen until a key or a signal ends it."""
    need("rich")
    if not os.isatty(SCREEN) or os.environ.get("TERM", "dumb") == "dumb":
        raise ClaudeStatusError("`watch` needs a terminal: use `claude-status show` instead.")
    account, settings = place(os.environ)
    make_private(account)
    view, choice, number = LiveView(account, settings, os.environ), Choice(), 0
    with Events(KEYBOARD) as events:
        try:
            while not choice.ended:
                choice, number = _follow(view, choice, events)
                if number:
                    events.let(number)  # returns only after a stop
        except OSError:
            if os.isatty(SCREEN):
                raise
            events.let(signal.SIGHUP)  # the terminal is gone, and the signal is on its way
    return 0


def _follow(view: LiveView, choice: Choice, events: Events) -> tuple[Choice, int]:
    """Draw each second until something ends or stops it: what is chosen, a signal's number or 0."""
    from claude_status.render.paint import Painter

    kind = dialect(os.environ)
    with key_by_key(KEYBOARD), Painter(kind) as painter:
        while not choice.ended:
            size = screen_size()
            painter.paint(_screen(view, choice, kind, *size), *size)
            typed, signals = events.wait(1 - time.time() % 1)
            if signals & DISTURBING:
                return choice, min(signals & DISTURBING)
            choice = choice.after(typed)
    return choice, 0


def _screen(view: LiveView, choice: Choice, kind: str, columns: int, lines: int) -> list[Text]:
    """The lines of the whole screen."""
    from claude_status.render.dashboard import Board, draw_dashboard, draw_help

    now = time.time()
    view.look(now)
    if choice.is_help:
        return draw_help(KEYS, columns, lines)
    report = view.report(now)
    is_typed = os.isatty(KEYBOARD)
    board = Board(
        report=report if kind == "ansi" else _marked(report),
        charts=view.charts(choice.span, now),
        events=view.events(now),
        next_call=view.next_call(now),
        tabs=_tabs(choice.span if is_typed else None),
        hint="? help  q quits" if is_typed else "Ctrl-C quits",
        thresholds=view.thresholds,
        now=now,
    )
    return draw_dashboard(board, columns, lines)


def _tabs(chosen: str | None) -> Text:
    """The ranges with their keys; the chosen one stands out without colours, too.

    Nothing where no key can be typed.
    """
    from rich.text import Text

    if chosen is None:
        return Text()

    parts = [
        (f"[{number} {name}]", "bold") if name == chosen else (f" {number} {name} ", "dim")
        for number, name in enumerate(RANGE_NAMES, 1)
    ]
    return Text.assemble(*parts)


def _marked(report: Report) -> Report:
    """The picture for a terminal without colours: a mark stands for that of a critical number."""
    rows = (
        replace(row, share=row.share + MARK) if row.colour == CRITICAL else row
        for row in report.rows
    )
    return replace(report, rows=tuple(rows))
