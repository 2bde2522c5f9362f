"""What the commands share: account and settings, the dialect, messages, and a time limit."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from claude_status.frames_read import is_utf8
from claude_status.paths import Account, locate, settings_file
from claude_status.settings.settings import Settings, load

TYPED_SECONDS = 60  # no refresh that a person waits for lasts longer


def place(environ: Mapping[str, str], *, warn: bool = True) -> tuple[Account, Settings]:
    """The account and the settings of this environment; reports settings that are ignored."""
    account = locate(environ)
    loaded = load(settings_file(environ))
    if warn:
        for problem in loaded.problems:
            say(problem)
    return account, loaded.settings


def dialect(environ: Mapping[str, str]) -> str:
    """The dialect for stdout, as the launcher chooses it."""
    known = is_utf8(environ)
    if not sys.stdout.isatty():
        return "ascii" if known is False else "plain"
    if not known:
        return "ascii"
    return "plain" if environ.get("NO_COLOR") or environ.get("TERM") == "dumb" else "ansi"


def end_after(seconds: float, status: int = 1) -> None:
    """End this process after so many seconds, wherever it hangs, with that exit status."""

    def end() -> None:
        say(f"This took more than {seconds:g} s: try again, or run `claude-status doctor`.")
        os._exit(status)

    import threading

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


def say(sentence: str) -> None:
    """Print a message for the user on stderr."""
    print(f"claude-status: {sentence}", file=sys.stderr)
