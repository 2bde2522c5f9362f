"""What is left for the user to do once our part is in a host's file, a sentence each."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from claude_status import blocks

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LOGIN_FILES = (".bash_profile", ".bash_login", ".profile")  # bash reads the first that is there


def none(_environ: Mapping[str, str], _data: bytes) -> Iterator[str]:
    """Nothing is left to do."""
    return iter(())


def new_shell(_environ: Mapping[str, str], data: bytes) -> Iterator[str]:
    """Only shells that are started from now on read the file."""
    yield "Open a new shell to see it."
    if re.search(rb"^[^#\n]*starship init", data, re.MULTILINE):
        yield "Your prompt is starship's: `claude-status install starship` puts it there."


def bash(environ: Mapping[str, str], data: bytes) -> Iterator[str]:
    """Login shells read another file, and some prompts are made anew at every command."""
    yield from new_shell(environ, data)
    if re.search(rb"^[^#\n]*PROMPT_COMMAND=.*PS1|oh-my-posh init", data, re.MULTILINE):
        yield "If your prompt is made anew at every command, name ${CLAUDE_STATUS} in it."
    home = Path(environ.get("HOME", "/"))
    login = next((name for name in LOGIN_FILES if (home / name).exists()), None)
    if login and not _names(home / login, b"bashrc"):
        yield f"Login shells read ~/{login} and not ~/.bashrc: put . ~/.bashrc into it."
    elif not login and sys.platform == "darwin":
        yield "Terminal.app starts login shells: put . ~/.bashrc into ~/.bash_profile."


def zsh(environ: Mapping[str, str], data: bytes) -> Iterator[str]:
    """A ZDOTDIR that is not exported is only known to zsh."""
    yield from new_shell(environ, data)
    if not environ.get("ZDOTDIR") and _names(Path(environ.get("HOME", "/"), ".zshenv"), b"ZDOTDIR"):
        yield "Your ~/.zshenv sets ZDOTDIR: if you use it, export it and install once more."
    if not re.search(rb"prompt_?subst|oh-my-zsh|p10k|starship", blocks.take(data), re.IGNORECASE):
        yield "For colours, put `setopt prompt_subst` before it."


def starship(_environ: Mapping[str, str], data: bytes) -> Iterator[str]:
    """A format of the user's own shows only what it names."""
    settings = tomllib.loads(data.decode())
    table, name = "custom", "claude_status"
    if "CLAUDE_STATUS" in settings.get("env_var", {}):
        table, name = "env_var", "CLAUDE_STATUS"
    shown = f"{settings.get('format', '$all')} {settings.get('right_format', '')}"
    own = f"${{{table}.{name}}}"
    if not any(part in shown for part in ("$all", f"${table}", own)):
        yield f"Your format names all that it shows: add {own} where you want it."


def tmux(file: Path, _environ: Mapping[str, str], _data: bytes) -> Iterator[str]:
    """A server that runs has read its file already."""
    yield f"A tmux that is running shows it after: tmux source-file {shlex.quote(str(file))}"


def _names(path: Path, word: bytes) -> bool:
    try:
        return word in path.read_bytes()
    except OSError:
        return False
