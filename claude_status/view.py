"""The files that prompts read: written whole or not at all, and read back as a shell would."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from claude_status.draw.dialects import DIALECTS
from claude_status.draw.frames import HEADER, Strip, write_strip
from claude_status.errors import CacheError
from claude_status.paths import Account

SLOT = 15  # seconds: one refresh for each account at the most
KICK = "kick."


def write_view(account: Account, strip: Strip, refresh_at: int) -> None:
    """Replace the frames of every dialect; raises CacheError where that cannot be done."""
    for name, dialect in DIALECTS.items():
        _replace(account.frames / name, write_strip(strip, refresh_at, dialect))


def postpone(account: Account, now: int, refresh_at: int) -> None:
    """Keep the frames, and only say when to refresh next; what is no frame of ours goes."""
    for name in DIALECTS:
        header, _, frames = _read(account.frames / name).partition("\n")
        first = frames.partition(" ")[0]
        ours = header.startswith(f"{HEADER} ") and first.isdigit() and int(first) <= now
        kept = frames if ours else f"{now} \n"
        _replace(account.frames / name, f"{HEADER} {refresh_at}\n{kept}")


def read_frame(account: Account, dialect: str, now: float) -> tuple[str, bool]:
    """The text that a shell would show now ("" for nothing), and whether a refresh is due."""
    header, *frames = _read(account.frames / dialect).split("\n")
    refresh_at = header.removeprefix(f"{HEADER} ")
    if refresh_at == header or not refresh_at.isdigit():
        return "", True
    shown, early = "", True
    for frame in frames:
        when, _, text = frame.partition(" ")
        if not when.isdigit() or int(when) > now:
            break
        shown, early = text, False
    return shown, early or int(refresh_at) <= now


def kick(account: Account, now: float) -> None:
    """Start one refresh in the background, if no other reader has in this slot; never raises."""
    slot = account.home / f"{KICK}{int(now) // SLOT}"
    with contextlib.suppress(OSError):
        os.close(os.open(slot, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        start_refresh()


def start_refresh() -> None:
    """Start ``refresh`` so that it outlives this process, its session and its terminal."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    with contextlib.suppress(OSError):
        subprocess.Popen(
            [sys.executable, "-m", "claude_status", "refresh", "--background"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
    os._exit(0)


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


def _read(path: Path) -> str:
    """The text of a regular file, "" where there is none that can be read."""
    try:
        with open(path, "rb", opener=lambda p, flags: os.open(p, flags | os.O_NONBLOCK)) as file:
            return file.read(1 << 16).decode()
    except (OSError, ValueError):
        return ""


def _replace(path: Path, text: str) -> None:
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
