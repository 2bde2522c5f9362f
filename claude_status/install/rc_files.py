"""Where the programs that show the line keep their files, by the rules of each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from claude_status.errors import SettingsError


def home(environ: Mapping[str, str]) -> Path:
    """The home directory; raises SettingsError if none is set."""
    named = environ.get("HOME", "")
    if not named.startswith("/"):
        raise SettingsError("HOME must be an absolute path: set it.")
    return Path(named)


def bash(environ: Mapping[str, str]) -> Path:
    """The file that an interactive bash reads."""
    return home(environ) / ".bashrc"


def zsh(environ: Mapping[str, str]) -> Path:
    """The file that an interactive zsh reads, as far as the environment tells."""
    return Path(environ.get("ZDOTDIR") or home(environ), ".zshrc")


def fish(environ: Mapping[str, str]) -> Path:
    """The folder of fish's files."""
    return config(environ) / "fish"


def starship(environ: Mapping[str, str]) -> Path:
    """Starship's one file, whatever XDG_CONFIG_HOME says."""
    return Path(environ.get("STARSHIP_CONFIG") or home(environ) / ".config" / "starship.toml")


def tmux(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The files that tmux may read, those that exist first, else in tmux's order."""
    known = (
        home(environ) / ".tmux.conf",
        config(environ) / "tmux" / "tmux.conf",
        home(environ) / ".config" / "tmux" / "tmux.conf",
    )
    return tuple(sorted(known, key=lambda file: not file.exists()))


def config(environ: Mapping[str, str]) -> Path:
    """The folder for the files of programs that follow the XDG rules."""
    return Path(environ.get("XDG_CONFIG_HOME") or home(environ) / ".config")
