"""How often is asked on a day, and how wrong is the line: by the rule, by others, by the program.

``python -m pytest tests/test_day.py -s`` prints the table.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cache
from typing import NamedTuple

import pytest

from claude_status.asking.draw import Drawer
from claude_status.asking.pushes import record_push
from claude_status.frames_read import SLOT, drawn_times, read_frame
from claude_status.model.memory import Asking, after_answer
from claude_status.model.merge import PUSH
from claude_status.model.schedule import (
    BAR,
    NOBODY,
    PRESENT,
    RESET_LAG,
    Due,
    RefreshTimes,
    next_call,
    numbers,
    refresh_times,
)
from claude_status.model.schedule import PROMPT as PERSON
from claude_status.model.sessions import Push
from claude_status.model.usage import SESSION, STALE, WEEK, Limit, Usage
from claude_status.settings.settings import Settings
from tests import days
from tests.days import BEGIN, DAY, GLANCE, KEY, KINDS, POLL, PROMPT, Day, Kind
from tests.server import ApiServer, ok
from tests.support import User

TTL = 300
SEEDS = range(12)
AT_ONCE = RefreshTimes(0, 0)
SHOWN = re.compile(r"5h (~?)(\d+)%")


def usage_of(day: Day, now: float, source: str) -> Usage:
    """What a source reports at that time: the true session, and a constant week."""
    truth = day.truth(now)
    session = Limit(SESSION, "5h", truth.percent, truth.resets_at, now, source, window=days.WINDOW)
    week = Limit(WEEK, "7d", 17, BEGIN + 5 * DAY, now, source, window=7 * DAY)
    return Usage(source, now, (session, week))


@dataclass
class Machine:
    """A machine on one day, with the program's own rule for calls, but not the program."""

    day: Day
    in_tmux: bool = False
    calls: int = 0
    looks: int = 0
    old: int = 0  # looks that found a ~, or no number
    errors: list[int] = field(default_factory=list)
    usage: Usage | None = None
    asking: Asking = field(default_factory=Asking)
    times: RefreshTimes = AT_ONCE
    chance: Callable[[], float] = field(default_factory=lambda: random.Random(1).random)
    _slot: int = 0
    _polled: int = BEGIN
    _active: float = 0.0

    def live(self) -> Machine:
        """Live through the day; returns the machine."""
        for now, event in self.day.events:
            self._poll(now)
            if event in (PROMPT, KEY):
                self._active = now
            if event in (PROMPT, GLANCE):
                self._look(now)
            if event == PROMPT and self.times.prompt <= now:
                self._kick(now, PERSON)
            if event == days.PUSH:
                self.push(now)
                if self.times.bar <= now:
                    self._kick(now, BAR)
        self._poll(BEGIN + DAY)
        return self

    def _poll(self, until: float) -> None:
        """Every poll of tmux until then; those that start no refresh change nothing."""
        while self.in_tmux:
            now = math.ceil(max(self._polled + POLL, self.times.bar) / POLL) * POLL
            if now > until:
                return
            self._polled = now
            self._kick(now, BAR)

    def _kick(self, now: float, reader: str) -> None:
        if int(now) // SLOT != self._slot:
            self._slot = int(now) // SLOT
            is_absent = self.in_tmux and now - self._active > PRESENT * TTL
            self.refresh(now, NOBODY if reader == BAR and is_absent else reader)

    def _look(self, now: float) -> None:
        self.looks += 1
        percent, is_old = self.shown(now)
        self.old += is_old or percent is None
        if percent is not None:
            self.errors.append(abs(math.floor(self.day.truth(now).percent) - percent))

    def shown(self, now: float) -> tuple[int | None, bool]:
        """The percentage on the screen, if there is one, and whether it is marked as old."""
        session = self.usage.find(SESSION) if self.usage else None
        if session is None or session.is_over(now):
            return None, False
        return math.floor(session.percent), session.state(now, TTL) == STALE

    def push(self, now: float) -> None:
        """Take the numbers that Claude Code passes on."""
        self.usage = usage_of(self.day, now, f"{PUSH}:one")

    def due(self, now: float, reader: str) -> Due:
        """When the next call is due."""
        return next_call(self.asking, self.usage, now, ttl=TTL, login="", reader=reader)

    def refresh(self, now: float, reader: str) -> None:
        """Ask if a call is due, and set the times of the next refresh."""
        if self.due(now, reader).is_now(now):
            self.calls += 1
            answer = usage_of(self.day, now, "endpoint")
            is_steady = numbers(answer, now) == numbers(self.usage, now)
            self.asking = after_answer(self.asking, now, self.chance(), is_steady=is_steady)
            self.usage = answer
        bar = self.due(now, BAR if reader == PERSON else reader)
        self.times = refresh_times(bar, self.due(now, PERSON), now, reader)


class Older(Machine):
    """The same with an older rule: half an hour while Claude Code is not used here."""

    def due(self, now: float, reader: str) -> Due:
        """One TTL after the last answer or push, or six if nothing was pushed since."""
        usage, answered = self.usage, self.asking.answered_at
        if usage is None:
            return Due(now, "")
        resets = [one.resets_at + RESET_LAG for one in usage.limits if one.resets_at]
        reset = min((at for at in resets if answered < at - RESET_LAG), default=math.inf)
        longest, at = answered + 6 * TTL, answered + TTL * self.asking.jitter
        if answered < usage.as_of and at < usage.as_of + TTL:
            at = min(usage.as_of + TTL, max(longest, at))
        elif all(one.percent <= 90 for one in usage.limits):
            at = max(longest, at)
        return Due(min(at, reset), "")


class Polling(Machine):
    """The same with one call every TTL, all day long, and no mark."""

    def live(self) -> Machine:
        """Look; the calls do not depend on that."""
        for now, event in self.day.events:
            if event in (PROMPT, GLANCE):
                self._look(now)
        self.calls = DAY // TTL
        return self

    def shown(self, now: float) -> tuple[int | None, bool]:
        """The number of the last call."""
        return math.floor(self.day.truth(now // TTL * TTL).percent), False


@dataclass(kw_only=True)
class Real(Machine):
    """The same with the real refresh, store, frames and requests, on its own clock."""

    user: User
    api: ApiServer

    def shown(self, now: float) -> tuple[int | None, bool]:
        """What a prompt reads."""
        text, _ = read_frame(str(self.user.account.home), "plain", now, prompt=True)
        found = SHOWN.match(text)
        return (int(found[2]), bool(found[1])) if found else (None, False)

    def push(self, now: float) -> None:
        """Record what the status line would."""
        drawer = Drawer(self.user.account, Settings(), self.user.environ, lambda: now)
        # each push follows an answer, so the session has waited longer
        push = Push(usage_of(self.day, now, f"{PUSH}:one"), int(now - BEGIN), now)
        record_push(push, drawer)
        self._read_times()

    def refresh(self, now: float, reader: str) -> None:
        """Run what would run in the background."""
        self.api.answer = ok(body_of(usage_of(self.day, now, "endpoint")))
        self.calls += self.user.refresh(now, reader=reader, chance=self.chance).asked
        self._read_times()

    def _read_times(self) -> None:
        self.times = RefreshTimes(*drawn_times(str(self.user.account.home)))


def body_of(usage: Usage) -> Mapping[str, object]:
    """The same usage as a body of the API."""
    return {
        limit.key: {"utilization": limit.percent, "resets_at": _iso(limit.resets_at)}
        for limit in usage.limits
    }


def _iso(moment: int | None) -> str | None:
    return datetime.fromtimestamp(moment, timezone.utc).isoformat() if moment else None


class Figures(NamedTuple):
    """Means over several days: calls, points of error at a look, the share of looks with ~."""

    calls: float
    mean: float
    most: int  # 95 % of the errors are not larger
    worst: int
    old: float  # per cent

    def __str__(self) -> str:
        """A row of the table."""
        return f"{self.calls:6.1f} {self.mean:6.2f} {self.most:4} {self.worst:4} {self.old:6.1f}"


@cache
def figures(rule: type[Machine], kind: Kind, in_tmux: bool) -> Figures:
    """The figures of twelve days of a kind."""
    machines = [rule(Day(kind, seed), in_tmux).live() for seed in SEEDS]
    errors = sorted(error for machine in machines for error in machine.errors) or [0]
    looks = sum(machine.looks for machine in machines)
    return Figures(
        calls=sum(machine.calls for machine in machines) / len(machines),
        mean=sum(errors) / len(errors),
        most=errors[int(0.95 * len(errors))],
        worst=errors[-1],
        old=100 * sum(machine.old for machine in machines) / max(1, looks),
    )


def test_the_table() -> None:
    """The rule makes less than a third of the calls of polling, on any day."""
    rules = {"older rule": Older, "rule": Machine, "polling": Polling}
    rows = [f"{'':32} {'':5} {'':10}  calls   mean  95%  max  ~ in %"]
    for kind in KINDS:
        for in_tmux in (True,) if kind.prompts is days.NEVER else (False, True):
            for name, rule in rules.items():
                found = figures(rule, kind, in_tmux)
                rows.append(f"{kind.name:32} {'tmux' * in_tmux:5} {name:10} {found}")
            polling = figures(Polling, kind, in_tmux)
            assert figures(Machine, kind, in_tmux).calls < polling.calls / 3
    print("\n".join(rows))


@pytest.mark.parametrize(("in_tmux", "calls"), [(False, 60), (True, 90)])
def test_a_shell_beside_a_browser(in_tmux: bool, calls: int) -> None:
    """For some dozens of calls a day, hardly any prompt shows an old number."""
    found = figures(Machine, days.BESIDE_BROWSER, in_tmux)
    assert found.calls <= calls
    assert found.mean < 1
    assert found.old <= 5
    older = figures(Older, days.BESIDE_BROWSER, in_tmux)
    assert older.old > 50
    assert older.mean > 2 * found.mean


def test_an_editor_in_tmux() -> None:
    """Somebody who types in an editor has a bar that is hardly ever old."""
    assert figures(Machine, days.EDITOR, True).old <= 5


def test_a_tmux_that_nobody_uses() -> None:
    """A bar that polls all day without being seen asks about once an hour."""
    assert figures(Machine, days.NOBODY_THERE, True).calls <= 30


@pytest.mark.parametrize(
    ("kind", "in_tmux"), [(days.BESIDE_BROWSER, False), (days.MORNING, True)], ids=str
)
def test_the_real_program_does_the_same(
    kind: Kind, in_tmux: bool, user: User, api: ApiServer
) -> None:
    """With the same random numbers, the real program asks as often and shows the same.

    It may differ by two calls, and at one look in a hundred: its frames hold whole seconds, so a
    look may find a refresh due, or a number old, a little earlier than in the simulation.
    """
    expected = Machine(Day(kind, 0), in_tmux).live()
    real = Real(Day(kind, 0), in_tmux, user=user, api=api).live()
    assert len(api.requests) == real.calls == pytest.approx(expected.calls, abs=2)
    assert real.looks == expected.looks
    assert real.old == pytest.approx(expected.old, abs=real.looks / 100)
    assert sum(real.errors) == pytest.approx(sum(expected.errors), abs=real.looks / 100)
