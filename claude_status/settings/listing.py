"""The settings in force as lines, each with its value as TOML and where that comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from claude_status.render.colours import BY_DEFAULT, KINDS, NONE
from claude_status.render.template import PRESETS
from claude_status.settings.settings import Loaded, Settings

VALUE_COLUMNS = 40  # at most kept free for a value, so that a line fits into 80


def describe(loaded: Loaded, path: Path) -> str:
    """One line for each setting, by the name that ``config set`` takes; then where the file is."""
    rows = list(_rows(loaded, path.name))
    names, values = (max(len(row[column]) for row in rows) for column in (0, 1))
    values = min(values, VALUE_COLUMNS)
    lines = [f"{name:<{names}}  {value:<{values}}  # {origin}" for name, value, origin in rows]
    missing = "" if path.exists() else " (no such file)"
    return "\n".join([*lines, "", f"# {path.name}: {path}{missing}"])


def _rows(loaded: Loaded, file: str) -> Iterator[tuple[str, str, str]]:
    """The name, the value and the origin of each setting; a colour is one of its own."""
    for field in fields(Settings):
        value = getattr(loaded.settings, field.name)
        if field.name == "colours":
            for kind, colour in all_colours(value).items():
                yield f"colours.{kind}", toml(colour), file if kind in value else "default"
        elif field.name == "hosts" and value:
            yield from ((name, _shown(name, each), file) for name, each in _leaves("hosts", value))
        else:
            origin = file if field.name in loaded.named else "default"
            yield field.name, _shown(field.name, value), origin


def _leaves(name: str, value: object) -> Iterator[tuple[str, object]]:
    """The values in nested tables by their dotted names; no colours at all are one value."""
    if isinstance(value, Mapping) and name.endswith(".colours") and set(value.values()) == {NONE}:
        value = NONE
    if not isinstance(value, Mapping):
        yield name, value
        return
    for key, each in value.items():
        yield from _leaves(f"{name}.{key}", each)


def _shown(name: str, value: object) -> str:
    """A value as it would be set: a preset by its name."""
    if name.rpartition(".")[2] == "template" and value:
        value = next((preset for preset, text in PRESETS.items() if text == value), value)
    return toml(value)


def all_colours(given: Mapping[str, str]) -> dict[str, str]:
    """All colours, those that are set and the defaults of most hosts."""
    return {kind: given.get(kind, str(getattr(BY_DEFAULT, kind))) for kind in KINDS}


def toml(value: object) -> str:
    """A value of a setting as TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def _key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else toml(name)
