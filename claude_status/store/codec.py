"""Readings to JSON text, and back; a text that cannot be read counts as none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from claude_status.model.typed import typed
from claude_status.model.usage import Credits, Limit, Usage
from claude_status.model.values import minute, severity

Readings = dict[str, Usage]  # the last of each source, by the source's name


def dump(readings: Readings) -> str:
    """All readings as one JSON text."""
    return json.dumps([asdict(usage) for usage in readings.values()], separators=(",", ":"))


def load(text: str | None) -> Readings:
    """The readings in a text that ``dump`` wrote; none if it is anything else."""
    try:
        rows = json.loads(text or "[]")
        return {usage.source: usage for usage in map(_usage, rows)}
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}


def _limit(row: Mapping[str, Any]) -> Limit:
    limit = typed(Limit, row)
    if minute(limit.resets_at) != limit.resets_at or severity(limit.severity) != limit.severity:
        raise TypeError("resets_at or severity")
    return limit


def _credits(row: Mapping[str, Any]) -> Credits:
    paid = typed(Credits, row)
    if severity(paid.severity) != paid.severity or paid.exponent not in range(7):
        raise TypeError("severity or exponent")
    if minute(paid.resets_at) != paid.resets_at:
        raise TypeError("resets_at")
    return paid


def _usage(row: Mapping[str, Any]) -> Usage:
    paid, names = row["credits"], row["unknown_keys"]
    if not all(isinstance(name, str) for name in names):
        raise TypeError("unknown_keys")
    known = {
        "limits": tuple(_limit(limit) for limit in row["limits"]),
        "credits": None if paid is None else _credits(paid),
        "unknown_keys": tuple(names),
    }
    return typed(Usage, {**row, **known})
