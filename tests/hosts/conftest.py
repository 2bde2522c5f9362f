"""A shell with its snippet, each of the three unless a test names some; a home to install it in."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import SHELL, program
from tests.hosts.installed import COLOURED, RC, THEIRS
from tests.hosts.prompts import Shell
from tests.hosts.shells import header
from tests.hosts.traits import TRAITS
from tests.screen import Screen


@pytest.fixture(params=TRAITS)
def shell(request: pytest.FixtureRequest, home: Path) -> Shell:
    """A shell in the test's home."""
    return Shell(request.param, home)


@pytest.fixture
def owner(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose frames say ``LINE`` for an hour, with a prompt in each shell."""
    frames = home / ".cache/claude-status/at/default/@/frames"
    frames.mkdir(mode=0o700, parents=True)
    now = int(time.time())
    for dialect, text in COLOURED.items():
        (frames / dialect).write_text(f"{header(3600)}\n{now - 60} {text}\n")
    for shell, name in RC.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(THEIRS[shell])
    (home / ".local/share/fish/generated_completions").mkdir(parents=True)
    launcher = tmp_path / "bin dir" / "claude-status"
    launcher.parent.mkdir()
    launcher.symlink_to(SHELL / "claude-status")
    monkeypatch.setattr(sys, "argv", [str(launcher.with_name("claude-status-py"))])
    monkeypatch.chdir(home)
    return home


@pytest.fixture
def opened(owner: Path) -> Callable[..., Screen]:
    """Opens a new interactive shell of this user."""

    def open_(shell: str, *words: str, **more: str) -> Screen:
        return Screen([program(shell), *words], {**os.environ, **more}, cwd=str(owner))

    return open_
