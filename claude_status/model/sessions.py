"""What is new in a push: only the sessions' own counts tell when their numbers were true.

A session of Claude Code passes on its numbers whenever it draws its status line, and an idle one
repeats the last ones as long as it lives; after ``/clear`` and ``/resume`` those are another
session's. But ``cost.total_api_duration_ms`` grows with every answer, including those of subagents,
and with nothing else. So if that count has grown, the numbers are true now, and all others keep the
date at which they were first seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from claude_status.model.merge import is_push, join, merge
from claude_status.model.usage import MAX_AGE, Limit, Usage

MAX_SESSIONS = 64
MAX_PROCESSES = 4  # of one session, which may be open in several terminals
MAX_COUNTS = 16  # of a session that are remembered
MAX_NUMBERS = 400  # of one window

Window = tuple[str, int]  # a limit's key, and when its window ends (0 where that is not known)


@dataclass(frozen=True, slots=True)
class Push:
    """What a session passed on, not yet dated.

    ``count`` is the time that it has waited for answers, in milliseconds; None from old clients.
    ``written`` is when its transcript was last written, None without one. ``before`` is its last
    count that was seen, perhaps without being recorded, since its numbers had just been dated.
    """

    usage: Usage
    count: int | None
    written: float | None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """The last counts of a session: ``latest`` one for each of its processes, and ``past`` ones."""

    latest: tuple[int, ...]
    past: tuple[int, ...]
    heard: float

    def hear(self, count: int, now: float) -> tuple[Session, bool]:
        """The session with a further count, and whether it has grown.

        A count below those of all its processes is from a new process, and is not an answer. It is
        not known which of several has grown, so the replaced count is remembered.
        """
        below = [each for each in self.latest if each < count]
        grown = bool(below) and count not in self.latest + self.past
        gone = (max(below), count) if grown else (count,)
        latest = (*(each for each in self.latest if each not in gone), count)
        past = (*(each for each in self.past if each not in gone), *gone)
        return Session(latest[-MAX_PROCESSES:], past[-MAX_COUNTS:], now), grown


@dataclass(frozen=True, slots=True)
class Memory:
    """The sessions that were seen, and when each percentage of each open window was first seen."""

    sessions: Mapping[str, Session] = field(default_factory=dict)
    seen: Mapping[Window, Mapping[float, float]] = field(default_factory=dict)

    @classmethod
    def load(cls, text: str | None) -> Memory:
        """What ``dump`` wrote; empty where it cannot be read."""
        try:
            data = json.loads(text or "{}")
            sessions = {
                str(name): Session(tuple(map(int, latest)), tuple(map(int, past)), float(heard))
                for name, (latest, past, heard) in data.get("sessions", {}).items()
            }
            seen = {
                (str(key), int(end)): {float(percent): float(when) for percent, when in numbers}
                for key, end, numbers in data.get("seen", [])
            }
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return cls()
        return cls(sessions, seen)

    def dump(self) -> str:
        """As JSON."""
        sessions = {name: (one.latest, one.past, one.heard) for name, one in self.sessions.items()}
        seen = [(key, end, list(numbers.items())) for (key, end), numbers in self.seen.items()]
        return json.dumps({"sessions": sessions, "seen": seen}, separators=(",", ":"))

    def hear(self, name: str, count: int | None, now: float) -> tuple[Memory, bool]:
        """The memory with a session's count, and whether that has grown since its last push."""
        if count is None:
            return self, False
        known = self.sessions.get(name)
        heard, grown = known.hear(count, now) if known else (Session((count,), (), now), False)
        recent = sorted(self.sessions.items(), key=lambda item: -item[1].heard)
        others = [item for item in recent if item[0] != name and now - item[1].heard < MAX_AGE]
        return replace(self, sessions={name: heard, **dict(others[: MAX_SESSIONS - 1])}), grown

    def see(self, limits: Iterable[Limit], now: float) -> Memory:
        """The memory with these numbers, and without windows that are over."""
        seen = {
            window: numbers for window, numbers in self.seen.items() if not 0 < window[1] <= now
        }
        for limit in limits:
            numbers = {limit.percent: limit.as_of, **seen.get(_window(limit), {})}
            newest = sorted(numbers.items(), reverse=True)[:MAX_NUMBERS]
            seen[_window(limit)] = dict(newest)
        return replace(self, seen=seen)

    def first_seen(self, limit: Limit) -> float | None:
        """When any session first reported this number for this window."""
        return self.seen.get(_window(limit), {}).get(limit.percent)


def take_push(
    memory: Memory, readings: Mapping[str, Usage], push: Push, now: float
) -> tuple[Memory, Usage | None]:
    """The push as a reading with dated numbers, and the memory that includes it; pure.

    None if none of its numbers can be dated: those of a session that has had no answer yet are
    another session's, and may be of any age.
    """
    memory, _ = memory.hear(push.usage.source, push.before, now)
    memory, is_answer = memory.hear(push.usage.source, push.count, now)
    limits = []
    for limit in push.usage.limits:
        if is_answer:
            date: float | None = now
        elif push.count is None:
            date = _date_without_count(memory, readings, push, limit, now)
        else:
            date = memory.first_seen(limit)
            if date is None and push.count > 0 and push.written is not None:
                date = min(now, push.written)
        if date is not None:
            limits.append(replace(limit, as_of=date))
    if not limits:
        return memory, None
    newest = max(limit.as_of for limit in limits)
    return memory.see(limits, now), replace(push.usage, limits=tuple(limits), as_of=newest)


def with_push(readings: Mapping[str, Usage], push: Usage, now: float) -> list[Usage]:
    """All readings including a dated push, and no more sessions than are worth keeping."""
    before = readings.get(push.source)
    others = [usage for name, usage in readings.items() if name != push.source]
    pushes = [usage for usage in others if is_push(usage.source) and now - usage.as_of < MAX_AGE]
    newest = sorted(pushes, key=lambda usage: -usage.as_of)[: MAX_SESSIONS - 1]
    kept = [usage for usage in others if not is_push(usage.source)]
    return [*kept, *newest, join(before, push) if before else push]


def _date_without_count(
    memory: Memory, readings: Mapping[str, Usage], push: Push, limit: Limit, now: float
) -> float:
    """The date of a number from an old client: a change is new, and the transcript may confirm it.

    It confirms only what no later reading contradicts.
    """
    first = memory.first_seen(limit)
    if first is not None:
        truth = merge(readings.values())
        known = truth.find(limit.key) if truth else None
        agrees = known is None or (known.percent, known.resets_at) == (
            limit.percent,
            limit.resets_at,
        )
        confirmed = push.written if push.written is not None and agrees else first
        return max(first, min(now, confirmed))
    before = readings.get(push.usage.source)
    last = before.find(limit.key) if before else None
    is_change = last and (limit.resets_at or 0, limit.percent) > (last.resets_at or 0, last.percent)
    return now if is_change or push.written is None else min(now, push.written)


def _window(limit: Limit) -> Window:
    return limit.key, limit.resets_at or 0
