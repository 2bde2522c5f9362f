"""The settings: one TOML file, each value with a default that needs no file.

Nothing comes from the environment: one cache serves many shells whose environments differ, and a
directory's environment must not be able to set what is asked, where, or what is run.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from claude_status import __version__
from claude_status.draw.dialects import DIALECTS
from claude_status.draw.pieces import Style, plain_label
from claude_status.draw.template import PRESETS, parse_template

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SOURCES = ("statusline", "claude_json", "endpoint", "claude_cli")
LEAST_TTL = 180
MAX_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, with its default."""

    ttl: int = 300  # seconds
    sources: tuple[str, ...] = ("statusline", "claude_json", "endpoint")
    user_agent: str = f"claude-status/{__version__}"
    thresholds: tuple[float, float] = (70, 90)  # per cent: warning, critical
    max_width: int = 60  # columns
    template: str = ""  # "" is the line as it is by default
    hosts: Mapping[str, str] = field(default_factory=dict)  # a template for each dialect
    labels: Mapping[str, str] = field(default_factory=dict)  # a label for each account

    def style(self, dialect: str, account: str, plan: str = "") -> Style:
        """What the settings say about the line of one account in one dialect."""
        return Style(
            ttl=self.ttl,
            thresholds=self.thresholds,
            max_width=self.max_width,
            template=self.hosts.get(dialect, self.template),
            label=self.labels.get(account, ""),
            plan=plan,
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force, and one sentence for each that had to be left out."""

    settings: Settings
    problems: tuple[str, ...] = ()


def load(path: Path) -> Loaded:
    """Read the settings file; whatever cannot be used is named, and its default stands."""
    try:
        with path.open("rb") as file:
            table = tomllib.loads(file.read(MAX_BYTES).decode())
    except FileNotFoundError:
        return Loaded(Settings())
    except OSError as error:
        return Loaded(Settings(), (f"{path} cannot be read ({error.strerror}): make it readable.",))
    except ValueError as error:
        return Loaded(Settings(), (f"{path} is not valid TOML: {error}.",))
    return check(table, str(path))


def check(table: Mapping[str, object], where: str) -> Loaded:
    """Turn a table of settings into Settings; ``where`` names it in the sentences."""
    good: dict[str, Any] = {}
    problems = []
    for name, value in table.items():
        reader = READERS.get(name)
        if reader is None:
            problems.append(f"{where}: there is no setting {name!r}{_suggest(name)}.")
            continue
        try:
            good[name] = reader(value)
        except ValueError as error:
            problems.append(f"{where}: {name}: {error}; its default is used.")
    return Loaded(Settings(**good), tuple(problems))


def _suggest(name: str) -> str:
    near = difflib.get_close_matches(name, [each.name for each in fields(Settings)], 1)
    return f" (did you mean {near[0]!r}?)" if near else ": remove it"


def _whole(least: int, most: int, unit: str) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"must be a whole number of {unit} from {least} to {most}")
        return value

    return read


def _sources(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(source in SOURCES for source in value):
        raise ValueError("must be a list of " + ", ".join(f'"{source}"' for source in SOURCES))
    return tuple(source for source in SOURCES if source in value)


def _user_agent(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.strip().isprintable():
        raise ValueError("must be one line of printable text")
    if not value.isascii() or value != value.strip():
        raise ValueError("must be ASCII text without blanks around it")
    return value


def _thresholds(value: object) -> tuple[float, float]:
    good = isinstance(value, list) and len(value) == 2 and not any(map(_is_no_number, value))
    if not good or not isinstance(value, list) or not 0 < value[0] <= value[1] <= 1000:
        raise ValueError("must be two percentages in ascending order, such as [70, 90]")
    return value[0], value[1]


def _template(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(
            "must be a text such as '5h {5h} {5h.reset} · 7d {7d}', or a preset's name"
        )
    text = PRESETS.get(value, value)
    parse_template(text)
    return text


def _hosts(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(name in DIALECTS for name in value):
        raise ValueError("must be tables such as [hosts.tmux], for " + ", ".join(DIALECTS))
    if not all(isinstance(host, dict) and set(host) == {"template"} for host in value.values()):
        raise ValueError("must be tables with a template each")
    return {name: _template(host["template"]) for name, host in value.items()}


def _labels(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(label, str) for label in value.values()):
        raise ValueError(
            'must be a table of labels by CLAUDE_CONFIG_DIR ("/default" where it is unset)'
        )
    return {name.rstrip("/"): plain_label(label)[:20] for name, label in value.items()}


def _is_no_number(value: object) -> bool:
    return isinstance(value, bool) or not isinstance(value, (int, float))


READERS: dict[str, Callable[[object], object]] = {
    "ttl": _whole(LEAST_TTL, 86400, "seconds"),
    "sources": _sources,
    "user_agent": _user_agent,
    "thresholds": _thresholds,
    "max_width": _whole(10, 500, "columns"),
    "template": _template,
    "hosts": _hosts,
    "labels": _labels,
}
