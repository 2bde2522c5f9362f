"""Make the documents' pictures from the real programs: ``python -m docs.pictures [NAME ...]``.

Each is drawn twice, for light pages and for dark ones, into ``docs/images``. Only the time and the
numbers, which come from an API on loopback, are made up. ``hero`` needs git, tmux, zsh, and Claude
Code, whose path is taken from the variable CLAUDE.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from claude_status.asking.snapshot import take_snapshot
from claude_status.commands.demo_month import month
from claude_status.paths import settings_file
from claude_status.settings.settings import Settings
from claude_status.store.database import open_store
from claude_status.store.history import add
from claude_status.store.records import note_sent
from docs import hero
from docs.clock import NOW, own_clock
from docs.display import Display
from docs.svg import THEMES, draw
from tests.bodies import usage_body
from tests.screen import Screen
from tests.server import ApiServer, ok
from tests.support import User

IMAGES = Path(__file__).parent / "images"
HOUR = 3600
SESSION_LEFT = 2 * HOUR + 13 * 60 + 50  # seconds until the made-up resets: 17:00, Saturday 9:00
WEEK_LEFT = 2 * 24 * HOUR + 18 * HOUR + 13 * 60 + 50


def command(user: User, *words: str, columns: int, lines: int) -> Screen:
    """The screen after one of our commands, as a person sees it."""
    screen = start(user, *words, columns=columns, lines=lines)
    while screen.pump(20):
        pass
    return screen


def start(user: User, *words: str, columns: int, lines: int) -> Screen:
    """The screen of one of our commands."""
    argv = user.command(*words)
    return Screen(argv, user.environ, columns=columns, lines=lines, display=Display)


def show(user: User) -> Screen:
    """The full picture."""
    return command(user, "show", columns=92, lines=40)


def looks(user: User) -> Screen:
    """The presets on one's own numbers."""
    screen = start(user, "looks", columns=84, lines=30)
    screen.until("quits without saving")
    return screen


def live(user: User) -> None:
    """Give the user a month behind them, and an alert that was sent half an hour ago."""
    path = settings_file(user.environ)
    path.parent.mkdir(parents=True)
    path.write_text("alerts = true\nalert_thresholds = [70, 90, 100]\n")
    account = user.account
    usage = take_snapshot(account, Settings(), NOW).usage
    assert usage
    with open_store(account.store) as store, store.transaction():
        for each in month(usage, NOW):
            add(store, each, each.as_of)
        note_sent(store, ["week (7d) at 70%"], NOW - HOUR / 2)


def history(user: User) -> Screen:
    """A month."""
    live(user)
    return command(user, "history", "--days", "30", columns=67, lines=45)


def watch(user: User) -> Screen:
    """The whole screen, live."""
    live(user)
    screen = start(user, "watch", columns=92, lines=31)
    screen.until("q quits")
    return screen


def demo(user: User) -> Screen:
    """The states of the line and the presets, without what has a picture of its own."""
    screen = command(user, "demo", columns=84, lines=160)
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


@contextmanager
def made_up(place: Path) -> Iterator[User]:
    """A user with a model's week and credits, who lives in a time of their own."""
    home = place / "home"
    home.mkdir()
    with own_clock(place / "clock") as clock:
        body = usage_body(
            NOW, 42.6, 71, model=51, credits_used=12550,
            five_hour_left=SESSION_LEFT, seven_day_left=WEEK_LEFT,
        )  # fmt: skip
        with ApiServer(ok(body)) as api:
            user = User(home, api.url)
            names = ("HOME", "CLAUDE_STATUS_API_BASE")
            user.environ = {name: user.environ[name] for name in names}
            user.environ |= {**clock, "PATH": os.defpath, "LANG": "C.UTF-8"}
            user.environ["TERM"] = "xterm-256color"
            user.log_in()
            done = user.run("refresh")
            assert done.returncode == 0, done.stderr
            yield user


def make(name: str) -> Mapping[str, str]:
    """One picture for each theme, as SVG."""
    title, picture = PICTURES[name]
    with (
        tempfile.TemporaryDirectory() as place,
        made_up(Path(place)) as user,
        picture(user) as screen,
    ):
        return {theme: draw(screen.display, title, THEMES[theme]) for theme in THEMES}


def path_of(name: str, theme: str) -> Path:
    """Where a picture is kept."""
    return IMAGES / f"{name}-{theme}.svg"


def main(names: list[str]) -> None:
    """Make the pictures of these names, or all of them."""
    IMAGES.mkdir(exist_ok=True)
    for name in names or ["hero", *PICTURES]:
        if name == "hero" and not os.environ.get("CLAUDE"):
            print("hero: CLAUDE does not name a Claude Code, so its picture stays as it is")
            continue
        drawn = hero.make(os.environ["CLAUDE"]) if name == "hero" else make(name)
        for theme, picture in drawn.items():
            path_of(name, theme).write_text(picture)
            print(path_of(name, theme))


if __name__ == "__main__":
    os.umask(0o022)
    main(sys.argv[1:])
