"""The recipes of docs/hosts.md in the real programs, as a person sees them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import program
from tests.recipes.documents import SEEN, block, prepare
from tests.screen import Screen
from tests.server import ApiServer
from tests.support import User

HOSTS = "docs/hosts.md"
STATUS = "/usr/share/byobu/status/status"  # byobu's template for a user's own file
SHELLS = "xonsh, nushell, elvish"
WHERE_IS_THE_CURSOR, AT_THE_TOP = b"\x1b[6n", "\x1b[1;1R"

pytestmark = pytest.mark.recipes


@pytest.mark.parametrize(
    ("name", "comment", "file"),
    [
        ("xonsh", "# xonsh", ".xonshrc"),
        ("nu", "# nushell", ".config/nushell/config.nu"),
        ("elvish", "# elvish", ".config/elvish/rc.elv"),
    ],
)
def test_a_shell_has_it_at_the_right(
    user: User, api: ApiServer, name: str, comment: str, file: str
) -> None:
    """The line is at the right edge of the prompt."""
    environ = prepare(user, api)
    config = user.home / file
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(block(HOSTS, SHELLS, comment))
    with Screen([program(name)], environ) as screen:
        asked = 0

        def seen(text: str) -> bool:
            nonlocal asked
            if screen.raw.count(WHERE_IS_THE_CURSOR) > asked:
                asked += 1
                screen.send(AT_THE_TOP)
            return any(len(row) == 80 and SEEN in row for row in text.splitlines())

        screen.until(seen)


def test_byobu_has_it_in_its_bar(user: User, api: ApiServer) -> None:
    """The bar shows the line, with single percent signs."""
    folder = user.home / ".byobu"
    environ = {**prepare(user, api), "BYOBU_CONFIG_DIR": str(folder), "SHELL": "/bin/sh"}
    (folder / "bin").mkdir(parents=True)
    script = folder / "bin" / "10_claude-status"
    script.write_text(block(HOSTS, "byobu", "#!/bin/sh"))
    script.chmod(0o755)
    with (folder / "status").open("w") as status:
        status.write(Path(STATUS).read_text() + block(HOSTS, "byobu", "tmux_right"))
    command = [program("byobu-tmux"), "-L", "recipe", "new-session", "/bin/sh"]
    environ["TMUX_TMPDIR"] = str(user.home)
    with Screen(command, environ, columns=140) as screen:
        try:
            assert "%%" not in screen.until(SEEN)
        finally:
            quit_it = ["tmux", "-L", "recipe", "kill-server"]
            subprocess.run(quit_it, env=environ, check=False, stderr=subprocess.DEVNULL)


def test_polybar_has_it(user: User, api: ApiServer, tmp_path: Path) -> None:
    """A bar with the module that ``init polybar`` prints draws the line."""
    environ = prepare(user, api)
    config = tmp_path / "config.ini"
    bar = "[bar/recipe]\nwidth = 100%\nheight = 20\nmodules-right = claude-status\n\n"
    config.write_text(bar + user.run("init", "polybar").stdout)
    with a_display() as display, subprocess.Popen(
        [program("polybar"), "-c", str(config), "-s", "recipe"],
        env={**environ, "DISPLAY": display}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    ) as polybar:  # fmt: skip
        assert polybar.stdout
        drawn = next(line for line in polybar.stdout if "5h" in line)
        polybar.terminate()
    assert "42%%" in drawn


@contextmanager
def a_display() -> Iterator[str]:
    """Run an X server that shows nothing; yields the display's name."""
    told, tells = os.pipe()
    command = [program("Xvfb"), "-displayfd", str(tells), "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[tells], stderr=subprocess.DEVNULL) as server:
        os.close(tells)
        with open(told, encoding="ascii") as number:
            yield f":{number.readline().strip()}"
        server.terminate()
