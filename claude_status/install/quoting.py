"""A path as a word of each language that the user's files are written in (pure).

No path here holds a control character: ``ours.writable`` has seen to that.
"""

from __future__ import annotations

import json


def sh(word: str) -> str:
    """For POSIX shells, bash and zsh."""
    return "'" + word.replace("'", "'\\''") + "'"


def fish(word: str) -> str:
    """For fish, where a backslash means something within single quotes."""
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"


def tmux(word: str) -> str:
    """For sh, in a format, between the double quotes of a tmux configuration file."""
    text = sh(word).replace("#", "##")
    for character in '\\"$':
        text = text.replace(character, "\\" + character)
    return text


def toml(text: str) -> str:
    """For TOML, whose basic strings are JSON's."""
    return json.dumps(text, ensure_ascii=False)
