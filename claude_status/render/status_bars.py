"""The line in the markup of desktop bars, each of which has its own for the whole line."""

from __future__ import annotations

import json
import re

from claude_status.render.segments import SEPARATORS, Line
from claude_status.render.style import LEVELS

HEX = {"warning": "#e5b800", "critical": "#ff5555"}  # visible on dark and light bars
STATES = {"normal": "Idle", "warning": "Warning", "critical": "Critical"}  # of i3status-rust
_NUMBER = re.compile(r"([0-9]+)%")
_SEPARATOR = re.compile("|".join(map(re.escape, SEPARATORS)))


def waybar(line: Line) -> str:
    """A JSON object with ``text`` (Pango's markup), ``tooltip``, ``class`` and ``percentage``."""
    text = _text(line)
    if not text:
        return ""
    found = _NUMBER.search(text)
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    fields = {"text": escaped, "tooltip": f"Claude plan: {escaped}", "class": _level(line)}
    return _object({**fields, "percentage": min(100, int(found[1])) if found else 0})


def i3bar(line: Line) -> str:
    """A block of i3bar's protocol, which i3blocks reads, and two names of i3status-rust's."""
    text, level = _text(line), _level(line)
    if not text:
        return ""
    short = _SEPARATOR.split(text)[0]
    fields: dict[str, object] = {"full_text": text, "short_text": short}
    fields |= {"color": HEX[level]} if level in HEX else {}
    fields |= {"text": text, "state": STATES[level]}
    # last, since i3blocks 1.5 accepts only text, and ignores what follows anything else
    return _object({**fields, "urgent": level == LEVELS[2]})


def polybar(line: Line) -> str:
    """Polybar's tags for the foreground."""
    return "".join(
        f"%{{F{HEX[piece.colour]}}}{piece.text}%{{F-}}" if piece.colour in HEX else piece.text
        for piece in line
    )


def xbar(line: Line) -> str:
    """A title for xbar, SwiftBar and BitBar, which read parameters after a vertical bar."""
    text, level = _text(line).replace("|", "│"), _level(line)
    return f"{text} | color={HEX[level]}" if text and level in HEX else text


def _text(line: Line) -> str:
    return "".join(piece.text for piece in line)


def _level(line: Line) -> str:
    """The highest level of any number of the line."""
    colours = {piece.colour for piece in line}
    return next((level for level in reversed(LEVELS) if level in colours), LEVELS[0])


def _object(fields: dict[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
