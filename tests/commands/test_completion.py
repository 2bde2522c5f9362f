"""The completions, in the shells that use them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from claude_status.install.program import COMPLETIONS
from tests.completions import completion
from tests.conftest import SHELL, program
from tests.support import User


@pytest.mark.parametrize("shell", COMPLETIONS)
def test_completions_are_those_of_the_parser(shell: str) -> None:
    """The installed files match the parser; `python -m tests.completions` updates them."""
    assert (SHELL / COMPLETIONS[shell]).read_text() == completion(shell)


@pytest.mark.parametrize(
    ("shell", "check"), [("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])]
)
def test_completions_are_valid(user: User, tmp_path: Path, shell: str, check: list[str]) -> None:
    """Each shell can parse its script, which contains the commands."""
    path = tmp_path / "completion"
    path.write_text(user.run("completion", shell).stdout)

    done = subprocess.run([program(shell), *check, str(path)], capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")
    assert "doctor" in path.read_text()


@pytest.mark.parametrize(
    ("typed", "completed"),
    [("doc", "doctor"), ("install st", "starship"), ("uninstall bash fi", "fish")],
)
def test_bash_completes(user: User, tmp_path: Path, typed: str, completed: str) -> None:
    """A real bash completes commands and hosts, also after several hosts."""
    path = tmp_path / "completion"
    path.write_text(user.run("completion", "bash").stdout)
    script = f"""source {path}
spec=$(complete -p claude-status); [[ $spec =~ -F\\ ([^ ]+) ]]
COMP_WORDS=(claude-status {typed}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
COMP_LINE='claude-status {typed}'; COMP_POINT=${{#COMP_LINE}}
"${{BASH_REMATCH[1]}}" claude-status "${{COMP_WORDS[-1]}}" claude-status; echo "${{COMPREPLY[@]}}"
"""

    done = subprocess.run(
        [program("bash"), "--norc", "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == [completed]


@pytest.mark.parametrize("host", ["bash", "zsh", "fish"])
def test_install_places_them(user: User, host: str) -> None:
    """After ``install`` each shell completes the command; ``uninstall`` removes every file."""
    before = sorted(user.home.rglob("*"))
    user.run("install", host)
    line = {
        "bash": "source ~/.local/share/bash-completion/completions/claude-status; "
        "complete -p claude-status",
        "zsh": "autoload -Uz compinit; compinit -u -d ~/dump; source ~/.zshrc; "
        "print -r -- $_comps[claude-status]; autoload +X _claude-status && print loaded",
        "fish": "complete --do-complete 'claude-status doc'",
    }[host]
    found = subprocess.run(
        [program(host), "-c", line],
        env={**user.environ, "PATH": f"{Path(sys.executable).parent}:{user.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    expected = {
        "bash": "_shtab_claude_status claude-status\n",
        "zsh": "_claude-status\nloaded\n",
        "fish": "doctor\t",
    }[host]
    assert expected in found.stdout, found
    (user.home / "dump").unlink(missing_ok=True)
    user.run("uninstall", host)
    assert [path for path in sorted(user.home.rglob("*")) if path.is_file()] == [
        path for path in before if path.is_file()
    ]
