"""Where each host's file is, and what is written to it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from claude_status import cli
from claude_status.install import hosts, next_steps, quoting, snippets
from claude_status.install import program as own
from claude_status.install.edits import EditError, Starship
from claude_status.install.program import Parts, PartsError
from tests.conftest import SHELL, program

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SHELLS = ("bash", "zsh", "fish")
WORDS = [
    "/plain/claude-status",
    "/a b/claude-status",
    '/it\'s/"quoted"/claude-status',
    "/$HOME/`id`/$(id)/claude-status",
    "/back\\slash\\/#{pane_id}/claude-status",
    "/~/*?[a]/{a,b}/!!/%n/claude-status",
    "/ü 🤖/;&|<>()/claude-status",
]


def files(environ: dict[str, str], name: str) -> list[str]:
    """The files of one host."""
    (host,) = hosts.hosts(environ, [name])
    return [str(file) for file in host.files]


class TestFiles:
    """Each program's own rule for where its file is."""

    @pytest.mark.parametrize(
        ("name", "more", "expected"),
        [
            ("bash", {}, "/h/.bashrc"),
            ("zsh", {}, "/h/.zshrc"),
            ("zsh", {"ZDOTDIR": "/z"}, "/z/.zshrc"),
            ("fish", {}, "/h/.config/fish/conf.d/claude-status.fish"),
            ("fish", {"XDG_CONFIG_HOME": "/x"}, "/x/fish/conf.d/claude-status.fish"),
            ("starship", {}, "/h/.config/starship.toml"),
            ("starship", {"XDG_CONFIG_HOME": "/x"}, "/h/.config/starship.toml"),
            ("starship", {"STARSHIP_CONFIG": "/s.toml"}, "/s.toml"),
            ("tmux", {}, "/h/.tmux.conf"),
            ("claude", {}, "/h/.claude/settings.json"),
            ("claude", {"CLAUDE_CONFIG_DIR": "/c/"}, "/c/settings.json"),
        ],
    )
    def test_the_first_is_where_it_goes(self, name, more, expected):
        """Our part goes into the file that the program reads in this environment."""
        assert expected == files({"HOME": "/h", **more}, name)[0]

    def test_tmux_has_the_one_that_exists(self, tmp_path):
        """A tmux.conf below .config is used if it is the only one."""
        own = tmp_path / ".config" / "tmux" / "tmux.conf"
        own.parent.mkdir(parents=True)
        own.touch()
        assert str(own) == files({"HOME": str(tmp_path)}, "tmux")[0]
        (tmp_path / ".tmux.conf").touch()
        assert str(tmp_path / ".tmux.conf") == files({"HOME": str(tmp_path)}, "tmux")[0]

    def test_every_command_knows_the_same_hosts(self):
        """The parser accepts exactly the hosts that there are."""
        assert cli.PLACES == hosts.HOST_NAMES
        assert [host.name for host in hosts.hosts({"HOME": "/h"})] == list(hosts.HOST_NAMES)


class TestStarship:
    """Which of two tables is written, and beside what."""

    def test_a_hook_makes_the_difference(self, tmp_path):
        """If a shell sets the variable, starship reads it; otherwise it runs the launcher."""
        environ = {"HOME": str(tmp_path)}
        parts = Parts("/p/claude-status", SHELL)
        (alone,) = hosts.hosts(environ, ["starship"])
        (hooked,) = hosts.hosts(environ, ["starship"], hooked=True)
        assert "custom" in tomllib.loads(alone.edit.put(b"", parts).decode())
        assert "env_var" in tomllib.loads(hooked.edit.put(b"", parts).decode())
        (tmp_path / ".bashrc").write_bytes(b"# >>> claude-status >>>\n# <<< claude-status <<<\n")
        (after,) = hosts.hosts(environ, ["starship"])
        assert hooked.edit.put(b"", parts) == after.edit.put(b"", parts)

    @pytest.mark.parametrize("word", WORDS)
    def test_what_init_prints_is_toml(self, word):
        """Both tables are valid TOML, and the command's first word is the launcher."""
        text = snippets.init("starship", Parts(word, SHELL))
        assert list(tomllib.loads(text)) == ["env_var"]
        other = snippets.block("starship_alone", Parts(word, SHELL))
        command = tomllib.loads(other)["custom"]["claude_status"]["command"]
        assert [word, "--format", "starship"] == shlex.split(command)
        assert all(line.removeprefix("# ") in text for line in other.splitlines()[1:])

    def test_what_is_no_utf_8(self):
        """Bytes that are not UTF-8 are refused, not rewritten."""
        with pytest.raises(EditError, match="not TOML"):
            Starship("starship", lambda _: "").put(b'a = "\xff"', Parts("/p", SHELL))


class TestQuoting:
    """A path is one word, whatever it contains."""

    @pytest.mark.parametrize("word", WORDS)
    @pytest.mark.parametrize("shell", ["bash", "zsh", "dash"])
    def test_sh(self, shell, word):
        """POSIX shells read the path back unchanged."""
        script = f"printf %s {quoting.sh(word)}"
        assert word == subprocess.check_output([program(shell), "-c", script], text=True)

    @pytest.mark.parametrize("word", WORDS)
    def test_fish(self, word, home):
        """fish reads the path back unchanged."""
        script = f"printf %s {quoting.fish(word)}"
        run = [program("fish"), "--no-config", "-c", script]
        assert word == subprocess.check_output(run, text=True)

    @pytest.mark.parametrize("word", ["/a\nb", "/a\x1b[m", "/a\udcffb", "/a\x7f"])
    def test_what_cannot_stand_on_a_line_is_refused(self, word):
        """A path with a control character, or one that is not text, is refused."""
        with pytest.raises(PartsError):
            own.writable(word)


@pytest.fixture
def odd(tmp_path: Path) -> Parts:
    """Snippets that only print how they were sourced, in a folder with an odd name."""
    folder = tmp_path / 'it\'s $HOME `id` \\ "x"'
    folder.mkdir()
    for shell in ("bash", "zsh"):
        (folder / f"claude-status.{shell}").write_text('printf "<%s>" "$1"\n')
    (folder / "claude-status.fish").write_text('printf "<%s>" "$argv[1]"\n')
    launcher = folder / "claude-status"
    launcher.write_text("#!/bin/sh\n#\n# claude-status - made up\n")
    launcher.chmod(0o755)
    return Parts(str(launcher), folder)


class TestInit:
    """What ``init`` prints does the same pasted or evaluated, and nothing once we are gone."""

    def run(self, shell: str, script: str, stdin: str = "") -> str:
        """What a shell without a configuration prints for a script, without any error."""
        bare = {"bash": ["--norc"], "zsh": ["--no-rcs"], "fish": ["--no-config"]}[shell]
        done = subprocess.run(
            [program(shell), *bare, "-c", script],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        return done.stdout

    @pytest.mark.parametrize("shell", SHELLS)
    def test_pasted(self, shell, home, odd):
        """Pasted into a script, it sources the snippet once, with the launcher."""
        assert f"<{odd.program}>" == self.run(shell, snippets.init(shell, odd))

    @pytest.mark.parametrize("shell", SHELLS)
    def test_evaluated(self, shell, home, odd):
        """Run by ``eval``, it does the same."""
        script = {
            "bash": 'eval "$(cat)"; eval $(printf %s "")',
            "zsh": 'eval "$(cat)"',
            "fish": "eval (cat)",
        }[shell]
        assert f"<{odd.program}>" == self.run(shell, script, snippets.init(shell, odd))

    @pytest.mark.parametrize("shell", SHELLS)
    def test_gone(self, shell, home, odd):
        """Without the snippet it does and prints nothing."""
        text = snippets.init(shell, odd)
        (odd.folder / f"claude-status.{shell}").unlink()
        assert self.run(shell, text) == ""

    @pytest.mark.parametrize(
        ("shell", "interactive"),
        [(shell, mode) for shell in SHELLS for mode in (True, False)],
    )
    def test_block_of_what_is_gone(self, shell, interactive, home, odd):
        """Without the snippet a block says so in one sentence, only in interactive shells."""
        (home / "block").write_text(snippets.block(shell, odd))
        (odd.folder / f"claude-status.{shell}").unlink()
        bare = {"bash": ["--norc"], "zsh": ["--no-rcs"], "fish": ["--no-config"]}[shell]
        command = [program(shell), *bare, *(["-i"] if interactive else []), "-c", "source ~/block"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, start_new_session=True
        )
        said = [line for line in done.stderr.splitlines() if line.startswith("claude-status")]
        gone = (
            f"{odd.folder}/claude-status.{shell} is gone: install it again, or remove this block."
        )
        assert said == ([f"claude-status: {gone}"] if interactive else [])
        assert done.stdout == ""

    def test_tmux(self, home, odd, monkeypatch):
        """tmux runs the script with the launcher, and for the account of ``init``."""
        told = home / "told"
        script = odd.folder / "claude-status.tmux"
        script.write_text(f'printf "%s\\n" "$1" "$CLAUDE_CONFIG_DIR" >{told}\n')
        parts = Parts(odd.program, odd.folder, (("CLAUDE_CONFIG_DIR", f"{odd.folder}/#S"),))
        (home / "conf").write_text(snippets.init("tmux", parts) + "wait-for -S told\n")
        with tempfile.TemporaryDirectory() as folder:  # a socket's path must be short
            tmux = [program("tmux"), "-S", f"{folder}/socket", "-f", str(home / "conf")]
            monkeypatch.setenv("SHELL", "/bin/sh")
            subprocess.run([*tmux, "new-session", "-d", "sleep 60"], check=True)
            try:
                subprocess.run([*tmux, "wait", "told"], check=True, timeout=20)
            finally:
                subprocess.run([*tmux, "kill-server"], check=True)
        assert told.read_text().splitlines() == [odd.program, f"{odd.folder}/#S"]

    def test_claude(self):
        """For Claude Code it is a settings file with our line."""
        line = json.loads(snippets.init("claude", Parts("/a b/claude-status", SHELL)))["statusLine"]
        assert shlex.split(line["command"]) == ["/a b/claude-status", "statusline"]
        assert (line["type"], line["refreshInterval"]) == ("command", 5)


class TestLauncher:
    """Which path to the launcher is written into the files."""

    def make(self, folder: Path) -> Path:
        """A launcher that can be executed."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "claude-status"
        path.write_text("#!/bin/sh\n#\n# claude-status - made up\n")
        path.chmod(0o755)
        return path

    def test_the_one_beside_the_script(self, tmp_path):
        """It is the launcher of the running program, not another one on PATH."""
        mine, other = self.make(tmp_path / "mine"), self.make(tmp_path / "other")
        environ = {"PATH": str(other.parent)}
        assert str(mine) == own.launcher(str(mine.parent / "claude-status-py"), environ)

    def test_a_link_on_path_is_kept(self, tmp_path):
        """A link to it on PATH, as pipx and uv create them, is used, since that name lasts."""
        mine = self.make(tmp_path / "venv" / "bin")
        link = tmp_path / "bin" / "claude-status"
        link.parent.mkdir()
        link.symlink_to(mine)
        environ = {"PATH": str(link.parent)}
        assert str(link) == own.launcher(str(mine.parent / "claude-status-py"), environ)
        assert str(link) == own.launcher(str(link.parent / "claude-status-py"), environ)

    def test_a_relative_call(self, tmp_path, monkeypatch):
        """A program run as ./claude-status has an absolute path in the files."""
        mine = self.make(tmp_path)
        monkeypatch.chdir(tmp_path)
        assert str(mine) == own.launcher("./claude-status-py", {"PATH": ""})

    def test_another_program_of_the_name(self, tmp_path, monkeypatch):
        """Another project's program of this name is never written into the files."""
        theirs = self.make(tmp_path / "bin")
        theirs.write_text("#!/usr/bin/python3\nimport claude_status\n")
        monkeypatch.setattr(own.sysconfig, "get_path", lambda _name: str(tmp_path))
        for environ in ({"PATH": ""}, {"PATH": str(theirs.parent)}):
            with pytest.raises(PartsError, match="another program has taken its place"):
                own.launcher(str(theirs.parent / "claude-status-py"), environ)


class TestSnippets:
    """Which folder of snippets is written into the files."""

    def make(self, prefix: Path) -> Path:
        """An environment with a launcher, and with snippets where the wheel puts them."""
        shared = prefix / "share" / "claude-status"
        shared.mkdir(parents=True)
        (shared / "claude-status.tmux").touch()
        (prefix / "bin").mkdir()
        (prefix / "bin" / "claude-status").touch()
        return shared

    def test_beside_the_launcher(self, tmp_path, monkeypatch):
        """It is the environment's ``share``, whose path has no version of Python in it."""
        monkeypatch.setattr(own, "PACKAGE", tmp_path / "lib/python3.11/site-packages/claude_status")
        shared = self.make(tmp_path / "venv")
        assert shared == own.snippets(str(tmp_path / "venv/bin/claude-status"))

    def test_beside_what_a_link_leads_to(self, tmp_path, monkeypatch):
        """If the launcher is a link, it is the ``share`` of the link's target."""
        monkeypatch.setattr(own, "PACKAGE", tmp_path / "lib/python3.11/site-packages/claude_status")
        shared = self.make(tmp_path / "venv")
        link = tmp_path / "bin" / "claude-status"
        link.parent.mkdir()
        link.symlink_to(tmp_path / "venv/bin/claude-status")
        assert shared == own.snippets(str(link))

    def test_in_a_checkout(self):
        """An editable install uses the files of the checkout."""
        assert own.snippets("/nowhere/bin/claude-status") == SHELL


class TestThrownAway:
    """A cached environment must not be named in the user's files."""

    @pytest.mark.parametrize(
        ("prefix", "expected"),
        [
            ("/home/x/.cache/uv/archive-v0/Rl2gW", True),
            ("/home/x/.cache/uv/builds-v0/.tmp7ba9se", True),
            ("/home/x/.cache/uv/environments-v2/script-1a2b", True),
            ("/home/x/.local/share/uv/tools/claude-status-prompt", False),
            ("/home/x/.cache/venv", False),
            ("/usr", False),
        ],
    )
    def test_of_uv(self, prefix, expected):
        """``uvx`` and ``uv run`` are told from ``uv tool install`` by the prefix alone."""
        assert expected is own.is_thrown_away(Path(prefix))

    def test_of_pipx(self, tmp_path):
        """``pipx run`` has its environments below a ``.cache``, unlike ``pipx install``."""
        for place in (".cache/1a2b", "venvs/claude-status-prompt"):
            (tmp_path / place).mkdir(parents=True)
            (tmp_path / place / "pipx_metadata.json").touch()
        assert own.is_thrown_away(tmp_path / ".cache/1a2b")
        assert not own.is_thrown_away(tmp_path / "venvs/claude-status-prompt")

    def test_refused_in_one_sentence(self, home, monkeypatch, capsys):
        """``install`` changes nothing, and says how to get an installation that lasts."""
        monkeypatch.setattr(sys, "prefix", "/home/x/.cache/uv/archive-v0/Rl2gW")
        assert cli.main(["install", "bash"]) != 0
        assert "uv tool install claude-status-prompt" in capsys.readouterr().err
        assert list(home.iterdir()) == []


class TestNotes:
    """What is left for the user to do."""

    @pytest.mark.parametrize(
        ("file", "text", "told"),
        [
            (".bash_profile", "export A=b\n", True),
            (".bash_profile", ". ~/.bashrc\n", False),
            (".profile", "# . ~/.bashrc\n", True),
        ],
    )
    def test_login_shells(self, home, file, text, told):
        """Login shells that never read ~/.bashrc are named, with what to add."""
        (home / file).write_text(text)
        assert told == ("add `. ~/.bashrc` to it" in " ".join(next_steps.bash(os.environ)))

    def test_a_home_without_a_profile(self, home):
        """Without a profile, a note names one for login shells, as a Mac's terminals start them."""
        assert "~/.bash_profile" in " ".join(next_steps.bash(os.environ))

    @pytest.mark.parametrize(
        ("name", "file"),
        [("bash", ".bashrc"), ("zsh", ".zshrc"), ("fish", ".config/fish/config.fish")],
    )
    def test_starship_draws_the_prompt(self, home, name, file):
        """A shell whose prompt starship draws needs our part there, too, and a note until it is."""
        (home / ".config" / "fish").mkdir(parents=True)
        (host,) = hosts.hosts(os.environ, [name])
        told = []
        for text in ("# starship init bash", f"eval $(starship init {name})"):
            (home / file).write_text(text)
            told.append("starship" in " ".join(host.notes(os.environ)))
        (home / ".config" / "starship.toml").write_text("[env_var.CLAUDE_STATUS]\n")
        told.append("starship" in " ".join(host.notes(os.environ)))
        assert told == [False, True, False]

    @pytest.mark.parametrize(
        ("format_", "told"),
        [("", False), ("format = '$all'", False), ("format = '$env_var$character'", False),
         ("right_format = '${env_var.CLAUDE_STATUS}'\nformat = '$character'", False),
         ("format = '$directory$character'", True)],
    )  # fmt: skip
    def test_a_format_of_their_own(self, home, format_, told):
        """If the format lacks our module, a note says what to add."""
        (home / ".config").mkdir()
        block = snippets.block("starship", Parts("/p/claude-status", SHELL))
        (home / ".config" / "starship.toml").write_text(f"{format_}\n{block}")
        assert told == ("${env_var.CLAUDE_STATUS}" in " ".join(next_steps.starship(os.environ)))
