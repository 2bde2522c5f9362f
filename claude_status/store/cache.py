"""diskcache on our terms: text in one file, nothing evicted, no write where nothing changes."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diskcache
from diskcache import Timeout

from claude_status.store.rows import LONG_ROWS

__all__ = ["Cache", "TextDisk", "Timeout"]

# what the library writes on each opening, though it is usually there already
SETTING, SETTING_ANEW = (
    "INSERT OR REPLACE INTO Settings VALUES (?, ?)",
    "UPDATE Settings SET value = ? WHERE key = ?",
)


class TextDisk(diskcache.Disk):  # type: ignore[misc]
    """Keeps keys and values as plain text in the database itself, and reads nothing else.

    The library would unpickle, or open a file, if a row said so (CVE-2025-69872).
    """

    def put(self, key: Any) -> tuple[str, bool]:
        """Accept a key, which must be text."""
        if type(key) is not str:
            raise TypeError
        return key, True

    def get(self, key: Any, raw: Any) -> str:
        """Return a key, which must have been text."""
        if not raw or type(key) is not str:
            raise sqlite3.DatabaseError("a key that was not written here")
        return key

    def store(
        self, value: Any, read: bool, key: Any = diskcache.UNKNOWN
    ) -> tuple[int, int, None, str]:
        """Accept a value, which must be text."""
        if type(value) is not str or read:
            raise TypeError
        return len(value), diskcache.core.MODE_RAW, None, value

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> str:
        """Return a value, which must have been text."""
        if mode != diskcache.core.MODE_RAW or filename is not None or type(value) is not str:
            raise sqlite3.DatabaseError("a value that was not written here")
        return value

    def remove(self, file_path: str) -> None:
        """Remove nothing: no row has a file."""


class Cache(diskcache.Cache):  # type: ignore[misc]
    """The library's cache with our options; one that cannot be read leaves nothing open."""

    def __init__(self, directory: Path, seconds: float) -> None:
        """Open it; ``seconds`` are what it waits for another process's transaction."""
        options = {"eviction_policy": "none", "cull_limit": 0, "statistics": 0}
        try:
            super().__init__(str(directory), seconds, TextDisk, **options)
            for name in list(self):
                if not name.startswith(LONG_ROWS):
                    self.get(name)
        except BaseException as error:
            with contextlib.suppress(Exception):
                self.close()
            if isinstance(error, (sqlite3.Error, OSError, diskcache.Timeout)):
                raise
            if isinstance(error, Exception):  # whatever the library raises for foreign rows
                raise sqlite3.DatabaseError("rows that were not written here") from None
            raise

    @property
    def _sql_retry(self) -> Callable[..., Any]:
        """Like the library's, but never rewrites a setting that already has its value: no sync."""
        execute: Callable[..., Any] = super()._sql_retry

        def run(statement: str, *rest: Any) -> Any:
            if statement in (SETTING, SETTING_ANEW):
                name, value = rest[0] if statement == SETTING else reversed(rest[0])
                query = "SELECT value FROM Settings WHERE key = ?"
                if execute(query, (name,)).fetchall() == [(value,)]:
                    return None
            return execute(statement, *rest)

        return run
