"""The errors a user may see; each is one sentence that says what is wrong and what to do."""

from __future__ import annotations

import errno
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class ClaudeStatusError(Exception):
    """Base of every error raised on purpose; ``str()`` is fit to print, and never holds a token."""


class SettingsError(ClaudeStatusError):
    """The settings file or an environment variable holds something that cannot be used."""


class CacheError(ClaudeStatusError):
    """The cache directory cannot be used: missing, not writable, or not safe from other users."""


class LoginError(ClaudeStatusError):
    """There is no login that can read usage.

    ``state`` is one of ``missing``, ``blank``, ``only_mcp``, ``expired``, ``no_scope``,
    ``unreadable``, ``malformed``, ``keychain_locked``, ``keychain_refused``. ``fingerprint``
    changes when the stored login changes and contains no secret ("" if there is none).
    """

    def __init__(self, state: str, message: str, fingerprint: str = "") -> None:
        super().__init__(message)
        self.state = state
        self.fingerprint = fingerprint


class AskError(ClaudeStatusError):
    """The API gave no reading.

    ``kind`` is one of ``unauthorized`` (401 and 403 with the API's own JSON error),
    ``throttled`` (429) and ``transient`` (everything else). ``retry_after`` is what the
    server demands, in seconds, or None.
    """

    def __init__(self, kind: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after = retry_after


def remedy(error: OSError) -> str:
    """What to do about a file or directory that cannot be written."""
    return "free some space" if error.errno in NO_SPACE else "make it writable"


def attempt(run: Callable[[Any], int], arguments: Any, *, failure: int, usage: int = 2) -> int:
    """Run a command and return its exit status; what fails is one sentence on stderr.

    The status is then ``failure``, or ``usage`` where a setting or a variable cannot be used.
    """
    try:
        return run(arguments)
    except ClaudeStatusError as error:
        sentence = str(error)
        status = usage if isinstance(error, SettingsError) else failure
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:  # its text may hold anything, so only its name is printed
        if isinstance(error, OSError) and error.errno in NO_SPACE:
            raise  # of the output: whatever else is written has an error of its own
        sentence = f"Something went wrong ({type(error).__name__}): please report it."
        status = failure
    print(f"claude-status: {sentence}", file=sys.stderr)
    return status
