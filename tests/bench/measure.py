"""Figures: how they are measured, and the table of them.

Runs are interleaved, so that a busy machine slows all of them alike. Whole processes are judged by
the ratio of their median to that of the cheapest process, measured in the same way in the same
minute. If the best runs are far below the medians, the machine was busy.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Row:
    """One figure: how to measure it, in ``unit``; its budget is in units, or times ``base``."""

    name: str
    sample: Callable[[], float]
    unit: str = "ms"
    base: str = ""
    budget: float | None = None


class Cost(NamedTuple):
    """The time of a process in milliseconds: from its start to its end, and of the processor."""

    wall: float
    cpu: float


class Figure(NamedTuple):
    """The result of all rounds; on a quiet machine, median and best are close."""

    median: float
    best: float


def cost(argv: Sequence[str], environ: Mapping[str, str], stdin: str = os.devnull) -> Cost:
    """Run a process until it has ended and nothing holds its output open any more."""
    out, held = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, held, 1),
    ]
    program = shutil.which(argv[0]) or argv[0]
    begun = time.perf_counter()
    child = os.posix_spawn(program, argv, environ, file_actions=actions)
    os.close(held)
    while os.read(out, 65536):
        pass
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    os.close(out)
    assert os.waitstatus_to_exitcode(status) == 0, argv
    return Cost(1000 * wall, 1000 * (usage.ru_utime + usage.ru_stime))


def adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent ends (Linux)."""
    set_child_subreaper = 36
    ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def wait_for_all() -> None:
    """Wait until all descendants have ended, including refreshes in the background."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def measure(rows: Sequence[Row], rounds: int) -> dict[str, Figure]:
    """All figures, interleaved; each is the second of two runs, so that caches are warm."""
    taken: dict[str, list[float]] = {row.name: [] for row in rows}
    for _ in range(rounds):
        for row in rows:
            row.sample()
            taken[row.name].append(row.sample())
    return {name: Figure(statistics.median(all_), min(all_)) for name, all_ in taken.items()}


def report(rows: Sequence[Row], figures: Mapping[str, Figure]) -> bool:
    """Print the table; returns whether every median is within its budget."""
    print(f"{'':44}{'median':>8}{'best':>8}{'':4}{'median':>8}{'best':>8}  budget")
    fine = True
    for row in rows:
        figure, ratios = figures[row.name], _ratios(row, figures)
        line = f"{row.name:44}" + "".join(f"{each:8.4g}" for each in figure) + f" {row.unit:<3}"
        line += "".join(f"{ratio:8.2f}" if row.base else " " * 8 for ratio in ratios)
        if row.budget is not None:
            within = 0 < ratios.median <= row.budget
            fine = fine and within
            of = f"x {row.base}" if row.base else row.unit
            line += f"  {f'<= {row.budget:g} {of}':<26} {'ok' if within else 'OVER'}"
        print(line)
    return fine


def report_for_readers(rows: Sequence[Row], figures: Mapping[str, Figure], base: str) -> None:
    """Print a Markdown table: each row's median, and that as a multiple of ``base``."""
    print("\n| | ms | × |\n|---|---:|---:|")
    for row in rows:
        median = figures[row.name].median
        print(f"| {row.name} | {median:.3g} | {median / figures[base].median:.3g} |")


def _ratios(row: Row, figures: Mapping[str, Figure]) -> Figure:
    """A figure as multiples of its base, or unchanged if it has none."""
    base = figures[row.base] if row.base else Figure(1, 1)
    return Figure(*(one / other for one, other in zip(figures[row.name], base, strict=True)))
