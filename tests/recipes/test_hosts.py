"""The recipes of docs/hosts.md: the real GNU screen, and the commands of all others."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, program
from tests.recipes.documents import SEEN, block, prepare
from tests.screen import Screen
from tests.server import ApiServer
from tests.support import User

HOSTS = "docs/hosts.md"
COMMANDS = sorted(
    set(re.findall(r"claude-status --format \w+(?: --prompt)?", (ROOT / HOSTS).read_text()))
)


def test_screen_shows_it(user: User, api: ApiServer, tmp_path: Path) -> None:
    """The real GNU screen shows the line at the bottom, with its percent sign."""
    environ = {**prepare(user, api), "SCREENDIR": str(tmp_path / "sockets")}
    (tmp_path / "sockets").mkdir(mode=0o700)
    config = tmp_path / "screenrc"
    config.write_text("startup_message off\n" + block(HOSTS, "GNU screen", "backtick"))
    screen = program("screen")
    with Screen([screen, "-S", "recipe", "-c", str(config), "/bin/sh"], environ) as shown:
        try:
            shown.until(lambda text: text.rpartition("\n")[2].startswith(SEEN))
        finally:
            quit_it = [screen, "-S", "recipe", "-X", "quit"]
            subprocess.run(quit_it, env=environ, check=False, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_prints_the_line(user: User, api: ApiServer, command: str) -> None:
    """Every command in a recipe prints the line, without Python."""
    environ = prepare(user, api)
    (user.home / ".local/bin/claude-status-py").unlink()
    done = subprocess.run(
        ["sh", "-c", command], env=environ, capture_output=True, text=True, check=True
    )
    assert re.sub(r"\x1b\[[0-9;]*m", "", done.stdout).startswith(SEEN)


def test_byobu_prints_the_line_through_printf(user: User, api: ApiServer) -> None:
    """The script's output, used as a ``printf`` format as byobu does, is the line."""
    environ = prepare(user, api)
    script = block(HOSTS, "byobu", "#!/bin/sh")
    command = ["sh", "-c", f'printf "$({script})"']
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert (done.stdout[: len(SEEN)], done.stderr) == (SEEN, "")
    assert "%%" not in done.stdout
