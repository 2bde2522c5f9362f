"""Themes that set the sides of tmux's bar after our block: the line comes back, once."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from claude_status.cli import main
from claude_status.install.blocks import BEGIN
from tests.conftest import SHELL, program
from tests.hosts.installed import LINE
from tests.screen import Screen

PART = "set -ag status-right '#[fg=red,bg=red] two '"  # an arrow has the colour of its background
THEMES = {  # what themes do: in the file itself, or by a script that a plugin manager runs
    "lines": f"set -g status-right 'one'\n{PART}\n",
    "script": "run-shell ~/theme.sh\n",
    "script in the background": "run-shell -b ~/theme.sh\n",
}
SCRIPT = f"""#!/bin/sh
tmux set-option -g status-right ''
tmux set-option -g status-right-length 20
tmux set-option -ga status-right one
tmux {PART}
"""


class Server:
    """A tmux server of the user's, and a log of the tmux commands that scripts run."""

    def __init__(self, home: Path, folder: str) -> None:
        """Prepare the server; nothing is started yet."""
        self.home, self.words = home, [program("tmux"), "-u", "-S", f"{folder}/socket"]
        self.log = home / "commands"
        wrapper = home / "bin" / "tmux"
        wrapper.parent.mkdir()
        wrapper.write_text(f'#!/bin/sh\necho "$*" >>{self.log}\nexec {program("tmux")} "$@"\n')
        wrapper.chmod(0o755)
        path = f"{wrapper.parent}:{os.environ['PATH']}"
        self.env = {"HOME": str(home), "PATH": path, "TERM": "xterm-256color"}
        self.env |= {"LANG": "C.UTF-8", "SHELL": "/bin/sh"}

    def __call__(self, *words: str) -> str:
        """Run one command of tmux and return what it prints."""
        done = subprocess.run(
            [*self.words, *words], env=self.env, capture_output=True, text=True, check=True
        )
        return done.stdout.removesuffix("\n")

    def served(self, screen: Screen) -> None:
        """Wait for the line, and for the last command of our script: its second of this kind."""
        screen.until(right(LINE))
        last = "set-option -g @claude_status_again"
        screen.until(lambda _: self.log.read_text().count(last) == 2)

    def screen(self) -> Screen:
        """A terminal with a new session, of a server that reads the user's file."""
        return Screen([*self.words, "new-session", "sleep 1000"], self.env, columns=100)


@pytest.fixture
def tmux(owner: Path) -> Iterator[Server]:
    """A server that ends with the test; the path of its socket has to be short."""
    (owner / "theme.sh").write_text(SCRIPT)
    (owner / "theme.sh").chmod(0o755)
    with tempfile.TemporaryDirectory(prefix="tmux", dir="/tmp") as folder:
        server = Server(owner, folder)
        yield server
        subprocess.run([*server.words, "kill-server"], check=False, stderr=subprocess.DEVNULL)


def right(text: str) -> Callable[[str], bool]:
    """Whether the bar ends like this."""
    return lambda screen: screen.endswith(text)


def configure(home: Path, theme: str, *words: str, below: bool = True) -> Path:
    """Write the user's file, with our block above or below the theme."""
    file = home / ".tmux.conf"
    file.write_text("" if below else theme)
    assert main(["install", "tmux", *words]) == 0
    if below:
        file.write_text(file.read_text() + theme)
    return file


@pytest.mark.parametrize("below", [False, True], ids=["above", "below"])
@pytest.mark.parametrize("name", THEMES)
def test_the_line_is_behind_what_a_theme_has(
    owner: Path, tmux: Server, name: str, below: bool
) -> None:
    """The line is at the end, in full and once, in the bar's colours, also when read again."""
    file = configure(owner, THEMES[name], below=below)
    with tmux.screen() as screen:
        screen.until(right(f"one two  {LINE}"))
        tmux("set-option", "-g", "status-right", "gone")
        screen.until("gone")
        tmux("source-file", str(file))
        text = screen.until(right(f"one two  {LINE}"))
        assert text.count(LINE) == 1
        assert screen.colours("5h") == screen.colours("[0]") != screen.colours("two")


def test_a_theme_that_is_chosen_later(owner: Path, tmux: Server) -> None:
    """Whenever a side is set again, even for one session, the line comes back."""
    configure(owner, "")
    with tmux.screen() as screen:
        tmux.served(screen)
        tmux("set-option", "-g", "status-right", "dark")
        screen.until(right(f"dark {LINE}"))
        tmux("run-shell", str(owner / "theme.sh"))
        screen.until(right(f"one two  {LINE}"))
        everywhere = tmux("show-option", "-gv", "status-right")
        tmux("set-option", "status-right", "here")
        screen.until(right(f"here {LINE}"))
        assert tmux("show-option", "-gv", "status-right") == everywhere
        assert screen.text().count(LINE) == 1


def interject(tmux: Server, call: str, words: str) -> None:
    """Have another command run once, just before our script makes this call."""
    wrapper = tmux.home / "bin" / "tmux"
    case = f"*'{call}'*) [ -e ~/once ] || {{ : >~/once; {program('tmux')} {words}; }} ;;"
    wrapper.write_text(wrapper.read_text().replace("exec", f'case "$*" in {case} esac\nexec', 1))


def test_a_session_may_set_its_own_meanwhile(owner: Path, tmux: Server) -> None:
    """What another session sets while our script is about to end keeps the line, too."""
    configure(owner, "")
    with tmux.screen() as screen, contextlib.ExitStack() as stack:
        tmux.served(screen)
        stack.enter_context(tmux.screen()).until(right(LINE))
        interject(tmux, "-gu @claude_status_pending", "set-option -t '$0' status-right late")
        tmux("set-option", "-g", "status-right", "dark")
        screen.until(right(f"late {LINE}"))


def test_a_theme_may_come_before_the_hooks(owner: Path, tmux: Server) -> None:
    """What a theme sets between our line and our hooks keeps the line."""
    with tmux.screen() as screen:
        screen.until("0:")
        file = configure(owner, "")
        interject(tmux, "set-hook -g after-set-option", "set-option -g status-right early")
        tmux("source-file", str(file))
        screen.until(right(f"early {LINE}"))


def test_nothing_is_started_where_the_line_is(owner: Path, tmux: Server) -> None:
    """While the line is there, neither a redraw nor another option starts our script."""
    configure(owner, "set -g status-interval 1\n")
    with tmux.screen() as screen:
        tmux.served(screen)
        before = tmux.log.read_text()
        for count in range(3):
            tmux("set-option", "-g", "status-left", f"[{count}] #(date +%S) ")
            screen.until(f"[{count}] ")
        tmux("set-option", "-g", "status-left", "[%S]")
        seconds = screen.row(23)[:4]
        screen.until(lambda _: screen.row(23).startswith("[") and screen.row(23)[:4] != seconds)
        screen.until(right(LINE))
        assert tmux.log.read_text() == before


def test_the_other_side(owner: Path, tmux: Server) -> None:
    """With ``--left`` the line is at the end of the left side, and ``--right`` moves it."""
    file = configure(owner, THEMES["lines"], "--left")
    with tmux.screen() as screen:
        screen.until(lambda _: screen.row(23).startswith(f"[0] {LINE} 0:"))
        tmux("set-option", "-g", "status-left", "theirs")
        screen.until(lambda _: screen.row(23).startswith(f"theirs {LINE} 0:"))
        assert screen.text().count(LINE) == 1
        assert main(["install", "tmux", "--right"]) == 0
        tmux("source-file", str(file))
        text = screen.until(right(f"one two  {LINE}"))
        assert text.count(LINE) == 1
        assert screen.row(23).startswith("theirs")


def test_what_is_placed_by_hand_is_the_only_place(owner: Path, tmux: Server) -> None:
    """If any option of a theme runs the program, we add nothing."""
    part = "set -g @part '#(~/bin/claude-status --format tmux)'\n"
    configure(owner, f"set -g status-right 'theirs'\n{part}", below=False)
    with tmux.screen() as screen:
        screen.until(right("theirs"))
        assert "claude" not in tmux("show-option", "-gv", "status-right")
        assert "claude" not in tmux("show-hooks", "-g")


def test_nothing_comes_back_once_the_block_is_gone(owner: Path, tmux: Server) -> None:
    """After ``uninstall`` the next theme stays as it is, and the server has no hooks of ours."""
    configure(owner, "")
    with tmux.screen() as screen:
        tmux.served(screen)
        assert main(["uninstall", "tmux"]) == 0
        tmux("set-option", "-g", "status-right", "alone")
        screen.until(lambda _: "[97]" not in tmux("show-hooks", "-g"))
        screen.until(lambda _: "@claude_status" not in tmux("show-options", "-g"))
        assert screen.text().endswith("alone")


def test_nothing_is_said_where_the_package_is_gone(
    owner: Path, tmux: Server, tmp_path: Path
) -> None:
    """Without the script the hook's command succeeds silently, so tmux shows no message."""
    script = tmp_path / "claude-status.tmux"
    script.write_bytes((SHELL / script.name).read_bytes())
    file = configure(owner, "")
    file.write_text(file.read_text().replace(f"{SHELL}/claude-status.tmux", str(script)))
    with tmux.screen() as screen:
        tmux.served(screen)
        script.unlink()
        command = ["sh", "-c", tmux("show-option", "-gv", "@claude_status_again")]
    done = subprocess.run(command, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_the_script_knows_the_mark_of_the_block() -> None:
    """The script looks for the mark with which blocks begin, to see if ours is still there."""
    assert f"*{BEGIN.decode()}'" in (SHELL / "claude-status.tmux").read_text()
