"""A path quoted as a word of each language that the user's files are written in (pure).

No path here contains a control character: ``program.writable`` has checked that.
"""

from __future__ import annotations

import json


def sh(word: str) -> str:
    """For POSIX shells, bash and zsh."""
    return "'" + word.replace("'", "'\\''") + "'"


def fish(word: str) -> str:
    """For fish, where a backslash is special inside single quotes."""
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
