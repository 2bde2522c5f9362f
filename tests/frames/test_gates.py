"""The gates: at any time, sh decides by them as Python would, without Python."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_status.asking.snapshot import Snapshot
from claude_status.commands.gates import judge
from claude_status.frames.gates import GATE, draw_gates
from claude_status.frames.strip import MAX_FRAMES
from claude_status.frames.write import FILES, Head, write_view
from claude_status.model.schedule import RefreshTimes
from claude_status.model.usage import Limit, Usage
from claude_status.paths import make_private
from claude_status.settings.settings import Settings
from tests.bodies import usage_body
from tests.conftest import LAUNCHER_SHELLS, launcher_shell
from tests.server import ApiServer, ok
from tests.strategies import DAY, NOW, quick, usages
from tests.support import User


@pytest.fixture
def launcher(user: User) -> str:
    """A user's launcher; the program beside it reports that it was run."""
    path = user.install_launcher(user.home / "bin")
    Path(path).with_name("claude-status-py").write_text('#!/bin/sh\necho "python $*"\nexit 9\n')
    return path


def check(user: User, launcher: str, *words: str, shell: str = "dash") -> tuple[int, str, str]:
    """The exit status of ``check``, and what it prints."""
    argv = [*launcher_shell(shell), launcher, "check", *words]
    done = subprocess.run(argv, env=user.environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("shell", LAUNCHER_SHELLS)
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--max", "90"], (0, "5h is at 42%, 7d is at 17%, which is not above 90%.\n", "")),
        (["--max=42"], (0, "5h is at 42%, 7d is at 17%, which is not above 42%.\n", "")),
        (["--max", "41"], (1, "5h is at 42%, which is above 41%.\n", "")),
        (["--max", "016"], (1, "5h is at 42%, 7d is at 17%, which is above 16%.\n", "")),
        (["--max", "41", "--limit", "7d"], (0, "7d is at 17%, which is not above 41%.\n", "")),
        (["--limit=seven_day", "--max", "0", "--quiet"], (1, "", "")),
        (["--max", "41.5"], (9, "python check --max 41.5\n", "")),
        (["--max", "41", "--limit", "none"], (9, "python check --max 41 --limit none\n", "")),
        (["--max"], (9, "python check --max\n", "")),
        (["--help"], (9, "python check --help\n", "")),
    ],
)
def test_sh_decides(
    user: User, launcher: str, words: list[str], expected: tuple[int, str, str], shell: str
) -> None:
    """sh decides whole percentages; everything else is left to Python."""
    user.refresh()
    assert check(user, launcher, *words, shell=shell) == expected


@pytest.mark.parametrize("shell", LAUNCHER_SHELLS)
def test_a_failing_output_does_not_change_the_answer(user: User, launcher: str, shell: str) -> None:
    """With a full disk or no stdout, the status still answers, and the shell prints nothing."""
    user.log_in()
    user.refresh()
    words = [*launcher_shell(shell), launcher, "check", "--max"]
    for most, status in (("90", 0), ("41", 1)):
        for place in (">/dev/full", ">&-"):
            done = subprocess.run(
                ["/bin/sh", "-c", f'exec "$@" {place}', "sh", *words, most],
                env=user.environ, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert (done.returncode, done.stderr) == (status, "")


def test_credits_decide_too(user: User, launcher: str, api: ApiServer) -> None:
    """An account with only credits is judged by them."""
    api.answer = ok(usage_body(time.time(), None, None, credits_used=49000))
    user.refresh()
    assert check(user, launcher, "--max", "90")[:2] == (
        1, "credits are at 98%, which is above 90%.\n",
    )  # fmt: skip


def test_old_numbers(user: User, launcher: str) -> None:
    """An old number above is still above; one below is unknown, and a refresh is started."""
    user.refresh(time.time() - 1200)
    assert check(user, launcher, "--max", "10")[0] == 1
    status, said, complaint = check(user, launcher, "--max", "90")
    assert (status, said) == (3, "")
    assert complaint.startswith("claude-status: No current number is known for 5h, 7d")
    assert list(user.account.home.glob("kick.*"))


def test_without_frames_python_decides(user: User, launcher: str) -> None:
    """Without frames, Python is run."""
    assert check(user, launcher, "--max", "90")[0] == 9


@settings(quick, max_examples=60)
@given(usages(), st.sampled_from([0, 601, 4000, DAY - 1, DAY]), st.integers(0, 100))
def test_the_gates_agree_with_python(usage: Usage, later: int, most: int) -> None:
    """At any time, the current gate leads to the verdict that Python itself gives."""
    from claude_status.paths import locate

    strip = draw_gates(usage, NOW, 300)
    assert len(strip) <= MAX_FRAMES
    line = [line for when, line in strip if when <= NOW + later][-1]
    text = line[0].text if line else ""
    fields = [gate.split(" ") for gate in text.split(";")] if text not in ("", "-") else []
    above = [f for f in fields if f[3] != "over" and int(f[2]) > most * 1_000_000]
    status = 1 if above else 3 if not fields or any(f[3] != "fresh" for f in fields) else 0
    account = locate({"HOME": "/nowhere"})
    snapshot = Snapshot(account, Settings(), NOW + later, usage)
    assert text == "-" or status == judge(snapshot, most, None)[0]


def test_more_changes_than_frames() -> None:
    """If there are more changes than frames, the last frame is empty."""
    limits = tuple(
        Limit(f"pool:x{n}", f"x{n}", 1, NOW + n * 600, NOW - n, "endpoint") for n in range(1, 16)
    )
    strip = draw_gates(Usage("endpoint", NOW, limits), NOW, 300)
    times = [when for when, _ in strip]
    assert (len(strip), strip[-1][1]) == (MAX_FRAMES, ())
    assert times == sorted(set(times))
    assert times[-1] > NOW + DAY - 60


def test_gates_change_only_with_a_state(user: User) -> None:
    """A day has a handful of gates, not one for each minute."""
    user.refresh()
    assert len((user.account.frames / GATE).read_text().splitlines()) < 10


def test_many_limits_are_left_to_python(user: User, launcher: str) -> None:
    """Limits that do not fit into a frame are left to Python."""
    now = int(time.time())
    limits = tuple(Limit(f"pool:x{n}", f"x{n}", 1, now + DAY, now, "endpoint") for n in range(90))
    strip = draw_gates(Usage("endpoint", now, limits), now, 300)
    make_private(user.account)
    head = Head(RefreshTimes(now + 300, now + 300), now)
    write_view(user.account, {**{name: [(now, ())] for name in FILES}, GATE: strip}, head)
    assert check(user, launcher, "--max", "90")[0] == 9
