"""The rows for readers that never write: read at once, without the library.

Loading the library and opening a cache takes longer than anything else that such a reader does, and
opening it writes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

DATABASE = "cache.db"  # the library's name for its file
LONG_ROWS = "history:"  # too many to be read each time
LOCK_SECONDS = 2.0  # to wait for another process's transaction
RAW = 1  # the library's mode of a value that is in the row itself
QUERY = (
    "SELECT key, value FROM Cache WHERE raw = 1 AND mode = ? AND filename IS NULL "
    "AND (expire_time IS NULL OR expire_time > ?) AND key NOT GLOB ?"
)


class Readable(Protocol):
    """An object that holds rows of text by name."""

    def read(self, name: str) -> str | None:
        """The text of a row, or None where there is none or it has expired."""


class Rows:
    """The rows at one moment, without those of the history."""

    def __init__(self, rows: Mapping[str, str]) -> None:
        """Take the text of each row by its name."""
        self._rows = rows

    def read(self, name: str) -> str | None:
        """The text of a row, or None where there is none or it had expired."""
        return self._rows.get(name)


def look(directory: Path) -> Rows | None:
    """The rows of the store in a directory; nothing is written, created or repaired.

    None if they cannot be read like this, for whatever reason; `open_store` may know better.
    """
    import sqlite3

    database = directory / DATABASE
    try:
        if database.stat().st_uid != os.geteuid() or directory.stat().st_mode & 0o022:
            return None
        # not read-only, since the last one to close it removes the journal's files
        connection = sqlite3.connect(
            f"{database.as_uri()}?mode=rw", timeout=LOCK_SECONDS, isolation_level=None, uri=True
        )
    except (sqlite3.Error, OSError, ValueError):
        return None
    try:
        connection.execute("PRAGMA query_only = 1")
        found = dict(connection.execute(QUERY, (RAW, time.time(), f"{LONG_ROWS}*")))
    except (sqlite3.Error, UnicodeError):
        return None
    finally:
        connection.close()
    is_text = all(type(text) is str for pair in found.items() for text in pair)
    return Rows(found) if is_text else None
