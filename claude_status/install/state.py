"""The state of a host: what installing or uninstalling would do, without doing it."""

from __future__ import annotations

import os
from pathlib import Path

from claude_status.errors import ClaudeStatusError
from claude_status.install.backup import Keep
from claude_status.install.changes import putting, taking
from claude_status.install.hosts import Host
from claude_status.install.program import Parts


def would_install(host: Host, keep: Keep, ours: Parts) -> str:
    """What ``install`` would do for a host; raises ClaudeStatusError if it could not."""
    path = host.files[0]
    change = putting(path, host.edit, ours, keep.of_part(host.part))
    if change.is_none:
        return f"installed in {short(path)}"
    if change.is_update:
        return f"would be updated in {short(path)}"
    if host.is_optional:
        return f"not installed; if named: {short(path)}"
    if not host.is_there:
        return f"seems unused; if named: {short(path)}"
    added = "added to" if change.found.data is not None else "added to a new file,"
    return f"would be {added} {short(path)}"


def would_uninstall(host: Host, keep: Keep) -> str:
    """What ``uninstall`` would find for a host; raises ClaudeStatusError if it could not."""
    changes = [taking(path, host.edit, keep.of_part(host.part)) for path in host.files]
    places = [short(change.path) for change in changes if not change.is_none]
    return f"installed in {', '.join(places)}" if places else "not installed"


def is_in(host: Host, keep: Keep) -> bool:
    """Whether a host's files have our part, or cannot be understood."""
    try:
        return not all(
            taking(path, host.edit, keep.of_part(host.part)).is_none for path in host.files
        )
    except ClaudeStatusError:
        return True


def short(path: Path) -> str:
    """The path as people write it."""
    home = os.environ.get("HOME", "").rstrip("/") + "/"
    return "~/" + str(path)[len(home) :] if str(path).startswith(home) else str(path)
