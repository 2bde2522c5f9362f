"""The line: what a Usage says at a given time."""

from __future__ import annotations

from claude_status.draw.choice import shown_credits, shown_limits
from claude_status.draw.pieces import (
    SEPARATOR,
    Line,
    Piece,
    credit_piece,
    oldest_age,
    percent_piece,
    width,
)
from claude_status.draw.style import Style
from claude_status.draw.template import fill, parse_template
from claude_status.draw.words import Reset, clock, countdown, label_of
from claude_status.usage import SESSION, WEEK, Credits, Limit, Usage


def draw_line(usage: Usage | None, now: float, style: Style, *, minutes: bool = True) -> Line:
    """What the line says at ``now``; empty where nothing is known that may be shown.

    ``minutes`` counts down to the resets; otherwise they stand as clock time, which stays right
    without being drawn anew. At most ``style.max_width`` columns: the credits go first, then the
    scoped limits, then the countdown and the week; of a template the parts from its end.
    """
    if usage is None:
        return ()
    reset = countdown if minutes else clock
    drafts = _from_template if style.template else _by_default
    for parts in drafts(usage, now, style, reset):
        line = _join([(Piece(style.label),), *parts]) if style.label and parts else _join(parts)
        if width(line) <= style.max_width:
            return line
    return ()


def _by_default(usage: Usage, now: float, style: Style, reset: Reset) -> list[list[Line]]:
    """The default line's parts, then what is left of them as the room gets scarcer."""
    limits, credit = shown_limits(usage, now, style), shown_credits(usage, now, style)
    base = sum(limit.key in (SESSION, WEEK) for limit in limits)
    lengths = reversed(range(base, len(limits) + 1))
    return [
        _parts(limits, credit, now, style, reset),
        *(_parts(limits[:n], None, now, style, reset) for n in lengths),
        *(_parts(limits[:n], None, now, style, None) for n in range(base, 0, -1)),
    ]


def _parts(
    limits: list[Limit], credit: Credits | None, now: float, style: Style, reset: Reset | None
) -> list[Line]:
    parts: list[Line] = [_limit(limit, now, style, reset) for limit in limits]
    if credit:
        parts.append((Piece("credits "), credit_piece(credit, now, style)))
    how_old = oldest_age(limits, credit, now)
    return [*parts, (Piece(how_old),)] if how_old else parts


def _limit(limit: Limit, now: float, style: Style, reset: Reset | None) -> Line:
    line = Piece(f"{label_of(limit)} "), percent_piece(limit, now, style)
    if limit.key != SESSION or reset is None or limit.resets_at is None or limit.is_over(now):
        return line
    return (*line, Piece(f" {reset(limit.resets_at, now)}"))


def _from_template(usage: Usage, now: float, style: Style, reset: Reset) -> list[list[Line]]:
    """The template's parts, then ever fewer of them; none where there is no number to show."""
    numbers: list[Limit | Credits] = [*usage.limits, *([usage.credits] if usage.credits else [])]
    if all(number.is_gone(now) for number in numbers):
        return []
    parts = fill(parse_template(style.template), usage, now, style, reset)
    return [parts[:length] for length in reversed(range(1, len(parts) + 1))]


def _join(parts: list[Line]) -> Line:
    pieces = [piece for part in parts for piece in (SEPARATOR, *part)]
    return tuple(pieces[1:])
