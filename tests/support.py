"""A made-up user with a home, a login and an API, for whom the real program runs."""

from __future__ import annotations

import fcntl
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from claude_status.asking.ask import Asker, Outcome
from claude_status.asking.refresh import refresh
from claude_status.frames_read import KICK, SLOT
from claude_status.model.schedule import RefreshTimes
from claude_status.paths import Account, locate
from claude_status.render.dialects import DIALECTS
from claude_status.settings.settings import Settings
from tests.conftest import ROOT, SHELL
from tests.server import Answer

TOKEN = "sk-ant-oat01-Made-Up_For-Tests-0123456789"
RENEWAL = "sk-ant-ort01-Also-Made-Up-9876543210"  # the refresh token, which must never be used
YEAR = 365 * 86400
HANGING = Answer(pieces=lambda stopping: iter([b""] if stopping.wait() else []))
SENTENCE = re.compile(r"claude-status: [A-Z~/`][^\n]*[.\])]\n")


class User:
    """One user: their ``home``, the environment of their processes, and their cache."""

    def __init__(self, home: Path, url: str, **environ: str) -> None:
        """Begin without a login; ``url`` is the API's, ``environ`` adds variables."""
        self.home = home
        inherited = {name: os.environ[name] for name in os.environ if name[:6] != "PYTHON"}
        self.environ = {
            **inherited,
            "HOME": str(home),
            "PYTHONPATH": str(ROOT),
            "CLAUDE_STATUS_API_BASE": url,
            **environ,
        }

    @property
    def account(self) -> Account:
        """The paths of this user's account."""
        return locate(self.environ)

    def log_in(self, *, lasts: float = 20 * YEAR, token: str = TOKEN, **more: object) -> Path:
        """Write Claude Code's login file; another ``lasts`` (seconds) gives another login."""
        record = {
            "accessToken": token,
            "refreshToken": RENEWAL,
            "expiresAt": int((time.time() + lasts) * 1000),
            "scopes": ["user:inference", "user:profile"],
            "subscriptionType": "max",
            **more,
        }
        path = self.account.config_dir / ".credentials.json"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(json.dumps({"claudeAiOauth": record}))
        path.chmod(0o600)
        return path

    def refresh(self, now: float | None = None, **options: Any) -> Outcome:
        """Refresh in this process, as of ``now``, without jitter."""
        moment = time.time() if now is None else now
        settings = options.pop("settings", Settings())
        times = dict.fromkeys(("clock", "uptime"), lambda: moment)
        options = {**times, "chance": lambda: 0.5, **options}
        return refresh(Asker(self.account, settings, self.environ, **options))

    def command(self, *arguments: str) -> list[str]:
        """The command line of the Python program."""
        return [sys.executable, "-m", "claude_status", *arguments]

    def run(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run the Python program; the option ``environ`` adds variables."""
        options = self._options(options)
        options = {"capture_output": True, "text": True, "timeout": 90, **options}
        return subprocess.run(self.command(*arguments), check=False, **options)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start the Python program, by default without streams."""
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        return subprocess.Popen(self.command(*arguments), **{**streams, **self._options(options)})

    def install_launcher(self, folder: Path) -> str:
        """Install the launcher and a Python program in ``folder``; returns its path."""
        folder.mkdir(parents=True, exist_ok=True)
        launcher = folder / "claude-status"
        launcher.write_bytes((SHELL / "claude-status").read_bytes())
        program = folder / "claude-status-py"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m claude_status "$@"\n')
        for path in (launcher, program):
            path.chmod(0o755)
        return str(launcher)

    def take_slots(self) -> None:
        """Take the slots of the next minutes, so that nothing starts in the background."""
        slot = int(time.time()) // SLOT
        for taken in range(slot, slot + 20):
            (self.account.home / f"{KICK}{taken}").touch()

    def is_drawn(self) -> bool:
        """Whether there are frames, and no background refresh is running."""
        if not (self.account.frames / list(DIALECTS)[-1]).exists():
            return False
        door = os.open(self.account.home, os.O_RDONLY)
        try:
            fcntl.flock(door, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            os.close(door)

    def frames(self, dialect: str = "plain") -> list[tuple[int, str]]:
        """The frames of one dialect, as ``(from, text)``."""
        rows = (self.account.frames / dialect).read_text(encoding="utf-8").splitlines()[1:]
        return [(int(when), text) for when, _, text in (row.partition(" ") for row in rows)]

    def refresh_times(self, dialect: str = "plain") -> RefreshTimes:
        """The times at which a bar and a prompt would start the next refresh."""
        header = (self.account.frames / dialect).read_text(encoding="utf-8").partition("\n")[0]
        bar, prompt = header.removeprefix("claude-status 2 ").split(" ")
        return RefreshTimes(int(bar), int(prompt))

    def refresh_at(self, dialect: str = "plain") -> int:
        """The time at which a prompt would start the next refresh."""
        return self.refresh_times(dialect).prompt

    def line(self, now: float, dialect: str = "plain") -> str:
        """What a prompt shows at ``now``."""
        return next((text for when, text in reversed(self.frames(dialect)) if when <= now), "")

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The user's database, without the store."""
        path = self.account.store / "cache.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            yield connection

    def _options(self, options: dict[str, Any]) -> dict[str, Any]:
        more: Mapping[str, str] = options.pop("environ", {})
        return {"env": {**self.environ, **more}, "cwd": self.home, **options}


def clock_ahead(folder: Path, seconds: float) -> dict[str, str]:
    """The environment in which a Python process's clock is ahead by so many seconds."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(
        f"import time\nreal, up = time.time, time.clock_gettime\n"
        f"time.time = lambda: real() + {seconds}\n"
        f"time.clock_gettime = lambda clock: up(clock) + {seconds}\n"
    )
    return {"PYTHONPATH": f"{folder}:{ROOT}"}


@contextmanager
def time_zone(name: str) -> Iterator[None]:
    """Set the local time zone, in this process and in those that it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", name)
        time.tzset()
        yield
    time.tzset()


def unprivileged(command: list[str]) -> list[str]:
    """The command without root's right to ignore file modes."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *command]


def snapshot_of(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` with its content."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def is_running(pid: int) -> bool:
    """Whether a process is running; a zombie is not."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, check=False)
    return done.stdout.strip()[:1] not in (b"", b"Z")


def until(true: Callable[[], object], seconds: float = 30) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
