"""What a running session of Claude Code passes to its status line: its last known limits."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from claude_status.model.sessions import Push
from claude_status.model.usage import PUSH, WINDOW_SECONDS, Limit, Usage
from claude_status.model.values import percentage, reset_time
from claude_status.sources.body import LABELS

SLACK = 3600  # seconds by which a window may end too late
MAX_COUNT = 10**12  # milliseconds, some thirty years
_SESSION = re.compile(r"[A-Za-z0-9-]{1,64}")


def parse_push(session: Mapping[str, object], now: float) -> Push | None:
    """What one JSON object from the hook says; None if it has no limits and no session.

    It has no limits before a session's first answer, and none with an API key.
    """
    rates = session.get("rate_limits")
    rates = rates if isinstance(rates, Mapping) else {}
    name = session.get("session_id")
    known = isinstance(name, str) and _SESSION.fullmatch(name)
    source = f"{PUSH}:{name}" if known else PUSH
    limits = []
    for key, label in LABELS.items():
        value = rates.get(key)
        percent = percentage(value.get("used_percentage")) if isinstance(value, Mapping) else None
        if percent is not None and isinstance(value, Mapping):
            window = WINDOW_SECONDS[key]
            # a later window replaces an earlier one, so an absurd one would stay forever
            resets_at = reset_time(value.get("resets_at"), now, window + SLACK)
            limits.append(Limit(key, label, percent, resets_at, now, source, window=window))
    if not limits and not known:
        return None
    return Push(Usage(source, now, tuple(limits)), answered(session), written_at(session))


def answered(session: Mapping[str, object]) -> int | None:
    """How long the session has waited for answers, in milliseconds; None from old clients."""
    cost = session.get("cost")
    count = cost.get("total_api_duration_ms") if isinstance(cost, Mapping) else None
    if isinstance(count, bool) or not isinstance(count, (int, float)) or not 0 <= count < MAX_COUNT:
        return None
    return int(count)


def written_at(session: Mapping[str, object]) -> float | None:
    """When the session's transcript was last written (epoch seconds), or None without one."""
    path = session.get("transcript_path")
    try:
        return os.stat(path).st_mtime if isinstance(path, str) and path else None
    except (OSError, ValueError):
        return None
