"""The line in the user's own words: ``{5h} {5h.reset} · {7d} · {plan}``.

A template is a row of parts with separators between them: `` · ``, `` | ``, `` │ ``, or a
powerline font's. A name without a value is left out, and so is a part in which no name has one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from claude_status.model.usage import Usage
from claude_status.render.claude_names import kept, with_breaks
from claude_status.render.names import Value, value_of
from claude_status.render.segments import SEPARATORS, Line, Piece
from claude_status.render.style import Style
from claude_status.render.words import Reset

PRESETS = {
    "default": "",
    "minimal": "{5h}",
    "full": "5h {5h} {5h.pace} {5h.reset} {5h.out} · 7d {7d} {7d.pace} {7d.reset}"
    " · {model} · credits {credits} · {plan} · {age}",
    "bars": "5h {5h.bar:8} {5h} {5h.reset} · 7d {7d.bar:8} {7d} · {model} · {age}",
    "left": "5h {5h.left} left {5h.reset} · 7d {7d.left} left · {model} · {age}",
    "icons": "◷ {5h} ↻ {5h.reset} · ▦ {7d} · ◆ {model} · {age}",
    "nerd": "\uf252 {5h} \uf021 {5h.reset} · \uf073 {7d} · \uf2db {model} · {age}",
    "powerline": "5h {5h} {5h.reset} \ue0b1 7d {7d} \ue0b1 {model} \ue0b1 {age}",
}
_NAME = re.compile(r"\{([^{}]*)\}")
_SEPARATOR = re.compile(f"({'|'.join(map(re.escape, SEPARATORS))})")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: the separator before it, its texts, and the values between them."""

    separator: str
    texts: tuple[str, ...]
    values: tuple[Value, ...]


Template = tuple[Part, ...]


@lru_cache
def parse_template(text: str) -> Template:
    """Parse a template; raises ValueError with a suggestion for an unknown name."""
    if not all(map(_is_printable, text)):
        raise ValueError("a template must be one line of printable text")
    for name in _NAME.findall(text):
        value_of(name)
    if set(_NAME.sub("", text)) & set("{}\\`$#%'\""):
        raise ValueError("a template has {names}, and text without \\ ` $ # % and quotes")
    first, *others = _SEPARATOR.split(text)
    pairs = [("", first), *zip(others[::2], others[1::2], strict=True)]
    return tuple(_part(separator, *_NAME.split(part)) for separator, part in pairs)


def _is_printable(character: str) -> bool:
    """Whether it is printable, or one of the private characters that fonts use for icons."""
    return character.isprintable() or "\ue000" <= character <= "\uf8ff"


def _part(separator: str, *words: str) -> Part:
    """A part from its texts and names, which alternate."""
    return Part(separator, words[::2], tuple(map(value_of, words[1::2])))


def fill(template: Template, usage: Usage, now: float, style: Style, reset: Reset) -> list[Line]:
    """The parts of the line that have a value, each but the first after its separator."""
    filled = ((part, _fill_part(part, usage, now, style, reset)) for part in template)
    lines = [(Piece(part.separator), *line) for part, line in filled if line]
    return with_breaks([line[1:] if number == 0 else line for number, line in enumerate(lines)])


def _fill_part(part: Part, usage: Usage, now: float, style: Style, reset: Reset) -> Line:
    """One part, "" for a name without a value."""
    values = [value(usage, now, style, reset) for value in part.values]
    if values and not any(values):
        return ()
    pieces = [Piece(part.texts[0])]
    for value, text in zip(values, part.texts[1:], strict=True):
        after_blank = not value and pieces[-1].text[-1:] in ("", " ")
        pieces += [*value, Piece(text.lstrip() if after_blank else text)]
    return kept(values, _stripped([piece for piece in pieces if piece.text]))


def _stripped(pieces: list[Piece]) -> Line:
    """Without blanks at the ends, which names without a value leave behind."""
    while pieces and not pieces[0].text.strip():
        pieces.pop(0)
    while pieces and not pieces[-1].text.strip():
        pieces.pop()
    if pieces:
        pieces[0] = replace(pieces[0], text=pieces[0].text.lstrip())
        pieces[-1] = replace(pieces[-1], text=pieces[-1].text.rstrip())
    return tuple(pieces)
