"""The writer's half of the frames: each file is replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from claude_status.draw.dialects import DIALECTS
from claude_status.draw.frames import Strip, write_strip
from claude_status.errors import CacheError
from claude_status.paths import Account
from claude_status.reader import HEADER, KICK, SLOT, read_text


def write_view(account: Account, strips: Mapping[str, Strip], refresh_at: int) -> None:
    """Replace the frames of every dialect; raises CacheError where that cannot be done."""
    for name, dialect in DIALECTS.items():
        replace_file(account.frames / name, write_strip(strips[name], refresh_at, dialect))


def postpone(account: Account, now: int, refresh_at: int) -> None:
    """Keep the frames, and only say when to refresh next; what is no frame of ours goes."""
    for name in DIALECTS:
        header, _, frames = read_text(str(account.frames / name)).partition("\n")
        first = frames.partition(" ")[0]
        ours = header.startswith(f"{HEADER} ") and first.isdigit() and int(first) <= now
        kept = frames if ours else f"{now} \n"
        replace_file(account.frames / name, f"{HEADER} {refresh_at}\n{kept}")


def sweep(account: Account, now: float) -> None:
    """Remove the marks of earlier slots, and what a killed writer left behind."""
    current = f"{KICK}{int(now) // SLOT}"
    with contextlib.suppress(OSError):
        for place in (account.home, account.frames):
            for entry in list(os.scandir(place)):
                old = entry.name.startswith(KICK) and entry.name != current
                left = entry.name.startswith(".new") and entry.stat().st_mtime < now - 60
                if old or left:
                    os.unlink(entry.path)


def replace_file(path: Path, text: str) -> None:
    """Put a text in the place of a file, whole; raises CacheError where that cannot be done."""
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".new", delete=False) as file:
            try:
                file.write(text)
                file.close()
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
    except OSError as error:
        raise CacheError(
            f"{path} cannot be written ({error.strerror}): make it writable."
        ) from None
