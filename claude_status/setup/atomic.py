"""Replace a file of the user's whole or not at all, and keep what else it was.

A link stays a link: what it names is replaced. Mode, owner and extended attributes stay.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from claude_status.errors import ClaudeStatusError

NEW = ".claude-status-"  # the name of a file that is not in place yet begins so


class FileError(ClaudeStatusError):
    """A file cannot be read or replaced; nothing has been changed."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it was found: its real path, and its bytes, None where there is no file."""

    path: Path
    data: bytes | None


def look(path: Path) -> Found:
    """Read a file of the user's; raises FileError where it is none, or a link to nothing."""
    with _told(path, "read"):
        real = Path(os.path.realpath(path))
        if path.is_symlink() and not path.exists():
            raise FileError(f"{path} is a link to {os.readlink(path)}, which is not there.")
        if not os.path.lexists(real):
            return Found(real, None)
        if not real.is_file():
            raise FileError(f"{path} is not a regular file.")
        return Found(real, real.read_bytes())


def replace(found: Found, data: bytes) -> None:
    """Put new bytes in place of what was found; raises FileError, also if it has changed since."""
    path = found.path
    with _told(path, "written"):
        if found.data is None:
            path.parent.mkdir(parents=True, exist_ok=True)
        elif not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK):
            raise FileError(f"{path} is read-only: make it writable.")
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=NEW, delete=False) as file:
            try:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                if found.data is not None:
                    _liken(file.name, path)
                _check_unchanged(found)
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise


def remove(found: Found) -> None:
    """Remove a file; raises FileError, also if it has changed since."""
    with _told(found.path, "removed"):
        _check_unchanged(found)
        found.path.unlink()


def _liken(new: str, old: Path) -> None:
    """Give the new file the owner, the mode and the attributes of the old."""
    was = old.stat()
    if (was.st_uid, was.st_gid) != (os.geteuid(), os.getegid()):
        os.chown(new, was.st_uid, was.st_gid)
    shutil.copystat(old, new)
    os.utime(new)


def _check_unchanged(found: Found) -> None:
    if look(found.path).data != found.data:
        raise FileError(f"{found.path} was changed by another program: run this again.")


@contextlib.contextmanager
def _told(path: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileError(f"{path} cannot be {done} ({error.strerror}): it is as it was.") from None
