"""Links in ``~/.local/bin``, for a program that is in no folder on PATH.

The Python program is linked, too: by it the snippets tell our launcher from another program with
the same name.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from claude_status.errors import ClaudeStatusError
from claude_status.install import rc_files
from claude_status.install.program import LAUNCHER, is_launcher

PYTHON = f"{LAUNCHER}-py"


def link_file(environ: Mapping[str, str]) -> Path:
    """Where the link is, if there is one."""
    return rc_files.home(environ) / ".local" / "bin" / LAUNCHER


def is_wanted(environ: Mapping[str, str]) -> bool:
    """Whether the command is not on PATH yet, and the link's path is free."""
    found = shutil.which(LAUNCHER, path=environ.get("PATH", ""))
    return found is None and not os.path.lexists(link_file(environ))


def make_link(environ: Mapping[str, str], launcher: str) -> str:
    """Make the link; returns a sentence about it, or about why there is none."""
    link = link_file(environ)
    try:
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(launcher)
        with contextlib.suppress(FileExistsError):
            link.with_name(PYTHON).symlink_to(Path(launcher).with_name(PYTHON))
    except OSError as error:
        return f"The command is {launcher}: no link to it could be made ({error.strerror})."
    sentence = "The command is now ~/.local/bin/claude-status."
    if str(link.parent) not in environ.get("PATH", "").split(os.pathsep):
        sentence += " Add ~/.local/bin to your PATH to run it by name."
    return sentence


def remove_link(environ: Mapping[str, str]) -> None:
    """Remove the links if they lead to our launcher; raises ClaudeStatusError if that fails."""
    link = link_file(environ)
    if link.is_symlink() and is_launcher(link):
        beside, python = link.readlink().with_name(PYTHON), link.with_name(PYTHON)
        try:
            if python.is_symlink() and python.readlink() == beside:
                python.unlink()
            link.unlink()
        except OSError as error:
            raise ClaudeStatusError(f"{link} cannot be removed ({error.strerror}).") from None
