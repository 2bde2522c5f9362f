"""Whether Claude Code has been used on this machine lately, as its files' times tell."""

from __future__ import annotations

import os
from itertools import chain
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
        projects = [entry.path for entry in os.scandir(config_dir / "projects") if entry.is_dir()]
        entries = chain.from_iterable(map(os.scandir, projects))
        for count, entry in enumerate(entries):
            if count > MAX_ENTRIES or entry.stat().st_mtime > when:
                return True
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
