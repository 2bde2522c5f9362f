"""The first picture: Claude Code, a zsh prompt and the bar of tmux in one terminal, all real.

Claude Code talks to an API on loopback, with a made-up login; the variable CLAUDE names it.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bodies import usage_body
from tests.conftest import program
from tests.real_claude.anthropic import ACCOUNT, ORGANIZATION, SAID, Anthropic
from tests.screen import Screen
from tests.server import ApiServer, ok
from tests.support import User

COLUMNS, LINES, ZSH_LINES = 96, 22, 4
ZSHRC = """\
PROMPT='%F{blue}%~%f %F{green}❯%f '
unsetopt prompt_sp
setopt prompt_subst
"""
TMUX = """\
set -g default-terminal "tmux-256color"
set -g status-right "#{claude_status}  %H:%M "
set -g status-right-length 60
set -g status-interval 1
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


@contextmanager
def desk(folder: Path, theme: str) -> Iterator[Screen]:
    """The terminal once the same number stands in all three places."""
    home = folder / "home"
    for name in ("work/api", "tmp", "bin"):
        (home / name).mkdir(parents=True)
    work, socket = home / "work/api", str(folder / "tmux")
    subprocess.run([program("git"), "init", "-q", str(work)], check=True)
    (work / "limits.py").touch()
    body = usage_body(time.time(), 42, 17)
    with Anthropic(folder) as anthropic, ApiServer(ok(body)) as api:
        user = _user(home, api.url, anthropic, theme)
        tmux = [program("tmux"), "-S", socket]
        start = [*tmux, "new-session", "-s", "work", "-x", str(COLUMNS), "-y", str(LINES)]
        screen = Screen(
            [*start, shlex.quote(os.environ["CLAUDE"])],
            user.environ,
            columns=COLUMNS,
            lines=LINES,
            cwd=str(work),
        )
        try:
            screen.until("Claude Code v", 60)
            split = ["split-window", "-v", "-l", str(ZSH_LINES), "-c", str(work), program("zsh")]
            subprocess.run([*tmux, *split], env=user.environ, check=True)
            subprocess.run(
                [*tmux, "send-keys", "-t", "work:0.0", "-l", "say hello"],
                env=user.environ, check=True,
            )  # fmt: skip
            screen.until("say hello")
            subprocess.run([*tmux, "send-keys", "-t", "work:0.0", "Enter"], check=True)
            screen.until(lambda text: SAID in text and "5h 42%" in text)
            screen.send("git status -s\n")
            screen.until(lambda text: "5h 42%" in text.splitlines()[-1], 60)
            # pyte does not know all of tmux's ways to update a part of the screen
            screen.display.reset()
            subprocess.run([*tmux, "refresh-client", "-t", _client(tmux)], check=True)
            screen.until(lambda text: text.count("5h 42%") >= 3)
            yield screen
        finally:
            subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)
            screen.close()


def _client(tmux: list[str]) -> str:
    """The one client that is attached."""
    return subprocess.check_output(
        [*tmux, "list-clients", "-F", "#{client_name}"], text=True
    ).strip()


def _user(home: Path, url: str, anthropic: Anthropic, theme: str) -> User:
    """A user who is logged in, past Claude Code's first dialogs, with our line in all three."""
    user = User(
        home,
        url,
        TZ="UTC",
        LANG="C.UTF-8",
        TERM="screen-256color",  # which has no escapes that pyte does not know
        SHELL=program("zsh"),
        TMPDIR=str(home / "tmp"),
        DISABLE_TELEMETRY="1",
        DISABLE_AUTOUPDATER="1",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1",
        CLAUDE_CODE_DISABLE_OFFICIAL_MARKETPLACE_AUTOINSTALL="1",
        **anthropic.environ,
    )
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
    user.run("install", "zsh", "tmux", "claude")
    return user
