"""Change one setting in the file, and leave everything else in it unchanged (with tomlkit)."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import ParseError, TOMLKitError

from claude_status.errors import SettingsError
from claude_status.install.files import look, replace
from claude_status.settings.check import READERS
from claude_status.settings.settings import check, suggestion


def unknown(name: str) -> str:
    """The sentence for a name that is no setting, "" for one that is."""
    first = name.partition(".")[0]
    if first in READERS:
        return ""
    return f"Unknown setting {first!r}{suggestion(first) or ': `claude-status config` lists all'}."


def set_value(path: Path, name: str, text: str) -> object:
    """Set ``ttl``, or ``hosts.tmux.template``, to a value written as TOML or as plain text.

    Returns the value. Raises SettingsError for a value that would not be accepted or a file that is
    not TOML, and FileError if it cannot be written; then the file is unchanged.
    """
    if problem := unknown(name):
        raise SettingsError(problem)
    value = _value(text)
    document = _document(path)
    table: MutableMapping[str, Any] = document
    *tables, last = _keys(name)
    for key in tables:
        table = table.setdefault(key, tomlkit.table())
        if not isinstance(table, MutableMapping):
            raise SettingsError(f"{name}: {key} is not a table.")
    table[last] = value
    _write(path, document, name)
    return value.unwrap() if isinstance(value, tomlkit.items.Item) else value


def unset_value(path: Path, name: str) -> bool:
    """Remove a setting from the file, and a table that this leaves empty; whether it was there."""
    document = _document(path)
    around: list[tuple[MutableMapping[str, Any], str]] = []
    table: Any = document
    for key in _keys(name):
        if not isinstance(table, MutableMapping) or key not in table:
            return False
        around.append((table, key))
        table = table[key]
    for outer, key in reversed(around):
        if (outer, key) == around[-1] or not outer[key]:
            del outer[key]
    _write(path, document, name)
    return True


def _keys(name: str) -> Sequence[str]:
    """The keys of a dotted name; in a label's, a directory is all of the rest, in quotes or not."""
    if not name.startswith("labels."):
        return name.split(".")
    table, directory = name.split(".", 1)
    is_quoted = len(directory) > 1 and directory[0] == directory[-1] and directory[0] in "\"'"
    return table, directory[1:-1] if is_quoted else directory


def _value(text: str) -> object:
    """The TOML value if the text is one, else the text, so that a shell's quotes are enough."""
    try:
        return tomlkit.value(text)
    except (ParseError, TOMLKitError, ValueError, IndexError):
        return text


def _document(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse((look(path).data or b"").decode("utf-8-sig"))
    except (TOMLKitError, ValueError) as error:
        raise SettingsError(f"Fix {path} first, which is not valid TOML: {error}.") from None


def _write(path: Path, document: tomlkit.TOMLDocument, name: str) -> None:
    """Replace the file, unless the setting of that name would be refused."""
    place, first = f"{path}: ", name.partition(".")[0]
    for problem in check(document.unwrap(), str(path)).problems:
        said = problem.removeprefix(place)
        if said.startswith((f"{first}:", f"{first}.")):
            raise SettingsError(said.partition("; ")[0].rstrip(".") + ".")
    replace(look(path), tomlkit.dumps(document).encode())
