"""With any options of bash, zsh or fish, there is the line and nothing else."""

from __future__ import annotations

import random
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.conftest import SHELL, program
from tests.hosts.shells import TEXTS, draw, run, stand_in

COUNTS = [pytest.param(1, 12), pytest.param(2, 1200, marks=pytest.mark.soak)]
# Options that stop or trace a script, make it another kind of shell, or cannot be set
NOT_OF_A_PROMPT = {
    "bash": {"noexec", "onecmd", "verbose", "xtrace", "restricted", "privileged", "monitor",
             "login_shell", "restricted_shell", "xpg_echo"},
    "zsh": {"exec", "xtrace", "verbose", "singlecommand", "interactive", "shinstdin", "restricted",
            "privileged", "zle", "onecmd", "login", "monitor", "sourcetrace", "printexitvalue"},
    "fish": set(),
}  # fmt: skip
LIST = {
    "bash": "set -o | while read -r name _; do echo set $name; done; "
    "shopt | while read -r name _; do echo shopt $name; done",
    "zsh": "print -l -- ${(k)options}",
    "fish": "status features | string replace -r '\\s.*' ''",
}
PROMPT = {"bash": "__claude_status_hook", "zsh": "__claude_status_hook", "fish": "emit fish_prompt"}


def options(shell: str) -> list[str]:
    """All options of a shell, as it lists them itself."""
    bare = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    done = subprocess.run(
        [program(shell), *bare, "-c", LIST[shell]], capture_output=True, text=True, check=True
    )
    found = done.stdout.splitlines()
    return [each for each in found if each.split()[-1] not in NOT_OF_A_PROMPT[shell]]


def start(shell: str, chosen: list[str], chance: random.Random) -> tuple[list[str], str]:
    """How to start the shell, and the lines that set these options before sourcing."""
    if shell == "bash":
        lines = [
            f"{kind} {chance.choice(['-o', '+o'] if kind == 'set' else ['-s', '-u'])} {name}"
            for kind, name in map(str.split, chosen)
        ]
        return [program("bash"), "--norc", "-c"], "\n".join(lines)
    if shell == "zsh":
        lines = [f"{chance.choice(['setopt', 'unsetopt'])} {name}" for name in chosen]
        return [program("zsh"), "-f", "-c"], "\n".join(lines)
    features = ",".join(f"{chance.choice(['', 'no-'])}{name}" for name in chosen)
    jobs = f"status job-control {chance.choice(['full', 'interactive', 'none'])}"
    return [program("fish"), "--no-config", "--features", features, "-i", "-c"], jobs


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("shell", PROMPT)
@pytest.mark.parametrize(("seed", "count"), COUNTS)
def test_no_option_is_in_the_way(home: Path, shell: str, seed: int, count: int) -> None:
    """With any choice of options the hook sets the line and prints nothing."""
    chance, known = random.Random(f"{shell} {seed}"), options(shell)
    snippet, refresher = SHELL / f"claude-status.{shell}", stand_in(home / "claude-status")
    assert len(known) > 3
    draw(home)
    for _ in range(count):
        chosen = chance.sample(known, chance.randrange(1, min(9, len(known))))
        command, lines = start(shell, chosen, chance)
        script = f"{lines} 2>/dev/null\n" if shell == "fish" else f"{{\n{lines}\n}} 2>/dev/null\n"
        script += f". {shlex.quote(str(snippet))} {shlex.quote(str(refresher))}\n{PROMPT[shell]}\n"
        script += 'printf "<%s>" "$CLAUDE_STATUS"\n'
        done = run([*command, script])
        assert (done.stdout, done.stderr) == (f"<{TEXTS[shell]}>", ""), (chosen, lines)
