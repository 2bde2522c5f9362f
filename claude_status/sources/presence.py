"""Whether somebody is there to see a status bar, which only tmux can tell."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

TMUX_SECONDS = 2.0  # what tmux may take to answer


def is_somebody_there(environ: Mapping[str, str], now: float, within: float) -> bool:
    """Whether a client of the tmux that started this was active within so many seconds.

    Also True if that cannot be known: in any bar but tmux's, and if the server is not ours or does
    not answer. Never starts a server.
    """
    socket = socket_of(environ)
    if not is_our_socket(socket):
        return True
    import subprocess  # slow, and not needed by every refresh

    try:
        done = subprocess.run(
            ["tmux", "-S", socket, "list-clients", "-F", "#{client_activity}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            timeout=TMUX_SECONDS,
            check=True,
        )
        return any(now - int(when) <= within for when in done.stdout.split())
    except (OSError, subprocess.SubprocessError, ValueError):
        return True


def socket_of(environ: Mapping[str, str]) -> str:
    """The socket of the tmux that this runs in, "" outside tmux."""
    return environ.get("TMUX", "").rsplit(",", 2)[0]


def is_our_socket(path: str) -> bool:
    """Whether the path is a socket of ours: another user's server could make tmux run anything."""
    try:
        found = os.stat(path) if os.path.isabs(path) else None
    except (OSError, ValueError):
        return False
    return found is not None and stat.S_ISSOCK(found.st_mode) and found.st_uid == os.geteuid()
