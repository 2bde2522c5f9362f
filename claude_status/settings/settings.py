"""The settings: one TOML file, each value with a default that needs no file.

Nothing comes from the environment: one cache serves many shells whose environments differ, and a
directory's environment must not be able to choose what is asked, where, or what is run.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from claude_status import __version__
from claude_status.files import open_at_once
from claude_status.render.colours import colours_of
from claude_status.render.style import THRESHOLDS, Style
from claude_status.settings.check import READERS

MAX_SETTINGS = 1 << 16
TABLES = ("colours", "hosts", "labels")  # where one entry may be wrong and the others right
# what the environment must not influence, and why
OWN = {
    "on_alert": "it runs a command",
    "claude_command": "it runs a command",
    "ca_bundle": "it decides who may read the login",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, with its default."""

    ttl: int = 300  # seconds
    sources: tuple[str, ...] = ("statusline", "claude_json", "endpoint")
    user_agent: str = f"claude-status/{__version__}"
    ca_bundle: str = ""  # certificates to trust: "" certifi's, "system", or an absolute path
    claude_command: str = "claude"  # a name on PATH, or an absolute path
    thresholds: tuple[float, float] = THRESHOLDS  # per cent: warning, critical
    max_width: int = 60  # columns
    template: str = ""  # "" is the line as it is by default
    clock: str = "locale"  # of clock times: 12h, 24h, or as in the locale
    hide_below: float = 0  # per cent; the line is empty until a limit reaches it
    colours: Mapping[str, str] = field(default_factory=dict)  # those that are set, by their kind
    hosts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # a dialect's own settings
    labels: Mapping[str, str] = field(default_factory=dict)  # a label for each account
    alerts: bool = False
    alert_thresholds: tuple[float, ...] = (80, 95, 100)  # per cent
    quiet_hours: str = ""  # such as "22:00-07:00"
    on_alert: tuple[str, ...] = ()  # a command and its arguments

    def style(self, dialect: str, account: str, plan: str = "") -> Style:
        """The style of one account's line in one dialect."""
        own = self.hosts.get(dialect, {})
        return Style(
            ttl=self.ttl,
            thresholds=self.thresholds,
            own_thresholds=self.thresholds is not THRESHOLDS,  # which may be set to the default's
            max_width=self.max_width,
            template=own.get("template", self.template),
            label=self.labels.get(account, ""),
            plan=plan,
            clock=_clock_hours(self.clock),
            hide_below=self.hide_below,
            colours=colours_of(dialect, self.colours, own.get("colours", {})),
        )


def _clock_hours(clock: str) -> int:
    """12 or 24; for the locale, from its date and time format."""
    if clock != "locale":
        return 12 if clock == "12h" else 24
    import locale

    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_TIME, "")
    form = locale.nl_langinfo(locale.D_T_FMT)
    return 12 if any(mark in form for mark in ("%p", "%I", "%r", "%P")) else 24


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force, and one sentence for each value that had to be ignored."""

    settings: Settings
    problems: tuple[str, ...] = ()
    named: frozenset[str] = frozenset()  # the settings that the file sets


def load(path: Path) -> Loaded:
    """Read the settings file; whatever cannot be used is reported, and its default is used."""
    try:
        table = _parse(_read(path).decode("utf-8-sig"))
    except FileNotFoundError:
        return Loaded(Settings())
    except OSError as error:
        return Loaded(Settings(), (f"{path} cannot be read ({error.strerror}): make it readable.",))
    except UnicodeDecodeError:
        return Loaded(Settings(), (f"{path} is not text in UTF-8: save it as that.",))
    except (ValueError, RecursionError) as error:
        return Loaded(Settings(), (f"{path} is not valid TOML: {error}.",))
    own = Path(os.path.expanduser("~"), ".config", "claude-status", "config.toml")
    barred = [name for name in OWN if name in table and path != own]
    loaded = check({name: table[name] for name in table if name not in barred}, str(path))
    refused = [f"{path}: {name} is only read from {own}, since {OWN[name]}." for name in barred]
    return replace(loaded, problems=(*loaded.problems, *refused))


def _parse(text: str) -> dict[str, Any]:
    """A TOML table; raises ValueError. Without a file, no parser is imported."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def check(table: Mapping[str, object], where: str) -> Loaded:
    """Turn a table of settings into Settings; ``where`` names it in the sentences."""
    good: dict[str, Any] = {}
    problems = []
    for name, value, place in _entries(table):
        reader = READERS.get(name)
        if reader is None:
            advice = suggestion(name) or ": remove it"
            problems.append(f"{where}: there is no setting {name!r}{advice}.")
            continue
        try:
            read = reader(value)
        except ValueError as error:
            instead = "its default is used" if place == name else "it is left out"
            problems.append(f"{where}: {place}: {error}; {instead}.")
        else:
            good[name] = {**good.get(name, {}), **read} if isinstance(read, dict) else read
    return Loaded(Settings(**good), tuple(problems), frozenset(good))


def _entries(table: Mapping[str, object]) -> Iterator[tuple[str, object, str]]:
    """Each setting, its value, and its place in the file; the entries of a table separately."""
    for name, value in table.items():
        if name not in TABLES or not isinstance(value, dict) or not value:
            yield name, value, name
            continue
        for key, entry in value.items():
            yield name, {key: entry}, f"{name}.{key if key.isidentifier() else repr(key)}"


def _read(path: Path) -> bytes:
    """The content of a regular file, or of /dev/null; never waits for a FIFO or device."""
    with open_at_once(path) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode) and str(path) != os.devnull:
            raise OSError(errno.EINVAL, "it is not a regular file")
        data = file.read(MAX_SETTINGS + 1)
    if len(data) > MAX_SETTINGS:
        raise ValueError(f"it is longer than {MAX_SETTINGS} bytes")
    return data


def suggestion(name: str) -> str:
    """The setting that a wrong name may stand for, in brackets, "" where none is near."""
    import difflib

    near = difflib.get_close_matches(name.lower(), [each.name for each in fields(Settings)], 1)
    return f" (did you mean {near[0]!r}?)" if near else ""
