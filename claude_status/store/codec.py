"""What the store keeps as JSON text, and back; what cannot be read back was never written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from claude_status.model.usage import Credits, Limit, Usage
from claude_status.model.values import minute, number, severity

Readings = dict[str, Usage]  # the last of each source, by the source's name
Record = TypeVar("Record")

TYPES: dict[str, Callable[[object], bool]] = {
    "str": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "float": lambda value: number(value) is not None,
}


def dump(readings: Readings) -> str:
    """All readings as one JSON text."""
    return json.dumps([asdict(usage) for usage in readings.values()], separators=(",", ":"))


def load(text: str | None) -> Readings:
    """The readings in a text that ``dump`` wrote; none where it is anything else."""
    try:
        rows = json.loads(text or "[]")
        return {usage.source: usage for usage in map(_usage, rows)}
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}


def typed(record: Callable[..., Record], row: Mapping[str, Any]) -> Record:
    """A dataclass from a JSON object; raises TypeError unless each plain field is of its type."""
    made = record(**row)
    for field in fields(made):  # type: ignore[arg-type]
        value = getattr(made, field.name)
        name, _, optional = str(field.type).partition(" | ")
        if name in TYPES and not TYPES[name](value) and not (value is None and optional):
            raise TypeError(field.name)
    return made


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
