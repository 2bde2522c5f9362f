"""The truth on disk: a few rows of text in a diskcache.

Whatever goes wrong with the database is a CacheError; the callers then make no call, since a call
that cannot be recorded is not made.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from claude_status.errors import CacheError, remedy
from claude_status.paths import check_private
from claude_status.store.aside import identity, set_aside
from claude_status.store.cache import Cache, Timeout
from claude_status.store.rows import DATABASE

TIMEOUT = 2.0  # seconds to wait for another process's transaction
MOVED_AT_MOST = 4  # times that a broken one may be moved away while it is opened
# what SQLite says if the file is not to blame
PASSING = ("lock", "readonly", "full", "disk I/O", "unable to open", "no transaction")
READONLY = "readonly"  # also the message for a damaged header in a writable file


class Store:
    """Rows of text by name; every method raises CacheError where the database fails."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def read(self, name: str) -> str | None:
        """The text of a row, or None where there is none or it has expired."""
        with _failures(self._cache.directory):
            found: str | None = self._cache.get(name)
            return found

    def write(self, name: str, text: str) -> None:
        """Set a row."""
        with _failures(self._cache.directory):
            self._cache.set(name, text, retry=False)

    def drop(self, name: str) -> None:
        """Remove a row, if there is one."""
        with _failures(self._cache.directory):
            self._cache.delete(name, retry=False)

    def names(self, prefix: str) -> list[str]:
        """The names of all rows that begin so, in ascending order."""
        with _failures(self._cache.directory):
            return sorted(name for name in self._cache if name.startswith(prefix))

    def take_lease(self, name: str, seconds: float) -> bool:
        """Take what only one process may hold; False if another holds it. It expires by itself."""
        with self.transaction():
            _, end = self._cache.get(name, expire_time=True)
            if end is not None and end > time.time() + 2 * seconds:
                self._cache.delete(name)  # taken before the clock was set back: it would never end
            return bool(self._cache.add(name, str(os.getpid()), expire=seconds, retry=False))

    def end_lease(self, name: str) -> None:
        """Return a lease before it expires."""
        self.drop(name)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything within atomic for other processes."""
        with _failures(self._cache.directory), self._cache.transact(retry=False):
            yield


@contextlib.contextmanager
def open_store(directory: Path) -> Iterator[Store]:
    """Open the store in a private directory; replace it by a new one if it cannot be read."""
    opened = identity(directory)
    try:
        cache = _open_retrying(directory)
    except _BrokenError:
        with _failures(directory):
            set_aside(directory, opened)
        opened = identity(directory)
        cache = _open_retrying(directory)
    try:
        with contextlib.closing(cache):
            yield Store(cache)
    except _BrokenError:
        with contextlib.suppress(CacheError), _failures(directory):
            set_aside(directory, opened)  # for the next one
        raise


class _BrokenError(CacheError):
    """The file is not a database, or contains what was never written here."""


def _open_retrying(directory: Path) -> Cache:
    """Open the database; try again if another process moves it away meanwhile."""
    for _ in range(MOVED_AT_MOST):
        before = identity(directory)
        try:
            return _open(directory)
        except CacheError:
            if identity(directory) == before:
                raise
    return _open(directory)


def _open(directory: Path) -> Cache:
    """Open the database and read its rows once, so that damage is found here."""
    with _failures(directory):
        database = directory / DATABASE
        if directory.is_file() or database.is_dir():
            raise sqlite3.DatabaseError("a file and a directory have changed places")
        directory.mkdir(mode=0o700, exist_ok=True)
        check_private(directory)
        _await_lock(database)
        return Cache(directory, TIMEOUT)


def _await_lock(database: Path) -> None:
    """Wait until the database is not locked, but not for minutes, as the library would."""
    connection = sqlite3.connect(database, timeout=TIMEOUT, isolation_level=None)
    with contextlib.closing(connection):
        connection.execute("BEGIN IMMEDIATE")


@contextlib.contextmanager
def _failures(directory: str | Path) -> Iterator[None]:
    """Turn the failures of the database into one error with one sentence."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and _is_passing(str(error), directory):
            raise CacheError(f"The cache {directory} cannot be used ({error}).") from None
        raise _BrokenError(f"The cache {directory} is broken ({error}): remove it.") from None
    except Timeout:
        raise CacheError(f"The cache {directory} is locked by another process.") from None
    except OSError as error:
        raise CacheError(
            f"The cache {directory} cannot be used ({error.strerror}): {remedy(error)}."
        ) from None


def _is_passing(said: str, directory: str | Path) -> bool:
    """Whether SQLite failed for a reason other than the file's content."""
    if READONLY in said:
        places = (directory, Path(directory, DATABASE))
        return not all(os.access(place, os.W_OK) for place in places)
    return any(map(said.count, PASSING))
