"""The store: rows of text and nothing else, whatever happens to the database."""

from __future__ import annotations

import ast
import fcntl
import multiprocessing
import os
import pickle
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import pytest

from claude_status.errors import CacheError
from claude_status.store import database as store_module
from claude_status.store.aside import SET_ASIDE_EVERY
from claude_status.store.database import open_store
from tests.conftest import ROOT
from tests.support import unprivileged


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The path of a store that does not exist yet, in a private directory."""
    os.chmod(tmp_path, 0o700)
    return tmp_path / "store"


@contextmanager
def database(place: Path) -> Iterator[sqlite3.Connection]:
    """The database, without the store."""
    with closing(sqlite3.connect(place / "cache.db", isolation_level=None)) as connection:
        yield connection


def filled(place: Path) -> None:
    """Write two rows."""
    with open_store(place) as store:
        store.write("one", "1 · eins")
        store.write("two", "2")


def aside(place: Path) -> Path:
    """Where a broken store is moved."""
    return place.with_name("store.broken")


def test_a_row_is_read_after_opening_again(place: Path) -> None:
    """A written row is read after opening again; an unknown one is None."""
    filled(place)
    with open_store(place) as store:
        found = [store.read(name) for name in ("one", "two", "three")]
    assert found == ["1 · eins", "2", None]


def test_a_row_is_replaced(place: Path) -> None:
    """Writing a row again replaces its text."""
    filled(place)
    with open_store(place) as store:
        store.write("one", "")
        assert store.read("one") == ""


@pytest.mark.parametrize("value", [b"bytes", 1, None, ["list"], {"token": 1}])
def test_only_text_is_taken(place: Path, value: object) -> None:
    """Anything but text is refused, so nothing is ever pickled."""
    with open_store(place) as store, pytest.raises(TypeError):
        store.write("row", value)  # type: ignore[arg-type]


def test_every_row_is_plain_text_in_the_database(place: Path) -> None:
    """Even a long text is in the database itself: no row names a file or is pickled."""
    with open_store(place) as store:
        store.write("long", "x" * 200_000)
        store.take_lease("lease", 30)
    with database(place) as rows:
        found = rows.execute("SELECT key, raw, mode, filename, typeof(value) FROM Cache").fetchall()
    assert sorted(found) == [("lease", 1, 1, None, "text"), ("long", 1, 1, None, "text")]


def test_only_the_owner_can_read_it(place: Path) -> None:
    """The directory is made 0700 again if it was opened to others."""
    filled(place)
    place.chmod(0o755)
    filled(place)
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


class Mischief:
    """An object that creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return open, (self.path, "w")


INSERT = "INSERT INTO Cache(key, raw, store_time, access_time, mode, filename, value) VALUES "
CRAFTED = {
    "pickled value": (INSERT + "('row', 1, 0, 0, 4, NULL, ?)", "pickle"),
    "pickled key": (INSERT + "(?, 0, 0, 0, 1, NULL, 'x')", "pickle"),
    "file outside": (INSERT + "('row', 1, 0, 0, 3, ?, NULL)", "../secret"),
    "file of bytes": (INSERT + "('row', 1, 0, 0, 2, ?, NULL)", "../secret"),
    "raw with a file": (INSERT + "('row', 1, 0, 0, 1, ?, 'x')", "../secret"),
    "bytes": (INSERT + "('row', 1, 0, 0, 1, NULL, ?)", b"\x00\xff"),
    "a number": (INSERT + "('row', 1, 0, 0, 1, NULL, ?)", 7),
    "no text at all": (INSERT + "('row', 1, 0, 0, 1, NULL, ?)", None),
    "a key that is a number": (INSERT + "(?, 1, 0, 0, 1, NULL, 'x')", 7),
    "text that is not UTF-8": (INSERT + "('row', 1, 0, 0, 1, NULL, CAST(? AS TEXT))", b"\xff\xfe"),
    "an unknown option of the disk": ("INSERT INTO Settings VALUES ('disk_magic', ?)", 1),
    "an option that is no number": ("UPDATE Settings SET value = ? WHERE key = 'count'", "x'); --"),
    "a pragma": ("INSERT INTO Settings VALUES ('sqlite_user_version = 1; --', ?)", "x; DROP"),
}


@pytest.mark.parametrize("name", CRAFTED)
def test_a_crafted_row_is_neither_unpickled_nor_followed(place: Path, name: str) -> None:
    """A crafted row runs no code and reads no file, and the store still works."""
    filled(place)
    trap = place.parent / "trap"
    (place.parent / "secret").write_text("secret")
    statement, value = CRAFTED[name]
    crafted = pickle.dumps(Mischief(trap)) if value == "pickle" else value
    with database(place) as rows:
        rows.execute(statement, (crafted,) if "?" in statement else ())
    with open_store(place) as store:
        assert store.read("row") is None
        store.write("one", "1")
        assert store.take_lease("lease", 30)
    assert not trap.exists()


def test_a_crafted_row_among_the_many_is_not_unpickled_either(place: Path) -> None:
    """A row that is not read at opening is refused when it is read."""
    filled(place)
    trap = place.parent / "trap"
    with database(place) as rows:
        statement = INSERT + "('history:2026-01-01', 1, 0, 0, 4, NULL, ?)"
        rows.execute(statement, (pickle.dumps(Mischief(trap)),))
    with pytest.raises(CacheError, match="broken"), open_store(place) as store:
        store.read(store.names("history:")[0])
    with open_store(place) as store:
        assert store.names("history:") == []
    assert not trap.exists()


def garbage(place: Path) -> None:
    """Write something that is not a database."""
    (place / "cache.db").write_bytes(b"no database at all " * 1000)


def cut(place: Path) -> None:
    """Truncate the database."""
    os.truncate(place / "cache.db", 5000)


def holed(place: Path) -> None:
    """Overwrite all but the first page."""
    path = place / "cache.db"
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)


def without_table(place: Path) -> None:
    """Replace the table by one with other columns."""
    with database(place) as rows:
        rows.execute("DROP TABLE Cache")
        rows.execute("CREATE TABLE Cache (something TEXT)")


def a_directory(place: Path) -> None:
    """Put a directory in place of the database."""
    (place / "cache.db").unlink()
    (place / "cache.db").mkdir()


def a_file(place: Path) -> None:
    """Put a file in place of the directory."""
    for path in place.iterdir():
        path.unlink()
    place.rmdir()
    place.write_text("not a directory")


BREAKAGE = [garbage, cut, holed, without_table, a_directory, a_file]


@pytest.mark.parametrize("damage", BREAKAGE)
def test_a_broken_store_is_replaced(place: Path, damage: Callable[[Path], None]) -> None:
    """After any damage, the next opening gives an empty store that works."""
    filled(place)
    damage(place)
    with open_store(place) as store:
        assert store.read("one") is None
        store.write("one", "anew")
    with open_store(place) as store:
        assert store.read("one") == "anew"
    assert aside(place).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE Cache RENAME COLUMN access_count TO accesses",
        "CREATE TRIGGER t AFTER INSERT ON Cache BEGIN SELECT RAISE(ABORT, 'no'); END",
    ],
)
def test_a_store_that_fails_only_in_writing_is_replaced(place: Path, statement: str) -> None:
    """The failed write is an error, and the next opening gives a new store."""
    filled(place)
    with database(place) as rows:
        rows.execute(statement)
    with pytest.raises(CacheError, match="broken"), open_store(place) as store:
        store.write("three", "3")
    with open_store(place) as store:
        store.write("three", "3")
        assert store.read("one") is None


def test_a_store_that_breaks_again_within_the_hour_is_left_alone(place: Path) -> None:
    """A second break within an hour is an error: the file is not to blame."""
    filled(place)
    garbage(place)
    with open_store(place) as store:
        store.write("one", "1")
    garbage(place)
    before = (place / "cache.db").read_bytes()
    with pytest.raises(CacheError, match="twice"), open_store(place):
        pass
    assert (place / "cache.db").read_bytes() == before


@pytest.mark.parametrize("hours", [2, -365 * 24])
def test_a_store_that_breaks_another_time_replaces_what_was_set_aside(
    place: Path, hours: float
) -> None:
    """A later break, or one after the clock was set back, replaces what was set aside."""
    for content in (b"first " * 1000, b"second " * 1000):
        filled(place)
        (place / "cache.db").write_bytes(content)
        with open_store(place) as store:
            store.write("one", "1")
        moment = time.time() - hours * 3600
        os.utime(aside(place), (moment, moment))
    assert (aside(place) / "cache.db").read_bytes() == content
    assert SET_ASIDE_EVERY < 2 * 3600


def test_of_many_that_find_it_broken_one_sets_it_aside(place: Path) -> None:
    """Of many processes one replaces the broken store, and all use the new one."""
    context = multiprocessing.get_context("fork")
    for _ in range(5):
        filled(place)
        garbage(place)
        shutil.rmtree(aside(place), ignore_errors=True)
        begin = context.Barrier(12)
        crowd = [context.Process(target=write_after, args=(begin, place, n)) for n in range(12)]
        for each in crowd:
            each.start()
        for each in crowd:
            each.join(60)
        assert [each.exitcode for each in crowd] == [0] * 12
        with open_store(place) as store:
            assert len(store.names("row")) == 12


def test_a_broken_store_is_moved_by_one_process_at_a_time(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process moves a broken store away, this one waits."""
    filled(place)
    garbage(place)
    late = threading.Thread(target=lambda: filled(place))
    lock, asks = fcntl.flock, threading.Event()
    door = os.open(place, os.O_RDONLY)
    try:
        lock(door, fcntl.LOCK_EX)
        monkeypatch.setattr(fcntl, "flock", lambda *how: (asks.set(), lock(*how)))
        late.start()
        assert asks.wait(30)
        assert not aside(place).exists()
    finally:
        os.close(door)
    late.join()
    assert aside(place).exists()


def write_after(begin: Barrier, place: Path, number: int) -> None:
    """Write a row as one of a crowd that starts at the same moment."""
    begin.wait(30)
    with open_store(place) as store:
        store.write(f"row {number}", "there")


def test_a_lease_has_one_holder(place: Path) -> None:
    """While one process has the lease no other gets it; after it ends, the next does."""
    with open_store(place) as one, open_store(place) as other:
        assert one.take_lease("lease", 30)
        assert not other.take_lease("lease", 30)
        one.end_lease("lease")
        assert other.take_lease("lease", 30)


def at(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Move the clock of this process."""
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + seconds)


@pytest.mark.parametrize("seconds", [31, -365 * 86400])
def test_a_lease_ends_by_itself(
    place: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    """A lease ends after its time, or when the clock is set back by more."""
    with open_store(place) as store:
        assert store.take_lease("lease", 30)
    at(seconds, monkeypatch)
    with open_store(place) as store:
        assert store.take_lease("lease", 30)
        assert not store.take_lease("lease", 30)


def test_a_lease_lasts_until_its_end(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lease lasts until its end, even if the clock is corrected a little."""
    with open_store(place) as store:
        assert store.take_lease("lease", 30)
        for seconds in (28, -56):  # one after the other
            at(seconds, monkeypatch)
            assert not store.take_lease("lease", 30)


OPERATIONS: dict[str, Callable[[store_module.Store], object]] = {
    "write": lambda store: store.write("one", "x"),
    "take a lease": lambda store: store.take_lease("lease", 30),
    "end a lease": lambda store: store.end_lease("one"),
    "begin a transaction": lambda store: ExitStack().enter_context(store.transaction()),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_lasting_lock_is_an_error(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """If another process keeps the database locked, each write is a CacheError."""
    monkeypatch.setattr(store_module, "TIMEOUT", 0.05)
    filled(place)
    with open_store(place) as store, database(place) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CacheError, match="locked"):
            OPERATIONS[name](store)
        assert store.read("one") == "1 · eins"


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_locked_store_is_not_waited_for_to_open(
    place: Path, monkeypatch: pytest.MonkeyPatch, lock: str, journal: str
) -> None:
    """Opening a locked store is an error soon; the library alone would wait for minutes."""
    monkeypatch.setattr(store_module, "TIMEOUT", 0.05)
    filled(place)
    with database(place) as other:
        other.execute(f"PRAGMA journal_mode = {journal}")
        other.execute(lock)
        with pytest.raises(CacheError, match="locked"), open_store(place):
            pass
    assert not aside(place).exists()


def test_a_store_that_is_moved_away_meanwhile_is_reopened(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the database is moved away while it is opened, its replacement is opened."""
    monkeypatch.setattr(store_module, "TIMEOUT", 1.0)
    filled(place)
    opened = []
    connect, is_open = sqlite3.connect, threading.Event()

    def connecting(*how: Any, **more: Any) -> sqlite3.Connection:
        connection = connect(*how, **more)
        is_open.set()
        return connection

    def wait() -> None:
        with open_store(place) as store:
            opened.append(store.names(""))

    with database(place) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = threading.Thread(target=wait)
        monkeypatch.setattr(sqlite3, "connect", connecting)
        waiting.start()
        assert is_open.wait(30)
        place.rename(aside(place))
        waiting.join()
    assert opened == [[]]


def _written_then_failed(store: store_module.Store) -> None:
    store.write("one", "never")
    raise CacheError("of another kind")


def test_a_transaction_is_atomic(place: Path) -> None:
    """Others see nothing of a transaction before its end, nor of one that failed."""
    filled(place)
    with open_store(place) as one, open_store(place) as other:
        with one.transaction():
            one.write("one", "new")
            assert other.read("one") == "1 · eins"
        assert other.read("one") == "new"
        with pytest.raises(CacheError), one.transaction():
            _written_then_failed(one)
        assert other.read("one") == "new"


def test_a_store_that_cannot_be_written_is_an_error(place: Path) -> None:
    """In a read-only directory, opening raises CacheError and changes nothing."""
    filled(place)
    before = (place / "cache.db").read_bytes()
    for path in (*place.iterdir(), place):
        path.chmod(path.stat().st_mode & 0o555)
    code = (
        "import sys; from pathlib import Path; from claude_status.store.database import *\n"
        "try:\n    open_store(Path(sys.argv[1])).__enter__()\n"
        "except CacheError as error:\n    print(error)\n"
    )
    try:
        done = subprocess.run(
            unprivileged([sys.executable, "-c", code, str(place)]),
            capture_output=True, text=True, check=False, timeout=60,
            env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        )  # fmt: skip
    finally:
        place.chmod(0o700)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    assert done.stdout.startswith(f"The cache {place} cannot be used")
    assert (place / "cache.db").read_bytes() == before
    assert not aside(place).exists()


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o720])
def test_a_directory_that_others_can_write_is_refused(place: Path, mode: int) -> None:
    """A directory that others can write is neither used nor set aside."""
    filled(place)
    place.chmod(mode)
    with pytest.raises(CacheError, match="written by others"), open_store(place):
        pass
    assert not aside(place).exists()


def test_one_module_imports_the_library() -> None:
    """Only one module imports diskcache, so its safeguards apply everywhere."""
    importers = set()
    for path in (ROOT / "claude_status").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in getattr(node, "names", [])]
            if isinstance(node, ast.Import) and "diskcache" in names:
                importers.add(path.name)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("diskcache"):
                importers.add(path.name)
    assert importers == {"cache.py"}
