"""Days in the life of a machine, on a clock of their own: how often is asked, how wrong is shown.

``python -m pytest tests/test_day.py -s`` prints the table.
"""

from __future__ import annotations

import math
import os
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from claude_status.merge import PUSH
from claude_status.reader import SLOT, read_frame
from claude_status.usage import SESSION, WEEK, Limit, Usage
from claude_status.values import minute
from tests.server import Answer, ApiServer, ok, usage_body
from tests.support import User

BEGIN = 1_800_000_000 // 18000 * 18000  # a session's window begins here, and every five hours
HOUR, DAY, WINDOW = 3600, 86400, 18000
TICK = 30  # seconds between two looks of a prompt or a status bar
SHOWN = re.compile(r"5h (~?)(\d+)%")


@dataclass
class Day:
    """One kind of day: when Claude Code is used here, and when the plan is used elsewhere."""

    here: tuple[tuple[float, float], ...] = ()  # hours
    elsewhere: tuple[tuple[float, float], ...] = ()
    away: tuple[float, float] = (12.5, 13.5)  # the machine sleeps
    rate: float = 18.0  # per cent of a session's window in an hour of use
    asked: int = 0
    error: float = 0.0
    unmarked: int = 0
    looks: int = 0
    pushes: list[tuple[float, float]] = field(default_factory=list)

    def truth(self, now: float) -> float:
        """The session's true percentage: use within the present window."""
        begun = now - (now - BEGIN) % WINDOW
        spans = [*self.here, *self.elsewhere]
        used = sum(
            max(0.0, min(now, BEGIN + end * HOUR) - max(begun, BEGIN + start * HOUR))
            for start, end in spans
        )
        return min(100.0, used / HOUR * self.rate)

    def is_used_here(self, now: float) -> bool:
        """Whether somebody works with Claude Code on this machine."""
        return any(start * HOUR <= now - BEGIN < end * HOUR for start, end in self.here)

    def is_awake(self, now: float) -> bool:
        """Whether the machine runs."""
        return not self.away[0] * HOUR <= now - BEGIN < self.away[1] * HOUR


IDLE = Day(elsewhere=((10, 10.5),))
NORMAL = Day(here=((9, 11), (14, 16.5)), elsewhere=((16, 17),))
HEAVY = Day(here=((8, 12), (14, 19), (20, 23.5)), elsewhere=((11, 12), (18, 20)))


@pytest.fixture
def user(home: Path) -> Iterator[User]:
    """A user who is logged in, with a history that Claude Code writes."""
    with ApiServer() as api:
        user = User(home, api.url)
        user.log_in()
        (user.account.config_dir / "history.jsonl").touch()
        yield user


def live_through(day: Day, user: User, api: Callable[[Callable[[], Answer]], None]) -> None:
    """Look every few seconds as prompts and bars do, and push as sessions do."""
    jitter = random.Random(1)
    now = float(BEGIN)
    api(lambda: ok(usage_body(now, day.truth(now), 17, five_hour_left=_left(now))))
    written, pushed, slot = BEGIN - HOUR, 0.0, 0
    while now < BEGIN + DAY:
        now += TICK
        if not day.is_awake(now):
            continue
        if day.is_used_here(now) and now - written > 90:  # an answer of Claude Code's
            written = now
            history = user.account.config_dir / "history.jsonl"
            os.utime(history, (now, now))
            _push(day, user, now, written)
            pushed = now
        elif pushed and now - pushed > 60 * 5:  # the idle session's own tick, with old numbers
            pushed = now
        text, due = read_frame(str(user.account.home), "plain", now, prompt=True)
        if due and int(now) // SLOT != slot:
            slot = int(now) // SLOT
            day.asked += user.refresh(now, chance=jitter.random).asked
            text, _ = read_frame(str(user.account.home), "plain", now, prompt=True)
        _judge(day, text, now)


def _left(now: float) -> float:
    return WINDOW - (now - BEGIN) % WINDOW


def _push(day: Day, user: User, now: float, written: float) -> None:
    from claude_status.config import Settings
    from claude_status.refresh import Refresh

    source = f"{PUSH}:one"
    reset = minute(now + _left(now))
    limits = (
        Limit(SESSION, "5h", day.truth(now), reset, written, source, window=WINDOW),
        Limit(WEEK, "7d", 17, minute(now + 3.5 * DAY), written, source, window=7 * DAY),
    )
    push = Usage(source, written, limits)
    Refresh(user.account, Settings(), user.environ, clock=lambda: now).take(push, dated=True)


def _judge(day: Day, text: str, now: float) -> None:
    day.looks += 1
    found = SHOWN.match(text)
    if found and not found[1]:
        day.unmarked += 1
        day.error = max(day.error, abs(math.floor(day.truth(now)) - int(found[2])))


def polled(day: Day, every: float) -> tuple[int, float]:
    """The requests and the greatest error of a tool that asks every so many seconds."""
    asked, error, known = 0, 0.0, 0.0
    for now in range(BEGIN + TICK, BEGIN + DAY, TICK):
        if not day.is_awake(now):
            continue
        if (now - BEGIN) % every < TICK:
            asked, known = asked + 1, day.truth(now)
        error = max(error, abs(math.floor(day.truth(now)) - math.floor(known)))
    return asked, error


@pytest.mark.slow
@pytest.mark.parametrize(("name", "day"), [("idle", IDLE), ("normal", NORMAL), ("heavy", HEAVY)])
def test_a_day_is_spared_calls_and_shown_no_lies(name: str, day: Day, user: User) -> None:
    """Fewer calls than polling at 300 s, and no unmarked number further off than two TTLs' use."""
    with ApiServer() as api:
        user.environ["CLAUDE_STATUS_API_BASE"] = api.url

        def answer_with(make: Callable[[], Answer]) -> None:
            api.answer = lambda _: make()

        live_through(day, user, answer_with)

    often, rarely = polled(day, 60), polled(day, 300)
    share = 100 * day.unmarked / day.looks
    print(
        f"\n{name:8} ours {day.asked:4} calls, error {day.error:4.1f}, unmarked {share:3.0f}%"
        f"   every 60 s {often[0]:5} calls, error {often[1]:4.1f}"
        f"   every 300 s {rarely[0]:4} calls, error {rarely[1]:4.1f}"
    )
    assert day.asked < rarely[0]
    assert day.error <= day.rate * 2 * 300 / HOUR + 1
    assert share > 20
