"""The completions, in the shells that use them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import program
from tests.support import User


@pytest.mark.parametrize(
    ("shell", "check"), [("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])]
)
def test_completions_are_valid(user: User, tmp_path: Path, shell: str, check: list[str]) -> None:
    """Each shell accepts the script made for it, which knows the commands."""
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
    """A real bash completes the names of commands, and of hosts, as many as there are."""
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
