"""What Claude Code keeps in ``.claude.json``: the account, and its own last reading.

The file is Claude Code's whole state and may be large. Then it is not parsed: the two keys are
looked for at the beginning of a line, where Claude Code writes them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from claude_status.files import open_at_once
from claude_status.model.usage import CLAUDE_JSON, Usage
from claude_status.model.values import clean, number
from claude_status.sources.body import parse_body

MAX_STATE = 64 << 20
PARSE_BYTES = 1 << 20  # a file up to this size may have any layout
KEYS = ("oauthAccount", "cachedUsageUtilization")


@dataclass(frozen=True, slots=True)
class State:
    """What one version of the file says; ``stamp`` distinguishes versions."""

    stamp: str
    account: str = ""  # the identifier of the numbers' owner, "" if the file does not say
    usage: Usage | None = None


def read_state(path: Path, known: str) -> State | None:
    """What the file says; None if it is still the version ``known``, missing or unreadable."""
    for _ in range(2):  # it may be rewritten while it is being read
        try:
            with open_at_once(path) as file:
                info = os.fstat(file.fileno())
                stamp = f"{info.st_mtime_ns}:{info.st_size}"
                if stamp == known or info.st_size > MAX_STATE:
                    return None
                account, usage = _parse(file.read(MAX_STATE))
                return State(stamp, account, usage)
        except OSError:
            return None
        except (ValueError, RecursionError):
            continue
    return None


def _parse(data: bytes) -> tuple[str, Usage | None]:
    """The account, and the reading if it is of this account."""
    found = _top_level(data)
    owner, cached = (found.get(key) for key in KEYS)
    person, organization = _identifier(owner, "accountUuid"), _identifier(owner, "organizationUuid")
    account = f"{person}/{organization}" if person and organization else person
    is_theirs = person and _identifier(cached, "accountUuid") == person
    if not is_theirs or not isinstance(cached, Mapping):
        return account, None
    fetched = number(cached.get("fetchedAtMs"))
    usage = parse_body(cached.get("utilization"), (fetched or 0) / 1000, CLAUDE_JSON)
    return account, usage if fetched and (usage.limits or usage.credits) else None


def _identifier(found: object, key: str) -> str:
    value = found.get(key) if isinstance(found, Mapping) else None
    return clean(value).replace(" ", "").replace("/", "") if isinstance(value, str) else ""


def _top_level(data: bytes) -> Mapping[str, object]:
    """The values of our keys; raises ValueError if the text is not JSON."""
    if len(data) <= PARSE_BYTES:
        found = json.loads(data)
        return found if isinstance(found, Mapping) else {}
    values: dict[str, object] = {}
    for key in KEYS:
        start = data.find(f'\n  "{key}": '.encode())
        if start >= 0:
            start += len(key) + 7
            text = data[start : start + PARSE_BYTES].decode("utf-8", "replace")
            values[key], _ = json.JSONDecoder().raw_decode(text)
    return values
