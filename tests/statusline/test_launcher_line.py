"""The status line without Python: what the launcher answers itself, and what it passes on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from claude_status.statusline.fit import visible_width
from tests.conftest import LAUNCHER_SHELLS, launcher_shell, program
from tests.support import User


def payload(home: Path, percent: float = 42, count: int = 1000, **more: Any) -> bytes:
    """What Claude Code passes on, in its own layout."""
    end = int(time.time()) // 60 * 60
    rates = {
        "five_hour": {"used_percentage": percent, "resets_at": end + 7800},
        "seven_day": {"used_percentage": 17, "resets_at": end + 300000},
    }
    data = {
        "session_id": "one", "transcript_path": str(home / "one.jsonl"), "padding": "x" * 900,
        "cost": {"total_cost_usd": 0, "total_api_duration_ms": count}, "rate_limits": rates, **more,
    }  # fmt: skip
    return json.dumps(data, separators=(",", ":")).encode() + b"\n"


def line(user: User, launcher: str, data: bytes, shell: str = "dash") -> str:
    """The status line."""
    (user.home / "one.jsonl").touch()
    argv = [*launcher_shell(shell), launcher, "statusline"]
    done = subprocess.run(
        argv, env=user.environ, input=data, capture_output=True, check=True, timeout=60
    )
    assert done.stderr == b""
    return done.stdout.decode()


def runs(user: User) -> int:
    """How often Python was run for a line, without refreshes."""
    path = user.home / "runs"
    return len(path.read_text().splitlines()) if path.exists() else 0


@pytest.mark.parametrize("shell", LAUNCHER_SHELLS)
def test_nothing_new_takes_no_python(user: User, launcher: str, shell: str) -> None:
    """If nothing is new, the launcher prints the same line without Python."""
    first = line(user, launcher, payload(user.home), shell)
    before = runs(user)
    assert "42%" in first
    assert line(user, launcher, payload(user.home), shell) == first
    assert runs(user) == before


def test_an_answer_with_equal_numbers_is_noted(user: User, launcher: str) -> None:
    """A higher count within a minute is recorded without Python."""
    line(user, launcher, payload(user.home, count=1000))
    line(user, launcher, payload(user.home, count=2000))
    before = runs(user)
    memory = user.account.store / "session.one"
    noted = memory.read_text()
    line(user, launcher, payload(user.home, count=3000))
    assert memory.read_text() == noted.replace("\n2000\n", "\n3000\n")
    assert runs(user) == before


@pytest.mark.parametrize(
    "change",
    [
        {"percent": 43},
        {"count": 900},
        {"session_id": "two"},
        {"session_id": "o\\u006ee"},
    ],
)
def test_what_is_new_goes_to_python(user: User, launcher: str, change: dict[str, Any]) -> None:
    """Other numbers, a lower count or another session are left to Python."""
    line(user, launcher, payload(user.home))
    before = runs(user)
    said = line(user, launcher, payload(user.home, **change))
    assert runs(user) == before + 1
    assert f"{change.get('percent', 42)}%" in said


@pytest.mark.parametrize("columns", [100, 60, 59, 30, 20, 17])
def test_a_narrow_terminal_takes_no_python(user: User, launcher: str, columns: int) -> None:
    """In few columns the line fits, is the same as Python's, and needs no Python.

    A model's week goes before the countdown, and that before the week.
    """
    user.environ["COLUMNS"] = str(columns)
    line(user, launcher, payload(user.home, 95))
    user.take_slots()
    by_python = line(user, launcher, payload(user.home, 96))
    before = runs(user)
    alone = line(user, launcher, payload(user.home, 96))
    assert runs(user) == before
    assert alone == by_python
    assert visible_width(alone.rstrip("\n")) <= columns
    assert ("2h0" in alone) == (columns > 20)
    assert "7d" in alone


@pytest.mark.parametrize("size", [100, 70_000, 300_000])
def test_input_comes_to_python_unharmed(user: User, launcher: str, size: int) -> None:
    """New numbers are read from an input of any length and content."""
    said = line(user, launcher, payload(user.home, 64, padding='é\\\\ $x `y` "' * (size // 10)))
    assert "64%" in said


def test_a_line_of_megabytes_is_not_waited_for(user: User, launcher: str) -> None:
    """A line of five megabytes gets the known line."""
    known = line(user, launcher, payload(user.home))
    assert line(user, launcher, b'"' + b"x" * 5_000_000 + b'"\n') == known


def test_input_without_an_end(user: User, launcher: str) -> None:
    """An input that stays open does not delay the line."""
    known = line(user, launcher, payload(user.home))
    reading, writing = os.pipe()
    os.write(writing, payload(user.home))
    try:
        done = subprocess.run(
            [program("dash"), launcher, "statusline"], stdin=reading, capture_output=True,
            env=user.environ, check=True, timeout=30,
        )  # fmt: skip
    finally:
        os.close(reading)
        os.close(writing)
    assert done.stdout.decode() == known


def test_another_command_stays_beside_ours(user: User, launcher: str) -> None:
    """With ``--wrap`` the other command gets the same input, and its output is shown."""
    line(user, launcher, payload(user.home))
    argv = [program("dash"), launcher, "statusline", "--wrap", "wc -c"]
    done = subprocess.run(
        argv, env=user.environ, input=payload(user.home), capture_output=True, check=True
    )
    assert str(len(payload(user.home))) in done.stdout.decode()
    assert "42%" in done.stdout.decode()


def test_a_very_narrow_terminal_is_left_to_python(user: User, launcher: str) -> None:
    """In fewer columns than any frame was drawn for, Python makes the line fit."""
    line(user, launcher, payload(user.home))
    user.environ["COLUMNS"] = "12"
    before = runs(user)
    assert visible_width(line(user, launcher, payload(user.home)).rstrip("\n")) <= 12
    assert runs(user) == before + 1


def test_a_killed_run_prints_all_or_nothing(user: User, launcher: str) -> None:
    """A run that is killed at any moment prints the whole line or none."""
    whole = line(user, launcher, payload(user.home))
    chance = random.Random(3)
    for number in range(40):
        with subprocess.Popen(
            [program("dash"), launcher, "statusline"], env=user.environ, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, start_new_session=True,
        ) as process:  # fmt: skip
            assert process.stdin
            assert process.stdout
            process.stdin.write(payload(user.home, count=1000 + number % 2))
            process.stdin.close()
            time.sleep(chance.uniform(0, 0.01))
            os.killpg(process.pid, signal.SIGTERM)
            assert process.stdout.read().decode() in ("", whole)
    assert line(user, launcher, payload(user.home, count=1001)) == whole


def test_sessions_are_forgotten_with_their_files(user: User, launcher: str) -> None:
    """Beyond 64 sessions the oldest one's file is removed."""
    from claude_status.statusline.marks import MAX_SESSIONS, Seen, note

    line(user, launcher, payload(user.home))
    folder = user.account.home / "store"
    assert (folder / "session.one").exists()
    for number in range(MAX_SESSIONS):
        note(str(user.account.home), Seen(f"s{number}|1", "1"))
    assert not (folder / "session.one").exists()
