"""Difficult times: daylight saving, the year 2038, a laptop that slept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from claude_status.model.usage import Limit, Usage
from claude_status.render.dialects import plain
from claude_status.render.line import draw_line
from claude_status.render.style import Style
from tests.bodies import usage_body
from tests.conftest import SHELL, program
from tests.hosts.shells import TEXTS, account, run, stand_in
from tests.server import ApiServer, ok
from tests.support import User, time_zone

HOUR = 3600
# One night of each kind: an hour repeated, an hour skipped, half an hour, a day skipped
NIGHTS = {
    "Europe/Berlin": datetime(2026, 10, 25, 0, 0),
    "America/New_York": datetime(2026, 3, 8, 0, 0),
    "Australia/Lord_Howe": datetime(2026, 4, 5, 0, 0),
    "Pacific/Apia": datetime(2011, 12, 29, 20, 0),
}
BEYOND = 1 << 31  # the first second beyond 32 bits


@pytest.fixture
def zone(request: pytest.FixtureRequest) -> Iterator[ZoneInfo]:
    """The local time zone."""
    with time_zone(request.param):
        yield ZoneInfo(request.param)


@pytest.mark.parametrize("zone", NIGHTS, indirect=True)
@pytest.mark.parametrize("step", [13, pytest.param(1, marks=pytest.mark.soak)])
def test_until_is_the_time_that_clocks_will_show(zone: ZoneInfo, step: int) -> None:
    """A reset is shown as the local clock will show it, even on these nights."""
    begin = int(NIGHTS[zone.key].replace(tzinfo=zone).timestamp())
    for now in range(begin, begin + 8 * HOUR, step * 60):
        for left in range(60, 5 * HOUR, step * 60):
            limit = Limit("five_hour", "5h", 42, now + left, now, "endpoint", window=5 * HOUR)
            line = draw_line(Usage("endpoint", now, (limit,)), now, Style(clock=24), minutes=False)
            wall = datetime.fromtimestamp(now + left, zone)
            assert f"until {wall:%H:%M}" in plain(line)


@pytest.mark.parametrize("now", [BEYOND - 60.0, BEYOND + 1000.0, 2_400_000_000.0])
def test_beyond_2038(user: User, api: ApiServer, now: float) -> None:
    """After 2038 a reading is recorded, drawn and gets old as usual."""
    api.answer = ok(usage_body(now))
    user.refresh(now)
    assert user.line(now).startswith("5h 42% 2h1")
    assert user.line(now + 700).startswith("5h ~42%")
    assert user.line(now + 86400) == ""


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_shells_count_beyond_2038(home: Path, name: str) -> None:
    """Shells treat a frame and a refresh after 2038 as future ones."""
    now, folder = int(time.time()), account(home) / "frames"
    rows = f"{now - 60} {TEXTS[name]}\n{BEYOND + 5} no\n"
    (folder / name).write_text(f"claude-status 2 {BEYOND + 5} {BEYOND + 5}\n{rows}")
    refresher = stand_in(home / "claude-status")
    start = {"bash": ["--norc", "-c"], "zsh": ["-f", "-c"], "fish": ["--no-config", "-i", "-c"]}
    prompt = "emit fish_prompt" if name == "fish" else "__claude_status_hook"
    script = f'. {SHELL}/claude-status.{name} {refresher}\n{prompt}\nprintf "<%s>" "$CLAUDE_STATUS"'
    done = run([program(name), *start[name], script.replace(str(SHELL), f"'{SHELL}'")])
    assert (done.stdout, done.stderr) == (f"<{TEXTS[name]}>", "")


@pytest.mark.parametrize("asleep", [60, 700, 3 * HOUR, 26 * HOUR])
def test_an_answer_that_slept(user: User, api: ApiServer, asleep: int) -> None:
    """An answer that arrives after a long sleep is dated by the request."""
    asked_at = time.time()

    def clock() -> float:
        return asked_at + (asleep if api.requests else 0)

    api.answer = ok(usage_body(asked_at))
    user.refresh(clock=clock, uptime=clock)
    line = user.line(asked_at + asleep)
    assert line.startswith("5h 42%") == (asleep == 60)
    assert ("~" in line) == (asleep in (700, 3 * HOUR))
    assert ("–" in line) == (asleep == 3 * HOUR)
    assert (line == "") == (asleep == 26 * HOUR)
