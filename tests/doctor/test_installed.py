"""What doctor reports about the files that our part is in."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from claude_status.asking.diagnosis import take_scene
from claude_status.cli import main
from claude_status.doctor import installed
from claude_status.doctor.findings import Finding, Grade
from claude_status.install import program as own
from claude_status.install.hosts import HOST_NAMES
from tests.commands.test_install import some_parts


@pytest.fixture
def folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the program; the current directory is a project's."""
    made = tmp_path / "it's here" / "shell"
    made.mkdir(parents=True)
    some_parts(made)
    monkeypatch.setattr(own, "PACKAGE", made.parent / "claude_status")
    monkeypatch.setattr(installed, "MANAGED", {"linux": tmp_path / "managed"})
    monkeypatch.setattr(sys, "argv", [str(made / "claude-status-py")])
    monkeypatch.setenv("PATH", "")
    (tmp_path / "project" / ".claude").mkdir(parents=True)
    (tmp_path / "managed" / "managed-settings.d").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project")
    (home / ".profile").write_text(". ~/.bashrc\n")
    return made


@pytest.fixture
def plain(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the program, in a path without quotes."""
    made = folder.parent.rename(tmp_path / "plain") / "shell"
    monkeypatch.setattr(own, "PACKAGE", made.parent / "claude_status")
    monkeypatch.setattr(sys, "argv", [str(made / "claude-status-py")])
    return made


@pytest.fixture
def found(home: Path) -> Callable[[], list[Finding]]:
    """What doctor finds now."""
    program = Path("/opt/made up/bin/claude-status")
    return lambda: list(installed.check_hosts(take_scene(os.environ, time.time(), program)))


def test_files_without_our_part_are_left_out(folder, home, found):
    """Files without our part have no row, whatever is in them."""
    (home / ".bashrc").write_text("alias a=b\n")
    (home / ".tmux.conf").mkdir()
    (home / ".claude").mkdir()
    (home / ".claude" / "settings.json").write_text("{,")
    assert found() == []


@pytest.mark.parametrize("host", HOST_NAMES)
def test_what_is_installed_is_named(folder, home, found, host):
    """Each file with our part has a row, and all is well."""
    main(["install", host])
    (only,) = found()
    assert (host, Grade.GOOD) == (only.name, only.grade)
    assert str(home) in only.text


@pytest.mark.parametrize("host", ["bash", "zsh", "fish", "tmux"])
def test_a_block_of_another_version(plain, home, found, host):
    """A block that this version would write otherwise still works, and a note says how to update.

    Where it is as written, there is no note; an update leaves none.
    """
    main(["install", host])
    (only,) = found()
    (file,) = (path for path in home.rglob("*") if path.is_file() and str(path) in only.text)
    file.write_bytes(file.read_bytes().replace(b"Written by", b"Put here by"))
    good, note = found()
    assert (good.grade, note.grade) == (Grade.GOOD, Grade.NOTE)
    assert note.advice == f"run `claude-status install {host}`, which updates it"
    main(["install", host])
    assert found() == [only]


def test_a_block_with_variables(plain, home, found, monkeypatch):
    """A block of tmux that selects an account is no other version's."""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home / "work"))
    main(["install", "tmux"])
    monkeypatch.delenv("CLAUDE_CONFIG_DIR")
    assert [finding.grade for finding in found()] == [Grade.GOOD]


@pytest.mark.parametrize(("file", "named"), [(None, ".bash_profile"), (".profile", ".profile")])
def test_a_login_bash_that_reads_another_file(folder, home, found, file, named):
    """A note says where login shells of bash do not read the file that has our part."""
    (home / ".profile").unlink()
    if file:
        (home / file).write_text("# . ~/.bashrc\n")
    main(["install", "bash"])
    _, note = found()
    assert (note.name, note.grade) == ("bash", Grade.NOTE)
    assert f"~/{named}" in f"{note.text} {note.advice}"


@pytest.mark.parametrize(
    ("own", "notes"),
    [('format = "$directory"\n', 1), ('format = "${env_var.CLAUDE_STATUS}"\n', 0), ("", 0)],
)
def test_a_format_of_starship_that_leaves_it_out(folder, home, found, own, notes):
    """A note says that a format of the user's own does not name our part."""
    (home / ".config").mkdir(exist_ok=True)
    (home / ".config" / "starship.toml").write_text(own)
    main(["install", "zsh", "starship"])
    rows = [row for row in found() if row.name == "starship"]
    assert [row.grade for row in rows] == [Grade.GOOD, *[Grade.NOTE] * notes]


def test_a_login_file_that_is_a_link(folder, home, found):
    """Where the login file is a link to ~/.bashrc, nothing is to be added: it would read itself."""
    (home / ".profile").unlink()
    (home / ".bash_profile").symlink_to(".bashrc")
    main(["install", "bash"])
    assert [finding.grade for finding in found()] == [Grade.GOOD]


@pytest.mark.parametrize("host", HOST_NAMES)
def test_a_path_that_is_gone(plain, found, host, monkeypatch, tmp_path):
    """If the program was moved, the row says so, and its advice repairs that."""
    main(["install", host])
    moved = plain.parent.rename(tmp_path / "moved") / "shell"
    (only,) = found()
    assert Grade.WRONG is only.grade
    assert str(plain) in only.text
    assert f"claude-status install {host}" in only.advice
    monkeypatch.setattr(own, "PACKAGE", moved.parent / "claude_status")
    monkeypatch.setattr(sys, "argv", [str(moved / "claude-status-py")])
    assert main(["install", host]) == 0
    assert [finding.grade for finding in found()] == [Grade.GOOD]


@pytest.mark.parametrize(
    "place",
    [
        "managed/managed-settings.json",
        "managed/managed-settings.d/10-line.json",
        "home/.claude/remote-settings.json",
        "project/.claude/settings.json",
        "project/.claude/settings.local.json",
    ],
)
@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ('{"statusLine": {"command": "other"}}', True),
        ('{"disableAllHooks": true}', True),
        ('{"disableAllHooks": false, "model": "x"}', False),
    ],
)
@pytest.mark.usefixtures("folder")
def test_settings_that_come_before_ours(tmp_path, found, place, settings, expected):
    """Another's status line or switch that takes precedence is named with its file."""
    main(["install", "claude"])
    (tmp_path / place).write_text(settings)
    rows = [finding for finding in found() if finding.grade is Grade.WRONG]
    assert expected == bool(rows)
    assert all(str(tmp_path / place) in finding.text for finding in rows)


def test_a_directory_that_was_removed(folder, found, tmp_path, monkeypatch):
    """If the current directory was removed, there are no project's settings."""
    main(["install", "claude"])
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert [finding.grade for finding in found()] == [Grade.GOOD]


def test_hooks_that_the_user_has_turned_off(folder, home, found):
    """If the user turned off all hooks, Claude Code shows no status line either."""
    path = home / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text('{"disableAllHooks": true}')
    main(["install", "claude"])
    assert ["disableAllHooks" in finding.text for finding in found()] == [False, True]


def test_a_switch_stops_the_hooks_too(folder, home, found, tmp_path):
    """Our hooks are stopped by the switch, but not by another's status line."""
    main(["install", "claude-hooks"])
    (tmp_path / "managed/managed-settings.json").write_text('{"statusLine": {"command": "x"}}')
    assert [finding.grade for finding in found()] == [Grade.GOOD]
    (tmp_path / "managed/managed-settings.json").write_text('{"disableAllHooks": true}')
    assert [finding.name for finding in found() if finding.grade is Grade.WRONG] == ["claude-hooks"]


def test_in_the_home_itself_nothing_comes_before(folder, home, found, monkeypatch):
    """In the home directory itself, .claude is not a project's."""
    main(["install", "claude"])
    monkeypatch.chdir(home)
    assert [finding.grade for finding in found()] == [Grade.GOOD]
