"""What every test can use: a home of its own, the programs that it needs, a user and an API."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.server import ApiServer
    from tests.support import User

ROOT = Path(__file__).resolve().parent.parent
SHELL = ROOT / "shell"
LAUNCHER_SHELLS = ("dash", "bash", "busybox")  # which may run the launcher


def pytest_configure(config: pytest.Config) -> None:
    """Make warnings errors if all versions are pinned, and restore signals that are ignored.

    Elsewhere a new deprecation in some library must not fail the tests. A signal that is ignored
    here, as under ``nohup``, would be ignored by every process that is started, too.
    """
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            by_python = number == signal.SIGINT
            signal.signal(number, signal.default_int_handler if by_python else signal.SIG_DFL)
    if os.environ.get("PINNED") == "true":
        config.addinivalue_line("filterwarnings", "error")


def program(name: str) -> str:
    """The absolute path of a program; skips the test without it, or fails in CI.

    Programs in the environment of the tests count, even if that is not activated.
    """
    own = os.path.dirname(sys.executable)
    path = shutil.which(name) or shutil.which(name, path=own)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not installed, and CI skips nothing")
        pytest.skip(f"{name} is not installed")
    return path


def launcher_shell(shell: str) -> list[str]:
    """The command line of one of ``LAUNCHER_SHELLS``, up to the script."""
    return [program(shell), *(["sh"] if shell == "busybox" else [])]


@pytest.fixture(autouse=True)
def _no_time_limit_is_left() -> Iterator[None]:
    """Lift the limit that a command has set for its process: here it would end all tests."""
    yield
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory, without variables that could lead out of it."""
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    for name in list(os.environ):
        foreign = name.startswith(("CLAUDE", "XDG_", "ANTHROPIC_", "LC_"))
        if foreign or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "LANG", "LANGUAGE", "STARSHIP_SHELL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(path))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("TERM", "xterm-256color")
    return path


@pytest.fixture
def utc() -> Iterator[None]:
    """Set the local time zone to UTC."""
    from tests.support import time_zone  # which needs this file

    with time_zone("UTC"):
        yield


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """An API on loopback that answers."""
    from tests.server import ApiServer

    with ApiServer() as server:
        yield server


@pytest.fixture
def user(home: Path, api: ApiServer) -> User:
    """A user who is logged in at that API."""
    from tests.support import User  # which needs this file

    user = User(home, api.url)
    user.log_in()
    return user
