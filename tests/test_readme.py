"""The README's own commands, run word for word, so that they cannot rot."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_packaging import NOT_IN_A_CLONE

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
MOST_WORDS = 1400  # outside the folded parts


def test_links_lead_somewhere() -> None:
    """Every file and picture that the README names exists, and every heading."""
    targets = re.findall(r'(?:\]\(|srcset="|src=")([^)"]+)', README)
    headings = {
        line[3:].lower().replace(" ", "-") for line in README.splitlines() if line[:3] == "## "
    }
    for target in targets:
        if target.startswith("#"):
            assert target[1:] in headings
        else:
            assert (ROOT / target).is_file(), target


def test_the_unfolded_part_is_short() -> None:
    """The part that is not folded has at most so many words."""
    shown = re.sub(r"<details>.*?</details>|<[^>]+>", "", README, flags=re.DOTALL)
    assert len(shown.split()) <= MOST_WORDS


def test_lines_fit_their_box() -> None:
    """No code block needs scrolling."""
    assert max(len(line) for block in BLOCKS for line in block.splitlines()) <= 100


def test_commands_exist(home: Path) -> None:
    """Every command in the table exists."""
    import contextlib
    import io

    from claude_status.cli import main

    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        main(["--help"])
    table = README.partition("## Commands")[2].partition("## Settings")[0]
    named = re.findall(r"(?m)^\| (.*?) \|", table)
    words = {word for cell in named for word in re.findall(r"`([a-z]+)[^`]*`", cell)}
    assert words - {"claude"} <= set(re.findall(r"[a-z]+", output.getvalue()))


@pytest.mark.installs
@pytest.mark.timeout(600)
def test_the_first_command_does_the_main_job(home: Path, tmp_path: Path) -> None:
    """Without a login, the first block ends with the demo; the second one installs."""
    clone = tmp_path / "a clone"
    shutil.copytree(ROOT, clone, ignore=NOT_IN_A_CLONE)
    names = ("PATH", "HOME", "LANG", "TERM", "PIP_FIND_LINKS", "PIP_CERT")
    environ = {name: os.environ[name] for name in names if name in os.environ}
    first, second = BLOCKS[:2]
    for block in (first, second):
        done = subprocess.run(
            ["bash", "-c", block],
            cwd=clone,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done
        if block is first:
            assert "The real program with made-up numbers" in done.stdout
    assert "claude-status" in (home / ".zshrc").read_text()
