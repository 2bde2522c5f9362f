"""A user of Claude Code's status line, with the launcher."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server import ApiServer
from tests.support import User


@pytest.fixture
def user(home: Path, api: ApiServer) -> User:
    """A user who is not logged in, with a terminal that has colours and UTF-8."""
    return User(home, api.url, TERM="xterm-256color", LANG="C.UTF-8", COLUMNS="120")


@pytest.fixture
def launcher(user: User) -> str:
    """The launcher, with a Python program that records its runs."""
    path = user.install_launcher(user.home / "bin")
    python = Path(path).with_name("claude-status-py")
    command = python.read_text().splitlines()[-1]
    python.write_text(f"#!/bin/sh\necho run >>{user.home}/runs\n{command}\n")
    return path
