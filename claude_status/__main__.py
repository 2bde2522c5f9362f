"""``python -m claude_status``: the same as ``claude-status-py``."""

from claude_status.cli import entry

entry()
