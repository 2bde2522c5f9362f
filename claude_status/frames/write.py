"""Writes the frames: each file is replaced completely or not at all."""

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
from claude_status.frames_read import HEADER, KICK, NARROW_FILES, SLOT, due_times, epoch, read_text
from claude_status.model.schedule import RefreshTimes
from claude_status.paths import Account
from claude_status.render.colours import Colours
from claude_status.render.dialects import DIALECTS

SAME_TIME = 2  # seconds by which a clock and the date of a file may differ
FILES = {
    **DIALECTS,
    **dict.fromkeys(NARROW_FILES.values(), DIALECTS["claude"]),
    GATE: DIALECTS["plain"],
}
NEW = ".new"  # the prefix of a file that is not complete yet


class Head(NamedTuple):
    """The data about frames: when to refresh them, and their date (epoch seconds).

    A login that is newer than that date makes a refresh due.
    """

    times: RefreshTimes
    date: int


def frames_date(account: Account, now: float) -> int:
    """The date for frames that are about to be drawn; to be taken before the login is read.

    A little early, since clocks and file systems may differ by a second; but never before the
    present login, whatever its date, so that it is new only once.
    """
    try:
        written = math.ceil(account.login.stat().st_mtime)
    except OSError:
        written = 0
    return max(int(now) - SAME_TIME, written)


def drawn_date(account: Account) -> int:
    """The date of the existing frames, 0 if there are none; kept when the login is not read."""
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
    """Keep the frames, and only set when to refresh next.

    A file that is not ours, or whose frames begin in the future, is replaced by one empty frame.
    """
    for name in FILES:
        header, _, frames = read_text(str(account.frames / name)).partition("\n")
        first = epoch(frames.partition(" ")[0])
        ours = due_times(header) is not None and first is not None and first <= now
        ours = ours and frames.endswith("\n") and frames.count("\n") <= MAX_FRAMES
        _replace_frames(account.frames / name, frames if ours else f"{now - EARLIER} \n", head)


def _replace_frames(path: Path, frames: str, head: Head) -> None:
    """Write frames below a header, with first two lines that differ from the previous file's.

    A reader that remembers the first two lines recognizes a new file by them. So if the header is
    the same, the first frame begins earlier than the previous first one.
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
    """Replace a file atomically by a text; raises CacheError if that fails.

    ``date`` (epoch seconds) is that of the file. A directory in its place is removed.
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
