"""What a running session of Claude Code hands to its status line: its last known limits.

A session repeats its last numbers for as long as it idles, so they are dated by the last change
of its transcript, or where there is none, by when these numbers were first seen.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace

from claude_status.body import LABELS
from claude_status.merge import PUSH, join, merge
from claude_status.usage import MAX_AGE, WINDOW_SECONDS, Limit, Usage
from claude_status.values import percentage, reset_time

MAX_SESSIONS = 64  # one that is forgotten is heard anew, as if its numbers were new
SLACK = 3600  # seconds that a window may end later than it should
_SESSION = re.compile(r"[A-Za-z0-9-]{1,64}")


def parse_push(session: Mapping[str, object], now: float) -> Usage | None:
    """The limits in one JSON object from the hook; None where it has none, as with an API key."""
    rates = session.get("rate_limits")
    if not isinstance(rates, Mapping):
        return None
    name = session.get("session_id")
    known = isinstance(name, str) and _SESSION.fullmatch(name)
    source = f"{PUSH}:{name}" if known else PUSH
    as_of = min(now, written_at(session) or now)
    limits = []
    for key, label in LABELS.items():
        value = rates.get(key)
        percent = percentage(value.get("used_percentage")) if isinstance(value, Mapping) else None
        if percent is not None and isinstance(value, Mapping):
            window = WINDOW_SECONDS[key]
            # a later window replaces an earlier one, so an absurd one would do so for good
            resets_at = reset_time(value.get("resets_at"), as_of, window + SLACK)
            limits.append(Limit(key, label, percent, resets_at, as_of, source, window=window))
    return Usage(source, as_of, tuple(limits)) if limits else None


def written_at(session: Mapping[str, object]) -> float | None:
    """When the session's transcript was last written (epoch seconds), or None without one."""
    path = session.get("transcript_path")
    try:
        return os.stat(path).st_mtime if isinstance(path, str) and path else None
    except (OSError, ValueError):
        return None


def take_push(
    readings: Mapping[str, Usage], push: Usage, now: float, *, dated: bool
) -> list[Usage]:
    """All readings with a push among them; ``dated`` says that its date is the transcript's.

    Numbers that a session merely repeats are true anew only where the transcript says so and
    nothing known since contradicts them; otherwise they keep the date of their first sight.
    """
    before = readings.get(push.source)
    if before is not None:
        truth = merge(readings.values())
        limits = [
            limit if dated and _agrees(truth, limit) else _first_seen(before, limit)
            for limit in push.limits
        ]
        push = replace(push, limits=tuple(limits), as_of=max(limit.as_of for limit in limits))
    others = [usage for name, usage in readings.items() if name != push.source]
    pushes = sorted(
        (usage for usage in others if _is_session(usage) and now - usage.as_of < MAX_AGE),
        key=lambda usage: -usage.as_of,
    )
    kept = [usage for usage in others if not _is_session(usage)]
    return [*kept, *pushes[: MAX_SESSIONS - 1], join(before, push) if before else push]


def _is_session(usage: Usage) -> bool:
    return usage.source.startswith(PUSH)


def _agrees(truth: Usage | None, limit: Limit) -> bool:
    known = truth.find(limit.key) if truth else None
    return known is None or (known.percent, known.resets_at) == (limit.percent, limit.resets_at)


def _first_seen(before: Usage, limit: Limit) -> Limit:
    """The same numbers as before with their old date, or new numbers as they are."""
    known = before.find(limit.key)
    same = known and (known.percent, known.resets_at) == (limit.percent, limit.resets_at)
    return known if known and same else limit
