"""Desktop bars: each can read what it is configured to run, in its own markup."""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path

import pytest

from claude_status.cli import BARS
from claude_status.install.bars import TEXTS
from tests.bodies import usage_body
from tests.conftest import program
from tests.server import ApiServer, ok
from tests.support import User

LINE = "5h 95% 2h13m · 7d 17%"


@pytest.fixture
def user(home: Path, api: ApiServer) -> User:
    """A user whose session is nearly used up."""
    user = User(home, api.url)
    user.log_in()
    api.answer = ok(usage_body(time.time(), five_hour=95))
    user.refresh()
    return user


def shown(user: User, bar: str) -> str:
    """What the launcher prints for a bar, with no Python to start."""
    launcher = user.install_launcher(user.home / "bin dir")
    Path(launcher).with_name("claude-status-py").unlink()
    done = subprocess.run(
        [launcher, "--format", bar], env=user.environ, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.removesuffix("\n")


def test_every_bar_has_a_recipe() -> None:
    """There is a recipe for each bar that has a dialect."""
    assert tuple(TEXTS) == BARS


def test_waybar(user: User) -> None:
    """The object for waybar has the text, the number, and a class that the style sheet has too."""
    found = json.loads(shown(user, "waybar"))
    assert re.sub("2h1[23]m", "2h13m", found["text"]) == LINE
    assert (found["percentage"], found["class"]) == (95, "critical")
    recipe = user.run("init", "waybar").stdout
    assert "#custom-claude-status.critical" in recipe
    body = recipe.partition("\n")[2].partition("/*")[0]
    assert json.loads(f"{{{body}}}")["custom/claude-status"]["return-type"] == "json"


def test_polybar_and_xbar(user: User) -> None:
    """Polybar gets the number in colour, xbar the whole title."""
    assert "%{F#ff0000}95%%{F-}" in shown(user, "polybar")
    assert shown(user, "xbar").endswith(" | color=#ff0000")
    assert "exec = " in user.run("init", "polybar").stdout


def test_the_plugin_of_xbar_runs(user: User, tmp_path: Path) -> None:
    """What ``init xbar`` prints is a script that prints the title."""
    script = tmp_path / "claude-status.10s.sh"
    script.write_text(user.run("init", "xbar").stdout)
    done = subprocess.run(["sh", script], env=user.environ, capture_output=True, check=True)
    assert done.stdout.endswith(b" | color=#ff0000\n")


def test_i3blocks_shows_it(user: User, tmp_path: Path) -> None:
    """The real i3blocks shows the block of the recipe, with its colour."""
    config = tmp_path / "config"
    config.write_text(user.run("init", "i3bar").stdout)
    with subprocess.Popen(
        [program("i3blocks"), "-c", str(config)], env=user.environ, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    ) as bar:  # fmt: skip
        assert bar.stdout
        rows = (line.strip().strip(",") for line in bar.stdout if "full_text" in line)
        blocks = (block for row in rows for block in json.loads(row))
        block = next(block for block in blocks if block["full_text"])
        bar.terminate()
    assert re.sub("2h1[23]m", "2h13m", block["full_text"]) == LINE
    assert block["color"] == "#ff0000"
    assert block["short_text"].startswith("5h 95%")
