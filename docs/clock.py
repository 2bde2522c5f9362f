"""A clock that only the programs move, so that a picture is the same whenever it is drawn."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from tests.support import ROOT, time_zone

NOW = 1795013170  # a Wednesday at work: 18 November 2026, 14:46:10 UTC
STARTED = "started"  # a byte for each Python that was
CLOCK = f"""\
import os, random, time
started = os.path.join(os.path.dirname(__file__), "{STARTED}")
with open(started, "ab") as file:
    file.write(b".")
time.time = lambda: float({NOW} + os.stat(started).st_size)
time.clock_gettime = lambda clock: time.time() - {NOW - 86400}
random.random = lambda: 0.5
"""


@contextmanager
def own_clock(folder: Path) -> Iterator[dict[str, str]]:
    """Have this process live at ``NOW``; yields variables that have other Pythons live there, too.

    Each of them that starts moves the clock of all by a second. There is no chance, and the time
    zone is UTC. Whoever waits by a monotonic clock waits as ever.
    """
    folder.mkdir()
    started = folder / STARTED
    started.touch()
    (folder / "sitecustomize.py").write_text(CLOCK)
    with (
        time_zone("UTC"),
        patch.object(time, "time", lambda: float(NOW + started.stat().st_size)),
    ):
        yield {"TZ": "UTC", "PYTHONPATH": f"{folder}:{ROOT}"}
