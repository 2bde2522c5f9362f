"""Links in ``~/.local/bin``, for a program that no folder on PATH has.

The Python program goes along: by it the snippets tell our launcher from another of its name.
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
    """Whether the command cannot be typed yet, and the place for a link is free."""
    found = shutil.which(LAUNCHER, path=environ.get("PATH", ""))
    return found is None and not os.path.lexists(link_file(environ))


def make_link(environ: Mapping[str, str], launcher: str) -> str:
    """Make the link; a sentence about it, or about why there is none."""
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
        sentence += " Put ~/.local/bin on your PATH to type it."
    return sentence


def remove_link(environ: Mapping[str, str]) -> None:
    """Remove the links if they lead to our launcher; raises ClaudeStatusError where they stay."""
    link = link_file(environ)
    if link.is_symlink() and is_launcher(link):
        beside, python = link.readlink().with_name(PYTHON), link.with_name(PYTHON)
        try:
            if python.is_symlink() and python.readlink() == beside:
                python.unlink()
            link.unlink()
        except OSError as error:
            raise ClaudeStatusError(f"{link} cannot be removed ({error.strerror}).") from None
