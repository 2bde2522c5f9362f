"""The macOS Keychain, read with Apple's own ``security``, which may open a dialog."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import unicodedata
from collections.abc import Mapping

from claude_status.errors import LoginError

SECURITY = "/usr/bin/security"
BACKGROUND_SECONDS = 5.0
TYPED_SECONDS = 30.0

_NO_ITEM = 44
_LOCKED = 36
_HEX = re.compile(rb"(?:[0-9A-Fa-f]{2})+")


def service(configured: str | None) -> str:
    """The name under which Claude Code keeps the login; other names are other accounts'.

    ``configured`` is the literal CLAUDE_CONFIG_DIR, which Claude Code hashes into the name.
    """
    if not configured:
        return "Claude Code-credentials"
    value = unicodedata.normalize("NFC", configured).encode("utf-8", "surrogateescape")
    return f"Claude Code-credentials-{hashlib.sha256(value).hexdigest()[:8]}"


def read_item(
    configured: str | None, *, environ: Mapping[str, str], seconds: float, security: str = SECURITY
) -> bytes | None:
    """What the Keychain holds for this configuration; None if it holds nothing.

    Raises LoginError: ``keychain_locked`` if no dialog can be shown (ssh), and
    ``keychain_refused`` if it timed out, or the answer was no.
    """
    import subprocess  # not needed where there is no Keychain

    command = [security, "find-generic-password", "-a", _account(environ)]
    try:
        done = subprocess.run(
            [*command, "-w", "-s", service(configured)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise refusal(f"did not answer within {seconds:g} s") from None
    except OSError:
        return None
    if done.returncode == _NO_ITEM:
        return None
    if done.returncode == _LOCKED:
        raise LoginError(
            "keychain_locked",
            "The Keychain is locked, as it is over ssh: run `security unlock-keychain`.",
        )
    if done.returncode:
        raise refusal(f"did not hand out the login (exit status {done.returncode})")
    return _plain(done.stdout.strip())


def holds_item(
    configured: str | None, *, environ: Mapping[str, str], security: str = SECURITY
) -> bool:
    """Whether there is an item for this configuration; its secret is not read: no dialog opens."""
    import subprocess

    command = [security, "find-generic-password", "-a", _account(environ)]
    try:
        done = subprocess.run(
            [*command, "-s", service(configured)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            timeout=BACKGROUND_SECONDS,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return False
    return done.returncode == 0


def refusal(what: str) -> LoginError:
    """The error for a Keychain that must not be asked again until a person requests it."""
    return LoginError(
        "keychain_refused",
        f"The Keychain {what}: run `claude-status refresh` in a terminal and allow it.",
    )


def _account(environ: Mapping[str, str]) -> str:
    """The account name that Claude Code stores the login under."""
    try:
        return environ.get("USER") or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return ""


def _plain(output: bytes) -> bytes:
    """``output`` as stored: macOS 26 may print it as hex digits, which are never a JSON object."""
    return bytes.fromhex(output.decode("ascii")) if _HEX.fullmatch(output) else output
