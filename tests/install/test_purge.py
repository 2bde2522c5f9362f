"""What is left behind: nothing after a purge, and a link only if it is needed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from claude_status.cli import main
from claude_status.install.purge import remains
from tests.support import User


def everything(place: Path) -> list[str]:
    """What is below a directory, except for Claude Code's own files."""
    found = (str(path.relative_to(place)) for path in place.rglob("*"))
    return sorted(name for name in found if not name.startswith(".claude/"))


def test_purge_leaves_nothing(user: User) -> None:
    """``uninstall --all --purge`` leaves no file behind, and says that the program remains."""
    before = everything(user.home)
    user.run("refresh")
    user.run("config", "--init")
    user.run("install", "bash", "zsh", "fish", "tmux", "claude")
    done = user.run("uninstall", "--all", "--purge")
    assert (done.returncode, done.stderr) == (0, "")
    files = [name for name in everything(user.home) if not (user.home / name).is_dir()]
    assert [name for name in files if name not in before] == []
    assert "The program itself remains" in done.stdout


def test_purge_spares_the_files_of_others(user: User) -> None:
    """A purge keeps a cache folder that holds other things."""
    user.run("refresh")
    other = user.account.cache / "other"
    other.touch()
    user.run("uninstall", "--all", "--purge")
    assert everything(user.account.cache) == ["other"]


@pytest.mark.parametrize("hosts", [["bash"], []])
def test_purge_of_some_hosts_is_refused(user: User, hosts: list[str]) -> None:
    """The cache serves all hosts, so a purge without --all is refused."""
    user.run("refresh")
    done = user.run("uninstall", *hosts, "--purge")
    assert (done.returncode, "add --all" in done.stderr) == (2, True)
    assert user.account.frames.exists()


def test_dry_purge_only_shows(user: User) -> None:
    """``--dry-run`` names what would be removed, and keeps it."""
    user.run("refresh")
    before = everything(user.home)
    done = user.run("uninstall", "--all", "--purge", "--dry-run")
    assert f"would remove {user.home}/.cache/claude-status/at" in done.stdout
    assert before == everything(user.home)


@pytest.mark.parametrize(
    ("place", "file", "expected"),
    [
        ("uv/tools/claude-status-prompt", "uv-receipt.toml", "uv tool uninstall claude"),
        ("pipx/venvs/claude-status-prompt", "pipx_metadata.json", "pipx uninstall claude"),
        (".claude-status", "pyvenv.cfg", "rm -r "),
        ("project/.venv", "pyvenv.cfg", "-m pip uninstall claude"),
    ],
)
def test_what_remains(tmp_path: Path, place: str, file: str, expected: str) -> None:
    """The command to remove the program fits the way it was installed."""
    prefix = tmp_path / place
    prefix.mkdir(parents=True)
    (prefix / file).touch()
    assert expected in remains(prefix)


def test_link_where_the_command_cannot_be_typed(user: User) -> None:
    """A command that is not on PATH is linked into ~/.local/bin until no host has our part."""
    link = user.home / ".local/bin/claude-status"
    done = user.run("install", "bash")
    assert "The command is now ~/.local/bin/claude-status. Add ~/.local/bin to" in done.stdout
    assert os.path.samefile(link, Path(sys.executable).with_name("claude-status"))
    user.run("install", "zsh")
    user.run("uninstall", "bash")
    assert link.is_symlink()
    assert os.access(link.with_name("claude-status-py"), os.X_OK)
    user.run("uninstall", "zsh")
    assert list(link.parent.iterdir()) == []


def test_no_link_where_it_is_not_needed(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command on PATH needs no link, and a file in its place is never replaced."""
    folder = Path(sys.executable).parent
    link = home / ".local/bin/claude-status"
    monkeypatch.setenv("PATH", str(folder))
    main(["install", "bash"])
    assert not os.path.lexists(link)
    monkeypatch.setenv("PATH", "/bin")
    link.parent.mkdir(parents=True)
    link.write_text("something else")
    main(["install", "zsh"])
    main(["uninstall", "--all"])
    assert link.read_text() == "something else"
