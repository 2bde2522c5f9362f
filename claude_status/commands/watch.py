"""``claude-status watch``: the full picture, live, until q is pressed.

It asks no more than a prompt does: a refresh is started only when the frames say that one is due.
Exit status: 0 after q; a signal ends it as usual, after the terminal has been restored.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from claude_status.asking.pictures import known_snapshot, picture
from claude_status.asking.snapshot import Snapshot
from claude_status.errors import ClaudeStatusError
from claude_status.frames_read import kick, read_frame
from claude_status.paths import Account, make_private
from claude_status.render.dialects import ascii_only
from claude_status.render.keys import DISTURBING, Events, key_by_key
from claude_status.render.libraries import SCREEN, need, screen_size
from claude_status.render.report import Report, ticking
from claude_status.render.segments import Piece
from claude_status.render.text import draw_report
from claude_status.settings.settings import Settings
from claude_status.terminal import dialect, place

if TYPE_CHECKING:
    from rich.console import RenderableType

KEYBOARD = 0


def run(_arguments: argparse.Namespace) -> int:
    """Show the picture in place until a key or a signal ends it."""
    need("rich")
    if not os.isatty(SCREEN) or os.environ.get("TERM", "dumb") == "dumb":
        raise ClaudeStatusError("`watch` needs a terminal: use `claude-status show` instead.")
    account, settings = place(os.environ)
    make_private(account)
    with Events(KEYBOARD) as events:
        try:
            while number := _follow(View(account, settings, os.environ), events):
                events.let(number)  # returns only after a stop
        except OSError:
            if os.isatty(SCREEN):
                raise
            events.let(signal.SIGHUP)  # the terminal is gone, and the signal is on its way
    return 0


class View:
    """What to show, read again whenever the frames have been redrawn."""

    def __init__(self, account: Account, settings: Settings, environ: Mapping[str, str]) -> None:
        self._account = account
        self._environ = environ
        self._seen: object = self  # unlike anything that the frames can be
        self._shown = Snapshot(account, settings, 0)

    def report(self, now: float) -> Report:
        """The picture at ``now``; starts a refresh in the background if a prompt would."""
        if read_frame(
            str(self._account.home), "plain", now, prompt=True, login=str(self._account.login)
        )[1]:
            kick(str(self._account.home), now, prompt=True)
        drawn = self._drawn()
        if drawn != self._seen:
            self._seen, self._shown = drawn, known_snapshot(self._environ, now) or self._shown
        return picture(self._shown, now, span=ticking)

    def _drawn(self) -> object:
        """Something that changes whenever the frames do."""
        with contextlib.suppress(OSError):
            info = (self._account.frames / "plain").stat()
            return info.st_ino, info.st_ctime_ns
        return None


def _follow(view: View, events: Events) -> int:
    """Draw each second until something ends or stops it: the signal's number, 0 for q."""
    from rich.console import Console
    from rich.live import Live

    console = Console(color_system="standard", highlight=False)
    live = Live(
        console=console,
        screen=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with key_by_key(KEYBOARD), live:
        while True:
            console.size = screen_size()
            live.update(_drawn(view.report(time.time()), *console.size), refresh=True)
            typed, signals = events.wait(1 - time.time() % 1)
            if signals & DISTURBING:
                return min(signals & DISTURBING)
            if set("qQ") & set(typed):
                return 0


def _drawn(report: Report, columns: int, lines: int) -> RenderableType:
    """The picture for rich, in colour where the terminal has any."""
    from rich.console import Group
    from rich.text import Text

    from claude_status.render.screen import draw_screen

    hint = "q quits" if os.isatty(KEYBOARD) else "Ctrl-C quits"
    kind = dialect(os.environ)
    if kind == "ansi":
        rows = draw_screen(report, columns, lines, hint)
    else:
        text = f"{draw_report(report, columns)}\n\n{hint}"
        rows = [Text(ascii_only((Piece(text),)) if kind == "ascii" else text)]
    for row in rows:
        row.no_wrap, row.overflow = True, "crop"
    return Group(*rows)
