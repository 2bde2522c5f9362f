"""Runs refreshes, each in its own process, that die at a given step.

A line ``<time> <step>`` on standard input starts one whose clock stands at that time (epoch
seconds). At that step it is killed (SIGKILL); with step 0 it ends normally. The answer is a line
with the number of steps that it took, or with what ended it.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import diskcache.core

from claude_status.asking.ask import Asker
from claude_status.asking.refresh import refresh
from claude_status.frames import write
from claude_status.paths import locate
from claude_status.settings.settings import Settings
from claude_status.sources import endpoint

steps = 0
last_step = 0


def step() -> None:
    """Count a step, and die if it is the last one."""
    global steps  # noqa: PLW0603 - each life is a process of its own
    steps += 1
    if steps == last_step:
        os.kill(os.getpid(), signal.SIGKILL)


def stepping(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with a step before it and a step after it."""

    @wraps(function)
    def wrapped(*arguments: object, **options: object) -> object:
        step()
        result = function(*arguments, **options)
        step()
        return result

    return wrapped


class Connection(sqlite3.Connection):
    """A connection on which each writing statement is a step."""

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        """Run a statement."""
        if not sql.startswith(("SELECT", "PRAGMA", "CREATE", "INSERT OR", "DROP")):
            step()
        return super().execute(sql, *arguments)


def live(moment: float, die_at: int) -> None:
    """Refresh once, and print the number of steps."""
    global last_step  # noqa: PLW0603
    last_step = die_at
    connect = sqlite3.connect
    time.time = lambda: moment
    diskcache.core.sqlite3.connect = lambda *a, **o: connect(*a, factory=Connection, **o)
    endpoint.fetch_usage = stepping(endpoint.fetch_usage)
    write.os.replace = stepping(os.replace)
    write.tempfile.mkstemp = stepping(write.tempfile.mkstemp)
    refresh(Asker(locate(os.environ), Settings(), os.environ, clock=time.time, uptime=time.time))
    os.write(1, f"{steps}\n".encode())


def main() -> None:
    """Answer each line of the input."""
    for line in sys.stdin:
        moment, die_at = line.split()
        child = os.fork()
        if child == 0:
            try:
                live(float(moment), int(die_at))
            except BaseException as error:
                os.write(1, f"{type(error).__name__}: {error}\n".encode())
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            os.write(1, f"killed {os.WTERMSIG(status)}\n".encode())


if __name__ == "__main__":
    main()
