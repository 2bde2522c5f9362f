"""Made-up numbers, for those who have none yet."""

from __future__ import annotations

from claude_status.model.usage import SESSION, WEEK, WINDOW_SECONDS, Limit, Usage


def made_up(now: float) -> Usage:
    """The usage of an account that is well into its session."""
    limits = (
        _limit(SESSION, "5h", 42, now, left=8000),
        _limit(WEEK, "7d", 71, now, left=300000),
        _limit("scope:fable", "Fable", 93, now, left=300000),
    )
    return Usage("endpoint", now, limits)


def _limit(key: str, label: str, percent: float, now: float, *, left: int) -> Limit:
    resets_at = int(now + left) // 60 * 60
    window = WINDOW_SECONDS.get(key, WINDOW_SECONDS[WEEK])
    return Limit(key, label, percent, resets_at, now, "endpoint", window=window)
