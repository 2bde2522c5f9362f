"""Moves a broken database out of the way, so that a new one can replace it."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from pathlib import Path

from claude_status.errors import CacheError

BROKEN = ".broken"
SET_ASIDE_EVERY = 3600  # seconds: where a new database breaks too, the fault is not in the file


def identity(directory: Path) -> int:
    """What distinguishes a directory from one that replaced it; 0 if there is none."""
    try:
        return directory.stat().st_ino
    except OSError:
        return 0


def set_aside(directory: Path, opened: int) -> None:
    """Move a broken database away, replacing the one moved before it; raises OSError.

    ``opened`` is the identity of the broken one: if another process has already moved that, its
    replacement is left alone. Raises CacheError if one was moved within the last hour.
    """
    aside = directory.with_name(directory.name + BROKEN)
    try:
        broken = os.open(directory, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(broken, fcntl.LOCK_EX)  # of several that find it broken, one moves it
        if identity(directory) != opened:
            return
        if aside.is_dir() and abs(time.time() - aside.stat().st_mtime) < SET_ASIDE_EVERY:
            raise CacheError(
                f"The cache {directory} broke twice in an hour: see claude-status doctor."
            )
        shutil.rmtree(aside, ignore_errors=True)
        aside.unlink(missing_ok=True)
        os.utime(directory)  # the time that the next one compares
        directory.rename(aside)
    finally:
        os.close(broken)
