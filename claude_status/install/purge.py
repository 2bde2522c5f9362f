"""``uninstall --all --purge``: what this program has written besides its part of other files."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from claude_status.errors import ClaudeStatusError
from claude_status.install.backup import Keep
from claude_status.paths import cache_root, settings_file

PACKAGE = "claude-status-prompt"


def everything(environ: Mapping[str, str], *, dry_run: bool) -> Iterator[str]:
    """Remove all of it, with a sentence for each thing and for what remains.

    Raises ClaudeStatusError if something cannot be removed.
    """
    for path in targets(environ):
        if dry_run and path.exists():
            yield f"would remove {path}"
        elif not dry_run and purge(path):
            yield f"removed {path}"
    yield remains(Path(sys.prefix))


def targets(environ: Mapping[str, str]) -> Iterator[Path]:
    """What is removed, if it exists: the cache's accounts, the settings file, the backups.

    The folders around them may contain other things of the user's, and go only if they are empty.
    """
    yield cache_root(environ) / "at"
    yield settings_file(environ)
    yield Keep.of(environ).folder


def purge(path: Path) -> bool:
    """Remove one of the targets, and its folder if that is then empty; whether it existed.

    Raises ClaudeStatusError. A link is removed, but not its target.
    """
    if not os.path.lexists(path):
        return False
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError as error:
        raise ClaudeStatusError(f"{path} cannot be removed ({error.strerror}).") from None
    with contextlib.suppress(OSError):
        path.parent.rmdir()
    return True


def remains(prefix: Path) -> str:
    """A sentence that says that the program is left, and which command removes it."""
    if (prefix / "pipx_metadata.json").is_file():
        command = f"pipx uninstall {PACKAGE}"
    elif prefix.parts[-3:-1] == ("uv", "tools"):
        command = f"uv tool uninstall {PACKAGE}"
    elif (prefix / "pyvenv.cfg").is_file() and prefix.name == ".claude-status":
        command = f"rm -r {shlex.quote(str(prefix))}"
    else:
        command = f"{shlex.quote(sys.executable)} -m pip uninstall {PACKAGE}"
    return f"The program itself remains. To remove it: {command}"
