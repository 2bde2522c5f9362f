"""Make the documents' pictures from the real programs: ``python -m docs.pictures [NAME ...]``.

Each is drawn twice, for light pages and for dark ones, into ``docs/images``. The numbers are
made up and come from an API on loopback; nothing else is. ``hero`` needs tmux, zsh and Claude Code,
whose path is taken from the variable CLAUDE.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from claude_status.asking.snapshot import take_snapshot
from claude_status.commands.demo_month import month
from claude_status.paths import settings_file
from claude_status.settings.settings import Settings
from claude_status.store.database import open_store
from claude_status.store.history import add
from claude_status.store.records import note_sent
from docs import hero
from docs.svg import THEMES, draw
from tests.bodies import usage_body
from tests.screen import Screen
from tests.server import ApiServer, ok
from tests.support import User

IMAGES = Path(__file__).parent / "images"
HOUR = 3600
LEFT = 2 * 3600 + 13 * 60 + 40  # seconds until the made-up session's reset


def made_up(five_hour: float = 42.6, seven_day: float = 71.0) -> dict[str, object]:
    """The body of an account with a model's week and credits."""
    return usage_body(
        time.time(), five_hour, seven_day, model=51, credits_used=12550, five_hour_left=LEFT
    )


def command(user: User, *words: str, columns: int = 80, lines: int = 40) -> Screen:
    """The screen after one of our commands, as a person sees it."""
    screen = Screen(user.command(*words), user.environ, columns=columns, lines=lines)
    while screen.pump(20):
        pass
    return screen


def show(user: User) -> Screen:
    """The full picture."""
    return command(user, "show", columns=92)


def looks(user: User) -> Screen:
    """The presets on one's own numbers."""
    screen = Screen(user.command("looks"), user.environ, columns=84, lines=30)
    screen.until("saves")
    return screen


def live(user: User) -> None:
    """Give the user a month behind them, and an alert that was sent half an hour ago."""
    path = settings_file(user.environ)
    path.parent.mkdir(parents=True)
    path.write_text("alerts = true\nalert_thresholds = [70, 90, 100]\n")
    now = time.time()
    account = user.account
    usage = take_snapshot(account, Settings(), now).usage
    assert usage
    with open_store(account.store) as store, store.transaction():
        for each in month(usage, now):
            add(store, each, each.as_of)
        note_sent(store, ["week (7d) at 70%"], now - HOUR / 2)


def history(user: User) -> Screen:
    """A month."""
    live(user)
    return command(user, "history", "--days", "30", columns=92, lines=60)


def watch(user: User) -> Screen:
    """The whole screen, live."""
    live(user)
    screen = Screen(user.command("watch"), user.environ, columns=92, lines=31)
    screen.until("quits")
    return screen


def demo(user: User) -> Screen:
    """The states of the line and the presets, without what has a picture of its own."""
    screen = command(user, "demo", columns=92, lines=160)
    rows = screen.display.display
    screen.display.cursor_position(next(y for y, row in enumerate(rows) if "All at once" in row))
    screen.display.erase_in_display(0)
    return screen


PICTURES: Mapping[str, tuple[str, Callable[[User], Screen]]] = {
    "show": ("claude-status show", show),
    "looks": ("claude-status looks", looks),
    "history": ("claude-status history --days 30", history),
    "watch": ("claude-status watch", watch),
    "demo": ("claude-status demo", demo),
}


def make(name: str) -> None:
    """Make one picture, for both kinds of pages."""
    title, picture = PICTURES[name]
    with tempfile.TemporaryDirectory() as place, ApiServer(ok(made_up())) as api:
        home = Path(place, "home")
        home.mkdir()
        user = User(home, api.url, TZ="UTC", LANG="C.UTF-8", TERM="xterm-256color")
        user.log_in()
        user.run("refresh")
        screen = picture(user)
        write(name, title, screen)
        screen.close()


def make_hero() -> None:
    """Make the first picture, where there is a Claude Code to make it with."""
    if not os.environ.get("CLAUDE"):
        print("hero: CLAUDE does not name a Claude Code, so its picture stays as it is")
        return
    for theme in THEMES:
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place,
            hero.desk(Path(place), theme) as screen,
        ):
            write("hero", "Claude Code, zsh and tmux", screen, theme)


def write(name: str, title: str, screen: Screen, *themes: str) -> None:
    """Write the picture of a screen, for both kinds of pages unless one is named."""
    for theme in themes or THEMES:
        path = IMAGES / f"{name}-{theme}.svg"
        path.write_text(draw(screen.display, title, THEMES[theme]))
        print(path)


def main(names: list[str]) -> None:
    """Make the pictures of these names, or all of them."""
    IMAGES.mkdir(exist_ok=True)
    for name in names or ["hero", *PICTURES]:
        if name == "hero":
            make_hero()
        else:
            make(name)


if __name__ == "__main__":
    os.umask(0o022)
    main(sys.argv[1:])
