"""What of ours the user's files name: the launcher, and the snippets as they are installed."""

from __future__ import annotations

import os
import shutil
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from claude_status.errors import ClaudeStatusError

LAUNCHER = "claude-status"
SETTINGS = ("CLAUDE_CONFIG_DIR", "CLAUDE_STATUS_CACHE_DIR", "XDG_CACHE_HOME")
PACKAGE = Path(__file__).resolve().parent.parent


class PartsError(ClaudeStatusError):
    """A part of ours is not where it should be, or its path cannot be written into a file."""


class ByHand(ClaudeStatusError):
    """The user has put our part into the file by hand: it is left as it is."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The launcher's absolute path, and the folder of the snippets.

    ``settings`` are the variables that say which account and which cache are meant: a server that
    was started elsewhere may have others.
    """

    program: str
    folder: Path
    settings: tuple[tuple[str, str], ...] = ()

    def snippet(self, name: str) -> str:
        """The absolute path of a snippet; raises PartsError where it is not to be had."""
        path = self.folder / name
        if not path.is_file():
            raise PartsError(f"{path} is missing: install claude-status-prompt again.")
        return writable(str(path))


def parts(script: str, environ: Mapping[str, str]) -> Parts:
    """What belongs to this program; the snippets are in the package, or beside it in a checkout."""
    inside = PACKAGE / "shell"
    folder = inside if inside.is_dir() else PACKAGE.parent / "shell"
    settings = tuple((name, writable(environ[name])) for name in SETTINGS if environ.get(name))
    return Parts(launcher(script, environ), folder, settings)


def launcher(script: str, environ: Mapping[str, str]) -> str:
    """The absolute path of the launcher that belongs to this program, by the name that lasts.

    ``script`` is what was run (``sys.argv[0]``). A link on PATH to the same file is preferred: pipx
    and uv keep it where it is when they move what it points to.
    """
    places = (Path(script).absolute().parent, Path(sysconfig.get_path("scripts")))
    on_path = shutil.which(LAUNCHER, path=environ.get("PATH", ""))
    named = Path(on_path).absolute() if on_path else None
    for place in places:
        found = place / LAUNCHER
        if found.is_file() and os.access(found, os.X_OK):
            return writable(str(named if named and found.samefile(named) else found))
    if named is None:
        raise PartsError(
            "The launcher claude-status is missing: install claude-status-prompt again."
        )
    return writable(str(named))


def writable(path: str) -> str:
    """The path, if it can stand in a file of lines; raises PartsError where it cannot."""
    if any(sign < " " or sign == "\x7f" or "\ud800" <= sign <= "\udfff" for sign in path):
        raise PartsError(f"{path!r} cannot stand in a file of settings: choose another place.")
    return path
