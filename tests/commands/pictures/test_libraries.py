"""The libraries of the extra ``look`` are loaded only by commands that draw with them."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from claude_status.render import libraries
from tests.commands.pictures.conftest import without
from tests.screen import Screen
from tests.support import ROOT, User


@pytest.fixture
def loaded(tmp_path: Path) -> tuple[dict[str, str], Path]:
    """The environment in which importing rich creates a file, and that file's path."""
    folder, mark = tmp_path / "path", tmp_path / "mark"
    folder.mkdir()
    (folder / "rich.py").write_text(f"open({str(mark)!r}, 'w')\nraise ImportError\n")
    return {"PYTHONPATH": f"{folder}:{ROOT}"}, mark


@pytest.mark.parametrize(
    "arguments",
    [(), ("--format", "json"), ("refresh",), ("show",), ("show", "--all"), ("doctor",),
     ("history",), ("history", "--csv"), ("history", "--json"), ("show", "--help")],
)  # fmt: skip
def test_not_loaded(
    user: User, loaded: tuple[dict[str, str], Path], arguments: tuple[str, ...]
) -> None:
    """Without a terminal no command loads rich."""
    environ, mark = loaded
    user.run(*arguments, environ=environ)
    assert not mark.exists()


@pytest.mark.parametrize("command", ["show", "watch"])
def test_loaded(user: User, loaded: tuple[dict[str, str], Path], command: str) -> None:
    """On a terminal each of these commands tries to load rich."""
    environ, mark = loaded
    user.refresh()
    with Screen(user.command(command), {**user.environ, **environ}) as screen:
        while screen.pump(30):
            pass
    assert mark.exists()


@pytest.mark.parametrize(
    ("command", "library"),
    [(("config", "set", "ttl", "300"), "tomlkit"), (("watch",), "rich")],
)
def test_missing(user: User, tmp_path: Path, command: tuple[str, ...], library: str) -> None:
    """A missing library is reported in one sentence, with how to install it, and status 1."""
    done = user.run(*command, environ=without(library, tmp_path / "path"))
    advice = f"in the clone, run {shlex.quote(sys.executable)} -m pip install '.[look]'"
    sentence = f"claude-status: This needs {library}: {advice}.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


def test_each_tool_has_its_own_command(tmp_path: Path) -> None:
    """If pipx or uv has installed the program, the advice is to run that again."""
    assert "run uv tool install --force '.[look]'" in libraries._advice(Path("/x/uv/tools/claude"))
    (tmp_path / "pipx_metadata.json").touch()
    assert "run pipx install --force '.[look]'" in libraries._advice(tmp_path)
