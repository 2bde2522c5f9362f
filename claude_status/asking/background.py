"""The refresh that nobody waits for: silent, detached, always 0, and never for long."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

SECONDS = 60  # more than all it may wait for, one after another; after that it hangs


def run(reader: str) -> int:
    """Refresh for a ``prompt`` or a ``bar`` in a session of its own; ``doctor`` says what fails."""
    try:
        _let_go()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
        signal.alarm(SECONDS)
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
    except Exception:  # noqa: S110 - nobody is there to read it
        pass
    return 0


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[bool]:
    """Whether no other refresh in the background is at work on this account, while it lasts.

    The lease in the store says who may ask. Without this door, many that try for it at once would
    lock the database for longer than its holder's writes wait.
    """
    door = os.open(home, os.O_RDONLY)
    try:
        fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_first = True
    except BlockingIOError:
        is_first = False
    except OSError:  # a file system without locks has its lease
        is_first = True
    try:
        yield is_first
    finally:
        os.close(door)


def _let_go() -> None:
    """Keep no stream, session or directory of the one who started this.

    A reader that waits for the end of a pipe would wait for us, and a terminal that is closed, or
    a status line that is cancelled, would take us along.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    os.closerange(3, 256)
    if os.getsid(0) != os.getpid():
        if os.getpgrp() == os.getpid() and os.fork():
            os._exit(0)  # who leads a group cannot leave its session
        os.setsid()
    os.chdir("/")
