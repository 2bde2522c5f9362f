"""Claude Code and a bash prompt in a tmux of their own, with the line in its bar."""

from __future__ import annotations

import contextlib
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.conftest import program
from tests.screen import Screen
from tests.support import User

CLAUDE, BASH, SECOND = "desk:0.0", "desk:0.1", "desk:1.0"
LINES = 50
QUIET = (
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
    "CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL",  # which asks GitHub, also through ssh
)


class Desk:
    """A tmux with an attached client; ``CLAUDE``, ``BASH`` and ``SECOND`` are its panes."""

    def __init__(self, user: User, claude: str, socket: Path) -> None:
        """Prepare what the ``with`` statement starts."""
        socket.parent.mkdir(mode=0o700, exist_ok=True)
        self._tmux = [program("tmux"), "-S", str(socket), "-f", "/dev/null"]
        self._environ = {**user.environ, **dict.fromkeys(QUIET, "1")}
        self._claude = shlex.quote(claude)
        self._command = [*self._tmux, "new-session", "-s", "desk", self._claude]
        self._work = str(user.home / "work")
        self._prompts = 0

    def __enter__(self) -> Desk:
        """Start Claude Code in the user's work folder, and bash below it."""
        self._screen = Screen(
            self._command, self._environ, columns=100, lines=LINES, cwd=self._work
        )
        try:
            self._screen.until("Claude Code v", 30)
            split = ("split-window", "-d", "-v", "-l", "6", "-c", self._work)
            self._run(*split, program("bash"))
            self.set("status-right-length", "60")
            self.set("status-right", "#(claude-status --format tmux)")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End tmux and everything in it."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("kill-server")
        self._screen.close()

    def open_second(self) -> None:
        """Start a second Claude Code, in a window that is not on the screen."""
        self._run("new-window", "-d", "-c", self._work, self._claude)
        self.until(SECOND, lambda text: "Claude Code v" in text)

    def halve(self) -> None:
        """Give both panes the same number of lines."""
        self._run("select-layout", "-t", "desk:0", "even-vertical")

    def bar(self) -> str:
        """The status bar of tmux on the screen."""
        size = -1
        while size != len(self._screen.raw):
            size = len(self._screen.raw)
            self._screen.pump(0.05)
        return self._screen.row(LINES - 1)

    def set(self, option: str, value: str) -> None:
        """Set a global option of tmux."""
        self._run("set-option", "-g", option, value)

    def text(self, pane: str) -> str:
        """The text in a pane."""
        return self._run("capture-pane", "-p", "-t", pane)

    def until(self, pane: str, seen: Callable[[str], bool], seconds: float = 30) -> str:
        """Wait until a pane's text is as wanted, and return it."""
        try:
            self._screen.until(lambda _: seen(self.text(pane)), seconds)
        except AssertionError:
            raise AssertionError(f"{pane} never came to be as wanted:\n{self.text(pane)}") from None
        return self.text(pane)

    def type(self, pane: str, text: str) -> None:
        """Type a line, and the return key once it is on the screen."""
        self._run("send-keys", "-t", pane, "-l", text)
        self.until(pane, lambda shown: text in shown)
        self._run("send-keys", "-t", pane, "Enter")

    def prompt(self) -> str:
        """A new prompt of bash."""
        self._prompts += 1
        mark = f"mark-{self._prompts}"
        self.type(BASH, f"echo {mark}")
        text = self.until(BASH, lambda shown: f"\n{mark}\n" in shown and shown.rstrip()[-1:] == "$")
        return text.rstrip().splitlines()[-1]

    def _run(self, *words: str) -> str:
        """Run a tmux command."""
        done = subprocess.run(
            [*self._tmux, *words], env=self._environ, capture_output=True, text=True, check=True
        )
        return done.stdout
