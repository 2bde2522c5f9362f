"""``claude-status doctor``: what is set up, what is wrong, and what to do about it.

Exit status: 0 if new numbers are possible, 1 if something prevents them. With ``--shells``, 0 if
each shell that has our part shows the line, else 1.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from claude_status.asking.diagnosis import Scene, take_scene
from claude_status.doctor.checks import (
    check_alerts,
    check_asking,
    check_claude,
    check_login,
    check_numbers,
    check_settings,
)
from claude_status.doctor.findings import Finding, Grade, draw_findings, summary
from claude_status.doctor.installed import check_hosts
from claude_status.doctor.shells import check_shells
from claude_status.doctor.surroundings import (
    check_cache,
    check_environment,
    check_path,
    check_versions,
)
from claude_status.install.hosts import SHELLS
from claude_status.terminal import TYPED_SECONDS, dialect, end_after

MAX_COLUMNS = 100
CHECKS: tuple[Callable[[Scene], Iterator[Finding]], ...] = (
    check_login,
    check_claude,
    check_settings,
    check_numbers,
    check_asking,
    check_alerts,
    check_cache,
    check_path,
    check_hosts,
    check_environment,
    check_versions,
)


def run(arguments: argparse.Namespace) -> int:
    """Examine everything and print it on one screen."""
    if arguments.shells:
        return _look_at_shells()
    end_after(TYPED_SECONDS)
    findings = examine(take_scene(os.environ, time.time(), own_program()))
    _print(findings, summary(findings))
    if any(finding.name in SHELLS for finding in findings):
        print("`claude-status doctor --shells` looks whether prompts show it.")
    return int(any(finding.grade is Grade.STOPS for finding in findings))


def examine(scene: Scene) -> list[Finding]:
    """What every check finds, in order."""
    return [finding for check in CHECKS for finding in check(scene)]


def _look_at_shells() -> int:
    """The shells alone; each has a time limit, and no thread runs while they are forked."""
    findings = list(check_shells(take_scene(os.environ, time.time(), own_program())))
    grades = [finding.grade for finding in findings]
    if Grade.WRONG in grades:
        some = "Not every shell that has it shows the line."
        _print(findings, some if Grade.GOOD in grades else "No shell shows the line.")
        return 1
    all_ = "Each shell that has it shows the line."
    _print(findings, all_ if Grade.GOOD in grades else "No shell has the line.")
    return 0


def _print(findings: list[Finding], sentence: str) -> None:
    columns = min(shutil.get_terminal_size().columns, MAX_COLUMNS)
    print(draw_findings(findings, columns, dialect(os.environ)))
    print(f"\n{sentence}")


def own_program() -> Path:
    """The launcher that belongs to this process: beside its script, or its interpreter."""
    script = Path(sys.argv[0]).absolute()
    place = script if script.name == "claude-status-py" else Path(sys.executable)
    return place.with_name("claude-status")
