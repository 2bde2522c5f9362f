"""The refresh in the background: silent, detached, with status 0, and limited in time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

LIFETIME = 60  # more than all its timeouts together; after that it must be hanging


def run(reader: str) -> int:
    """Refresh for a ``prompt`` or a ``bar`` in its own session; ``doctor`` reports failures."""
    try:
        _detach()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
        signal.alarm(LIFETIME)
        from claude_status.paths import make_private
        from claude_status.terminal import place

        account, settings = place(os.environ, warn=False)
        make_private(account)
        with _only_one(account.home) as is_first:
            if is_first:
                from claude_status.asking.ask import Asker
                from claude_status.asking.refresh import refresh
                from claude_status.model.schedule import NOBODY, PRESENT, PROMPT
                from claude_status.sources.presence import is_somebody_there

                is_seen = reader == PROMPT or is_somebody_there(
                    os.environ, time.time(), PRESENT * settings.ttl
                )
                reader = reader if is_seen else NOBODY
                refresh(Asker(account, settings, os.environ, reader=reader))
    except Exception:  # noqa: S110 - nobody would read it
        pass
    return 0


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[bool]:
    """Whether no other background refresh of this account is running; locks others out meanwhile.

    The lease in the store says who may ask. Without this lock, many processes that try to get the
    lease at once would lock the database for longer than its holder's writes wait.
    """
    lock = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_first = True
    except BlockingIOError:
        is_first = False
    except OSError:  # on a file system without locks, the lease must do
        is_first = True
    try:
        yield is_first
    finally:
        os.close(lock)


def _detach() -> None:
    """Close the inherited streams, and leave the caller's session and directory.

    Otherwise a reader that waits for the end of a pipe would wait for us, and closing a terminal or
    cancelling a status line would end us.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    os.closerange(3, 256)
    if os.getsid(0) != os.getpid():
        if os.getpgrp() == os.getpid() and os.fork():
            os._exit(0)  # the leader of a group cannot leave its session
        os.setsid()
    os.chdir("/")
