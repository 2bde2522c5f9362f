"""What was replaced in the user's files, and by what, kept until it is uninstalled.

``<folder>/<absolute path>.before`` holds the file's previous bytes, and does not exist if there was
no file; ``….after`` holds the bytes that replaced them. Both are private. A second part of ours in
the same file has its own two, with its name before these endings.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as with_other
from pathlib import Path

from claude_status.errors import SettingsError
from claude_status.install.files import Found, look, remove, replace

PARTS = ("", "claude-hooks")  # which may be in the same file


@dataclass(frozen=True, slots=True)
class Kept:
    """A file's bytes without our part (None if there was no file), and with it."""

    before: bytes | None
    after: bytes


@dataclass(frozen=True, slots=True)
class Keep:
    """The folder for all of that, and which part of ours it is about."""

    folder: Path
    part: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Keep:
        """The folder for this environment; raises SettingsError for a refused value."""
        base = environ.get("XDG_STATE_HOME") or f"{environ.get('HOME', '')}/.local/state"
        if not base.startswith("/"):
            raise SettingsError("HOME and XDG_STATE_HOME must be absolute paths.")
        return cls(Path(base, "claude-status", "kept"))

    def of_part(self, part: str) -> Keep:
        """The same folder, for another part."""
        return with_other(self, part=part)

    def others(self) -> list[Keep]:
        """The same folder, for each other part that may be in the same file."""
        return [self.of_part(part) for part in PARTS if part != self.part]

    def load(self, path: Path) -> Kept | None:
        """What is kept for a file; ``path`` is its real path."""
        before, after = self._look(path)
        return None if after.data is None else Kept(before.data, after.data)

    def save(self, path: Path, kept: Kept) -> None:
        """Keep this for a file; raises FileError if that fails."""
        before, after = self._look(path)
        if kept.before is not None:
            replace(before, kept.before)
        elif before.data is not None:
            remove(before)
        replace(after, kept.after)

    def drop(self, path: Path) -> None:
        """Remove what is kept for a file, and the directories that this leaves empty."""
        for found in self._look(path):
            if found.data is not None:
                remove(found)
        place = self._place(path).parent
        with contextlib.suppress(OSError):
            while place != self.folder.parent.parent:
                place.rmdir()
                place = place.parent

    def folders(self) -> list[Path]:
        """Every folder in which something is or was kept."""
        return [self.folder, *(path for path in self.folder.rglob("*") if path.is_dir())]

    def _look(self, path: Path) -> tuple[Found, Found]:
        place = f"{self._place(path)}{self.part and '.'}{self.part}"
        return look(Path(f"{place}.before")), look(Path(f"{place}.after"))

    def _place(self, path: Path) -> Path:
        return Path(f"{self.folder}{os.path.abspath(path)}")
