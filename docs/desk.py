"""A terminal with Claude Code, a zsh prompt and the bar of tmux, all real, and our line in each.

Claude Code talks to an API on loopback, with a made-up login. Unlike those of the other pictures,
its clock and those of zsh and tmux are the machine's.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from docs.display import Display
from tests.bodies import usage_body
from tests.conftest import program
from tests.real_claude.anthropic import ACCOUNT, ORGANIZATION, Anthropic, Block
from tests.screen import Screen
from tests.server import ApiServer, ok
from tests.support import User

CLAUDE, ZSH = "work:0.0", "work:0.1"  # panes
COLUMNS, LINES, ZSH_LINES = 95, 22, 4
QUESTION = "fix the flaky test"
SAID = "Fixed: it compared local times. All 24 tests pass, also at midnight."
LIMITS = {"5h": 42, "7d": 71}  # per cent
LEFT = {"5h": 2 * 3600 + 13 * 60 + 40, "7d": 3 * 86400}  # seconds until the resets
SHOWN = r"5h 42% 2h\d\dm · 7d 71%"  # a machine may need some minutes
ZSHRC = """\
PROMPT='%F{blue}%~%f %F{green}❯%f '
setopt prompt_subst transient_rprompt
unsetopt prompt_sp
"""
TMUX = """\
set -g default-terminal "screen-256color"
set -g status-right "#{claude_status} "
set -g status-right-length 60
set -g status-interval 1
set -g focus-events on
set -g status-left "[work] "
set -g window-status-format ""
set -g window-status-current-format "api"
set -g pane-border-style "fg=colour240"
set -g pane-active-border-style "fg=colour240"
"""
BARS = {
    "dark": 'set -g status-style "bg=colour236,fg=colour252"\n',
    "light": 'set -g status-style "bg=colour253,fg=colour236"\n',
}
PATHS = {"PATH", "HOME", "PYTHONPATH", "CLAUDE_STATUS_API_BASE"}


@contextmanager
def desk(theme: str, claude: str, thinking: float = 0) -> Iterator[Screen]:
    """The terminal once the same line stands in all three places.

    ``claude`` is the program in the upper pane, ``thinking`` the seconds before the model answers.
    """
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place,
        Anthropic(Path(place)) as anthropic,
        ApiServer(ok(_usage())) as api,
    ):
        home, work = Path(place, "home"), Path(place, "home/work/api")
        for folder in (work, home / "tmp", home / "bin"):
            folder.mkdir(parents=True)
        anthropic.limits, anthropic.left = LIMITS, LEFT
        anthropic.reply = partial(_reply, thinking)
        user = _user(home, api.url, anthropic, theme)
        _change_something(work, user)
        tmux = Tmux([program("tmux"), "-S", str(Path(place, "tmux"))], user.environ)
        start = ["new-session", "-s", "work", "-x", str(COLUMNS), "-y", str(LINES)]
        screen = Screen(
            [*tmux.command, *start, shlex.quote(claude)],
            user.environ,
            columns=COLUMNS,
            lines=LINES,
            cwd=str(work),
            display=Display,
        )
        try:
            screen.until("Claude Code v", 60)
            tmux.run("split-window", "-v", "-l", str(ZSH_LINES), "-c", str(work), program("zsh"))
            tmux.run("send-keys", "-t", CLAUDE, "-l", QUESTION)
            screen.until(lambda _: QUESTION in tmux.text(CLAUDE))
            tmux.run("send-keys", "-t", CLAUDE, "Enter")
            screen.until(lambda _: holds(tmux.text(CLAUDE), SAID, SHOWN), 60)
            screen.send("git status -s\n")
            screen.until(lambda text: holds(tmux.text(ZSH).splitlines()[-1], "❯", SHOWN), 60)
            screen.until(lambda text: holds(text.splitlines()[-1], SHOWN), 60)
            # pyte does not know all of tmux's ways to update a part of the screen
            screen.display.reset()
            tmux.run("refresh-client", "-t", tmux.run("list-clients", "-F", "#{client_name}"))
            screen.until(lambda text: _is_whole(text, tmux))
            yield screen
        finally:
            with suppress(subprocess.CalledProcessError):  # it may have ended by itself
                tmux.run("kill-server")
            screen.close()


@dataclass(frozen=True)
class Tmux:
    """A server of tmux: its ``command`` line, and the environment of its clients."""

    command: Sequence[str]
    environ: Mapping[str, str]

    def run(self, *words: str) -> str:
        """Have it do something; what it prints."""
        command = [*self.command, *words]
        done = subprocess.run(command, env=self.environ, stdout=subprocess.PIPE, check=True)
        return done.stdout.decode().rstrip("\n")

    def text(self, pane: str) -> str:
        """What stands in a pane, without blanks at the ends of its lines."""
        rows = self.run("capture-pane", "-p", "-t", pane).splitlines()
        return "\n".join(row.rstrip() for row in rows)


def holds(text: str, *wanted: str) -> bool:
    """Whether a text has a match of each of the patterns."""
    return all(re.search(each, text) for each in wanted)


def _is_whole(text: str, tmux: Tmux) -> bool:
    """Whether the screen shows all that the panes hold, and the line in all three places."""
    rows = text.splitlines()
    upper, lower = rows[: -ZSH_LINES - 2], rows[-ZSH_LINES - 1 : -1]
    return (
        len(rows) == LINES
        and len(re.findall(SHOWN, text)) == 3
        and "\n".join(upper).rstrip() == tmux.text(CLAUDE)
        and "\n".join(lower).rstrip() == tmux.text(ZSH)
    )


def _usage() -> dict[str, object]:
    five_hour, seven_day = LIMITS.values()
    lasting = {"five_hour_left": LEFT["5h"], "seven_day_left": LEFT["7d"]}
    return usage_body(time.time(), five_hour, seven_day, **lasting)


def _reply(thinking: float, _request: object) -> Block:
    """What the model says."""
    time.sleep(thinking)
    return {"type": "text", "text": SAID}


def _change_something(work: Path, user: User) -> None:
    """Have a repository whose only file was changed."""
    file = work / "test_limits.py"
    file.touch()
    author = ["-c", "user.name=Jo", "-c", "user.email=jo@example.com"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-qm", "Begin"]):
        subprocess.run([program("git"), *command], cwd=work, env=user.environ, check=True)
    file.write_text("\n")


def _user(home: Path, url: str, anthropic: Anthropic, theme: str) -> User:
    """A user who is logged in, past Claude Code's first dialogs, with our line in all three."""
    user = User(home, url)
    user.environ = {name: user.environ[name] for name in PATHS} | {
        "TZ": f"Etc/GMT{min(12, time.gmtime().tm_hour - 10):+d}",  # where it is ten in the morning
        "LANG": "C.UTF-8",
        "TERM": "screen-256color",  # which has no escapes that pyte does not know
        "SHELL": program("zsh"),
        "TMPDIR": str(home / "tmp"),
        "DISABLE_TELEMETRY": "1",
        "DISABLE_AUTOUPDATER": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL": "1",
        **anthropic.environ,
    }
    user.log_in(rateLimitTier="default_claude_max_5x")
    state = {
        "hasCompletedOnboarding": True,
        "hasSeenAutoDefaultNotice": True,
        "theme": theme,
        "oauthAccount": {"accountUuid": ACCOUNT, "organizationUuid": ORGANIZATION},
        "projects": {str(home / "work/api"): {"hasTrustDialogAccepted": True}},
    }
    user.account.claude_json.write_text(json.dumps(state))
    launcher = user.install_launcher(home / "bin")
    user.environ["PATH"] = f"{Path(launcher).parent}:{user.environ['PATH']}"
    (home / ".zshrc").write_text(ZSHRC)
    (home / ".tmux.conf").write_text(TMUX + BARS[theme])
    settings = {"prefersReducedMotion": True, "permissions": {"defaultMode": "default"}}
    (user.account.config_dir / "settings.json").write_text(json.dumps(settings))
    user.run("install", "zsh", "tmux", "claude")
    return user
