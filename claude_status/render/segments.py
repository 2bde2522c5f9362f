"""What a line is made of: runs of text in one colour, before a dialect formats them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from claude_status.model.usage import Credits, Limit
from claude_status.render.colours import Colour, Colours
from claude_status.render.money import money
from claude_status.render.style import CRITICAL, Style, colour_of
from claude_status.render.words import age, shown_percent, stale_mark


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text of one level: ``normal``, ``warning``, ``critical`` or "" for no number."""

    text: str
    colour: str = ""
    is_old: bool = False


Line = tuple[Piece, ...]
SEPARATOR = Piece(" · ")
SEPARATORS = (SEPARATOR.text, " | ", " │ ", " \ue0b1 ")  # that a template may contain
MARK = "!"  # after a critical number, where there are no colours
NO_WIDTH = ("{}", "{.}", "{m}", "{c}", "{k}", "{d}", "{b}")  # marks for Claude Code's own line
OVER = "–"  # instead of the percentage of a window that has been reset
IN_ASCII = {
    "·": "-", "–": "-", "⇡": "^", "≈": "ca. ", "€": "EUR ", "£": "GBP ", "¥": "JPY ",
    "│": "|", "\ue0b1": ">", "◷": "5h", "▦": "7d", "◆": "*", "↻": "@",
    "\uf252": "5h", "\uf073": "7d", "\uf2db": "*", "\uf021": "@",
    "█": "=", "░": ".", **dict.fromkeys("▏▎▍▌▋▊▉", "-"),
}  # fmt: skip


def runs(line: Line, colours: Colours) -> Iterator[tuple[str, Colour, str]]:
    """The line in as few runs as it has changes: each its text, its colour and its level."""
    text, last = "", None
    for piece in line:
        look = colours.of(piece.colour, is_old=piece.is_old), piece.colour
        if last is not None and look != last:
            yield text, *last
            text = ""
        text, last = text + piece.text, look
    if last is not None:
        yield text, *last


def width(line: Line) -> int:
    """The most columns that a line takes in any dialect."""
    marks = sum(piece.colour == CRITICAL for piece in line)
    return marks * len(MARK) + sum(
        _columns(character)
        for piece in line
        if piece.text not in NO_WIDTH
        for character in piece.text
    )


def percent_piece(limit: Limit, now: float, style: Style) -> Piece:
    """The percentage, marked if it is old, and dropped if its window is over."""
    if limit.is_over(now):
        return Piece(OVER)
    mark = stale_mark(limit, now, style.ttl)
    return Piece(mark + shown_percent(limit.percent), colour_of(limit, style), bool(mark))


def credit_piece(credit: Credits, now: float, style: Style) -> Piece:
    """The amounts of the credits, marked if they are old."""
    if credit.is_over(now):
        return Piece(OVER)
    mark = stale_mark(credit, now, style.ttl)
    text = money(credit) or shown_percent(credit.percent or 0)
    return Piece(mark + text, colour_of(credit, style), bool(mark))


def oldest_age(limits: list[Limit], credit: Credits | None, now: float) -> str:
    """The age of the oldest number among these, from one hour on."""
    dates = [limit.as_of for limit in limits if not limit.is_over(now)]
    if credit:
        dates.append(credit.as_of)
    return age(now - min(dates, default=now))


def _columns(character: str) -> int:
    is_wide = unicodedata.east_asian_width(character) in ("F", "W")
    return max(1 + is_wide, len(IN_ASCII.get(character, "")))
