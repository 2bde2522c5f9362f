"""Replace a file of the user's completely or not at all, and keep its attributes.

A link stays a link: its target is replaced. Mode, owner and extended attributes are kept.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from claude_status.errors import NO_SPACE, ClaudeStatusError

NEW = ".claude-status.new-"  # the prefix of a folder for a file that is not in place yet


class FileError(ClaudeStatusError):
    """A file cannot be read or replaced; nothing has been changed."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file as found: its real path, and its bytes, None if there is no file."""

    path: Path
    data: bytes | None


def look(path: Path) -> Found:
    """Read a file of the user's; raises FileError if it is not a file, or a dangling link."""
    with _as_file_error(path, "read"):
        real = Path(os.path.realpath(path))
        if path.is_symlink() and not path.exists():
            raise FileError(f"{path} is a link to {os.readlink(path)}, which does not exist.")
        if not os.path.lexists(real):
            return Found(real, None)
        if not real.is_file():
            raise FileError(f"{path} is not a regular file.")
        return Found(real, real.read_bytes())


def replace(found: Found, data: bytes) -> None:
    """Replace what was found by new bytes; raises FileError, also if it has changed since."""
    path = found.path
    with _as_file_error(path, "written"):
        if found.data is None:
            path.parent.mkdir(parents=True, exist_ok=True)
        elif not path.stat().st_mode & 0o222 or not os.access(path, os.W_OK):
            raise FileError(f"{path} is read-only: make it writable.")
        with _private_folder(path.parent) as folder:
            new = Path(folder, path.name)
            with open(new, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if found.data is not None:
                _copy_attributes(new, path)
            _check_unchanged(found)
            os.replace(new, path)


def remove(found: Found) -> None:
    """Remove a file; raises FileError, also if it has changed since."""
    with _as_file_error(found.path, "removed"):
        _check_unchanged(found)
        found.path.unlink()


def sweep(folder: Path) -> None:
    """Remove what a killed run has left behind in a folder of the user's."""
    for left in folder.glob(f"{NEW}*"):
        with contextlib.suppress(OSError), _locked(left):
            shutil.rmtree(left)


@contextlib.contextmanager
def _private_folder(parent: Path) -> Iterator[Path]:
    """A folder that no other user can read, whatever the mode of the files in it."""
    folder = Path(tempfile.mkdtemp(dir=parent, prefix=NEW))
    try:
        with _locked(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Mark a folder of ours as in use; raises OSError if another process uses it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(descriptor).st_uid != os.geteuid():
            raise PermissionError(folder)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _copy_attributes(new: Path, old: Path) -> None:
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
def _as_file_error(path: Path, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        advice = "make it readable" if done == "read" else _remedy(path, error)
        raise FileError(f"{path} cannot be {done} ({error.strerror}): {advice}.") from None


def _remedy(path: Path, error: OSError) -> str:
    """What to do so that a file can be written: it is replaced, so its folder must be writable."""
    if error.errno in NO_SPACE:
        return "free some space"
    return f"make {next(filter(os.path.exists, path.parents))} writable"
