"""What is left for the user to do after an installation, one sentence each."""

from __future__ import annotations

import contextlib
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from claude_status.errors import ClaudeStatusError
from claude_status.install import blocks, rc_files

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CODE = re.compile(rb"^[^#\n]+", re.MULTILINE)
LOGIN_FILES = (".bash_profile", ".bash_login", ".profile")  # bash reads the first that is there


def none(_environ: Mapping[str, str]) -> Iterator[str]:
    """Nothing is left to do."""
    return iter(())


def bash(environ: Mapping[str, str]) -> Iterator[str]:
    """Login shells read another file, and a later PROMPT_COMMAND=... removes our hook."""
    file = rc_files.bash(environ)
    yield from _new_shell(environ, file)
    if _has(file, rb"^\s*PROMPT_COMMAND=(?!.*PROMPT_COMMAND)"):
        yield "Your ~/.bashrc sets PROMPT_COMMAND: move that line above the claude-status block."
    yield from login_bash(environ)


def login_bash(environ: Mapping[str, str]) -> Iterator[str]:
    """What to do where login shells of bash do not read the file for interactive ones."""
    home = rc_files.home(environ)
    file = next((name for name in LOGIN_FILES if (home / name).exists()), None)
    start = "Login shells of bash, as in tmux, ssh and Terminal.app,"
    if file is None:
        yield f"{start} do not read ~/.bashrc: add `. ~/.bashrc` to ~/{LOGIN_FILES[0]}."
    elif (home / file).resolve() == rc_files.bash(environ).resolve():
        return  # one file under both names: sourcing itself, it would never end
    elif not _has(home / file, rb"bashrc"):
        yield f"{start} read ~/{file}, not ~/.bashrc: add `. ~/.bashrc` to it."


def zsh(environ: Mapping[str, str]) -> Iterator[str]:
    """A ZDOTDIR that is not exported is known only to zsh."""
    yield from _new_shell(environ, rc_files.zsh(environ))
    if not environ.get("ZDOTDIR") and _has(rc_files.home(environ) / ".zshenv", rb"ZDOTDIR"):
        yield "Your ~/.zshenv sets ZDOTDIR: if zsh uses it, export it and run install again."


def fish(environ: Mapping[str, str]) -> Iterator[str]:
    """config.fish is where starship would be started."""
    yield from _new_shell(environ, rc_files.fish(environ) / "config.fish")


def starship(environ: Mapping[str, str]) -> Iterator[str]:
    """A format of the user's own shows only what it names."""
    settings = tomllib.loads(rc_files.starship(environ).read_bytes().decode("utf-8-sig"))
    table, name = "custom", "claude_status"
    if "CLAUDE_STATUS" in settings.get("env_var", {}):
        table, name = "env_var", "CLAUDE_STATUS"
    shown = f"{settings.get('format', '$all')} {settings.get('right_format', '')}"
    own = f"${{{table}.{name}}}"
    if not any(part in shown for part in ("$all", f"${table}", own)):
        yield f"Your starship.toml sets its own format: add {own} where you want the line."


def unnamed(environ: Mapping[str, str]) -> Iterator[str]:
    """What ``starship`` yields; nothing for a file that cannot be read."""
    with contextlib.suppress(OSError, ValueError, AttributeError, TypeError):
        yield from starship(environ)


def tmux(environ: Mapping[str, str]) -> Iterator[str]:
    """A running server has already read its file."""
    file = shlex.quote(str(rc_files.tmux(environ)[0]))
    yield f"To see it in a running tmux: tmux source-file {file}"


def _new_shell(environ: Mapping[str, str], file: Path) -> Iterator[str]:
    yield "Open a new shell to see it."
    if _has(file, rb"starship init") and not _is_in_starship(environ):
        yield "starship draws your prompt: run `claude-status install starship` too."


def _is_in_starship(environ: Mapping[str, str]) -> bool:
    return b"claude_status" in _read(rc_files.starship(environ)).lower()


def _has(file: Path, pattern: bytes) -> bool:
    """Whether a line of the user's own in a file, and no comment, has the pattern."""
    try:
        theirs = blocks.take(_read(file))
    except ClaudeStatusError:
        return False
    return any(re.search(pattern, line, re.IGNORECASE) for line in CODE.findall(theirs))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
