"""Whether Claude Code has been used on this machine lately, as its files' times tell."""

from __future__ import annotations

import os
from pathlib import Path

MAX_ENTRIES = 5000  # beyond this, looking costs more than asking


def used_since(config_dir: Path, when: float) -> bool:
    """Whether a transcript or the history was written after ``when`` (epoch seconds).

    True also where that cannot be told, since the answer spares calls.
    """
    try:
        if (config_dir / "history.jsonl").stat().st_mtime > when:
            return True
    except OSError:
        pass
    try:
        projects = _entries(config_dir / "projects")
    except FileNotFoundError:
        return False
    except OSError:
        return True
    seen = 0
    try:
        for project in projects:
            for entry in _entries(project.path) if project.is_dir() else []:
                seen += 1
                if seen > MAX_ENTRIES or entry.stat(follow_symlinks=False).st_mtime > when:
                    return True
    except OSError:
        return True
    return False


def _entries(path: str | Path) -> list[os.DirEntry[str]]:
    with os.scandir(path) as entries:
        return list(entries)
