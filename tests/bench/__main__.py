"""Measure everything and print the table; exit status 1 if anything is over its budget.

Other programs can be timed beside ours with --peer NAME=COMMAND, which may be repeated; none is
installed. --markdown prints the table in the README.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from tests.bench import paths
from tests.bench.measure import Figure, adopt_orphans, measure, report, report_for_readers
from tests.bench.users import Bench, install
from tests.server import ApiServer

ROUNDS = 15
SHOWN = ("bash prompt, 12", "zsh prompt, 12", "fish prompt, 12", "one-shot, fresh, dash",
         "tmux #(), fresh", "statusline, nothing new, 12 past", "check", "hook",
         "--format json")  # fmt: skip


def main() -> int:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N")
    parser.add_argument("--markdown", action="store_true")
    given = parser.parse_args()
    others = dict(peer.split("=", 1) for peer in given.peer)
    adopt_orphans()
    with tempfile.TemporaryDirectory() as place, ApiServer() as api:
        programs = install(Path(place, "venv"))
        print(f"Medians of {given.rounds} interleaved rounds, Python {platform.python_version()}, "
              f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n")  # fmt: skip

        def user(name: str) -> Bench:
            return Bench(Path(place, name), api.url, programs)

        rows = [
            *paths.bases(user("bases")),
            *paths.one_shots(user("fresh")),
            paths.stale_one_shot(user("stale")),
            *paths.status_lines({past: user(f"statusline{past}") for past in paths.PAST}),
            *paths.peers(user("peers"), others),
            *paths.gates(user("gates")),
            *paths.displays(user("displays")),
            *paths.python_paths(user("refresh")),
            *paths.hooks({past: user(f"prompt{past}") for past in paths.PAST}),
        ]
        figures = measure(rows, given.rounds)
        once = paths.crowd(user("crowd"), api), paths.days(user("days").home)
        figures |= {row.name: Figure(*[row.sample()] * 2) for row in once}
        fine = report([*rows, *once], figures)
        if given.markdown:
            names = (*SHOWN, *(f"{name}, status line" for name in others))
            shown = [row for row in rows if row.name.startswith(names)]
            report_for_readers(shown, figures, paths.TRUE)
        return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
