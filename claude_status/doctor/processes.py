"""The processes of this machine, as ps lists them on any system."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """One row of ps: its id, its parent's, its group's, its state, and its program's name."""

    pid: int
    parent: int
    group: int
    state: str
    name: str

    @property
    def sleeps(self) -> bool:
        """Whether it waits for something."""
        return self.state[:1] in ("S", "I")


def processes() -> list[Process]:
    """All processes of the machine; none if ps cannot be run."""
    columns = ("pid=", "ppid=", "pgid=", "stat=", "comm=")
    command = ["ps", "-A", *(word for column in columns for word in ("-o", column))]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    rows = (line.split(None, 4) for line in done.stdout.splitlines())
    return [
        Process(int(row[0]), int(row[1]), int(row[2]), row[3], _name(row[4]))
        for row in rows
        if len(row) == 5
    ]


def _name(command: str) -> str:
    """A program's name: login shells put a hyphen before it, tmux says which part it is."""
    return Path(command.partition(":")[0].strip()).name.lstrip("-")
