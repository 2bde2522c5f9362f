"""The writer's half of the frames: each file is replaced whole or not at all."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from claude_status.errors import CacheError, remedy
from claude_status.frames.gates import GATE
from claude_status.frames.strip import EARLIER, MAX_FRAMES, Strip, write_strip
from claude_status.frames_read import HEADER, KICK, SLOT, due_times, epoch, read_text
from claude_status.model.schedule import RefreshTimes
from claude_status.paths import Account
from claude_status.render.colours import Colours
from claude_status.render.dialects import DIALECTS

SAME_TIME = 2  # seconds by which a clock and the date of a file may differ
FILES = {**DIALECTS, GATE: DIALECTS["plain"]}
NEW = ".new"  # how the name of a file begins that is not whole yet


class Head(NamedTuple):
    """What is said of frames: when to refresh them, and their date (epoch seconds).

    A login that is newer than that date makes a refresh due.
    """

    times: RefreshTimes
    date: int


def frames_date(account: Account, now: float) -> int:
    """The date of frames that are drawn after the login is read, to be taken before.

    A little early, since not all clocks and file systems agree to the second; but never before the
    login that is there, however it is dated, so that it is new once.
    """
    try:
        written = math.ceil(account.login.stat().st_mtime)
    except OSError:
        written = 0
    return max(int(now) - SAME_TIME, written)


def drawn_date(account: Account) -> int:
    """The date of the frames that are there, 0 where there are none: what draws without a look at
    the login keeps it.
    """
    try:
        return int((account.frames / "plain").stat().st_mtime)
    except OSError:
        return 0


def write_view(
    account: Account,
    strips: Mapping[str, Strip],
    head: Head,
    colours: Mapping[str, Colours] | None = None,
) -> None:
    """Replace the frames of every dialect, and the gates; raises CacheError if that cannot be.

    ``colours`` are those of each dialect, where they are not its defaults.
    """
    for name, dialect in FILES.items():
        text = write_strip(strips[name], dialect, (colours or {}).get(name))
        _replace_frames(account.frames / name, text, head)


def postpone(account: Account, now: int, head: Head) -> None:
    """Keep the frames, and only say when to refresh next.

    A file that is not ours, or whose frames begin in the future, becomes one empty frame.
    """
    for name in FILES:
        header, _, frames = read_text(str(account.frames / name)).partition("\n")
        first = epoch(frames.partition(" ")[0])
        ours = due_times(header) is not None and first is not None and first <= now
        ours = ours and frames.endswith("\n") and frames.count("\n") <= MAX_FRAMES
        _replace_frames(account.frames / name, frames if ours else f"{now - EARLIER} \n", head)


def _replace_frames(path: Path, frames: str, head: Head) -> None:
    """Put frames below a header, so that the file does not begin like the one before.

    A reader that remembers the first two lines sees by these that the file is a new one. So where
    the header is the same, the first frame begins earlier than the first one of before.
    """
    header = f"{HEADER} {head.times.bar} {head.times.prompt}"
    start, _, rest = frames.partition(" ")
    known, _, others = read_text(str(path)).partition("\n")
    before = epoch(others.partition(" ")[0])
    if known == header and before:
        start = str(min(int(start), before - 1))
    replace_file(path, f"{header}\n{start} {rest}", head.date)


def sweep(account: Account, now: float) -> None:
    """Remove the marks of earlier slots, and what a killed writer left behind."""
    current = f"{KICK}{int(now) // SLOT}"
    for path in (*account.home.glob("*"), *account.frames.glob("*")):
        with contextlib.suppress(OSError):
            old = path.name.startswith(KICK) and path.name != current
            left = path.name.startswith(NEW) and abs(now - path.stat().st_mtime) > 60
            if old or left:
                if left and path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def replace_file(path: Path, text: str, date: int | None = None) -> None:
    """Put a text in the place of a file, whole; raises CacheError where that cannot be done.

    ``date`` (epoch seconds) is that of the file. A directory that has taken its place goes.
    """
    try:
        handle, new = tempfile.mkstemp(prefix=NEW, dir=path.parent)
        try:
            with open(handle, "wb") as file:
                file.write(text.encode())
            if date is not None:
                os.utime(new, (date, date))
            if path.is_dir() and not path.is_symlink():
                path.rename(tempfile.mkdtemp(prefix=NEW, dir=path.parent))
            os.replace(new, path)
        except BaseException:
            os.unlink(new)
            raise
    except OSError as error:
        raise CacheError(f"{path} cannot be written ({error.strerror}): {remedy(error)}.") from None
