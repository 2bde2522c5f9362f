"""The line: what a Usage says at a given time."""

from __future__ import annotations

from functools import partial

from claude_status.model.usage import SESSION, STALE, WEEK, Credits, Limit, Usage
from claude_status.render.choice import shown_credits, shown_limits
from claude_status.render.claude_names import with_breaks
from claude_status.render.segments import (
    SEPARATOR,
    Line,
    Piece,
    credit_piece,
    oldest_age,
    percent_piece,
    width,
)
from claude_status.render.style import Style
from claude_status.render.template import fill, parse_template
from claude_status.render.words import Reset, countdown, label_of, moment


def draw_line(usage: Usage | None, now: float, style: Style, *, minutes: bool = True) -> Line:
    """What the line says at ``now``; empty if nothing is known that may be shown.

    ``minutes`` counts down to the resets; otherwise they are shown as clock time, which stays right
    without being redrawn. At most ``style.max_width`` columns: the credits are dropped first, then
    the scoped limits, then the countdown and the week; in a template, the parts from its end.
    """
    if usage is None:
        return ()
    usage = usage.shown_at(now)
    if _is_hidden(usage, now, style):
        return ()
    reset = countdown if minutes else partial(_until, style.clock)
    drafts = _from_template if style.template else _by_default
    for line in drafts(usage, now, style, reset):
        labelled = _labelled(style.label, line) if style.label and line else line
        if width(labelled) <= style.max_width:
            return labelled
    return ()


def _labelled(label: str, line: Line) -> Line:
    """The line after the account's label."""
    first, *rest = with_breaks([(Piece(label),), (SEPARATOR, *line)])
    return (*first, *rest[0])


def _is_hidden(usage: Usage, now: float, style: Style) -> bool:
    """Whether every number is known to be below ``hide_below``; an old one may be above."""
    present = [one for one in usage.numbers() if not one.is_over(now)]
    return style.hide_below > 0 and not any(
        one.state(now, style.ttl) == STALE or (one.percent or 0) >= style.hide_below
        for one in present
    )


def _until(hours: int, resets_at: int, now: float) -> str:
    return f"until {moment(resets_at, now, hours)}"


def _by_default(usage: Usage, now: float, style: Style, reset: Reset) -> list[Line]:
    """The default line, then shorter and shorter versions of it."""
    limits, credit = shown_limits(usage, now, style), shown_credits(usage, now, style)
    base = sum(limit.key in (SESSION, WEEK) for limit in limits)
    lengths = reversed(range(base, len(limits) + 1))
    drafts = [
        _parts(limits, credit, now, style, reset),
        *(_parts(limits[:n], None, now, style, reset) for n in lengths),
        *(_parts(limits[:n], None, now, style, None) for n in range(base, 0, -1)),
    ]
    return [tuple(piece for part in parts for piece in (SEPARATOR, *part))[1:] for parts in drafts]


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


def _from_template(usage: Usage, now: float, style: Style, reset: Reset) -> list[Line]:
    """The template filled in, then with fewer and fewer parts; none if no number may be shown."""
    if not usage.numbers():
        return []
    parts = fill(parse_template(style.template), usage, now, style, reset)
    lengths = reversed(range(1, len(parts) + 1))
    return [tuple(piece for part in parts[:length] for piece in part) for length in lengths]
