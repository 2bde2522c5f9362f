"""Installing into real files, and uninstalling again."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from claude_status.cli import main
from claude_status.install import changes
from claude_status.install import program as own
from claude_status.install.backup import Keep
from claude_status.install.edits import Block, ClaudeCode, Edit, Starship
from claude_status.install.files import FileError
from tests.conftest import SHELL, program
from tests.formatting import layouts
from tests.install.test_blocks import FILES
from tests.install.test_claude_settings import SETTINGS
from tests.strategies import quick

TOML = st.sampled_from(
    [
        "",
        "# only this",
        'format = "$all"\n',
        "[a]\r\nb = 1\r\n",
        "\ufeffx = 1",
        "[env_var.X]\ny = 2",
    ]
)
SNIPPETS = ("bash", "zsh", "fish", "tmux")


def some_parts(folder: Path) -> own.Parts:
    """Create a launcher and snippets in a folder."""
    for name in own.COMPLETIONS.values():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    for name in SNIPPETS:
        (folder / f"claude-status.{name}").touch()
    for name in ("statusline.json", "starship.toml"):
        (folder / name).write_bytes((SHELL / name).read_bytes())
    program = folder / "claude-status"
    program.write_text("#!/bin/sh\n#\n# claude-status - made up\n")
    program.chmod(0o755)
    return own.Parts(str(program), folder)


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> own.Parts:
    """The program's own files, in a folder of the test's."""
    folder = tmp_path / "claude_status" / "shell"
    folder.mkdir(parents=True)
    made = some_parts(folder)
    monkeypatch.setattr(own, "PACKAGE", folder.parent / "claude_status")
    monkeypatch.setattr(sys, "argv", [str(folder / "claude-status-py")])
    monkeypatch.setenv("PATH", "")
    return made


@pytest.fixture
def patch() -> str:
    """The real ``patch``, found before PATH is emptied."""
    return program("patch")


@pytest.fixture
def rc(home: Path, parts: own.Parts) -> Path:
    """The user's file for bash, as an example of every host's."""
    path = home / ".bashrc"
    path.write_bytes(b"alias a=b\n")
    return path


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed; fails if there was an error."""
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    """The one sentence on stderr; fails if anything else was printed."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("claude-status: ")
    assert err.endswith(".\n")
    assert err.count("\n") == 1
    return err


def there_and_back(edit: Edit, data: bytes | None) -> None:
    """Install twice and uninstall: the file is what it was, and nothing is kept."""
    with tempfile.TemporaryDirectory() as name:
        path, keep = Path(name, "file"), Keep(Path(name, "state", "claude-status", "kept"))
        Path(name, "state").mkdir()
        if data is not None:
            path.write_bytes(data)
        made = some_parts(Path(name))
        before = changes.putting(path, edit, made, keep)
        before.make(keep)
        assert path.read_bytes() == before.after
        assert changes.putting(path, edit, made, keep).is_none
        changes.taking(path, edit, keep).make(keep)
        assert data == (path.read_bytes() if path.exists() else None)
        assert list(Path(name, "state").iterdir()) == []


class TestThereAndBack:
    """After install and uninstall a file is what it was, byte for byte."""

    @quick
    @given(st.none() | FILES)
    def test_a_file_of_lines(self, data):
        """Any bytes with any line endings, with or without a final one, and no file."""
        try:
            there_and_back(Block("bash", lambda *_: "one\n"), data)
        except changes.ChangeError:
            assume(False)

    @quick
    @given(layouts() | layouts(SETTINGS) | st.sampled_from(["", " ", "\ufeff", "{ }", "{}"]))
    def test_settings(self, text):
        """Any JSON object in any layout, with any status line or none."""
        there_and_back(ClaudeCode(), text.encode())

    def test_no_settings(self):
        """A settings file that did not exist is removed again."""
        there_and_back(ClaudeCode(), None)

    @quick
    @given(TOML)
    def test_starship(self, text):
        """Any TOML, as our tables come last."""
        body = "[env_var.CLAUDE_STATUS]\n"
        there_and_back(Starship("starship", lambda *_: body), text.encode())


class TestTheFile:
    """Everything but a file's content stays as it is."""

    def test_a_link_stays_a_link(self, home, rc):
        """The target of a chain of links is replaced, and the links stay."""
        (home / "dotfiles").mkdir()
        real = rc.rename(home / "dotfiles" / "bashrc")
        (home / "between").symlink_to("dotfiles/bashrc")
        rc.symlink_to("between")
        assert main(["install", "bash"]) == 0
        assert rc.readlink() == Path("between")
        assert b"# >>> claude-status >>>" in real.read_bytes()
        assert main(["uninstall", "bash"]) == 0
        assert rc.readlink() == Path("between")
        assert real.read_bytes() == b"alias a=b\n"

    def test_two_places_that_are_one_file(self, home, parts, monkeypatch, capsys):
        """A file that a host reads under two names is changed once, and restored."""
        real = home / ".config/tmux/tmux.conf"
        real.parent.mkdir(parents=True)
        real.write_bytes(b"set -g mouse on\n")
        (home / ".tmux.conf").symlink_to(real)
        (home / "z").mkdir()
        (home / "z/.zshrc").write_bytes(b"alias a=b\n")
        (home / ".zshrc").symlink_to("z/.zshrc")
        monkeypatch.setenv("ZDOTDIR", str(home / "z"))
        for host in ("tmux", "zsh"):
            assert main(["install", host]) == 0
            assert main(["uninstall", host]) == 0
            said(capsys)
        assert real.read_bytes() == b"set -g mouse on\n"
        assert (home / "z/.zshrc").read_bytes() == b"alias a=b\n"

    @pytest.mark.parametrize("mode", [0o644, 0o600, 0o755, 0o664, 0o200 | 0o400])
    def test_mode_and_owner(self, rc, mode):
        """Neither installing nor uninstalling changes a file's owner or mode."""
        rc.chmod(mode)
        if os.geteuid() == 0:
            os.chown(rc, 1234, 2345)
        before = rc.stat()
        for verb in ("install", "uninstall"):
            assert main([verb, "bash"]) == 0
            after = rc.stat()
            assert before.st_mode == after.st_mode
            assert (before.st_uid, before.st_gid) == (after.st_uid, after.st_gid)

    def test_what_is_kept_is_private(self, home, rc):
        """The copies of the user's files are private, whatever the umask."""
        before = os.umask(0)
        try:
            assert main(["install", "bash"]) == 0
        finally:
            os.umask(before)
        kept = [path for path in (home / ".local/state").rglob("*") if path.is_file()]
        names = [".bashrc.after", ".bashrc.before", "claude-status.after"]
        assert sorted(path.name for path in kept) == names
        assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in kept}

    def test_nothing_else_is_left(self, home, rc):
        """After install and uninstall the home has no other file."""
        main(["install", "bash"])
        main(["uninstall", "bash"])
        assert [path.name for path in home.rglob("*") if path.is_file()] == [".bashrc"]


class TestRefusals:
    """What cannot be done is reported in one sentence, and nothing is changed."""

    @pytest.mark.parametrize("verb", ["install", "uninstall"])
    def test_a_directory(self, rc, verb, capsys):
        """A directory instead of the file is refused."""
        rc.unlink()
        rc.mkdir()
        assert main([verb, "bash"]) == 1
        assert "not a regular file" in refused(capsys)

    def test_a_pipe(self, rc, capsys):
        """A named pipe instead of the file is refused without waiting."""
        rc.unlink()
        os.mkfifo(rc)
        assert main(["install", "bash"]) == 1
        assert "not a regular file" in refused(capsys)

    def test_a_link_to_nothing(self, rc, capsys):
        """A dangling link may lead to an unmounted disk, so its target is not created."""
        rc.unlink()
        rc.symlink_to("dotfiles/bashrc")
        assert main(["install", "bash"]) == 1
        assert "dotfiles/bashrc" in refused(capsys)
        assert rc.is_symlink()

    def test_a_link_to_itself(self, rc, capsys):
        """A loop of links is refused."""
        rc.unlink()
        rc.symlink_to(rc.name)
        assert main(["install", "bash"]) == 1
        refused(capsys)

    def test_a_read_only_file(self, rc, capsys):
        """A file that its owner made read-only is not replaced."""
        rc.chmod(0o444)
        assert main(["install", "bash"]) == 1
        assert "read-only" in refused(capsys)
        assert rc.read_bytes() == b"alias a=b\n"

    def test_a_home_that_cannot_be_written(self, parts, home, monkeypatch, capsys):
        """If nothing can be written, that is reported."""
        monkeypatch.setenv("HOME", "/proc/self")
        monkeypatch.setattr(os, "geteuid", lambda: 1)
        assert main(["install", "bash"]) == 1
        refused(capsys)

    def test_what_cannot_be_kept_is_not_replaced(self, rc, monkeypatch, capsys):
        """If the previous bytes cannot be saved, the file stays as it is."""
        monkeypatch.setenv("XDG_STATE_HOME", "/proc/self/nothing")
        assert main(["install", "bash"]) == 1
        refused(capsys)
        assert rc.read_bytes() == b"alias a=b\n"

    def test_half_a_block(self, rc, capsys):
        """Unmatched marks are refused with their line."""
        rc.write_bytes(b"a\n# >>> claude-status >>>\n")
        for verb in ("install", "uninstall"):
            assert main([verb, "bash"]) == 1
            assert "line 2" in refused(capsys)
        assert rc.read_bytes() == b"a\n# >>> claude-status >>>\n"

    @pytest.mark.parametrize(
        ("text", "where"),
        [
            (b'{\n  // a comment\n  "a": 1\n}', "line 2, column 3"),
            (b'{\n  "a": 1,\n}\n', "line 3, column 1"),
            (b'{"a": "\xff"}', "line 1"),
            (b"[]", "line 1, column 1"),
        ],
    )
    def test_settings_that_do_not_parse(self, home, parts, text, where, capsys):
        """Settings that are not JSON are refused with the position, and not changed."""
        path = home / ".claude" / "settings.json"
        path.parent.mkdir()
        path.write_bytes(text)
        assert main(["install", "claude"]) == 1
        sentence = refused(capsys)
        assert str(path) in sentence
        assert where.split(",")[0] in sentence
        assert path.read_bytes() == text

    @pytest.mark.parametrize("text", ["a = [", "env_var = {X = 1}"])
    def test_toml_without_room_for_our_tables(self, home, parts, text, capsys):
        """A file that is not TOML, or would not be with our tables, is not changed."""
        path = home / ".config" / "starship.toml"
        path.parent.mkdir()
        path.write_text(text)
        (home / ".zshrc").touch()
        assert main(["install", "zsh"]) == 0
        capsys.readouterr()
        assert main(["install", "starship"]) == 1
        assert f"{path} is left unchanged" in refused(capsys)
        assert path.read_text() == text

    def test_a_dry_run_shows_each_change_after_the_other(self, home, parts, capfdbinary):
        """Two parts of one file are shown as they would be made: the second on top of the first."""
        assert main(["install", "--dry-run", "claude", "claude-hooks"]) == 0
        patch = capfdbinary.readouterr().out
        assert patch.count(b"/dev/null") == 1
        assert not (home / ".claude").exists()
        assert main(["install", "claude", "claude-hooks"]) == 0
        path = home / ".claude" / "settings.json"
        first, second = patch.split(f"--- {path}\n".encode())
        assert b"statusLine" in first
        assert b'+  "hooks": {' in second
        made = [row[1:] for row in second.splitlines() if row[:1] in b"+ "][1:]
        assert b"\n".join(made) in path.read_bytes()

    def test_what_waybar_needs_is_said(self, home, capsys):
        """A bar that only its user can set up is no unknown host: init has the lines for it."""
        assert main(["install", "waybar"]) == 2
        assert "`claude-status init waybar`" in refused(capsys)

    def test_a_full_disk_is_said_with_the_remedy(self, home, rc, monkeypatch, capsys):
        """If nothing can be kept, nothing is changed, and the sentence says what to do."""
        rc.write_bytes(b"alias a=b\n")

        def full(_descriptor):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        assert main(["install", "bash"]) == 1
        assert refused(capsys).rstrip().endswith("(No space left on device): free some space.")
        assert rc.read_bytes() == b"alias a=b\n"

    def test_one_host_does_not_stop_the_others(self, home, rc, capsys):
        """If one host's file cannot be changed, the others' are."""
        (home / ".zshrc").mkdir()
        assert main(["install", "zsh", "bash"]) == 1
        out, err = capsys.readouterr()
        assert "bash: added to ~/.bashrc" in out
        assert "zsh: " in err

    def test_an_unknown_host(self, rc, capsys):
        """An unknown host exits with 2, and nothing is done for the others."""
        assert main(["install", "bash", "csh"]) == 2
        assert "'csh'" in refused(capsys)
        assert rc.read_bytes() == b"alias a=b\n"

    def test_root_in_a_borrowed_home(self, home, rc, monkeypatch, capsys):
        """Under sudo with the user's HOME, nothing is written that the user could not change."""
        if os.geteuid() == 0:
            os.chown(home, 1234, 1234)
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        assert main(["install", "bash"]) == 2
        assert "sudo" in refused(capsys)

    def test_a_launcher_that_is_missing(self, parts, rc, capsys, monkeypatch):
        """Without a launcher nothing is installed, as it could not run."""
        Path(parts.program).unlink()
        scripts = {"get_path": lambda _: str(rc.parent)}  # this Python's folder may have a launcher
        monkeypatch.setattr(own, "sysconfig", SimpleNamespace(**scripts))
        assert main(["install", "bash"]) == 1
        assert "install claude-status-prompt again" in refused(capsys)


class TestAtOnce:
    """A file is replaced completely or not at all."""

    def test_a_change_in_between_is_not_lost(self, home, rc, parts):
        """If another program writes the file after it was read, its change stays."""
        keep = Keep.of(os.environ)
        change = changes.putting(rc, Block("bash", lambda *_: "x\n"), parts, keep)
        rc.write_bytes(b"theirs\n")
        with pytest.raises(FileError, match="run this again"):
            change.make(keep)
        assert rc.read_bytes() == b"theirs\n"

    def test_a_failure_leaves_nothing_behind(self, home, rc, monkeypatch, capsys):
        """If the replacement fails, the file is unchanged and there is no other beside it."""
        real = os.replace

        def fail(new: str, old: Path) -> None:
            if Path(old) == rc:
                raise OSError(28, "No space left on device")
            real(new, old)

        monkeypatch.setattr(os, "replace", fail)
        assert main(["install", "bash"]) == 1
        assert "No space left" in refused(capsys)
        assert rc.read_bytes() == b"alias a=b\n"
        assert {".bashrc", ".local"} == {path.name for path in home.iterdir()}


class TestMeanwhile:
    """What the user changed between install and uninstall is not undone."""

    def test_other_lines_stay(self, rc, capsys):
        """Lines added above and below the block stay, without a message."""
        main(["install", "bash"])
        rc.write_bytes(b"first\n" + rc.read_bytes() + b"last\n")
        capsys.readouterr()
        assert main(["uninstall", "bash"]) == 0
        assert rc.read_bytes() == b"first\nalias a=b\nlast\n"
        assert said(capsys) == "bash: removed from ~/.bashrc\n"

    def test_changes_between_the_marks_are_reported(self, rc, capsys):
        """What was changed between the marks is removed, too, and that is reported."""
        main(["install", "bash"])
        rc.write_bytes(rc.read_bytes().replace(b"fi\n", b"fi\nmine\n"))
        capsys.readouterr()
        assert main(["uninstall", "bash"]) == 0
        assert rc.read_bytes() == b"alias a=b\n"
        assert "between the marks" in said(capsys)

    def test_a_file_of_ours_with_lines_of_theirs_stays(self, home, parts):
        """A file that we created is not removed if it contains anything else."""
        main(["install", "fish"])
        path = home / ".config" / "fish" / "conf.d" / "claude-status.fish"
        path.write_bytes(path.read_bytes() + b"mine\n")
        main(["uninstall", "fish"])
        assert path.read_bytes() == b"mine\n"

    def test_settings_that_claude_code_rewrote(self, home, parts, capsys):
        """A setting that Claude Code changed stays, and the status line is restored."""
        path = home / ".claude" / "settings.json"
        path.parent.mkdir()
        path.write_text('{"statusLine":{"type":"command","command":"mine"}}')
        main(["install", "claude"])
        settings = {**json.loads(path.read_text()), "model": "x"}
        path.write_text(json.dumps(settings, indent=2))
        main(["uninstall", "claude"])
        expected = {"statusLine": {"type": "command", "command": "mine"}, "model": "x"}
        assert expected == json.loads(path.read_text())

    def test_a_file_that_is_gone(self, rc, capsys):
        """If the file was removed, there is nothing to uninstall."""
        main(["install", "bash"])
        rc.unlink()
        capsys.readouterr()
        assert main(["uninstall", "bash"]) == 0
        assert said(capsys) == "bash: not installed\n"
        assert not rc.exists()


class TestTwice:
    """Installing again is harmless, and repairs."""

    def test_twice_is_once(self, rc, capsys):
        """The second time nothing is written, and the message says so."""
        main(["install", "bash"])
        before = rc.stat()
        capsys.readouterr()
        assert main(["install", "bash"]) == 0
        assert said(capsys) == "bash: already in ~/.bashrc\n"
        assert before == rc.stat()

    def test_a_program_that_moved(self, rc, parts, tmp_path, monkeypatch):
        """If the program was moved the block is updated in place, and can be uninstalled."""
        main(["install", "bash"])
        old = rc.read_bytes()
        folder = Path(parts.folder.parent.rename(tmp_path / "moved"), "shell")
        monkeypatch.setattr(own, "PACKAGE", folder.parent / "claude_status")
        monkeypatch.setattr(sys, "argv", [str(folder / "claude-status-py")])
        rc.write_bytes(rc.read_bytes() + b"later\n")
        assert main(["install", "bash"]) == 0
        moved = old.replace(bytes(parts.folder), bytes(folder))
        assert moved + b"later\n" == rc.read_bytes()
        main(["uninstall", "bash"])
        assert rc.read_bytes() == b"alias a=b\nlater\n"

    @pytest.mark.parametrize(
        "line",
        [
            b". /x/claude-status.bash /x/claude-status",
            b'eval "$(claude-status init bash)"',
        ],
    )
    def test_no_second_copy(self, rc, line, capsys):
        """A line that the user has pasted is left alone and named; nothing is added."""
        rc.write_bytes(b"a\n" + line + b"\n")
        assert main(["install", "bash"]) == 0
        assert "line 2" in said(capsys)
        assert rc.read_bytes() == b"a\n" + line + b"\n"

    def test_no_second_table(self, home, parts, capsys):
        """A table with our name in starship.toml is the user's, and is left alone."""
        path = home / ".config" / "starship.toml"
        path.parent.mkdir()
        path.write_text('[custom.claude_status]\ncommand = "mine"\n')
        assert main(["install", "starship"]) == 0
        assert "already has a table custom.claude_status" in said(capsys)
        assert "mine" in path.read_text()


class TestDryRun:
    """``--dry-run`` shows what would be done, and does nothing."""

    def test_it_writes_nothing(self, home, rc, capsys):
        """No file or folder in the home is created or changed."""
        before = sorted(home.rglob("*"))
        assert main(["install", "--dry-run", "bash", "fish", "claude"]) == 0
        assert before == sorted(home.rglob("*"))
        assert rc.read_bytes() == b"alias a=b\n"
        assert main(["uninstall", "--dry-run", "bash"]) == 0
        assert before == sorted(home.rglob("*"))

    @pytest.mark.parametrize("data", [b"alias a=b\n", b"no end", b"crlf\r\n\xff\r\n", None])
    @pytest.mark.usefixtures("patch", "parts")
    def test_the_diff_is_the_change(self, patch, home, data, tmp_path, capsysbinary):
        """Applied with ``patch``, the diff gives the same file as ``install``."""
        rc = home / ".zshrc"
        if data is not None:
            rc.write_bytes(data)
        main(["install", "--dry-run", "zsh"])
        diff, patched = capsysbinary.readouterr().out, tmp_path / "patched"
        patched.write_bytes(data or b"")
        subprocess.run([patch, "--binary", str(patched)], input=diff, check=True)
        main(["install", "zsh"])
        assert rc.read_bytes() == patched.read_bytes()
        assert diff.splitlines()[0] == b"--- " + (b"/dev/null" if data is None else bytes(rc))


class TestList:
    """If no host is named, the state of each is printed and nothing is done."""

    def test_what_it_would_do(self, home, rc, capsys):
        """Each host has a line: found, unused, or already installed."""
        (home / ".zshrc").touch()
        main(["install", "zsh"])
        capsys.readouterr()
        before = sorted(home.rglob("*"))
        assert main(["install"]) == 0
        lines = said(capsys).splitlines()
        assert "bash         would be added to ~/.bashrc" in lines
        assert "zsh          installed in ~/.zshrc" in lines
        fish = next(line for line in lines if line.startswith("fish "))
        assert fish.startswith("fish         seems unused; if named: ~/")
        assert max(map(len, lines)) <= 80
        assert before == sorted(home.rglob("*"))

    def test_what_could_be_uninstalled(self, home, rc, capsys):
        """``uninstall`` lists where our part is."""
        main(["install", "bash"])
        capsys.readouterr()
        assert main(["uninstall"]) == 0
        lines = said(capsys).splitlines()
        assert "bash         installed in ~/.bashrc" in lines
        assert "zsh          not installed" in lines

    def test_all_are_those_that_are_found(self, home, rc, monkeypatch, capsys):
        """``--all`` creates no files for hosts that are not used."""
        assert main(["install", "--all"]) == 0
        assert said(capsys).splitlines()[0] == "bash: added to ~/.bashrc"
        assert {".bashrc", ".local"} == {path.name for path in home.iterdir()}
        assert main(["uninstall", "--all"]) == 0
        assert rc.read_bytes() == b"alias a=b\n"

    def test_none_is_found(self, home, parts, monkeypatch, capsys):
        """``--all`` says so if no host was found."""
        monkeypatch.delenv("SHELL", raising=False)
        assert main(["install", "--all"]) == 1
        assert "No host was found" in refused(capsys)


class TestHooks:
    """``claude-hooks`` is only installed if it is named, with the percentages typed."""

    @pytest.fixture
    def settings(self, home, parts) -> Path:
        """Claude Code's settings, not empty."""
        path = home / ".claude" / "settings.json"
        path.parent.mkdir()
        path.write_text('{"model": "x"}')
        return path

    def test_there_and_back(self, settings, capsys):
        """Installing, repeating it, changing a percentage and uninstalling all work."""
        assert main(["install", "claude-hooks", "--max", "90", "--tell", "60"]) == 0
        assert said(capsys).startswith("claude-hooks: added to ~/.claude/settings.json\n")
        assert "hook --max 90 --tell 60" in settings.read_text()
        before = settings.stat()
        assert main(["install", "claude-hooks"]) == 0
        assert said(capsys) == "claude-hooks: already in ~/.claude/settings.json\n"
        assert settings.stat() == before
        main(["install", "claude-hooks", "--max", "80"])
        assert "hook --max 80 --tell 60" in settings.read_text()
        assert settings.read_text().count("hook --max") == 2
        main(["uninstall", "claude-hooks"])
        assert settings.read_text() == '{"model": "x"}'

    def test_only_if_they_are_named(self, settings, capsys):
        """``install --all`` does not add the hooks, but ``uninstall --all`` removes them."""
        main(["install", "--all"])
        assert "UserPromptSubmit" not in settings.read_text()
        main(["install", "--all", "claude-hooks", "--tell", "50"])
        assert "--max 95 --tell 50" in settings.read_text()
        main(["uninstall", "--all"])
        assert settings.read_text() == '{"model": "x"}'

    def test_the_line_goes_without_them(self, settings, capsys):
        """The status line and the hooks can be removed separately."""
        main(["install", "claude", "claude-hooks"])
        main(["uninstall", "claude"])
        assert list(json.loads(settings.read_text())) == ["model", "hooks"]
        main(["install", "claude"])
        main(["uninstall", "claude-hooks"])
        assert list(json.loads(settings.read_text())) == ["model", "statusLine"]

    def test_they_are_listed(self, settings, capsys):
        """The list says that they have to be named, or where they are."""
        for verb, before, after in (
            ("install", "not installed; if named: ", "installed in"),
            ("uninstall", "not installed", "installed in"),
        ):
            main([verb])
            assert f"claude-hooks {before}" in said(capsys)
            main(["install", "claude-hooks"])
            capsys.readouterr()
            main([verb])
            assert f"claude-hooks {after} ~/.claude/settings.json" in said(capsys)
            main(["uninstall", "claude-hooks"])
            capsys.readouterr()

    def test_a_dry_run_shows_them(self, settings, capsysbinary):
        """The diff has both hooks, and nothing is written."""
        main(["install", "--dry-run", "claude-hooks", "--max", "90"])
        assert capsysbinary.readouterr().out.count(b"hook --max 90") == 2
        assert settings.read_text() == '{"model": "x"}'

    @pytest.mark.parametrize(
        ("words", "why"),
        [
            (["claude", "--max", "90"], "name that host"),
            (["--tell", "90"], "name that host"),
            (["--all", "--tell", "90"], "name that host"),
            (["claude-hooks", "--max", "100"], "above 100%"),
        ],
    )
    def test_percentages_without_a_use_are_refused(self, settings, capsys, words, why):
        """They are refused without the hooks, and if they would never stop anything."""
        assert main(["install", *words]) == 2
        assert why in refused(capsys)

    def test_hooks_of_their_own(self, settings, capsys):
        """A hook that the user wrote by hand is left alone, and that is reported."""
        text = '{"hooks": {"Stop": [{"hooks": [{"command": "claude-status hook --max 9"}]}]}}'
        settings.write_text(text)
        assert main(["install", "claude-hooks"]) == 0
        assert "already runs ours" in said(capsys)
        assert settings.read_text() == text
