"""A drawn line in the columns that there are."""

from __future__ import annotations

SEPARATORS = " · ", " - "


def fit(text: str, columns: int) -> str:
    """The line with as many of its parts as the columns hold, and never none of them."""
    separator = next((sign for sign in SEPARATORS if sign in text), SEPARATORS[0])
    parts = text.split(separator)
    while len(parts) > 1 and visible_width(separator.join(parts)) > columns:
        parts.pop()
    return separator.join(parts)


def visible_width(text: str) -> int:
    """The columns that a text takes without its SGR colours."""
    head, *rest = text.split("\033[")
    return len(head) + sum(len(part.partition("m")[2]) for part in rest)
