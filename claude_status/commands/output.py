"""A file for other programs to read: replaced whole or not at all, and readable by all."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import time
from pathlib import Path

from claude_status.errors import ClaudeStatusError, remedy

NEW = ".claude-status.new-"  # the prefix of a name that no collector takes for one of its files
LEFT_SECONDS = 60  # after which a file that is not in place yet was left by a killed run


def replace_file(path: Path, data: bytes) -> None:
    """Put the data in the place of a file, with mode 0644; raises ClaudeStatusError.

    Only a regular file is replaced. A link is refused, not followed: in a folder that others can
    write, it may lead to whatever they want overwritten.
    """
    try:
        _check(path)
        _sweep(path.parent)
        handle, new = tempfile.mkstemp(prefix=NEW, dir=path.parent)
        try:
            with open(handle, "wb") as file:
                os.fchmod(handle, 0o644)  # whatever the umask: the collector is another user
                file.write(data)
            os.replace(new, path)
        except BaseException:
            os.unlink(new)
            raise
    except (FileNotFoundError, NotADirectoryError):
        text = f"The file {path} cannot be written: {path.parent} is not a directory."
        raise ClaudeStatusError(text) from None
    except OSError as error:
        where = f"The file {path} cannot be written to its folder"
        raise ClaudeStatusError(f"{where} ({error.strerror}): {remedy(error)}.") from None


def _check(path: Path) -> None:
    """Refuse to replace anything but a regular file, such as ``/dev/stdout``."""
    with contextlib.suppress(FileNotFoundError):
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode):
            kind = "a link" if stat.S_ISLNK(mode) else "not a regular file"
            raise ClaudeStatusError(
                f"The file {path} is {kind}, and is not replaced: name another."
            )


def _sweep(folder: Path) -> None:
    """Remove what killed runs have left behind, but nothing that belongs to another user."""
    now = time.time()
    for left in folder.glob(f"{NEW}*"):
        with contextlib.suppress(OSError):
            info = left.lstat()
            if info.st_uid == os.geteuid() and abs(now - info.st_mtime) > LEFT_SECONDS:
                left.unlink()
