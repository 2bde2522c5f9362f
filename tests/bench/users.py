"""Users whose paths are measured, with the program installed as the README says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from claude_status.frames.write import FILES, replace_file
from claude_status.frames_read import SLOT
from tests.conftest import ROOT
from tests.support import User


def install(place: Path) -> Path:
    """Install the checkout into a new virtual environment; returns its ``bin``.

    An editable install would be slower, as each start of Python reads its start-up files.
    """
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    pip = [str(place / "bin/pip"), "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, str(ROOT)], check=True, stderr=subprocess.DEVNULL)
    return place / "bin"


class Bench(User):
    """A user of an installed program, whose frames can be written by hand."""

    def __init__(self, home: Path, url: str, programs: Path) -> None:
        """Begin without frames; ``programs`` is where the program is installed."""
        home.mkdir(mode=0o700)
        super().__init__(home, url)
        self.environ = {
            "HOME": str(home), "PATH": f"{programs}:{os.defpath}", "LANG": "C.UTF-8",
            "TERM": "xterm-256color", "CLAUDE_STATUS_API_BASE": url,
        }  # fmt: skip
        self.launcher = str(programs / "claude-status")
        self.python = [str(programs / "python"), "-E", str(programs / "claude-status-py")]
        self.account.frames.mkdir(mode=0o700, parents=True)

    def draw(self, past: int, *, due: bool) -> None:
        """Write a strip of 40 frames; if a refresh is ``due``, all its slots are taken."""
        now = int(time.time())
        refresh_at = now - 60 if due else now + 3600
        header = f"claude-status 2 {refresh_at} {refresh_at}\n"
        start = now - 60 * past + 30
        rows = [f"{start + 60 * i} 5h 42% {i + 1}m · 7d 17%\n" for i in range(40)]
        for name in FILES:
            replace_file(self.account.frames / name, header + "".join(rows), now)
        self.take_slots()
        for slot in range(now // SLOT, now // SLOT + 40):
            (self.account.home / f"kick.{slot}").touch(0o600)

    def free_slots(self) -> None:
        """Let the next reader start a refresh."""
        for path in self.account.home.glob("kick.*"):
            path.unlink()

    def hand_in(self, count: int = 1000) -> str:
        """Write what Claude Code passes to its status line; returns the file's path."""
        now = int(time.time())
        windows = {"five_hour": {"used_percentage": 42.6, "resets_at": now + 8000},
                   "seven_day": {"used_percentage": 17, "resets_at": now + 300000}}  # fmt: skip
        path = self.home / "input.json"
        if path.exists():
            windows = json.loads(path.read_text())["rate_limits"]
        data = {
            "session_id": "made-up", "transcript_path": str(self.home / "made-up.jsonl"),
            "cwd": str(self.home), "model": {"id": "claude-opus-4-5", "display_name": "Opus 4.5"},
            "workspace": {"current_dir": str(self.home), "project_dir": str(self.home)},
            "version": "2.1.331", "output_style": {"name": "default"},
            "cost": {"total_cost_usd": 0.5, "total_duration_ms": 60000,
                     "total_api_duration_ms": count, "total_lines_added": 1,
                     "total_lines_removed": 0},
            "context_window": {"total_input_tokens": 15000, "context_window_size": 200000,
                               "used_percentage": 8},
            "padding": "x" * 500, "rate_limits": windows,
        }  # fmt: skip
        (self.home / "made-up.jsonl").touch()
        path.write_text(json.dumps(data, separators=(",", ":")) + "\n")
        return str(path)
