"""The line in the markup of desktop bars, each of which has its own for the whole line."""

from __future__ import annotations

import json
import re

from claude_status.render.colours import BY_DEFAULT, NO_COLOURS, Colour, Colours, hexadecimal
from claude_status.render.segments import SEPARATORS, Line, runs
from claude_status.render.style import LEVELS

STATES = {"normal": "Idle", "warning": "Warning", "critical": "Critical"}  # of i3status-rust
_NUMBER = re.compile(r"([0-9]+)%")
_SEPARATOR = re.compile("|".join(map(re.escape, SEPARATORS)))


def waybar(line: Line, colours: Colours = NO_COLOURS) -> str:
    """A JSON object with ``text`` (Pango's markup), ``tooltip``, ``class`` and ``percentage``."""
    text = _text(line)
    if not text:
        return ""
    found = _NUMBER.search(text)
    marked = "".join(_in_pango(_escaped(part), colour) for part, colour, _ in runs(line, colours))
    tooltip = f"Claude plan: {_escaped(text)}"
    fields = {"text": marked, "tooltip": tooltip, "class": _level(line)}
    return _object({**fields, "percentage": min(100, int(found[1])) if found else 0})


def i3bar(line: Line, colours: Colours = BY_DEFAULT) -> str:
    """A block of i3bar's protocol, which i3blocks reads, and two names of i3status-rust's."""
    text, level = _text(line), _level(line)
    if not text:
        return ""
    short, colour = _SEPARATOR.split(text)[0], colours.of(level)
    fields: dict[str, object] = {"full_text": text, "short_text": short}
    fields |= {"color": hexadecimal(colour.name)} if colour.name else {}
    fields |= {"text": text, "state": STATES[level]}
    # last, since i3blocks 1.5 accepts only text, and ignores what follows anything else
    return _object({**fields, "urgent": level == LEVELS[2]})


def polybar(line: Line, colours: Colours = BY_DEFAULT) -> str:
    """Polybar's tags for the foreground."""
    return "".join(
        f"%{{F{hexadecimal(colour.name)}}}{text}%{{F-}}" if colour.name else text
        for text, colour, _ in runs(line, colours)
    )


def xbar(line: Line, colours: Colours = BY_DEFAULT) -> str:
    """A title for xbar, SwiftBar and BitBar, which read parameters after a vertical bar."""
    text, colour = _text(line).replace("|", "│"), colours.of(_level(line))
    return f"{text} | color={hexadecimal(colour.name)}" if text and colour.name else text


def _text(line: Line) -> str:
    return "".join(piece.text for piece in line)


def _level(line: Line) -> str:
    """The highest level of any number of the line."""
    colours = {piece.colour for piece in line}
    return next((level for level in reversed(LEVELS) if level in colours), LEVELS[0])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _in_pango(text: str, colour: Colour) -> str:
    """A text in one colour, in quotes that JSON need not escape."""
    wanted = {
        "color": hexadecimal(colour.name) if colour.name else "",
        "weight": "bold" * colour.bold,
        "alpha": "60%" * colour.dim,
    }
    attributes = "".join(f" {name}='{value}'" for name, value in wanted.items() if value)
    return f"<span{attributes}>{text}</span>" if attributes else text


def _object(fields: dict[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
