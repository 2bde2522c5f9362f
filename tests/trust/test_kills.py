"""Killed at any step: the next refresh works, and no call is made twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from claude_status.frames.write import FILES
from tests import server
from tests.bodies import usage_body
from tests.conftest import ROOT
from tests.server import ApiServer, ok
from tests.support import HANGING, User, clock_ahead, until
from tests.trust.crowd import crowd, idle


class Mortals:
    """A process running ``tests/mortal.py``."""

    def __init__(self, user: User) -> None:
        """Start it."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.mortal"], env=user.environ, cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def live(self, moment: float, die_at: int = 0) -> str:
        """Run one refresh; returns its number of steps, or what ended it."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{moment} {die_at}\n")
        return self.process.stdout.readline().strip()


@pytest.fixture
def mortals(user: User) -> Iterator[Mortals]:
    """A process whose refreshes die at a given step."""
    mortals = Mortals(user)
    with mortals.process:
        yield mortals


@pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_a_refresh_may_die_at_any_step(
    user: User, api: ApiServer, mortals: Mortals, stride: int
) -> None:
    """The next refresh works, and there is no second call within half a minute."""
    now = time.time()
    assert mortals.live(now - 4000).isdigit()  # the first one also looks up whose login it is
    steps = int(mortals.live(now))
    assert steps > 20
    for step in range(1, steps + 1, stride):
        now += 4000
        api.answer = ok(usage_body(now, step))
        before = len(api.requests)
        assert mortals.live(now, step) == "killed 9"
        assert mortals.live(now + (1 if step % 2 else 29)).isdigit()
        assert len(api.requests) - before <= 1, step
        for later in (31, 60) if step % 5 == 0 else (31,):
            assert mortals.live(now + later).isdigit()
            assert 1 <= len(api.requests) - before <= 2, step
            assert user.line(now + 60).startswith(f"5h {step}%"), step
    assert mortals.live(now + 200).isdigit()  # leftovers are removed after a minute
    assert {path.name for path in user.account.frames.iterdir()} == set(FILES)


def test_a_killed_call_is_not_repeated_at_once(user: User, api: ApiServer, tmp_path: Path) -> None:
    """After each refresh that is killed during its call, the next one waits."""
    api.answer = HANGING
    for round_, ahead in enumerate((0, 31, 100)):
        environ = clock_ahead(tmp_path / str(ahead), ahead)
        process = user.start("refresh", "--background", environ=environ)
        api.wait_for(round_ + 1)
        process.kill()
        process.wait()
        for _ in range(2):
            assert "cut short" in user.run("refresh", "--force", environ=environ).stderr
    assert len(api.requests) == 3


def test_frames_stay_right_without_python(user: User, api: ApiServer, tmp_path: Path) -> None:
    """Without Python the launcher still shows that a window has been reset."""
    launcher = user.install_launcher(tmp_path / "bin")
    then = time.time() - 3 * 3600
    api.answer = ok(usage_body(then))
    user.refresh(then)
    (tmp_path / "bin" / "claude-status-py").unlink()
    done = subprocess.run(
        [launcher], env=user.environ, capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.stdout, done.stderr, done.returncode) == (user.line(time.time()) + "\n", "", 0)
    assert done.stdout.startswith("5h –")


def test_a_refresh_outlives_the_line_that_started_it(
    user: User, api: ApiServer, tmp_path: Path
) -> None:
    """If a status line is cancelled with its group, the refresh that it started goes on."""
    launcher = user.install_launcher(tmp_path / "bin")
    cancelled = threading.Event()
    body = usage_body(time.time())
    api.answer = lambda request: ok(body) if cancelled.wait(20) else server.CLOSED
    script = f"{launcher}; exec sleep 60"
    line = subprocess.Popen(["/bin/sh", "-c", script], env=user.environ, start_new_session=True)
    api.wait_for(1)
    os.killpg(line.pid, signal.SIGTERM)
    line.wait()
    cancelled.set()
    until(user.is_drawn)
    assert user.line(time.time()).startswith("5h 42%")
    assert len(api.requests) == 1


def test_nothing_is_left_running(user: User, api: ApiServer, tmp_path: Path) -> None:
    """After prompts, commands and a signal to a group, all processes end."""
    launcher = user.install_launcher(tmp_path / "bin")
    crowd(user, 20, [launcher])
    user.run()
    user.run("show")
    group = user.start("refresh", start_new_session=True)
    os.killpg(group.pid, signal.SIGTERM)
    group.wait()
    until(lambda: idle(user))
    assert len(api.requests) == 1
