"""What people look at; only these commands import rich and plotext, and only when they draw."""

from __future__ import annotations

import importlib

from claude_status.errors import ClaudeStatusError


def need(library: str) -> None:
    """Import what a command cannot do without; raises ClaudeStatusError where it is missing."""
    try:
        importlib.import_module(library)
    except ImportError:
        raise ClaudeStatusError(
            f"This needs {library}: pip install 'claude-status-prompt[look]'."
        ) from None
