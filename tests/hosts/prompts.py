"""A shell with its snippet: prompts without a terminal and on one."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.conftest import SHELL, program
from tests.hosts.shells import TEXTS, account, processes, run, stand_in, strip, waiting
from tests.hosts.traits import TRAITS
from tests.screen import Screen


class Shell:
    """One shell, bash also as an older one, with its snippet and a stand-in for the program.

    ``text`` of a dialect is what the variable then holds. Scripts return all that they print, also
    to standard error, and their exit status unless it is 0.
    """

    def __init__(self, name: str, home: Path) -> None:
        """Prepare the shell ``name``, such as ``bash 3.2``, in this home."""
        self.name, _, version = name.partition(" ")
        self.traits, self.home = TRAITS[self.name], home
        self.program = stand_in(home / "bin dir" / "claude-status")
        self.snippet = SHELL / f"claude-status.{self.name}"
        if version:
            self._play(version)

    def _play(self, version: str) -> None:
        """Use a copy of the snippet that takes the version from a variable that can be set."""
        text, count = re.subn(r"\bBASH_VERSINFO\b", "OLD_VERSINFO", self.snippet.read_text())
        assert count
        self.snippet = self.home / "old.bash"
        self.snippet.write_text(f"OLD_VERSINFO=({version.replace('.', ' ')})\n{text}")

    @property
    def frames(self) -> Path:
        """The file with the frames of this shell's own dialect."""
        return account(self.home) / "frames" / self.name

    @property
    def argv(self) -> list[str]:
        """The command line up to the script."""
        name, *words = self.traits.script.split()
        return [program(name), *words]

    @property
    def show(self) -> str:
        """A line of script that prints the variable in angle brackets, despite any aliases."""
        return ("" if self.name == "fish" else "\\") + "builtin printf '<%s>' \"$CLAUDE_STATUS\"\n"

    def text(self, dialect: str = "") -> str:
        """The line in a dialect, by default the shell's own; a zsh prompt needs each % doubled."""
        text = TEXTS[dialect or self.name]
        return text.replace("%", "%%") if self.name == "zsh" and "{" not in text else text

    def sourcing(self, argument: str | None = None) -> str:
        """The line that sources the snippet, for the user's file."""
        word = shlex.quote(str(self.program)) if argument is None else argument
        return f". {shlex.quote(str(self.snippet))} {word}\n"

    def run(self, script: str, env: Mapping[str, str] | None = None, **options: object) -> str:
        """Run a script without a terminal, and wait for everything that it leaves running."""
        done = run([*self.argv, script], env, **options)
        status = f"exit status {done.returncode}" if done.returncode else ""
        return done.stdout + done.stderr + status

    def prompts(
        self,
        count: int = 1,
        env: Mapping[str, str] | None = None,
        *,
        before: str = "",
        between: str = "",
        **options: Any,
    ) -> str:
        """Source the snippet, draw prompts with some lines between them, and show the line."""
        prompts = between.join([self.traits.prompt] * count)
        return self.run(before + self.sourcing() + prompts + self.show, env, **options)

    def processes(
        self, count: int = 1, env: Mapping[str, str] | None = None, after: str = ""
    ) -> int:
        """How many processes the shell starts to source the snippet and draw prompts."""
        script = self.sourcing() + self.traits.prompt * count + after
        return processes([*self.argv, script], self.home / "strace", env)

    def session(
        self,
        rc: str,
        env: Mapping[str, str] | None = None,
        *,
        under: Sequence[str] = (),
        alone: bool = False,
        **size: int,
    ) -> Screen:
        """A terminal whose shell sources the snippet in the user's file, and then runs these lines.

        ``under`` is a command to run the shell with; with ``alone`` the lines do the sourcing.
        """
        file = self.home / self.traits.rc
        file.parent.mkdir(parents=True, exist_ok=True)
        greeting = "set -g fish_greeting\n" if self.name == "fish" else ""
        file.write_text(greeting + ("" if alone else self.sourcing()) + rc)
        # keeps fish from preparing its completions in the background
        (self.home / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
        name, *words = self.traits.terminal.split()
        environ = {**os.environ, "ZDOTDIR": str(self.home), **(env or {})}
        return Screen([*under, program(name), *words], environ, cwd=str(self.home), **size)

    def hold(self, *frames: tuple[int, str]) -> Path:
        """Have the refresh wait for a file, which is returned, before it puts frames in place."""
        gate, new = self.home / "gate", self.home / "new"
        new.write_text(strip(*frames))
        stand_in(self.program, f"{waiting(gate)}; mv '{new}' '{self.frames}'")
        return gate
