"""The completions for bash and fish, installed where each looks for them.

zsh has no such folder for users: its block says where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from claude_status.install import rc_files
from claude_status.install.edits import Block
from claude_status.install.program import COMPLETIONS, Parts
from claude_status.install.quoting import fish, sh
from claude_status.install.snippets import WRITTEN


def bash_file(environ: Mapping[str, str]) -> Path:
    """Where bash-completion looks when the command is first completed."""
    data = environ.get("XDG_DATA_HOME") or rc_files.home(environ) / ".local" / "share"
    user = environ.get("BASH_COMPLETION_USER_DIR", "").partition(":")[0]
    return Path(user or Path(data, "bash-completion"), "completions", "claude-status")


def fish_file(environ: Mapping[str, str]) -> Path:
    """Where fish looks."""
    return rc_files.fish(environ) / "completions" / "claude-status.fish"


def loader(shell: str) -> Block:
    """The block that loads the completions from where they are installed."""
    return Block(shell, partial(_body, shell))


def _body(shell: str, parts: Parts, _side: str) -> str:
    quote = fish if shell == "fish" else sh
    file = quote(parts.snippet(COMPLETIONS[shell]))
    line = f"test -r {file}; and source {file}" if shell == "fish" else f"[ -r {file} ] && . {file}"
    return WRITTEN.format(shell) + line + "\n"
