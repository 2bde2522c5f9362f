"""How a host stands: what installing or uninstalling would do, without doing it."""

from __future__ import annotations

import os
from pathlib import Path

from claude_status.errors import ClaudeStatusError
from claude_status.install.backup import Keep
from claude_status.install.changes import putting, taking
from claude_status.install.hosts import Host
from claude_status.install.program import Parts


def would_install(host: Host, keep: Keep, ours: Parts) -> str:
    """What ``install`` would do for a host; raises ClaudeStatusError where it could not."""
    path = host.files[0]
    change = putting(path, host.edit, ours, keep.of_part(host.part))
    if change.is_none:
        return f"is in {short(path)}"
    if change.kept and change.kept.before != change.found.data:
        return f"would be brought up to date in {short(path)}"
    if host.is_optional:
        return f"is not installed; if you name it, it would be put into {short(path)}"
    if not host.is_there:
        return f"seems unused; if you name it, it would be put into {short(path)}"
    made = "put into" if change.found.data is not None else "put into a new file"
    return f"would be {made} {short(path)}"


def would_uninstall(host: Host, keep: Keep) -> str:
    """What ``uninstall`` would find of a host; raises ClaudeStatusError where it could not."""
    changes = [taking(path, host.edit, keep.of_part(host.part)) for path in host.files]
    places = [short(change.path) for change in changes if not change.is_none]
    return f"is in {', '.join(places)}" if places else "is not installed"


def is_in(host: Host, keep: Keep) -> bool:
    """Whether our part is in a host's files, as far as they can be understood."""
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
