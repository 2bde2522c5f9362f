"""The refresh in the background: silent, detached, limited in time."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from claude_status.asking.snapshot import take_snapshot
from claude_status.settings.settings import Settings
from tests import server
from tests.server import ApiServer
from tests.support import HANGING, User, snapshot_of, until


def test_a_background_refresh_says_nothing(user: User, api: ApiServer) -> None:
    """Even if the API refuses, it prints nothing and exits with status 0."""
    for answer in (server.SERVER_ERROR, server.UNAUTHORIZED):
        api.answer = answer
        user.log_in(lasts=86400 + len(api.requests))
        done = user.run("refresh", "--background")
        assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert user.frames()[0][1] == ""


def stat(pid: int) -> tuple[int, int]:
    """A process's group and its session."""
    return os.getpgid(pid), os.getsid(pid)


def test_a_background_refresh_holds_on_to_nothing(user: User, api: ApiServer) -> None:
    """While it asks, it has closed inherited streams and left the directory and the session."""
    api.answer = HANGING
    output, its_output = os.pipe()
    other, its_other = os.pipe()
    process = user.start(
        "refresh", "--background",
        stdin=subprocess.PIPE, stdout=its_output, stderr=its_output, pass_fds=(its_other,),
    )  # fmt: skip
    try:
        os.close(its_output)
        os.close(its_other)
        api.wait_for(1)
        assert (os.read(output, 1), os.read(other, 1)) == (b"", b"")
        assert stat(process.pid) == (process.pid, process.pid)
        if os.path.isdir("/proc/self"):
            assert os.readlink(f"/proc/{process.pid}/cwd") == "/"
        with pytest.raises(BrokenPipeError):
            os.write(process.stdin.fileno(), b"x")  # type: ignore[union-attr]
    finally:
        process.kill()
        process.wait()
        process.stdin.close()  # type: ignore[union-attr]
        os.close(output)
        os.close(other)


def test_a_background_refresh_leaves_a_group_that_it_leads(user: User, api: ApiServer) -> None:
    """Started as a shell's job, it still gets a session of its own, and works."""
    process = user.start("refresh", "--background", preexec_fn=os.setpgrp)
    assert process.wait(30) == 0
    api.wait_for(1)
    until(user.is_drawn)


def test_a_background_refresh_ends_by_itself(user: User, api: ApiServer) -> None:
    """The alarm ends it wherever it hangs, even if alarms were ignored or blocked."""
    api.answer = HANGING
    code = (
        "import signal; from claude_status.asking import background\n"
        "signal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\n"
        "background.LIFETIME = 1; background.run('bar')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=user.environ, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        assert process.communicate(timeout=30)[0] == b""
        assert process.returncode == -signal.SIGALRM
    finally:
        process.kill()
    known = take_snapshot(user.account, Settings(), time.time())
    assert "cut short" in known.asking.reason


def test_a_background_refresh_leaves_if_another_is_running(user: User, api: ApiServer) -> None:
    """It asks and changes nothing while another one is running; a later one asks."""
    user.refresh(time.time() - 4000)
    before = snapshot_of(user.account.cache)
    door = os.open(user.account.home, os.O_RDONLY)
    try:
        fcntl.flock(door, fcntl.LOCK_EX)
        assert user.run("refresh", "--background").returncode == 0
        assert snapshot_of(user.account.cache) == before
        assert len(api.requests) == 1
    finally:
        os.close(door)
    assert user.run("refresh", "--background").returncode == 0
    assert len(api.requests) == 2


def test_a_background_refresh_needs_no_file_locks(
    user: User, api: ApiServer, tmp_path: Path
) -> None:
    """It asks even on a file system without locks."""
    (tmp_path / "sitecustomize.py").write_text(
        "import errno, fcntl\n"
        "def flock(file, how):\n"
        "    raise OSError(errno.ENOLCK, 'No locks available')\n"
        "fcntl.flock = flock\n"
    )
    path = {"PYTHONPATH": f"{tmp_path}:{user.environ['PYTHONPATH']}"}
    assert user.run("refresh", "--background", environ=path).returncode == 0
    assert len(api.requests) == 1
