"""Usage as JSON text and back, for the store; what cannot be read back is no reading."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from claude_status.usage import Credits, Limit, Usage

Readings = dict[str, Usage]  # the last of each source, by the source's name


def dump(readings: Readings) -> str:
    """All readings as one JSON text."""
    return json.dumps([asdict(usage) for usage in readings.values()], separators=(",", ":"))


def load(text: str | None) -> Readings:
    """The readings in a text that ``dump`` wrote; none where it is anything else."""
    try:
        rows = json.loads(text or "[]")
        return {usage.source: usage for usage in map(_usage, rows)}
    except (ValueError, TypeError, KeyError):
        return {}


def _usage(row: Mapping[str, object]) -> Usage:
    fields = dict(row)
    limits, credit = fields.pop("limits"), fields.pop("credits")
    if not isinstance(limits, list):
        raise TypeError
    return Usage(
        **{**fields, "unknown_keys": tuple(fields["unknown_keys"])},  # type: ignore[arg-type]
        limits=tuple(Limit(**limit) for limit in limits),
        credits=Credits(**credit) if isinstance(credit, dict) else None,
    )
