"""``claude-status looks``: every preset of the line, drawn from your own numbers; choose one.

On a terminal the arrow keys choose and the return key saves; elsewhere the presets are listed.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from claude_status.asking.snapshot import take_snapshot
from claude_status.commands.config import redraw
from claude_status.errors import ClaudeStatusError
from claude_status.install.hosts import hosts, is_installed
from claude_status.model.usage import Usage
from claude_status.paths import settings_file
from claude_status.render.colours import Colours
from claude_status.render.dialects import DIALECTS, ascii_only, plain
from claude_status.render.keys import DISTURBING, Events, each_key, key_by_key
from claude_status.render.libraries import SCREEN, need, screen_size
from claude_status.render.line import draw_line
from claude_status.render.samples import made_up
from claude_status.render.segments import Line
from claude_status.render.style import Style
from claude_status.render.template import PRESETS
from claude_status.terminal import dialect, place

if TYPE_CHECKING:
    from rich.text import Text

KEYBOARD = 0
UP, DOWN, RETURN = ("\x1b[A", "\x1bOA", "k"), ("\x1b[B", "\x1bOB", "j"), ("\r", "\n")
SAMPLE = "These numbers are made up: yours are not known yet."
HINT = "↑ ↓ choose, ⏎ saves, q quits without saving"
OWN = "your own"


def run(_arguments: argparse.Namespace) -> int:
    """Show the looks, and on a terminal let one be chosen."""
    looks = Looks.here()
    if not os.isatty(SCREEN) or dialect(os.environ) != "ansi" or not os.isatty(KEYBOARD):
        for name, line in looks.lines():
            text = ascii_only(line) if dialect(os.environ) == "ascii" else plain(line)
            print(f"{name:<{looks.width}}  {text}")
        if looks.is_sample:
            print(f"\n{SAMPLE}")
        print("\nTo choose one: claude-status config set template NAME")
        return 0
    need("rich")
    need("tomlkit")
    with Events(KEYBOARD) as events:
        chosen, ended_by = _choose(looks, events)
        if ended_by:
            events.let(ended_by)
    if chosen is None:
        return 0
    return _save(chosen)


class Looks:
    """The presets, and what each looks like at this moment."""

    def __init__(
        self, usage: Usage | None, style: Style, now: float, colours: Mapping[str, Colours]
    ) -> None:
        self.colours = colours
        self.is_sample = usage is None
        self._usage = usage or made_up(now)
        self._style = replace(style, hide_below=0)
        self._now = now
        self._templates = dict(PRESETS)
        if style.template not in PRESETS.values():
            self._templates[OWN] = style.template
        self.names = list(self._templates)
        self.width = max(map(len, self.names))
        self.current = next(
            index for index, each in enumerate(self._templates.values()) if each == style.template
        )

    @classmethod
    def here(cls) -> Looks:
        """By the settings and the numbers of this environment's account, without asking anyone."""
        account, settings = place(os.environ)
        now = time.time()
        known = take_snapshot(account, settings, now)
        style = settings.style("ansi", account.name, known.plan)
        usage = known.usage if known.usage and draw_line(known.usage, now, style) else None
        colours = {host: settings.style(host, account.name).colours for host in DIALECTS}
        return cls(usage, style, now, colours)

    def line(self, name: str) -> Line:
        """The line in the look of that name."""
        style = replace(self._style, template=self._templates[name])
        return draw_line(self._usage, self._now, style)

    def lines(self) -> list[tuple[str, Line]]:
        """Each look with its line."""
        return [(name, self.line(name)) for name in self.names]


def _choose(looks: Looks, events: Events) -> tuple[str | None, int]:
    """The name that was chosen, or None, and the signal that ended it, or 0."""
    from rich.console import Console
    from rich.live import Live

    console = Console(color_system="truecolor", highlight=False)
    shown_in = (host for host in hosts(os.environ) if not host.is_optional)
    places = [host.name for host in shown_in if is_installed(host)]
    at = looks.current
    live = Live(console=console, screen=True, auto_refresh=False)
    with key_by_key(KEYBOARD), live:
        while True:
            console.size = screen_size()
            live.update(_screen(looks, at, places, *console.size), refresh=True)
            typed, signals = events.wait(60)
            if signals & DISTURBING:
                return None, min(signals & DISTURBING)
            for key in each_key(typed):
                if key in RETURN:
                    return looks.names[at], 0
                if key in ("q", "Q", "\x1b"):
                    return None, 0
                at = (at + (key in DOWN) - (key in UP)) % len(looks.names)


def _screen(looks: Looks, at: int, places: list[str], columns: int, lines: int) -> Text:
    """All looks with the chosen one marked, how hosts would show that one, and the keys.

    There are as many hosts as there is room for; where it is too small for the looks, they scroll.
    """
    from rich.text import Text

    from claude_status.render.previews import coloured, preview

    rows = [Text("How the line looks", "bold"), Text()]
    for number, (name, line) in enumerate(looks.lines()):
        mark = "❯ " if number == at else "  "
        row = Text(f"{mark}{name:<{looks.width}}  ", "bold" if number == at else "")
        rows.append(row + coloured(line, looks.colours["ansi"]))
    foot = [Text(SAMPLE, "dim")] * looks.is_sample + [Text(HINT, "dim")]
    room = lines - len(foot)
    rows = rows[max(0, at + 3 - room) :][:room]  # two lines stand above the first look
    for place_name in places or ["zsh", "tmux"]:
        chosen = looks.line(looks.names[at])
        shown = [Text(), *preview(place_name, chosen, looks.colours[place_name], columns)]
        rows += shown if len(rows) + len(shown) < room else []
    rows += [Text()] * (len(rows) < room) + foot
    screen = Text("\n").join(rows)
    screen.no_wrap, screen.overflow = True, "crop"
    return screen


def _save(chosen: str) -> int:
    from claude_status.settings.edit import set_value

    if chosen == OWN:
        return 0
    path = settings_file(os.environ)
    try:
        set_value(path, "template", chosen)
    except ClaudeStatusError as error:
        print(f"claude-status: {error}", file=sys.stderr)
        return 1
    redraw()
    print(f"The line now uses the preset {chosen} ({path}).")
    return 0
