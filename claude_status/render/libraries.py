"""The optional libraries of commands for people; rich is imported only when they draw."""

from __future__ import annotations

import importlib
import os

from claude_status.errors import ClaudeStatusError

SCREEN = 1  # standard output
COLUMNS, LINES = 80, 24  # of a terminal that does not know its size


def need(library: str) -> None:
    """Import a library that a command needs; raises ClaudeStatusError if it is missing."""
    try:
        importlib.import_module(library)
    except ImportError:
        raise ClaudeStatusError(
            f"This needs {library}: install the extra `look`, as in pip install '.[look]'."
        ) from None


def screen_size() -> tuple[int, int]:
    """The columns and lines of the terminal itself, whatever the environment says."""
    columns, lines = os.get_terminal_size(SCREEN)
    return columns or COLUMNS, lines or LINES
