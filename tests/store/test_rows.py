"""Reading the store's rows without the library."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from claude_status.store.database import open_store
from claude_status.store.rows import DATABASE, look


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with two rows, a row of the history, and an expired one."""
    with open_store(tmp_path / "store") as store:
        store.write("readings", "these")
        store.write("plan", "")
        store.write("history:1", "long")
        assert store.take_lease("lease", 0.001)
    return tmp_path / "store"


def test_a_look_finds_what_the_library_wrote(folder: Path) -> None:
    """Each row has its text, except those of the history and expired ones."""
    deadline = time.monotonic() + 10
    while (rows := look(folder)) and rows.read("lease") and time.monotonic() < deadline:
        pass
    assert rows
    names = "readings", "plan", "lease", "history:1", "none"
    assert [rows.read(name) for name in names] == ["these", "", None, None, None]


def test_a_look_leaves_nothing_behind(folder: Path) -> None:
    """No file is written or created, not even a journal."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert look(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_look_waits_for_no_writer(folder: Path) -> None:
    """While another process writes, the rows are the previous ones."""
    with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE Cache SET value = 'others' WHERE key = 'readings'")
        rows = look(folder)
        assert rows
        assert rows.read("readings") == "these"


def test_a_row_that_holds_a_pickle_is_not_read(folder: Path) -> None:
    """A row whose value is not plain text is left out."""
    with closing(sqlite3.connect(folder / DATABASE)) as writer, writer:
        writer.execute("UPDATE Cache SET mode = 4 WHERE key = 'readings'")
    rows = look(folder)
    assert rows
    assert rows.read("readings") is None


@pytest.mark.parametrize("harm", ["missing", "no database", "no table", "a blob", "open to all"])
def test_what_cannot_be_looked_at_is_left_to_the_store(folder: Path, harm: str) -> None:
    """If anything is wrong there are no rows, and nothing is changed."""
    database = folder / DATABASE
    if harm == "missing":
        database.unlink()
    elif harm == "no database":
        database.write_bytes(b"none" * 1000)
    elif harm == "open to all":
        folder.chmod(0o777)
    else:
        statement = {
            "no table": "DROP TABLE Cache",
            "a blob": "UPDATE Cache SET value = x'00' WHERE key = 'plan'",
        }[harm]
        with closing(sqlite3.connect(database)) as writer, writer:
            writer.execute(statement)
    before = sorted(path.name for path in folder.iterdir())
    assert look(folder) is None
    assert sorted(path.name for path in folder.iterdir()) == before
