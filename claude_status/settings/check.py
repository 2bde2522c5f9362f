"""Each setting's reader: converts a TOML value, or raises a ValueError with a reason."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from claude_status.model.usage import SOURCES
from claude_status.render.colours import KINDS, NONE, parse_colour
from claude_status.render.dialects import DIALECTS
from claude_status.render.template import PRESETS, parse_template
from claude_status.render.words import plain_label

HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


def _whole(least: int, most: int, unit: str) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"must be a whole number of {unit} from {least} to {most}")
        return value

    return read


def _sources(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(source in SOURCES for source in value):
        known = ", ".join(f'"{source}"' for source in SOURCES)
        raise ValueError(f'must be a list of {known}, such as ["statusline"]')
    return tuple(source for source in SOURCES if source in value)


def _user_agent(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.strip().isprintable():
        raise ValueError("must be one line of printable text")
    if not value.isascii() or value != value.strip():
        raise ValueError("must be ASCII text without surrounding blanks")
    return value


def _program(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= 4096:
        raise ValueError("must be the name of a program on PATH, or its absolute path")
    if "/" in value and not value.startswith("/"):
        raise ValueError("must be a name without slashes, or an absolute path")
    return value


def _ca_bundle(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable() or len(value) > 4096:
        raise ValueError('must be the absolute path of a file of certificates, or "system"')
    if value not in ("", "system") and not value.startswith("/"):
        raise ValueError('must be an absolute path, or "system"')
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
    if value and value not in PRESETS and "{" not in value:  # it would say the same for ever
        import difflib

        near = difflib.get_close_matches(value, PRESETS, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(PRESETS)}"
        raise ValueError(f"there is no preset {value!r} ({hint})")
    return text


def _clock(value: object) -> str:
    if value not in ("locale", "12h", "24h"):
        raise ValueError('must be "12h", "24h", or "locale"')
    return str(value)


def _percentage(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 100:
        raise ValueError("must be a percentage from 0 to 100, such as 50")
    return value


def _colours(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError('must be a table such as [colours] with warning = "bold yellow"')
    unknown = [kind for kind in value if kind not in KINDS]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is none of the kinds {', '.join(KINDS)}")
    return {kind: str(parse_colour(colour)) for kind, colour in value.items()}


def _hosts(value: object) -> dict[str, dict[str, object]]:
    if not isinstance(value, dict):
        raise ValueError("must be tables such as [hosts.tmux]")
    if not all(name in DIALECTS for name in value):
        raise ValueError("there is no such host: choose from " + ", ".join(DIALECTS))
    return {name: _host(host) for name, host in value.items()}


def _host(value: object) -> dict[str, object]:
    if not isinstance(value, dict) or not value or not set(value) <= {"template", "colours"}:
        raise ValueError("must contain a template or colours, and nothing else")
    found: dict[str, object] = {}
    if "template" in value:
        found["template"] = _template(value["template"])
    if "colours" in value:
        given = value["colours"]
        found["colours"] = dict.fromkeys(KINDS, NONE) if given == NONE else _host_colours(given)
    return found


def _host_colours(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError(f'colours must be "{NONE}", or a table as [colours] is')
    return _colours(value)


def _labels(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(label, str) for label in value.values()):
        raise ValueError(
            'must be a table of labels by CLAUDE_CONFIG_DIR ("/default" where it is unset)'
        )
    for label in value.values():
        if plain_label(label) != label or len(label) > 20:
            raise ValueError("must be up to 20 ASCII letters, digits, blanks and .-+_")
    own = os.path.expanduser("~/.claude")
    found = {os.path.expanduser(name).rstrip("/"): label for name, label in value.items()}
    # ~/.claude is the default account's directory, and another account's if the variable names it
    return {"/default": found[own], **found} if own in found else found


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _percentages(value: object) -> tuple[float, ...]:
    if not isinstance(value, list) or any(map(_is_no_number, value)):
        raise ValueError("must be a list of percentages, such as [80, 95, 100]")
    if not all(0 < each <= 1000 for each in value):
        raise ValueError("must be percentages above 0")
    return tuple(sorted(value))


def _hours(value: object) -> str:
    found = HOURS.fullmatch(value) if isinstance(value, str) else None
    numbers = [int(group) for group in found.groups()] if found else []
    if not numbers or max(numbers[::2]) > 23 or max(numbers[1::2]) > 59:
        raise ValueError('must be two times of day, such as "22:00-07:30"')
    return str(value)


def _command(value: object) -> tuple[str, ...]:
    words = [value] if isinstance(value, str) and len(value.split()) == 1 else value
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
        raise ValueError('must be a command as a list of words, such as ["/path/to/it", "-x"]')
    return tuple(words)


def _is_no_number(value: object) -> bool:
    return isinstance(value, bool) or not isinstance(value, (int, float))


READERS: dict[str, Callable[[object], object]] = {
    "ttl": _whole(180, 86400, "seconds"),
    "sources": _sources,
    "user_agent": _user_agent,
    "ca_bundle": _ca_bundle,
    "claude_command": _program,
    "thresholds": _thresholds,
    "max_width": _whole(10, 500, "columns"),
    "template": _template,
    "clock": _clock,
    "hide_below": _percentage,
    "colours": _colours,
    "hosts": _hosts,
    "labels": _labels,
    "alerts": _switch,
    "alert_thresholds": _percentages,
    "quiet_hours": _hours,
    "on_alert": _command,
}
