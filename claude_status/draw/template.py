"""The line as the user words it: ``{5h} {5h.reset} · {7d} · {plan}``.

A template is a row of parts between `` · ``. A name that has no value is left out, and so is a
part in which no name has one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from claude_status.draw.choice import shown_limits
from claude_status.draw.pieces import (
    SEPARATOR,
    Line,
    Piece,
    credit_piece,
    oldest_age,
    percent_piece,
)
from claude_status.draw.style import Style
from claude_status.draw.words import Reset, label_of, plain_label
from claude_status.pace import present_pace
from claude_status.usage import SESSION, WEEK, Limit, Usage

PRESETS = {
    "default": "",
    "minimal": "{5h}",
    "full": "5h {5h} {5h.pace} {5h.reset} · 7d {7d} {7d.pace} {7d.reset}"
    " · {model} · credits {credits} · {plan} · {age}",
}
WINDOWS = {"5h": SESSION, "7d": WEEK}
Template = tuple[tuple[str, ...], ...]  # parts; in each, text and names in turn
_NAME = re.compile(r"\{([^{}]*)\}")
_Draw = Callable[[Usage, float, Style, Reset], Line]


def _of_limit(draw: Callable[[Limit, float, Style, Reset], Piece], key: str) -> _Draw:
    def drawn(usage: Usage, now: float, style: Style, reset: Reset) -> Line:
        limit = usage.find(key)
        if limit is None or limit.is_gone(now):
            return ()
        piece = draw(limit, now, style, reset)
        return (piece,) if piece.text else ()

    return drawn


def _percent(limit: Limit, now: float, style: Style, _reset: Reset) -> Piece:
    return percent_piece(limit, now, style)


def _reset(limit: Limit, now: float, _style: Style, reset: Reset) -> Piece:
    known = limit.resets_at is not None and not limit.is_over(now)
    return Piece(reset(limit.resets_at, now) if known and limit.resets_at else "")


def _pace(limit: Limit, now: float, style: Style, _reset: Reset) -> Piece:
    """The points by which use is ahead of time; old numbers have no pace."""
    ahead = _ahead(limit, now, style)
    return Piece(f"+{ahead}" if ahead else "")


def _arrow(limit: Limit, now: float, style: Style, _reset: Reset) -> Piece:
    return Piece("⇡" if _ahead(limit, now, style) else "")


def _ahead(limit: Limit, now: float, style: Style) -> int:
    pace = present_pace(limit, now, style.ttl)
    return int(pace.ahead) if pace and pace.ahead >= 1 else 0


def _models(usage: Usage, now: float, style: Style, _reset: Reset) -> Line:
    scoped = [x for x in shown_limits(usage, now, style) if x.key not in (SESSION, WEEK)]
    pieces: list[Piece] = []
    for limit in scoped:
        label = Piece(f"{label_of(limit)} ")
        pieces += [SEPARATOR, label, percent_piece(limit, now, style)]
    return tuple(pieces[1:])


def _credits(usage: Usage, now: float, style: Style, _reset: Reset) -> Line:
    credit = usage.credits
    return (credit_piece(credit, now, style),) if credit and not credit.is_gone(now) else ()


def _plan(_usage: Usage, _now: float, style: Style, _reset: Reset) -> Line:
    return (Piece(plain_label(style.plan)),) if style.plan else ()


def _age(usage: Usage, now: float, style: Style, _reset: Reset) -> Line:
    how_old = oldest_age(shown_limits(usage, now, style), None, now)
    return (Piece(how_old),) if how_old else ()


_KINDS = {"": _percent, ".reset": _reset, ".pace": _pace, ".ahead": _arrow}
NAMES: dict[str, _Draw] = {
    **{
        w + kind: _of_limit(draw, key)
        for w, key in WINDOWS.items()
        for kind, draw in _KINDS.items()
    },
    "model": _models,
    "credits": _credits,
    "plan": _plan,
    "age": _age,
}


@lru_cache
def parse_template(text: str) -> Template:
    """Take a template apart; raises ValueError with a suggestion for a name that is unknown."""
    if not text.isprintable():
        raise ValueError("a template is one line of printable text")
    for name in _NAME.findall(text):
        if name not in NAMES:
            import difflib

            near = difflib.get_close_matches(name, NAMES, 1)
            known = f"did you mean {{{near[0]}}}?" if near else f"the names are {', '.join(NAMES)}"
            raise ValueError(f"{{{name}}} is no name: {known}")
    if set(_NAME.sub("", text)) & set("{}\\`$#%'\""):
        raise ValueError("a template takes {names} and plain text without \\ ` $ # % or quotes")
    return tuple(tuple(_NAME.split(part)) for part in text.split(SEPARATOR.text))


def fill(template: Template, usage: Usage, now: float, style: Style, reset: Reset) -> list[Line]:
    """The parts of the line that have something to say."""
    parts = [_fill_part(part, usage, now, style, reset) for part in template]
    return [part for part in parts if part]


def _fill_part(part: tuple[str, ...], usage: Usage, now: float, style: Style, reset: Reset) -> Line:
    """One part: texts stand at the even places and names at the odd ones."""
    values = [NAMES[name](usage, now, style, reset) for name in part[1::2]]
    if values and not any(values):
        return ()
    pieces = [Piece(part[0])]
    for value, text in zip(values, part[2::2], strict=True):
        after_blank = not value and pieces[-1].text[-1:] in ("", " ")
        pieces += [*value, Piece(text.lstrip() if after_blank else text)]
    return _stripped([piece for piece in pieces if piece.text])


def _stripped(pieces: list[Piece]) -> Line:
    """Without blanks at the ends, which names without a value leave behind."""
    while pieces and not pieces[0].text.strip():
        pieces.pop(0)
    while pieces and not pieces[-1].text.strip():
        pieces.pop()
    if pieces:
        pieces[0] = Piece(pieces[0].text.lstrip(), pieces[0].colour)
        pieces[-1] = Piece(pieces[-1].text.rstrip(), pieces[-1].colour)
    return tuple(pieces)
