"""What people look at; only these commands import rich, and only when they draw."""

from __future__ import annotations

import importlib
import os

from claude_status.errors import ClaudeStatusError

SCREEN = 1  # standard output
COLUMNS, LINES = 80, 24  # of a terminal that does not know its size


def need(library: str) -> None:
    """Import what a command cannot do without; raises ClaudeStatusError where it is missing."""
    try:
        importlib.import_module(library)
    except ImportError:
        raise ClaudeStatusError(
            f"This needs {library}: install the extra look, as in '.[look]'."
        ) from None


def screen_size() -> tuple[int, int]:
    """The columns and lines of the terminal itself, whatever the environment says of it."""
    columns, lines = os.get_terminal_size(SCREEN)
    return columns or COLUMNS, lines or LINES
