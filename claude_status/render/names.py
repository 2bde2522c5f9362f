"""What the names in a template stand for: ``5h``, ``7d.reset``, ``fable.bar:12``, ``plan``.

A name is a limit and one of its values, or a value of the whole account. The limits are ``5h``,
``7d``, ``credits`` and, by its label, each other one (``fable``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from claude_status.model.pace import present_pace
from claude_status.model.usage import CREDITS, SESSION, WEEK, Limit, Usage
from claude_status.render.bars import bar
from claude_status.render.choice import shown_limits
from claude_status.render.claude_names import CLAUDE
from claude_status.render.segments import (
    OVER,
    SEPARATOR,
    Line,
    Piece,
    credit_piece,
    oldest_age,
    percent_piece,
)
from claude_status.render.style import Style, colour_of
from claude_status.render.words import (
    Reset,
    label_of,
    moment,
    plain_label,
    shown_percent,
    stale_mark,
)

BAR_CELLS, MOST_CELLS = 10, 40
WINDOWS = {"5h": SESSION, "7d": WEEK}
Draw = Callable[[Limit, float, Style, Reset], Piece]
Value = Callable[[Usage, float, Style, Reset], Line]
_LIMIT = re.compile(r"(5h|7d|[a-z][a-z0-9_-]*)(?:\.([a-z]+))?(?::([1-9][0-9]?))?")


def value_of(name: str) -> Value:
    """The function that draws a name; raises ValueError with a suggestion if it is unknown."""
    if name in WHOLE:
        return WHOLE[name]
    found = _LIMIT.fullmatch(name)
    head, kind, cells = found.groups() if found else ("", None, None)
    if not found or (kind or "") not in KINDS or (cells and kind != "bar") or _is_misspelt(head):
        raise ValueError(f"there is no name {{{name}}}{_suggestion(name)}")
    if int(cells or 0) > MOST_CELLS:
        raise ValueError(f"a bar has at most {MOST_CELLS} cells")
    draw = KINDS[kind or ""]
    if kind == "bar":
        draw = partial(_bar, cells=int(cells or BAR_CELLS))
    return _of_limit(head, draw)


def known_names() -> list[str]:
    """The names that every account has, for help and suggestions."""
    limits = [f"{window}.{kind}".rstrip(".") for window in WINDOWS for kind in KINDS]
    return [*limits, *WHOLE, *(f"{CREDITS}.{kind}" for kind in OF_CREDITS)]


def _is_misspelt(head: str) -> bool:
    """Whether what could be a limit's label looks like a misspelt name of ours."""
    import difflib

    return head not in (*WINDOWS, CREDITS) and bool(difflib.get_close_matches(head, WHOLE, 1, 0.75))


def _suggestion(name: str) -> str:
    import difflib

    near = difflib.get_close_matches(name, known_names(), 1)
    if near:
        return f" (did you mean {{{near[0]}}}?)"
    return f": the names are {', '.join(known_names())}"


def _of_limit(head: str, draw: Draw) -> Value:
    """A value of the limit of that name, if the account has it."""

    def drawn(usage: Usage, now: float, style: Style, reset: Reset) -> Line:
        limit = _find(usage, head)
        if limit is None:
            return ()
        piece = draw(limit, now, style, reset)
        return (piece,) if piece.text else ()

    return drawn


def _find(usage: Usage, head: str) -> Limit | None:
    if head in WINDOWS:
        return usage.find(WINDOWS[head])
    if head == CREDITS:
        return next((limit for limit in usage.gates() if limit.key == CREDITS), None)
    others = (limit for limit in usage.limits if limit.key not in (SESSION, WEEK))
    return next((limit for limit in others if _name(limit) == head), None)


def _name(limit: Limit) -> str:
    return label_of(limit).lower().replace(" ", "-")


# The values of a limit


def _percent(limit: Limit, now: float, style: Style, _reset: Reset) -> Piece:
    return percent_piece(limit, now, style)


def _left(limit: Limit, now: float, style: Style, _reset: Reset) -> Piece:
    """100 minus the percentage that is shown, so that both add up."""
    shown = percent_piece(limit, now, style)
    used = shown_percent(limit.percent)
    left = f"{max(0, 100 - int(used.rstrip('%')))}%"
    return replace(shown, text=shown.text.replace(used, left))


def _bar(limit: Limit, now: float, style: Style, _reset: Reset, cells: int = BAR_CELLS) -> Piece:
    if limit.is_over(now):
        return Piece(OVER)
    mark = stale_mark(limit, now, style.ttl)
    return Piece(mark + bar(limit.percent, cells), colour_of(limit, style), bool(mark))


def _reset(limit: Limit, now: float, _style: Style, reset: Reset) -> Piece:
    known = limit.resets_at is not None and not limit.is_over(now)
    return Piece(reset(limit.resets_at, now) if known and limit.resets_at else "")


def _at(limit: Limit, now: float, style: Style, _reset: Reset) -> Piece:
    known = limit.resets_at is not None and not limit.is_over(now)
    return Piece(moment(limit.resets_at, now, style.clock) if known and limit.resets_at else "")


def _out(limit: Limit, now: float, style: Style, _reset: Reset) -> Piece:
    """When it will run out at this pace, if that is before the reset; marked as a projection."""
    pace = present_pace(limit, now, style.ttl)
    if not pace or pace.runs_out_at is None or pace.runs_out_at <= now:
        return Piece("")
    return Piece(f"≈{moment(pace.runs_out_at, now, style.clock)}")


def _pace(limit: Limit, now: float, style: Style, _reset: Reset) -> Piece:
    """The points by which usage is ahead of the time; old numbers have no pace."""
    ahead = _ahead(limit, now, style)
    return Piece(f"+{ahead}" if ahead else "")


def _arrow(limit: Limit, now: float, style: Style, _reset: Reset) -> Piece:
    return Piece("⇡" if _ahead(limit, now, style) else "")


def _ahead(limit: Limit, now: float, style: Style) -> int:
    pace = present_pace(limit, now, style.ttl)
    return int(pace.ahead) if pace and pace.ahead >= 1 else 0


KINDS: Mapping[str, Draw] = {
    "": _percent, "left": _left, "bar": _bar, "reset": _reset, "at": _at, "out": _out,
    "pace": _pace, "ahead": _arrow,
}  # fmt: skip
OF_CREDITS = ("left", "bar", "reset", "at")  # which have no window, and so no pace


# The values of the whole account


def _models(usage: Usage, now: float, style: Style, _reset: Reset) -> Line:
    scoped = [x for x in shown_limits(usage, now, style) if x.key not in (SESSION, WEEK)]
    pieces: list[Piece] = []
    for limit in scoped:
        label = Piece(f"{label_of(limit)} ")
        pieces += [SEPARATOR, label, percent_piece(limit, now, style)]
    return tuple(pieces[1:])


def _credits(usage: Usage, now: float, style: Style, _reset: Reset) -> Line:
    credit = usage.credits
    return (credit_piece(credit, now, style),) if credit and not credit.reason else ()


def _plan(_usage: Usage, _now: float, style: Style, _reset: Reset) -> Line:
    return (Piece(plain_label(style.plan)),) if style.plan else ()


def _age(usage: Usage, now: float, style: Style, _reset: Reset) -> Line:
    how_old = oldest_age(shown_limits(usage, now, style), None, now)
    return (Piece(how_old),) if how_old else ()


WHOLE: Mapping[str, Value] = {
    "model": _models, "credits": _credits, "plan": _plan, "age": _age, **CLAUDE,
}  # fmt: skip
