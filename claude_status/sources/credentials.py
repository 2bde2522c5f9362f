"""Where Claude Code keeps its login: read when a call is made, never renewed or written."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from time import sleep

from claude_status.errors import LoginError
from claude_status.files import open_at_once
from claude_status.sources import keychain as macos_keychain
from claude_status.sources.login import Login, judge, login_error

__all__ = ["Login", "read_login"]

_LONGEST = 1 << 20
_PAUSE = 0.1
_FILE_MAY_STAND_IN = ("keychain_locked", "keychain_refused", "malformed")


def read_login(
    config_dir: Path,
    configured: str | None,
    *,
    now: float,
    typed: bool,
    environ: Mapping[str, str],
    keychain: bool = True,
    keychain_refused: bool = False,
    remember_refusal: Callable[[bool], None] = lambda refused: None,
    platform: str = sys.platform,
    security: str = macos_keychain.SECURITY,
) -> Login:
    """The login of one configuration: on macOS from the Keychain, else from Claude Code's file.

    ``configured`` is the literal CLAUDE_CONFIG_DIR or None. ``typed`` says that a person is
    waiting, who may answer a dialog. ``keychain`` False reads only the file. ``keychain_refused``
    is what ``remember_refusal`` was called with; in the background a refusal is final. Raises
    LoginError.
    """
    unasked: LoginError | None = None
    if keychain and platform == "darwin":
        try:
            if keychain_refused and not typed:
                raise macos_keychain.refusal("did not hand out the login when it was last asked")
            stored = _ask_keychain(configured, typed, environ, remember_refusal, security)
            if stored is not None:
                return judge(_parsed(stored), "keychain", "the Keychain", now)
        except LoginError as error:
            if error.state not in _FILE_MAY_STAND_IN:
                raise
            unasked = error
    try:
        return _from_file(config_dir / ".credentials.json", now)
    except LoginError as error:
        raise (unasked or error) from None


def file_fingerprint(path: Path, now: float) -> str:
    """The fingerprint of the login in Claude Code's file, "" if it has no valid one."""
    try:
        return _from_file(path, now).fingerprint
    except LoginError:
        return ""


def _ask_keychain(
    configured: str | None,
    typed: bool,
    environ: Mapping[str, str],
    remember_refusal: Callable[[bool], None],
    security: str,
) -> bytes | None:
    """Ask the Keychain once, and record whether that was refused."""
    seconds = macos_keychain.TYPED_SECONDS if typed else macos_keychain.BACKGROUND_SECONDS
    try:
        stored = macos_keychain.read_item(
            configured, environ=environ, seconds=seconds, security=security
        )
    except LoginError as error:
        if error.state == "keychain_refused":
            remember_refusal(True)
        raise
    remember_refusal(False)
    return stored


def _from_file(path: Path, now: float) -> Login:
    """The login in Claude Code's file; a half-written one is read once more."""
    place = "".join(c if c.isprintable() else "?" for c in str(path))
    stored = _parsed(_content(path, place))
    if stored is None:
        sleep(_PAUSE)
        stored = _parsed(_content(path, place))
    return judge(stored, "file", place, now)


def _content(path: Path, place: str) -> bytes:
    """The file's content, up to a little more than is allowed; never waits for a FIFO or device."""
    try:
        with open_at_once(path) as file:
            regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            return file.read(_LONGEST + 1) if regular else b""
    except (FileNotFoundError, NotADirectoryError):
        state = "missing"
    except IsADirectoryError:
        state = "malformed"
    except OSError:
        state = "unreadable"
    raise login_error(state, place)


def _parsed(content: bytes) -> object:
    """The JSON value in ``content``; None if there is none.

    Raises nothing, since the exceptions of JSON contain the document, and so the token.
    """
    try:
        return None if len(content) > _LONGEST else json.loads(content.decode())
    except (ValueError, RecursionError):
        return None
