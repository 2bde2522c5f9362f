"""Reads from an answer's headers how long to wait before the next request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import mktime_tz, parsedate_tz

_SECONDS = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds above 0 that ``Retry-After`` demands, or None; a date is relative to ``Date``."""
    value = headers.get("Retry-After", "").strip()
    try:
        if _SECONDS.fullmatch(value):
            seconds = float(value)
        else:
            seconds = _epoch(value) - _epoch(headers.get("Date", ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return seconds if seconds > 0 else None


def _epoch(date: str) -> float:
    """An HTTP date in epoch seconds; an invalid date may raise several kinds of errors."""
    parts = parsedate_tz(date)
    if parts is None:
        raise ValueError("not a date")
    return float(mktime_tz(parts))
