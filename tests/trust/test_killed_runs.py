"""Real processes killed at random moments: the next one repairs what they leave."""

from __future__ import annotations

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.bodies import usage_body
from tests.server import ApiServer, ok
from tests.statusline.test_command import hook, session
from tests.support import User, clock_ahead, until
from tests.trust.crowd import idle

COUNTS = [pytest.param(1, 8), pytest.param(2, 500, marks=pytest.mark.soak)]


def kill_at_random(user: User, chance: random.Random, usual: float, *command: str) -> None:
    """Start the program, and kill it at a random moment of its usual run."""
    process = user.start(*command)
    time.sleep(chance.uniform(0, 1.1) * usual)
    process.send_signal(chance.choice([signal.SIGKILL, signal.SIGTERM]))
    process.wait()


def strays(user: User) -> list[Path]:
    """Files in the cache that a writer had not put into place."""
    return [path for path in user.account.home.rglob("*") if path.name.startswith((".new", "tmp"))]


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("seed", "count"), COUNTS)
def test_a_killed_refresh(
    user: User, api: ApiServer, tmp_path: Path, seed: int, count: int
) -> None:
    """After each kill the line is whole; in the end a refresh records and tidies up."""
    chance, begun = random.Random(seed), time.monotonic()
    user.run("refresh")
    usual = time.monotonic() - begun
    for _ in range(count):
        kill_at_random(user, chance, usual, "refresh", "--force")
        assert user.line(time.time()).startswith(("5h 42%", "~5h 42%", "5h ~42%"))
    now = time.time() + 4000  # after the pause that a call cut short causes
    api.answer = ok(usage_body(now, five_hour=55))
    done = user.run("refresh", environ=clock_ahead(tmp_path / "later", 4000))
    assert done.stdout.startswith("asked: 5h 55%")
    assert user.line(now).startswith("5h 55%")
    assert strays(user) == []


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("seed", "count"), COUNTS)
def test_a_cancelled_status_line(user: User, tmp_path: Path, seed: int, count: int) -> None:
    """Cancelled runs print a whole line or none, and what they leave is removed."""
    chance = random.Random(seed)
    launcher = user.install_launcher(tmp_path / "bin")
    begun = time.monotonic()
    line = hook(user, session(user.home, cost={"total_api_duration_ms": 1}))
    usual = time.monotonic() - begun
    assert line.startswith("5h 42%")
    for number in range(2, count + 2):
        # every other one brings known numbers, which the launcher answers itself
        counted = {"total_api_duration_ms": number // 2}
        data = session(user.home, session_id=f"s{number % 3}", cost=counted)
        with subprocess.Popen(
            [launcher, "statusline"], env={**user.environ, "CLAUDECODE": "1", "NO_COLOR": "1"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            assert process.stdin
            assert process.stdout
            process.stdin.write(data)
            process.stdin.close()
            time.sleep(chance.uniform(0, 1.1) * usual)
            process.terminate()
            said = process.stdout.read().decode()
        assert said == "" or said.startswith("5h 42%"), said
        assert said.count("\n") <= 1
    until(lambda: idle(user))
    for number in range(3):
        data = session(user.home, session_id=f"s{number}", cost={"total_api_duration_ms": 10**6})
        assert hook(user, data).startswith("5h 42%")
    assert user.line(time.time()).startswith("5h 42%")
    user.refresh(time.time() + 4000)
    assert strays(user) == []
    assert all(path.read_text() for path in (user.account.home / "store").glob("session.*"))
