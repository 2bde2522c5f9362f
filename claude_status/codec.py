"""Usage as JSON text and back, for the store; what cannot be read back is no reading."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from claude_status.usage import Credits, Limit, Usage
from claude_status.values import number

Readings = dict[str, Usage]  # the last of each source, by the source's name


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


def _usage(row: Mapping[str, object]) -> Usage:
    fields = _sound(row, "as_of", "rows_as_of")
    limits, credit = fields.pop("limits"), fields.pop("credits")
    return Usage(
        **{**fields, "unknown_keys": tuple(fields["unknown_keys"])},
        limits=tuple(Limit(**_sound(limit, "as_of", "percent")) for limit in limits),
        credits=None if credit is None else Credits(**_sound(credit, "as_of")),
    )


def _sound(row: Mapping[str, Any], *numbers: str) -> dict[str, Any]:
    """The row, if these are numbers, its reset one or none, and its source is text."""
    fields = dict(row)
    reset = fields.get("resets_at")
    if None in [number(fields[name]) for name in numbers] or not isinstance(fields["source"], str):
        raise TypeError
    if reset is not None and number(reset) is None:
        raise TypeError
    return fields
