"""A refresh that is typed while none is due, answered from small files alone.

A refresh notes when the next call is due for a person, and how the frames that it drew begin. While
those frames are in place, and nothing that a refresh reads is newer, another refresh would say the
same but take ten times as long, mostly for the store and its library.
"""

from __future__ import annotations

import os
import sys

from claude_status.frames_read import (
    account_name,
    cache_root,
    is_newer,
    login_file,
    read_frame,
    read_text,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from claude_status.paths import Account

NOTE = "store/next"  # lost together with the store
# what else in the environment a refresh depends on
VARIABLES = ("CLAUDE_STATUS_CONFIG", "XDG_CONFIG_HOME", "HOME", "CLAUDE_STATUS_API_BASE")


def note(account: Account, environ: Mapping[str, str], at: float) -> None:
    """Note that the next call is due at that time (epoch seconds); 0 if there is more to report."""
    from pathlib import Path

    from claude_status.frames.write import replace_file
    from claude_status.settings.settings import load

    path = account.home / NOTE
    if at and not load(Path(_settings_file(environ))).problems:
        replace_file(path, f"{int(at)}\n{_ground(str(account.home), environ)}")
    else:
        path.unlink(missing_ok=True)


def answer(environ: Mapping[str, str], now: float) -> tuple[str, float] | None:
    """The line, and when the next call is due; None if that takes a refresh."""
    name, root = account_name(environ), cache_root(environ)
    if name is None or root is None:
        return None
    home, login = f"{root}/at{name}/@", login_file(environ)
    at, _, ground = read_text(f"{home}/{NOTE}").partition("\n")
    if not at.isdigit() or int(at) <= now or ground != _ground(home, environ):
        return None
    if sys.platform == "darwin" and not os.path.exists(login):
        return None  # a login in the Keychain has no date
    looked_at = (login, _claude_json(environ), _settings_file(environ))
    if any(is_newer(path, f"{home}/frames/plain") for path in looked_at):
        return None
    drawn = {each: read_frame(home, each, now, prompt=True) for each in _dialects(home)}
    return None if any(due for _, due in drawn.values()) else (drawn["plain"][0], float(at))


def _ground(home: str, environ: Mapping[str, str]) -> str:
    """What must not change for the note to hold: how the frames begin, and the environment.

    No two successive files of frames begin with the same two lines.
    """
    begins = read_text(f"{home}/frames/plain").split("\n")[:2]
    settings = "set" if os.path.exists(_settings_file(environ)) else "not set"
    variables = (repr(environ.get(name)) for name in VARIABLES)
    return "\n".join([*begins, *_dialects(home), settings, *variables])


def _dialects(home: str) -> list[str]:
    """The dialects that are drawn."""
    try:
        return sorted(os.listdir(f"{home}/frames"))
    except OSError:
        return []


def _claude_json(environ: Mapping[str, str]) -> str:
    """Claude Code's own state."""
    return (environ.get("CLAUDE_CONFIG_DIR") or environ.get("HOME", "")) + "/.claude.json"


def _settings_file(environ: Mapping[str, str]) -> str:
    """Where the settings are."""
    base = environ.get("XDG_CONFIG_HOME") or environ.get("HOME", "") + "/.config"
    return environ.get("CLAUDE_STATUS_CONFIG") or f"{base}/claude-status/config.toml"
