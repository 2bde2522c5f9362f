"""What the user's files refer to: the launcher, and the installed snippets."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from claude_status.errors import ClaudeStatusError

LAUNCHER = "claude-status"
SETTINGS = ("CLAUDE_CONFIG_DIR", "CLAUDE_STATUS_CACHE_DIR", "XDG_CACHE_HOME")
PACKAGE = Path(__file__).resolve().parent.parent
SHARE = Path("share", "claude-status")  # below an environment's prefix
COMPLETIONS = {  # below the folder of the snippets
    "bash": "completions/claude-status.bash",
    "zsh": "completions/_claude-status",
    "fish": "completions/claude-status.fish",
}
WITNESS = "claude-status.tmux"  # in the folder of the snippets, if it is one
TITLE = b"# claude-status -"  # in the launcher's third line
UV_CACHES = frozenset({"archive-v0", "builds-v0", "environments-v2"})


class PartsError(ClaudeStatusError):
    """A file of ours is missing, or its path cannot be written to a file."""


class ByHand(ClaudeStatusError):
    """The user has added our part to the file by hand: the file is left unchanged."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The launcher's absolute path, and the folder of the snippets.

    ``settings`` are the variables that select the account and the cache: a server that was started
    elsewhere may have others.
    """

    program: str
    folder: Path
    settings: tuple[tuple[str, str], ...] = ()

    def snippet(self, name: str) -> str:
        """The absolute path of a snippet; raises PartsError if it is missing."""
        path = self.folder / name
        if not path.is_file():
            raise PartsError(f"{path} is missing: install claude-status-prompt again.")
        return writable(str(path))


def parts(script: str, environ: Mapping[str, str]) -> Parts:
    """The files of this program; raises PartsError if it is temporary or incomplete."""
    if is_thrown_away(Path(sys.prefix)):
        raise PartsError(
            "This copy of claude-status is temporary: install one that stays, "
            "with `uv tool install claude-status-prompt` or `pipx install claude-status-prompt`."
        )
    settings = tuple((name, writable(environ[name])) for name in SETTINGS if environ.get(name))
    program = launcher(script, environ)
    return Parts(program, snippets(program), settings)


def is_thrown_away(prefix: Path) -> bool:
    """Whether an environment is in a cache, as for ``uvx``, ``uv run --with`` or ``pipx run``.

    The prefix decides, since a variable could come from anywhere.
    """
    if not UV_CACHES.isdisjoint(prefix.parts):
        return True
    return prefix.parent.name == ".cache" and (prefix / "pipx_metadata.json").is_file()


def snippets(program: str) -> Path:
    """The folder of the snippets, by a path that outlives an upgrade of Python.

    They are in the checkout, or in ``share`` beside the ``bin`` of the launcher or of its target.
    """
    prefixes = (
        Path(program).parent.parent,
        Path(os.path.realpath(program)).parent.parent,
        Path(sysconfig.get_path("data")),
    )
    places = (PACKAGE.parent / "shell", *(prefix / SHARE for prefix in prefixes))
    return next((place for place in places if (place / WITNESS).is_file()), places[-1])


def launcher(script: str, environ: Mapping[str, str]) -> str:
    """The absolute path of this program's launcher, by its most permanent name.

    ``script`` is what was run (``sys.argv[0]``). A link on PATH to the same file is preferred: pipx
    and uv keep it when they move its target. Another program with this name, which can replace the
    launcher in a shared environment, is refused.
    """
    places = (Path(script).absolute().parent, Path(sysconfig.get_path("scripts")))
    on_path = shutil.which(LAUNCHER, path=environ.get("PATH", ""))
    named = Path(on_path).absolute() if on_path else None
    for place in places:
        found = place / LAUNCHER
        if is_launcher(found):
            return writable(str(named if named and found.samefile(named) else found))
    if named and is_launcher(named):
        return writable(str(named))
    raise PartsError(
        "The launcher claude-status is missing, or another program has taken its place: "
        "install claude-status-prompt again, in an environment of its own."
    )


def is_launcher(path: Path) -> bool:
    """Whether this is our launcher: executable, and beside the Python program that it runs."""
    if not os.access(path, os.X_OK):
        return False
    try:
        with path.open("rb") as file:
            head = file.read(len(b"#!/bin/sh\n#\n") + len(TITLE))
    except OSError:
        return False
    return head.endswith(TITLE)


def writable(path: str) -> str:
    """The path, if it can be written on one line of a file; raises PartsError where it cannot."""
    if any(
        character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff"
        for character in path
    ):
        raise PartsError(f"{path!r} cannot be written to a settings file: choose another path.")
    return path
