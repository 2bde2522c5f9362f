"""Change one setting in the file, and keep everything else in it as it is (by tomlkit)."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import ParseError, TOMLKitError

from claude_status.errors import SettingsError
from claude_status.install.files import look, replace
from claude_status.settings.settings import check


def set_value(path: Path, name: str, text: str) -> object:
    """Set ``ttl``, or ``hosts.tmux.template``, to a value written as TOML or as plain text.

    Returns the value. Raises SettingsError for what would not be accepted, or a file that is not
    TOML, and FileError where it cannot be written; then the file is as it was.
    """
    value = _value(text)
    document = _document(path)
    table: MutableMapping[str, Any] = document
    *tables, last = _keys(name)
    for key in tables:
        table = table.setdefault(key, tomlkit.table())
        if not isinstance(table, MutableMapping):
            raise SettingsError(f"{name}: {key} is no table.")
    table[last] = value
    _write(path, document, name)
    return value


def unset_value(path: Path, name: str) -> bool:
    """Take a setting out of the file, and a table that it leaves empty; whether it was there."""
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
    """The keys of a dotted name; of a label's, all behind the first dot is a directory."""
    return name.split(".", 1) if name.startswith("labels.") else name.split(".")


def _value(text: str) -> object:
    """TOML where the text is that, else the text itself, so that a shell's quotes are enough."""
    try:
        return tomlkit.value(text)
    except (ParseError, TOMLKitError, ValueError, IndexError):
        return text


def _document(path: Path) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse((look(path).data or b"").decode("utf-8-sig"))
    except (TOMLKitError, ValueError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}: mend it first.") from None


def _write(path: Path, document: tomlkit.TOMLDocument, name: str) -> None:
    """Replace the file, unless the setting of that name would be refused."""
    place, first = f"{path}: ", name.partition(".")[0]
    for problem in check(document.unwrap(), str(path)).problems:
        said = problem.removeprefix(place)
        if said.startswith((f"{first}:", f"{first}.", f"there is no setting {first!r}")):
            raise SettingsError(said.partition("; ")[0].rstrip(".") + ".")
    replace(look(path), tomlkit.dumps(document).encode())
