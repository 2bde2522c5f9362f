"""What ``check`` decides from, drawn ahead: every limit, with a frame for each change of state."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from claude_status.frames.strip import EARLIER, MAX_FRAMES, Strip
from claude_status.model.usage import MAX_AGE, Limit, Usage
from claude_status.render.segments import Piece
from claude_status.render.words import label_of

GATE = "gate"  # the file's name
MAX_TEXT = 900  # bytes; for a longer text the program itself has to decide
TOO_LONG = "-"  # what is written instead of such a text


def draw_gates(usage: Usage | None, now: int, ttl: float) -> Strip:
    """Every change of the limits' states from ``now`` on.

    A text has for each limit that is not gone its label (blanks as underscores), its key, its
    millionths of a per cent, ``fresh``, ``stale`` or ``over``, and its reset in epoch seconds (0
    for none), joined by semicolons.
    """
    limits = usage.gates() if usage else []
    strip: Strip = []
    for when in sorted({now, *(when for limit in limits for when in _changes(limit, ttl))}):
        if when >= now:
            fields = [_fields(limit, when, ttl) for limit in limits if not limit.is_gone(when)]
            text = ";".join(fields)
            line = (Piece(text if len(text) <= MAX_TEXT else TOO_LONG),) if text else ()
            if not strip or line != strip[-1][1]:
                strip.append((when, line))
    strip = [*strip[: MAX_FRAMES - 1], (strip[-1][0], ())]
    return [(now - EARLIER, strip[0][1]), *strip[1:]]


def _fields(limit: Limit, when: int, ttl: float) -> str:
    state = limit.state(when, ttl)
    label, key = (name.replace(" ", "_") for name in (label_of(limit), limit.key))
    return f"{label} {_plain(key)} {limit.millionths} {state} {limit.resets_at or 0}"


def _plain(key: str) -> str:
    """A key without characters that would end its field."""
    return re.sub(r"[^A-Za-z0-9:._-]", "_", key)


def _changes(limit: Limit, ttl: float) -> Iterator[int]:
    yield math.floor(limit.as_of + 2 * ttl) + 1
    yield math.ceil(limit.as_of + MAX_AGE)
    if limit.resets_at is not None:
        yield limit.resets_at
