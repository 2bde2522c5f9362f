"""What programs poll, without the parser, which takes longer to build than the answer."""

from __future__ import annotations

from types import SimpleNamespace

from claude_status.errors import attempt

DEFAULTS = {"max_width": None, "prompt": False, "every": False, "output": None}


def run(form: str) -> int:
    """``claude-status --format`` with ``json`` or ``prometheus``, and no other option."""
    if form == "json":
        from claude_status.commands.as_json import run
    else:
        from claude_status.commands.metrics import run
    return attempt(run, SimpleNamespace(format=form, **DEFAULTS), failure=1)
