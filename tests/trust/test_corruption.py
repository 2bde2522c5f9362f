"""Whatever is written over the database, a few refreshes later it works again."""

from __future__ import annotations

import random
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from claude_status.errors import CacheError
from tests.support import User

FEW = [pytest.param(seed, 12, id=f"{seed}") for seed in range(2)]
MANY = [pytest.param(seed, 300, id=f"soak-{seed}", marks=pytest.mark.soak) for seed in (3, 4, 5)]
PAGE = 4096


def spoil(database: Path, chance: random.Random) -> str:
    """Damage a database in one of many ways; returns a description."""
    data = bytearray(database.read_bytes())
    way = chance.randrange(6)
    if way == 0:  # the header, where every byte has a meaning
        place = chance.randrange(100)
        data[place] = chance.randrange(256)
        said = f"byte {place} of the header"
    elif way == 1:
        place = chance.randrange(len(data))
        data[place : place + 8] = chance.randbytes(8)
        said = f"eight bytes at {place}"
    elif way == 2:
        size = chance.randrange(len(data))
        del data[size:]
        said = f"cut at {size}"
    elif way == 3:
        page = chance.randrange(len(data) // PAGE) * PAGE
        data[page : page + PAGE] = bytes(PAGE)
        said = f"a page of zeros at {page}"
    elif way == 4:
        page, other = (chance.randrange(len(data) // PAGE) * PAGE for _ in range(2))
        data[page : page + PAGE] = data[other : other + PAGE]
        said = f"page {other} over page {page}"
    else:
        data = bytearray(chance.randbytes(chance.randrange(1, 9000)))
        said = f"{len(data)} random bytes"
    database.write_bytes(data)
    return said


def is_well(user: User, now: float) -> bool:
    """Whether a refresh can record again within three slots."""
    for number in range(3):
        try:
            user.refresh(now + 15 * number, force=True)
        except CacheError:
            continue
        return user.line(now + 60) != ""
    return False


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("seed", "count"), [*FEW, *MANY])
def test_no_damage_stays(user: User, seed: int, count: int) -> None:
    """After random damage the store is either read or replaced, and works."""
    chance, now = random.Random(seed), time.time()
    user.refresh(now)
    database = user.account.store / "cache.db"
    whole = database.read_bytes()
    broken = []
    for number in range(count):
        for path in user.account.store.glob("cache.db*"):
            path.unlink()
        database.write_bytes(whole)
        said = spoil(database, chance)
        # hours apart, as a store that breaks twice in an hour is left alone
        now += 2 * 3600
        aside = user.account.store.with_name("store.broken")
        if aside.exists():
            shutil.rmtree(aside)
        if not is_well(user, now):
            broken.append((number, said))
    assert broken == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE Settings RENAME TO Old; CREATE TABLE Settings (key, value);"
        "INSERT INTO Settings SELECT * FROM Old; INSERT INTO Settings VALUES (NULL, 1)",
        "UPDATE Settings SET value = 'x' WHERE key = 'count'",
        "UPDATE Settings SET value = x'00' WHERE key LIKE 'disk%'",
        "DROP TABLE Settings",
        "UPDATE Cache SET key = NULL",
    ],
)
def test_rows_that_were_not_written_here(user: User, statement: str) -> None:
    """A database with foreign rows is replaced, and works."""
    now = time.time()
    user.refresh(now)
    with closing(sqlite3.connect(user.account.store / "cache.db")) as database, database:
        database.executescript(statement)
    assert is_well(user, now)


@pytest.mark.parametrize("version", [3, 5, 255])
def test_a_write_version_of_the_future(user: User, version: int) -> None:
    """A header that SQLite reports as read-only is treated as damage."""
    now = time.time()
    user.refresh(now)
    database = user.account.store / "cache.db"
    data = bytearray(database.read_bytes())
    data[18] = version
    database.write_bytes(data)
    assert is_well(user, now)
    assert user.account.store.with_name("store.broken").is_dir()


def test_a_file_in_the_place_of_a_broken_store(user: User) -> None:
    """A file in the way of a broken store does not prevent its replacement."""
    now = time.time()
    user.refresh(now)
    user.account.store.with_name("store.broken").write_text("not a store")
    (user.account.store / "cache.db").write_bytes(b"no database at all" * 1000)
    assert is_well(user, now)
