"""Edit one member or item in the text of a JSON object, and leave the rest unchanged (pure).

A text is a file's content, with its byte order mark if it has one. ``start`` is the offset of an
object or an array in it; without it, the whole text is meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from claude_status.errors import ClaudeStatusError

BLANK = re.compile(r"[ \t\n\r]*")
BOM = "\ufeff"


class JSONTextError(ClaudeStatusError):
    """The text is not a JSON object; the sentence names the line and the column."""


@dataclass(frozen=True, slots=True)
class Member:
    """One ``"key": value`` in a text: its value, and its offsets."""

    key: str
    value: object
    start: int  # of the key's quote
    value_start: int
    end: int  # of the value


@dataclass(frozen=True, slots=True)
class Item:
    """One value of an array in a text, and its offsets."""

    value: object
    start: int
    end: int


def parse(text: str) -> dict[str, object]:
    """The object in the text; raises JSONTextError if there is none."""
    body = text.removeprefix(BOM)
    try:
        found = json.loads(body, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        why, line, column = error.msg, error.lineno, error.colno
        raise JSONTextError(f"it is not JSON at line {line}, column {column} ({why})") from None
    except (ValueError, RecursionError) as error:
        raise JSONTextError(str(error)) from None
    if not isinstance(found, dict):
        start = BLANK.match(body).end()  # type: ignore[union-attr]
        line, column = body.count("\n", 0, start) + 1, start - body.rfind("\n", 0, start)
        raise JSONTextError(f"it is not a JSON object at line {line}, column {column}")
    return found


def find(text: str, key: str, start: int = 0) -> Member | None:
    """The member for ``key``; the last if there are several, as JSON parsers do."""
    found = None
    for member in _members(text, start):
        if member.key == key:
            found = member
    return found


def items(text: str, start: int) -> list[Item]:
    """The items of an array."""
    decoder, found = json.JSONDecoder(), []
    at = _skip(text, start + 1)
    while text[at] != "]":
        value, end = decoder.raw_decode(text, at)
        found.append(Item(value, at, end))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def insert(text: str, key: str, value: object, start: int = 0) -> str:
    """The text with a new last member in an object, laid out like its neighbours."""
    members = list(_members(text, start))
    return _append(text, text.index("{", start) + 1, members, f"{dump(key)}: ", value)


def append(text: str, value: object, start: int) -> str:
    """The text with a new last item in an array, laid out like its neighbours."""
    return _append(text, start + 1, items(text, start), "", value)


def dump(value: object, indent: str | None = None) -> str:
    """The value as JSON text, with escapes only if UTF-8 cannot encode it."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return text if _is_utf8(text) else json.dumps(value, indent=indent)


def replace(text: str, member: Member, value: str) -> str:
    """The text with the member's value replaced by the given text."""
    return f"{text[: member.value_start]}{value}{text[member.end :]}"


def remove(text: str, member: Member, start: int = 0) -> str:
    """The text without a member, and without the comma and the blanks that it needed."""
    return _remove(text, text.index("{", start) + 1, list(_members(text, start)), member)


def take_out(text: str, item: Item, start: int) -> str:
    """The text without an item of an array, and without the comma and the blanks it needed."""
    return _remove(text, start + 1, items(text, start), item)


def _append(
    text: str, opened: int, found: Sequence[Member | Item], lead: str, value: object
) -> str:
    """The text with a value after those found in the brackets that open before ``opened``."""
    eol = "\r\n" if "\r\n" in text else "\n"
    unit = _indent(text, text.index("{") + 1) or "  "
    if not found:
        outer = _indent(text, max(0, text.rfind("\n", 0, opened)))
        new = _lines(lead, value, eol + outer + unit, unit)
        return f"{text[:opened]}{new}{eol}{outer}{text[_skip(text, opened) :]}"
    gap = text[opened : found[0].start]
    new = f" {lead}{dump(value)}"
    if "\n" in gap:
        new = _lines(lead, value, eol + gap.rpartition("\n")[2], unit)
    end = found[-1].end
    return f"{text[:end]},{new}{text[end:]}"


def _remove(text: str, opened: int, found: Sequence[Member | Item], which: Member | Item) -> str:
    at = [other.start for other in found].index(which.start)
    if at > 0:
        return text[: found[at - 1].end] + text[which.end :]
    if len(found) > 1:
        return text[: which.start] + text[found[1].start :]
    return text[:opened] + text[_skip(text, which.end) :]


def _members(text: str, start: int) -> Iterator[Member]:
    """The members of the object that begins at or after ``start``, in a valid text."""
    decoder = json.JSONDecoder()
    at = _skip(text, text.index("{", start) + 1)
    while text[at] != "}":
        key, end = decoder.raw_decode(text, at)
        value_start = _skip(text, _skip(text, end) + 1)
        value, value_end = decoder.raw_decode(text, value_start)
        yield Member(key, value, at, value_start, value_end)
        at = _skip(text, value_end)
        if text[at] == ",":
            at = _skip(text, at + 1)


def _lines(lead: str, value: object, line: str, unit: str) -> str:
    """A value on separate lines, each starting with ``line``, without a final line feed."""
    return f"{line}{lead}{line.join(dump(value, unit).split(chr(10)))}"


def _indent(text: str, at: int) -> str:
    """The indentation of what comes next, if it begins its line; else ""."""
    end = _skip(text, at)
    return text[at:end].rpartition("\n")[2] if "\n" in text[at:end] else ""


def _skip(text: str, at: int) -> int:
    return BLANK.match(text, at).end()  # type: ignore[union-attr]


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
