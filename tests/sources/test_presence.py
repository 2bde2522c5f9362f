"""Whether somebody uses tmux, asked of real servers."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from claude_status.model.schedule import STEADY
from claude_status.sources.presence import is_somebody_there
from tests.conftest import program
from tests.screen import Screen
from tests.server import ApiServer, ok
from tests.support import User, clock_ahead, until

HOUR = 3600


@pytest.fixture
def environ(home: Path) -> Iterator[dict[str, str]]:
    """The environment of a job in the status bar of a tmux server."""
    with tempfile.TemporaryDirectory(prefix="tmux", dir="/tmp") as folder:
        base = {"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "xterm-256color"}
        base["SHELL"] = "/bin/sh"  # some users have nologin
        path = f"{folder}/a,b"  # tmux allows a comma in it

        def tmux(*words: str) -> None:
            argv = [program("tmux"), "-S", path, "-f", "/dev/null", *words]
            subprocess.run(argv, env=base, check=True, capture_output=True)

        tmux("new-session", "-d", "-s", "one", "exec sleep 1000")
        try:
            yield {**base, "TMUX": f"{path},{os.getpid()},-1"}
        finally:
            tmux("kill-server")


def attach(environ: dict[str, str]) -> Screen:
    """A client on a terminal."""
    base = {name: value for name, value in environ.items() if name != "TMUX"}
    path = environ["TMUX"].rsplit(",", 2)[0]
    return Screen([program("tmux"), "-S", path, "attach-session"], {**base, "LANG": "C.UTF-8"})


def test_nobody_is_at_a_tmux_without_clients(environ: dict[str, str]) -> None:
    """Without an attached client, nobody is there."""
    assert not is_somebody_there(environ, time.time(), HOUR)


def test_a_job_of_the_status_bar_knows_its_server(environ: dict[str, str], tmp_path: Path) -> None:
    """A job of the status bar finds its server in TMUX."""
    found = tmp_path / "found"
    tmux = ["tmux", "-S", environ["TMUX"].rsplit(",", 2)[0], "set-option", "-g"]
    job = f'#(printf %%s "$TMUX" > {found}.new && mv {found}.new {found})'
    subprocess.run([*tmux, "status-right", job], env=environ, check=True)
    with attach(environ):
        until(found.exists)
        own = {**environ, "TMUX": found.read_text()}
        assert own["TMUX"].startswith(environ["TMUX"].rsplit(",", 2)[0])
        assert is_somebody_there(own, time.time(), HOUR)
    until(lambda: not is_somebody_there(own, time.time(), HOUR))


def test_a_bar_that_nobody_sees_makes_no_call(
    environ: dict[str, str], user: User, api: ApiServer, tmp_path: Path
) -> None:
    """After hours, a bar's refresh asks only if a client is attached."""
    user.environ["TMUX"] = environ["TMUX"]
    ttl = 20_000  # long enough for a slow machine
    config = user.home / ".config/claude-status/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f"ttl = {ttl}\n")
    api.answer = ok({"five_hour": {"utilization": 5, "resets_at": None}})
    bar = ("refresh", "--background", "--for", "bar")
    user.run(*bar)
    assert len(api.requests) == 1
    # due for a bar, while by tmux's clock less than two TTLs have passed
    later = clock_ahead(tmp_path / "later", STEADY * 1.1 * ttl + 60)
    user.run(*bar, environ=later)
    assert len(api.requests) == 1
    with attach(environ) as screen:
        screen.until("[one]")
        user.run(*bar, environ=later)
    assert len(api.requests) == 2


def test_a_client_counts_for_some_time_after_its_activity(environ: dict[str, str]) -> None:
    """A client counts as present for so many seconds after its last activity."""
    with attach(environ) as screen:
        screen.until("[one]")
        now = time.time()
        assert is_somebody_there(environ, now, HOUR)
        assert is_somebody_there(environ, now + HOUR - 60, HOUR)
        assert not is_somebody_there(environ, now + HOUR + 60, HOUR)


def test_a_key_makes_a_client_active_again(environ: dict[str, str]) -> None:
    """Typing in any program makes a client active."""
    with attach(environ) as screen:
        screen.until("[one]")
        deadline = time.monotonic() + 30
        # tmux knows the activity to the second
        while is_somebody_there(environ, time.time(), 1):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        screen.send("x")
        while not is_somebody_there(environ, time.time(), 1):
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.mark.parametrize(
    "variable", ["", "x,1,0", "/missing/socket,1,0", "/dev/null,1,0", "\0,1,0", ",,", "/"]
)
def test_outside_tmux_somebody_counts_as_present(variable: str, home: Path) -> None:
    """Without a tmux that can be asked, somebody counts as present."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(home), "TMUX": variable}
    assert is_somebody_there(environ, time.time(), HOUR)
    assert is_somebody_there({}, time.time(), HOUR)


def test_a_dead_server_is_not_started(environ: dict[str, str], tmp_path: Path) -> None:
    """A socket without a server counts as unknown, and no server is started."""
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    dead = {**environ, "TMUX": f"{path},1,0"}
    assert is_somebody_there(dead, time.time(), HOUR)
    argv = [program("tmux"), "-S", str(path), "list-clients"]
    assert subprocess.run(argv, env=environ, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("script", ["exec sleep 1000", "echo soon", "exit 1", "kill -9 $$"])
def test_a_tmux_that_cannot_answer(
    script: str, environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tmux that hangs, fails, answers nonsense or is missing counts as unknown."""
    monkeypatch.setattr("claude_status.sources.presence.TMUX_SECONDS", 0.2)
    fake = tmp_path / "bin/tmux"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    environ["PATH"] = f"{fake.parent}:{environ['PATH']}"
    assert is_somebody_there(environ, time.time(), HOUR)
    assert is_somebody_there({**environ, "PATH": str(tmp_path)}, time.time(), HOUR)


def test_the_tmux_of_another_user_is_not_asked(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's server, which could have its client run commands, is not asked."""
    asked = tmp_path / "asked"
    fake = tmp_path / "bin/tmux"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\n: > {asked}\n")
    fake.chmod(0o755)
    environ["PATH"] = f"{fake.parent}:{environ['PATH']}"
    assert not is_somebody_there(environ, time.time(), HOUR)
    assert asked.exists()
    asked.unlink()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert is_somebody_there(environ, time.time(), HOUR)
    assert not asked.exists()
