"""``claude-status demo``: the real program, run against an API of the demo's own on loopback.

Nothing is simulated: each reading is made by a real ``refresh`` in its own process, and each line
is what a prompt would read from the frames at that time. The login, the settings and the cache are
made up in a temporary directory, so the person's own are neither read nor written; only the colours
of the line are the person's.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import claude_status
from claude_status.asking.snapshot import Snapshot, take_snapshot
from claude_status.commands.demo_api import DemoApi
from claude_status.commands.demo_pictures import a_month, every_preset, full_picture
from claude_status.errors import ClaudeStatusError
from claude_status.frames_read import read_frame
from claude_status.paths import locate, settings_file
from claude_status.settings.listing import toml
from claude_status.settings.settings import Settings, load
from claude_status.terminal import dialect

MINUTE, HOUR = 60, 3600
CHILD_SECONDS = 60
FOREIGN = ("CLAUDE", "ANTHROPIC_", "XDG_")  # variables that could lead out of the directory
INDENT, LABEL, LEAST, COLUMNS = 2, 18, 16, 78
NOTHING = "(nothing)"


@dataclass(frozen=True)
class Step:
    """One line of a prompt: when it would be seen, how it looks, and what is happening."""

    moment: str
    line: str
    words: str


class Stage:
    """A made-up account in a directory of its own, and the program that runs there."""

    def __init__(self, place: Path, api: DemoApi, environ: Mapping[str, str]) -> None:
        self.api = api
        self.refreshes = 0
        self._config_dir = place / "claude"
        self._config_dir.mkdir(mode=0o700, parents=True)
        self._environ = {
            **{name: value for name, value in environ.items() if not name.startswith(FOREIGN)},
            "CLAUDE_CONFIG_DIR": str(self._config_dir),
            "CLAUDE_STATUS_CACHE_DIR": str(place / "cache"),
            "CLAUDE_STATUS_CONFIG": str(place / "config.toml"),
            "CLAUDE_STATUS_API_BASE": api.base,
        }
        own = place / "config.toml"
        own.write_text(settings_text(load(settings_file(environ)).settings), encoding="utf-8")
        self._settings = load(own).settings
        self._account = locate(self._environ)
        self._home = str(self._account.home)
        self._dialect = dialect(environ)

    def log_in(self, *, valid_for: float) -> None:
        """Store a made-up login, as Claude Code would; seconds, below 0 for an expired one."""
        login = {
            "accessToken": "made-up-for-the-demo",
            "refreshToken": "made-up-for-the-demo",
            "expiresAt": int((time.time() + valid_for) * 1000),
            "scopes": ["user:inference", "user:profile"],
            "subscriptionType": "max",
        }
        (self._config_dir / ".credentials.json").write_text(json.dumps({"claudeAiOauth": login}))

    def refresh(self) -> str:
        """Run ``claude-status refresh --force``; returns its error message, "" if it has none."""
        self.refreshes += 1
        flags = ["-E"] if sys.flags.ignore_environment else []
        done = subprocess.run(
            [sys.executable, *flags, "-m", "claude_status", "refresh", "--force"],
            env=self._environ,
            cwd=Path(claude_status.__file__).parent.parent,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",  # which it writes in a C locale, and this Python does not
            errors="replace",
            timeout=CHILD_SECONDS,
            check=False,
            start_new_session=True,  # a key that ends the demo lets it finish
        )
        said = done.stderr.strip().removeprefix("claude-status: ")
        return said.replace(str(self._config_dir), "...")

    def known(self) -> Snapshot:
        """What is known of the account."""
        return take_snapshot(self._account, self._settings, time.time())

    def line(self, later: float = 0) -> str:
        """What a prompt would show in so many seconds, if nothing refreshed it until then."""
        return read_frame(self._home, self._dialect, time.time() + later, prompt=True)[0]

    def step(self, moment: str, words: str, later: float = 0) -> Step:
        """The line as it would be in so many seconds, with an explanation."""
        return Step(moment, self.line(later), words)


def run(_arguments: argparse.Namespace) -> int:
    """Show the tour; whatever ends it, nothing is left behind."""
    # Not by exceptions, which could lose track of a process that is just being started.
    signals: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: signals.append(received))
    with tempfile.TemporaryDirectory(prefix="claude-status-demo-") as place, DemoApi() as api:
        kind, stage = dialect(os.environ), Stage(Path(place), api, os.environ)
        month = Stage(Path(place, "month"), api, os.environ)
        print("\nThe real program with made-up numbers. Your login is not read.", flush=True)
        for part in _tour(stage, month, kind):
            if signals:
                return 128 + signals[0]
            print(part, flush=True)
        refreshes = stage.refreshes + month.refreshes
        print(f"\n{refreshes} refreshes made {api.calls} calls, all to {api.base}.")
    print("For your own numbers, log in with `claude`, then run `claude-status`.\n")
    return 0


def _tour(stage: Stage, month: Stage, kind: str) -> Iterator[str]:
    """What is printed, piece by piece: the line's states on one account, the rest on another."""
    heading = "\n\033[1m{}\033[22m\n" if kind == "ansi" else "\n{}\n"
    yield heading.format("The line in each of its states")
    columns = min(COLUMNS, max(INDENT + LABEL + LEAST, shutil.get_terminal_size().columns))
    for step in play(stage):
        yield draw_step(step, columns, coloured=kind == "ansi")
    month.log_in(valid_for=8 * HOUR)
    month.api.report(42.6, 71, session_left=2 * HOUR + 13 * MINUTE + 30, model=51, paid=12550)
    month.refresh()
    yield heading.format("In each preset: claude-status looks")
    yield from every_preset(month.known(), kind)
    yield heading.format("All at once: claude-status show")
    yield full_picture(month.known(), kind)
    yield heading.format("A month: claude-status history --days 30")
    yield a_month(month.known(), kind)


def play(stage: Stage) -> Iterator[Step]:
    """The steps, one after the other, each as it happens."""
    yield stage.step("nothing known", "A prompt shows a number or nothing: unknown is not 0%.")
    stage.log_in(valid_for=8 * HOUR)
    stage.api.report(42.6, 17, session_left=2 * HOUR + 13 * MINUTE + 30)
    problem = stage.refresh()
    if problem or not stage.line():
        raise ClaudeStatusError(f"The demo could not start. {problem}".strip())
    yield stage.step("first reading", "One call, and all that the line will say is drawn ahead.")
    yield stage.step("4 min later", "No call and no process: just the next frame.", 4 * MINUTE)
    yield stage.step("12 min offline", "~ marks a number that is getting old.", 12 * MINUTE)
    words = "The session has been reset, so its number is gone; the week's shows its age."
    yield stage.step("3 h offline", words, 3 * HOUR + MINUTE)
    stage.api.report(93.4, 71, session_left=24 * MINUTE + 30)
    words = stage.refresh() or "A new reading: 71% is a warning, 93% is critical."
    yield stage.step("near the limit", words)
    stage.api.report(42.6, 71, session_left=2 * HOUR + 13 * MINUTE + 30, model=91)
    words = stage.refresh() or "A model's week joins when it is nearly used up."
    yield stage.step("a model's week", words)
    stage.api.report(100, 71, session_left=24 * MINUTE + 30, paid=46000)
    words = stage.refresh() or "Credits join when little is left of them."
    yield stage.step("paid credits", words)
    stage.api.throttle(1600)
    yield stage.step("throttled", stage.refresh())
    stage.log_in(valid_for=-HOUR)
    yield stage.step("login expired", stage.refresh())


def settings_text(settings: Settings) -> str:
    """The colours of the line as a file of settings."""
    own = {
        host: {"colours": each["colours"]}
        for host, each in settings.hosts.items()
        if "colours" in each
    }
    return f"colours = {toml(settings.colours)}\nhosts = {toml(own)}\n"


def draw_step(step: Step, columns: int = COLUMNS, *, coloured: bool) -> str:
    """A step as text: the moment and the line, then the words beneath the line."""
    indent = " " * (INDENT + LABEL)
    words = textwrap.fill(step.words, columns, initial_indent=indent, subsequent_indent=indent)
    line = step.line or NOTHING
    if coloured:
        line, words = f"\033[1m{line}\033[22m", f"\033[2m{words}\033[22m"
    return f"{' ' * INDENT}{step.moment:<{LABEL}}{line}\n{words}"
