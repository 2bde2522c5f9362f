"""A strip of frames: everything that the line will show from now on if nobody refreshes it.

A frame is ``<from> <text>``, the time in epoch seconds; a strip is a header and its frames in
ascending order. A reader shows the text of the last frame whose time has come.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from claude_status.model.pace import pace_of
from claude_status.model.usage import MAX_AGE, SESSION, Number, Usage
from claude_status.render.colours import NO_COLOURS, Colours
from claude_status.render.dialects import Dialect
from claude_status.render.line import draw_line
from claude_status.render.segments import Line, Piece
from claude_status.render.style import Style
from claude_status.render.words import HOUR

MAX_FRAMES = 40
MAX_LINE = 1000  # bytes; some readers take a little more
EARLIER = 60  # seconds before now at which a strip begins, for readers whose clock was read earlier
MAX_MINUTES = 12  # frames that count down; then the reset is shown as clock time
Strip = list[tuple[int, Line]]


def draw_strip(usage: Usage | None, now: int, style: Style) -> Strip:
    """The line from a minute ago until ``now``, then each change of it, the last to an empty line.

    Ascending and at most ``MAX_FRAMES``; if there were more, the strip ends early with an empty
    line, since an old text that nobody replaces would be wrong.
    """
    counting_until = now + MAX_MINUTES * 60
    session = usage.find(SESSION) if usage else None
    if session:
        counting_until = min(counting_until, math.floor(session.as_of + 2 * style.ttl) + 1)
    strip: Strip = []
    for when in sorted({now, counting_until, *_changes(usage, now, counting_until, style)}):
        if when >= now:
            line = draw_line(usage, when, style, minutes=when < counting_until)
            if not strip or line != strip[-1][1]:
                strip.append((when, line))
    if len(strip) > MAX_FRAMES:
        strip = [*strip[: MAX_FRAMES - 1], (strip[MAX_FRAMES - 1][0], ())]
    return [(now - EARLIER, strip[0][1]), *strip[1:]]


def write_strip(strip: Strip, dialect: Dialect, colours: Colours | None = None) -> str:
    """A strip as lines of text in one dialect; with a header they make a file."""
    given = () if colours is None else (colours,)
    return "".join(f"{when} {_text(when, line, dialect, *given)}\n" for when, line in strip)


def _text(when: int, line: Line, dialect: Dialect, *colours: Colours) -> str:
    """A frame's text; without its colours, or empty, where a reader would find it too long."""
    room = MAX_LINE - len(f"{when} ")
    text = dialect(line, *colours)
    if len(text.encode()) > room:
        text = dialect(tuple(Piece(piece.text) for piece in line), NO_COLOURS)
    return text if len(text.encode()) <= room else ""


def _changes(usage: Usage | None, now: int, counting_until: int, style: Style) -> Iterator[int]:
    """The times at which the line may change; too many do no harm."""
    if usage is None:
        return
    # a countdown is rounded down, so it changes one second after a full minute
    yield from range(now - now % 60 + 1, counting_until, 60)
    if usage.credits:
        yield from _ageing(usage.credits, style)
        if usage.credits.resets_at is not None:
            yield usage.credits.resets_at
            yield usage.credits.resets_at - 24 * HOUR + 1
    for limit in usage.limits:
        yield from _ageing(limit, style)
        if limit.resets_at is not None:
            yield limit.resets_at
            yield limit.resets_at - 24 * HOUR + 1  # from then on its clock time has no weekday
        pace = pace_of(limit)
        if pace and pace.runs_out_at is not None:
            yield math.ceil(pace.runs_out_at)
            yield math.ceil(pace.runs_out_at - 24 * HOUR)


def _ageing(number: Number, style: Style) -> Iterator[int]:
    yield math.floor(number.as_of + 2 * style.ttl) + 1
    yield from (math.ceil(number.as_of + hours * HOUR) for hours in range(1, MAX_AGE // HOUR + 1))
