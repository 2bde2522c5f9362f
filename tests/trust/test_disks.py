"""Full, read-only and locked disks: one sentence, and no call that cannot be recorded."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests import server
from tests.bodies import usage_body
from tests.conftest import program
from tests.server import ApiServer, ok
from tests.support import SENTENCE, User, snapshot_of, unprivileged
from tests.trust.crowd import crowd


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make everything below this folder read-only for a while."""
    modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
    for path, mode in modes.items():
        path.chmod(mode & 0o555)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


@pytest.mark.parametrize("age", [0, 4000])
def test_a_read_only_cache_under_100_prompts(
    user: User, api: ApiServer, tmp_path: Path, age: float
) -> None:
    """With a read-only cache the line stays, without a request, a message or a change."""
    launcher = user.install_launcher(tmp_path / "bin")
    user.refresh(time.time() - age)
    before, line = snapshot_of(user.account.cache), user.line(time.time())
    with read_only(user.account.cache):
        output = crowd(user, 100, unprivileged([launcher]))
        assert output == f"{line}\n" * 100
        for arguments in (["--format", "json"], ["refresh", "--background"]):
            command = unprivileged(user.command(*arguments))
            done = subprocess.run(
                command, env=user.environ, capture_output=True, text=True, check=False, timeout=60
            )
            assert (done.stderr, done.returncode) == ("", 0)
    assert snapshot_of(user.account.cache) == before
    assert len(api.requests) == 1


def test_a_cache_that_cannot_be_created_under_prompts(
    user: User, api: ApiServer, tmp_path: Path
) -> None:
    """Without a cache prompts are silent, and a typed refresh says why."""
    launcher = user.install_launcher(tmp_path / "bin")
    (user.home / ".cache").mkdir()
    with read_only(user.home / ".cache"):
        assert crowd(user, 20, unprivileged([launcher])) == ""
        done = subprocess.run(
            unprivileged(user.command("refresh")), env=user.environ, text=True,
            capture_output=True, check=False, timeout=60,
        )  # fmt: skip
    assert SENTENCE.fullmatch(done.stderr)
    assert "Permission denied" in done.stderr
    assert (done.stdout, done.returncode, api.requests) == ("", 1, [])


@pytest.mark.parametrize("kilobytes", [0, 4, 16, 33, 40, 64])
def test_a_disk_with_little_room(user: User, api: ApiServer, kilobytes: int) -> None:
    """With little room there is a sentence, and each call is recorded or not made.

    An existing database needs less room than a new one, so a later refresh may succeed where the
    first could not; but no call is made twice.
    """
    command = f'ulimit -f {kilobytes * 2}; exec "$0" -m claude_status "$@"'
    outcomes = []
    for arguments in ("refresh", "refresh", "refresh --background"):
        done = subprocess.run(
            ["/bin/sh", "-c", command, sys.executable, *arguments.split()], env=user.environ,
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.stderr == "" or SENTENCE.fullmatch(done.stderr), done.stderr
        assert "broke" not in done.stderr
        outcomes.append(len(api.requests))
    assert outcomes in ([0, 0, 0], [0, 0, 1], [0, 1, 1], [1, 1, 1])
    assert not user.account.store.with_name("store.broken").exists()
    done = user.run("refresh")
    assert len(api.requests) == 1
    assert (done.returncode == 0) == ("42%" in done.stdout)


EACH = [pytest.param(first, marks=pytest.mark.soak) for first in range(1, 60)]


def traced(user: User, trace: list[str], command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command with some of its system calls failing."""
    return subprocess.run(
        [program("strace"), "-f", "-o", os.devnull, *trace, *command], env=user.environ,
        capture_output=True, text=True, check=False, timeout=90,
    )  # fmt: skip


@pytest.mark.parametrize("first", [1, 4, 12])
def test_a_full_disk(user: User, api: ApiServer, first: int) -> None:
    """If SQLite reports a full disk, no call is made."""
    user.refresh(time.time() - 4000)
    before = user.line(time.time())
    inject = f"inject=pwrite64:error=ENOSPC:when={first}+"
    done = traced(user, ["-e", "trace=pwrite64", "-e", inject], user.command("refresh"))
    assert SENTENCE.fullmatch(done.stderr), done.stderr
    assert "full" in done.stderr
    assert len(api.requests) == 1
    assert user.line(time.time()) == before
    assert user.refresh_at() > time.time() + 200
    assert user.run("refresh").stdout.startswith("asked: 5h 42%")


@pytest.mark.parametrize("call", ["pwrite64", "write", "fdatasync", "rename", "mkdir", "openat"])
@pytest.mark.parametrize("first", [2, *EACH])
def test_a_disk_that_is_full_from_some_call_on(
    user: User, api: ApiServer, call: str, first: int
) -> None:
    """From whichever write, sync, rename or creation on: no traceback, one request at most, and
    when there is room again the next refresh makes everything good."""
    user.refresh(time.time() - 4000)
    inject = f"inject={call}:error=ENOSPC:when={first + 200 * (call == 'openat')}+"
    done = traced(user, ["-e", f"trace={call}", "-e", inject], user.command("refresh"))
    assert "Traceback" not in done.stderr
    assert len(api.requests) <= 2
    now = time.time() + 4000
    api.answer = ok(usage_body(now, five_hour=55))
    user.refresh(now)
    assert user.line(now).startswith("5h 55%")


@pytest.mark.parametrize("path", ["/dev/null", "/tmp"])
@pytest.mark.parametrize("format_", ["plain", "zsh"])
def test_without_dev_null_or_tmp(
    user: User, api: ApiServer, tmp_path: Path, path: str, format_: str
) -> None:
    """Without /dev/null or /tmp the line is printed, and no error is shown."""
    launcher = user.install_launcher(tmp_path / "bin")
    user.refresh()
    calls = "open,openat,stat,newfstatat,access,faccessat2,mkdir"
    trace = ["-P", path, "-e", f"trace={calls}", "-e", f"inject={calls}:error=ENOENT"]
    shown = traced(user, trace, [launcher, "--format", format_])
    assert (shown.stdout.rstrip("\n"), shown.stderr) == (user.line(time.time(), format_), "")
    asked = traced(user, trace, user.command("refresh", "--force"))
    assert asked.stdout.startswith("asked: 5h 42%")
    assert asked.stderr == ""


def test_a_database_that_stays_locked(user: User, api: ApiServer) -> None:
    """If the database stays locked no call is made, and readers retry in minutes."""
    user.refresh(time.time() - 4000)
    before = user.line(time.time())
    with closing(sqlite3.connect(user.account.store / "cache.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = user.run("refresh")
        quiet = user.run("refresh", "--background")
    assert SENTENCE.fullmatch(done.stderr)
    assert "locked" in done.stderr
    assert done.returncode == 1
    assert (quiet.stdout, quiet.stderr, quiet.returncode) == ("", "", 0)
    assert (user.line(time.time()), len(api.requests)) == (before, 1)
    assert user.refresh_at() > time.time() + 200


def test_a_broken_database_is_set_aside_once(user: User, api: ApiServer) -> None:
    """A broken database is replaced; if that breaks within an hour, no call is made."""
    api.answer = [ok(usage_body(time.time())), server.SERVER_ERROR]
    user.run("refresh")
    line = user.line(time.time())
    for times in (2, 2, 2):
        (user.account.store / "cache.db").write_bytes(b"garbage " * 4096)
        assert user.run("refresh", "--background").stderr == ""
        assert len(api.requests) == times
        assert user.line(time.time()) == line
    assert "broke twice in an hour" in user.run("refresh").stderr
    assert user.refresh_at() > time.time() + 200
