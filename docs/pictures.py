"""Make the documents' pictures from the real programs: ``python -m docs.pictures [NAME ...]``.

Each is drawn twice, for light pages and for dark ones, into ``docs/images``. The numbers are
made up and come from an API on loopback; nothing else is. ``hero`` needs tmux, zsh and Claude Code,
whose path is taken from the variable CLAUDE.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from claude_status.model.usage import SESSION, WEEK, Limit, Usage
from claude_status.store.database import open_store
from claude_status.store.history import add
from docs import hero
from docs.svg import THEMES, draw
from tests.bodies import usage_body
from tests.screen import Screen
from tests.server import ApiServer, ok
from tests.support import User

IMAGES = Path(__file__).parent / "images"
HOUR, DAY = 3600, 86400
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


def live(user: User, now: float) -> None:
    """Give the user a month of working days behind them."""
    chance = random.Random(7)
    week_end, session_end, week, session = now + 3.5 * DAY, 0.0, 0.0, 0.0
    ends = [week_end - 7 * DAY * number for number in range(6)]
    with open_store(user.account.store) as store, store.transaction():
        for when in range(int(now - 30 * DAY), int(now - HOUR), 600):
            end = min(end for end in ends if end > when)
            if end != week_end:
                week_end, week = end, 0.0
            if when >= session_end:
                session_end, session = when + 5 * HOUR, 0.0
            hour, day = when / HOUR % 24, when // DAY % 7
            at_work = (9 <= hour < 12.5 or 13.5 <= hour < 18.5) and day not in (2, 3)
            if at_work and chance.random() < 0.8:
                session = min(100.0, session + chance.uniform(0.5, 4))
                week = min(100.0, week + chance.uniform(0.1, 0.75))
            limits = (
                Limit(SESSION, "5h", session, int(session_end) // 60 * 60, when, "endpoint"),
                Limit(WEEK, "7d", week, int(week_end) // 60 * 60, when, "endpoint"),
                Limit(
                    "scope:fable", "Fable", 0.7 * week, int(week_end) // 60 * 60, when, "endpoint"
                ),
            )
            add(store, Usage("endpoint", when, limits), when)


def history(user: User) -> Screen:
    """A month."""
    live(user, time.time())
    return command(user, "history", "--days", "30", columns=92, lines=60)


def demo(user: User) -> Screen:
    """The states of the line."""
    return command(user, "demo", columns=92, lines=60)


PICTURES: Mapping[str, tuple[str, Callable[[User], Screen]]] = {
    "show": ("claude-status show", show),
    "looks": ("claude-status looks", looks),
    "history": ("claude-status history --days 30", history),
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
