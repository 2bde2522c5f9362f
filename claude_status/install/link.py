"""A link to the launcher in ``~/.local/bin``, for a program that no folder on PATH has."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from claude_status.errors import ClaudeStatusError
from claude_status.install import rc_files
from claude_status.install.program import LAUNCHER, is_launcher


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
    except OSError as error:
        return f"The command is {launcher}: no link to it could be made ({error.strerror})."
    sentence = "The command is now ~/.local/bin/claude-status."
    if str(link.parent) not in environ.get("PATH", "").split(os.pathsep):
        sentence += " Put ~/.local/bin on your PATH to type it."
    return sentence


def remove_link(environ: Mapping[str, str]) -> None:
    """Remove the link if it leads to our launcher; raises ClaudeStatusError where it cannot be."""
    link = link_file(environ)
    if link.is_symlink() and is_launcher(link):
        try:
            link.unlink()
        except OSError as error:
            raise ClaudeStatusError(f"{link} cannot be removed ({error.strerror}).") from None
