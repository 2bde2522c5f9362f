"""Edit one member of a JSON object in its own text, and leave the rest as it is (pure).

A text is what a file holds, with its byte order mark if it has one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from claude_status.errors import ClaudeStatusError

BLANK = re.compile(r"[ \t\n\r]*")
BOM = "\ufeff"


class JSONTextError(ClaudeStatusError):
    """The text is no JSON object; the sentence names the line and the column."""


@dataclass(frozen=True, slots=True)
class Member:
    """One ``"key": value`` in a text: its value, and the offsets of both ends of both."""

    key: str
    value: object
    start: int  # of the key's quote
    value_start: int
    end: int  # of the value


def parse(text: str) -> dict[str, object]:
    """The object that the text holds; raises JSONTextError where it holds none."""
    body = text.removeprefix(BOM)
    try:
        found = json.loads(body, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        why, line, column = error.msg, error.lineno, error.colno
        raise JSONTextError(f"line {line}, column {column}: {why}") from None
    except (ValueError, RecursionError) as error:
        raise JSONTextError(str(error)) from None
    if not isinstance(found, dict):
        start = BLANK.match(body).end()  # type: ignore[union-attr]
        line, column = body.count("\n", 0, start) + 1, start - body.rfind("\n", 0, start)
        raise JSONTextError(f"line {line}, column {column}: not an object")
    return found


def find(text: str, key: str, start: int = 0) -> Member | None:
    """The member that counts for ``key``: the last. ``start`` is where the object begins."""
    found = None
    for member in _members(text, start):
        if member.key == key:
            found = member
    return found


def insert(text: str, key: str, value: object) -> str:
    """The text with a new last member, laid out like its neighbours."""
    members = list(_members(text, 0))
    eol = "\r\n" if "\r\n" in text else "\n"
    opened = text.index("{") + 1
    if not members:
        new = _lines(key, value, "  ", eol)
        return f"{text[:opened]}{new}{eol}{text[_skip(text, opened) :]}"
    gap = text[opened : members[0].start]
    if "\n" in gap:
        new = _lines(key, value, gap.rpartition("\n")[2], eol)
    else:
        new = f" {dump(key)}: {dump(value)}"
    end = members[-1].end
    return f"{text[:end]},{new}{text[end:]}"


def dump(value: object, indent: str | None = None) -> str:
    """The value as JSON text, in the characters themselves unless UTF-8 has no bytes for one."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return text if _is_utf8(text) else json.dumps(value, indent=indent)


def replace(text: str, member: Member, value: str) -> str:
    """The text with another value for a member, as it is given."""
    return f"{text[: member.value_start]}{value}{text[member.end :]}"


def remove(text: str, member: Member) -> str:
    """The text without a member, and without the comma and the blanks that it needed."""
    members = list(_members(text, 0))
    at = [other.start for other in members].index(member.start)
    if at > 0:
        return text[: members[at - 1].end] + text[member.end :]
    if len(members) > 1:
        return text[: member.start] + text[members[1].start :]
    return text[: text.index("{") + 1] + text[text.rindex("}") :]


def _members(text: str, start: int) -> Iterator[Member]:
    """The members of the object that begins at or after ``start``, in a text that is valid."""
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


def _lines(key: str, value: object, indent: str, eol: str) -> str:
    """One member on lines of its own, without an end of the last."""
    lead = eol + indent
    return f"{lead}{dump(key)}: {lead.join(dump(value, indent).split(chr(10)))}"


def _skip(text: str, at: int) -> int:
    return BLANK.match(text, at).end()  # type: ignore[union-attr]


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
