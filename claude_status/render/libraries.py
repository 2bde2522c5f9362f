"""The optional libraries of commands for people; rich is imported only when they draw."""

from __future__ import annotations

import importlib
import os
import shlex
import sys
from pathlib import Path

from claude_status.errors import ClaudeStatusError

SCREEN = 1  # standard output
COLUMNS, LINES = 80, 24  # of a terminal that does not know its size


def need(library: str) -> None:
    """Import a library that a command needs; raises ClaudeStatusError if it is missing."""
    try:
        importlib.import_module(library)
    except ImportError:
        raise ClaudeStatusError(f"This needs {library}: {_advice(Path(sys.prefix))}.") from None


def _advice(prefix: Path) -> str:
    """How the extra with it is installed where this program is."""
    if (prefix / "pipx_metadata.json").is_file():
        command = "pipx install --force"
    elif prefix.parts[-3:-1] == ("uv", "tools"):
        command = "uv tool install --force"
    else:
        command = f"{shlex.quote(sys.executable)} -m pip install"
    return f"in the clone, run {command} '.[look]'"


def screen_size() -> tuple[int, int]:
    """The columns and lines of the terminal itself, whatever the environment says."""
    columns, lines = os.get_terminal_size(SCREEN)
    return columns or COLUMNS, lines or LINES
