"""The writer's half of the frames: each file is replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from claude_status.draw.dialects import DIALECTS
from claude_status.draw.frames import EARLIER, Strip, write_strip
from claude_status.errors import CacheError, remedy
from claude_status.paths import Account
from claude_status.policy import RefreshTimes
from claude_status.reader import HEADER, KICK, SLOT, due_times, epoch, read_text

NEW = ".new"  # how the name of a file begins that is not whole yet


def write_view(account: Account, strips: Mapping[str, Strip], times: RefreshTimes) -> None:
    """Replace the frames of every dialect; raises CacheError where that cannot be done."""
    for name, dialect in DIALECTS.items():
        _replace_frames(account.frames / name, write_strip(strips[name], dialect), times)


def postpone(account: Account, now: int, times: RefreshTimes) -> None:
    """Keep the frames, and only say when to refresh next.

    A file that is not ours, or whose frames begin in the future, becomes one empty frame.
    """
    for name in DIALECTS:
        header, _, frames = read_text(str(account.frames / name)).partition("\n")
        first = epoch(frames.partition(" ")[0])
        ours = due_times(header) is not None and first is not None and first <= now
        _replace_frames(account.frames / name, frames if ours else f"{now - EARLIER} \n", times)


def _replace_frames(path: Path, frames: str, times: RefreshTimes) -> None:
    """Put frames below a header, so that the file does not begin like the one before.

    A reader that remembers the first two lines sees by these that the file is a new one. So where
    the header is the same, the first frame begins earlier than the first one of before.
    """
    header = f"{HEADER} {times.bar} {times.prompt}"
    start, _, rest = frames.partition(" ")
    known, _, others = read_text(str(path)).partition("\n")
    before = epoch(others.partition(" ")[0])
    if known == header and before:
        start = str(min(int(start), before - 1))
    replace_file(path, f"{header}\n{start} {rest}")


def sweep(account: Account, now: float) -> None:
    """Remove the marks of earlier slots, and what a killed writer left behind."""
    current = f"{KICK}{int(now) // SLOT}"
    for path in (*account.home.glob("*"), *account.frames.glob("*")):
        with contextlib.suppress(OSError):
            old = path.name.startswith(KICK) and path.name != current
            left = path.name.startswith(NEW) and abs(now - path.stat().st_mtime) > 60
            if old or left:
                path.unlink()


def replace_file(path: Path, text: str) -> None:
    """Put a text in the place of a file, whole; raises CacheError where that cannot be done."""
    try:
        handle, new = tempfile.mkstemp(prefix=NEW, dir=path.parent)
        try:
            with open(handle, "wb") as file:
                file.write(text.encode())
            os.replace(new, path)
        except BaseException:
            os.unlink(new)
            raise
    except OSError as error:
        raise CacheError(f"{path} cannot be written ({error.strerror}): {remedy(error)}.") from None
