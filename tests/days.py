"""Made-up days of a machine: when somebody is present, and how the plan is used.

Times are epoch seconds of one day that begins at ``BEGIN``. With the same seed a day is the same.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

BEGIN = 1_800_000_000 // 86400 * 86400
DAY, HOUR, MINUTE = 86400, 3600, 60
WINDOW, STEP = 18000, 600  # a session's window, and the unit that its beginning is rounded down to
POLL = 15  # seconds between two polls of tmux

PROMPT, GLANCE, KEY, PUSH = "prompt", "glance", "key", "push"  # kinds of events

Turn = tuple[float, float]  # from, to


class Spans(NamedTuple):
    """Hours of the day in which something is on and off in turns.

    It is on for a share ``duty`` of the time; a turn and the pause after it take ``mean`` seconds.
    """

    hours: tuple[tuple[float, float], ...] = ()
    duty: float = 1.0
    mean: float = 0.0

    def turns(self, chance: random.Random) -> Iterator[Turn]:
        """The turns of one day."""
        for begin, end in self.hours:
            now, last = BEGIN + begin * HOUR, BEGIN + end * HOUR
            while now < last:
                length = chance.expovariate(1 / (self.mean * self.duty))
                yield now, min(now + length, last)
                now += length + chance.expovariate(1 / (self.mean * (1 - self.duty)))


NEVER = Spans()


@dataclass(frozen=True)
class Kind:
    """One kind of day: where Claude is used, and where somebody looks at the line."""

    name: str
    prompts: Spans = NEVER
    editor: Spans = NEVER  # inside tmux, whose status bar is in view
    here: Spans = NEVER  # Claude Code on this machine
    elsewhere: Spans = NEVER  # a browser, or another machine

    def __str__(self) -> str:
        """Its name."""
        return self.name


OFFICE = ((9, 12.5), (13.5, 18))
LONG = ((8, 12), (14, 19), (20, 23.5))
WORK = Spans(OFFICE, 0.6, 1200)
BROWSER = Spans(OFFICE, 0.45, 1500)

BESIDE_BROWSER = Kind("shell beside a browser", prompts=WORK, elsewhere=BROWSER)
UNUSED = Kind("Claude not used at all", prompts=WORK)
ANOTHER = Kind(
    "another machine for two hours", prompts=WORK, elsewhere=Spans(((14, 16),), 0.8, 2400)
)
MORNING = Kind(
    "Claude Code here, browser later",
    prompts=WORK,
    here=Spans(((9, 12.5),), 0.7, 2400),
    elsewhere=Spans(((13.5, 18),), 0.45, 1500),
)
HEAVY = Kind(
    "heavy use",
    prompts=Spans(LONG, 0.6, 1200),
    here=Spans(LONG, 0.85, 3000),
    elsewhere=Spans(((11, 12), (18, 20)), 0.5, 1500),
)
NOBODY_THERE = Kind("nobody there", elsewhere=Spans(((9, 18),), 0.45, 1500))
EDITOR = Kind("editor in tmux, no prompt", editor=Spans(OFFICE, 0.9, 3000), elsewhere=BROWSER)
KINDS = (BESIDE_BROWSER, UNUSED, ANOTHER, MORNING, HEAVY, NOBODY_THERE, EDITOR)


class Truth(NamedTuple):
    """What the API would answer: the session's percentage, and its reset if it has begun."""

    percent: float
    resets_at: int | None


class Day:
    """One day of a kind; with the same seed it is the same."""

    def __init__(self, kind: Kind, seed: int) -> None:
        """Make up the day."""
        chance = random.Random(f"{kind.name} {seed}")
        here, elsewhere = list(kind.here.turns(chance)), list(kind.elsewhere.turns(chance))
        prompts, typing = kind.prompts.turns(chance), list(kind.editor.turns(chance))
        self.kind = kind
        self._minutes = list(_use(here, elsewhere, chance))
        self.events = list(
            heapq.merge(
                _moments(PROMPT, prompts, lambda: _pause(chance, 25, 1.1)),
                _moments(KEY, typing, lambda: _pause(chance, 10, 1.5)),
                _moments(GLANCE, typing, lambda: POLL),
                _moments(PUSH, here, lambda: chance.uniform(45, 100)),
            )
        )

    def truth(self, now: float) -> Truth:
        """The truth at this time."""
        minute, rest = divmod(now - BEGIN, MINUTE)
        level, rate, resets_at = self._minutes[min(int(minute), len(self._minutes) - 1)]
        return Truth(min(100.0, level + rate * rest), resets_at)


def _use(
    here: list[Turn], elsewhere: list[Turn], chance: random.Random
) -> Iterator[tuple[float, float, int | None]]:
    """For each minute: the percentage at its start, its growth per second, the window's end."""
    level, end = 0.0, None
    for now in range(BEGIN, BEGIN + DAY, MINUTE):
        if end and end <= now:
            level, end = 0.0, None
        at_work = _is_on(here, now) + _is_on(elsewhere, now)
        rate = chance.lognormvariate(math.log(18), 0.7) * (0, 1, 1.5)[at_work] / HOUR
        if rate and end is None:
            end = now // STEP * STEP + WINDOW
        yield level, rate, end
        level = min(100.0, level + rate * MINUTE)


def _is_on(turns: list[Turn], now: float) -> bool:
    return any(begin <= now < end for begin, end in turns)


def _moments(
    kind: str, turns: Iterable[Turn], pause: Callable[[], float]
) -> list[tuple[float, str]]:
    """Events of one kind with pauses between them, as (time, kind), in order."""
    moments = []
    for begin, end in turns:
        now = begin
        while now < end:
            moments.append((now, kind))
            now += pause()
    return moments


def _pause(chance: random.Random, median: float, spread: float) -> float:
    """Seconds between two actions of a person."""
    return max(2.0, chance.lognormvariate(math.log(median), spread))
