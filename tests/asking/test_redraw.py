"""A tmux that shows the line redraws it as soon as the numbers have changed."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bodies import usage_body
from tests.conftest import program
from tests.screen import Screen
from tests.server import ApiServer, ok
from tests.support import User, until
from tests.trust.crowd import idle


@pytest.fixture
def bar(user: User, tmp_path: Path) -> Iterator[Screen]:
    """The user's own tmux, whose bar asks for the line only once an hour."""
    tmux = program("tmux")
    user.environ["TMUX_TMPDIR"] = str(tmp_path)
    user.environ.pop("TMUX", None)
    launcher = user.install_launcher(user.home / "bin")
    (user.home / "conf").write_text(
        f"set -g status-interval 3600\nset -g status-right '#({launcher} --format tmux)'\n"
        "set -g status-right-length 100\n"
    )
    user.refresh()
    command = [tmux, "-f", str(user.home / "conf"), "new-session", "exec sleep 600"]
    with Screen(command, user.environ, columns=100) as screen:
        try:
            screen.until("5h 42%")
            yield screen
        finally:
            subprocess.run([tmux, "kill-server"], env=user.environ, check=False)


def test_a_refresh_that_changed_the_line(user: User, api: ApiServer, bar: Screen) -> None:
    """After a refresh with other numbers, the bar shows them at once."""
    api.answer = ok(usage_body(time.time(), 63, 17))
    user.run("refresh", "--force")
    bar.until("5h 63%", 30)


def test_a_bar_without_the_line(user: User, api: ApiServer, bar: Screen, tmp_path: Path) -> None:
    """Only bars with the line are redrawn: what another bar runs is not run again."""
    tmux, ran = program("tmux"), tmp_path / "ran"
    job = f"#(echo >>{ran}; echo theirs)"
    new = [tmux, "new-session", "-d", "-s", "other", "exec sleep 600"]
    options = [tmux, "set-option", "-t", "other", "status-right", job]
    for command in (new, options):
        subprocess.run(command, env=user.environ, check=True)
    subprocess.run([tmux, "set-option", "-gu", "status-right"], env=user.environ, check=True)
    ours = f"#({user.home / 'bin' / 'claude-status'} --format tmux)"
    mine = [tmux, "set-option", "-t", "0:", "status-right", ours]
    subprocess.run(mine, env=user.environ, check=True)
    with Screen([tmux, "attach-session", "-t", "other"], user.environ, columns=100) as other:
        other.until("theirs")
        before = ran.read_text()
        api.answer = ok(usage_body(time.time(), 63, 17))
        user.run("refresh", "--force")
        bar.until("5h 63%", 30)
        assert ran.read_text() == before


def test_a_server_that_hangs(user: User, api: ApiServer, bar: Screen, tmp_path: Path) -> None:
    """A server that never answers delays no other bar, and no process waits for it forever."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "hung"))
        server.listen()
        api.answer = ok(usage_body(time.time(), 63, 17))
        user.run("refresh", "--force", environ={"TMUX": f"{tmp_path / 'hung'},1,0"})
        bar.until("5h 63%", 30)
        client, _ = server.accept()
        with client:
            client.settimeout(60)
            while client.recv(4096):
                pass  # the end comes once the process is gone


def test_an_unchanged_line_redraws_nothing(user: User, tmp_path: Path) -> None:
    """A refresh that does not change the line calls no tmux; a new minute may change it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "tmux").write_text(f'#!/bin/sh\necho "$@" >>"{tmp_path}/called"\n')
    (folder / "tmux").chmod(0o755)
    server = tmp_path / f"tmux-{user.home.stat().st_uid}" / "default"
    server.parent.mkdir()
    with Socket(server):
        environ = {"TMUX_TMPDIR": str(tmp_path), "PATH": f"{folder}:{user.environ['PATH']}"}
        user.run("refresh", environ=environ)
        until((tmp_path / "called").exists)
        (tmp_path / "called").unlink()
        before = user.line(time.time(), "tmux")
        user.run("refresh", "--force", environ=environ)
        until(lambda: idle(user))
        assert (tmp_path / "called").exists() <= (user.line(time.time(), "tmux") != before)


class Socket:
    """A socket that looks like a tmux server's."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        """Listen."""
        import socket

        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self._path))

    def __exit__(self, *_: object) -> None:
        """Close."""
        self._socket.close()
