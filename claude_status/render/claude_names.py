"""Names that only Claude Code can fill in, when it draws its own line: ``claude.model`` and more.

They are drawn as ``{m}`` and the like, braces that nothing else in a line has. ``{}`` stands on
both sides of each separator, so that a reader can leave out a part whose names have no value; a
part that begins with ``{.}`` has another value, and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from claude_status.model.usage import Usage
from claude_status.render.segments import NO_WIDTH, Line, Piece
from claude_status.render.style import Style
from claude_status.render.words import Reset

LETTERS = {"model": "m", "context": "c", "cost": "k", "dir": "d", "branch": "b"}
TOKENS = frozenset(f"{{{letter}}}" for letter in LETTERS.values())
BREAK, KEEP = Piece("{}"), Piece("{.}")


def _drawn_as(letter: str) -> Callable[[Usage, float, Style, Reset], Line]:
    """A value that is drawn as its letter for Claude Code, and that no other host has."""

    def drawn(_usage: Usage, _now: float, style: Style, _reset: Reset) -> Line:
        return (Piece(f"{{{letter}}}"),) if style.in_claude else ()

    return drawn


CLAUDE: Mapping[str, Callable[[Usage, float, Style, Reset], Line]] = {
    f"claude.{name}": _drawn_as(letter) for name, letter in LETTERS.items()
}


def has_token(line: Line) -> bool:
    """Whether something is still to be filled in."""
    return any(piece.text in TOKENS for piece in line)


def kept(values: list[Line], line: Line) -> Line:
    """One part of the line, marked if it has a value besides what is still to be filled in."""
    others = any(value and not has_token(value) for value in values)
    return (KEEP, *line) if line and others and has_token(line) else line


def with_breaks(parts: list[Line]) -> list[Line]:
    """The parts, with the separator before each but the first between breaks."""
    if not any(map(has_token, parts)):
        return parts
    return [parts[0], *((BREAK, part[0], BREAK, *part[1:]) for part in parts[1:])]


def in_pieces(line: Line) -> list[Line]:
    """The line cut at its breaks, without braces that would look like names."""
    cut: list[list[Piece]] = [[]]
    for piece in line:
        if piece == BREAK:
            cut.append([])
        else:
            text = piece.text if piece.text in NO_WIDTH else piece.text.translate(_ROUND)
            cut[-1].append(Piece(text, piece.colour, piece.is_old))
    return [tuple(part) for part in cut]


_ROUND = str.maketrans("{}", "()")
