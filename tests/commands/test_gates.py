"""The gates for scripts: their exit statuses, and that they ask no more than a prompt."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from claude_status.asking.snapshot import Snapshot
from claude_status.commands.gates import judge
from claude_status.model.usage import Credits, Limit, Usage
from claude_status.paths import locate
from claude_status.render.dialects import DIALECTS
from claude_status.settings.settings import Settings
from claude_status.store import records
from claude_status.store.database import open_store
from tests.screen import Screen
from tests.server import ApiServer, ok, usage_body
from tests.support import User, clock_ahead

NOW = 1_800_000_000


def snapshot(*limits: Limit, now: float = NOW) -> Snapshot:
    """A snapshot with these limits, taken at ``now``."""
    account = locate({"HOME": "/home/of/no/one"})
    usage = Usage("endpoint", NOW, limits) if limits else None
    return Snapshot(account, Settings(), now, usage, problem="" if limits else "There is no login.")


def limit(percent: float, key: str = "five_hour", label: str = "5h", left: int = 3600) -> Limit:
    """A limit that was read at NOW."""
    return Limit(key, label, percent, NOW + left, NOW, "endpoint", window=18000)


@pytest.mark.parametrize(
    ("percent", "later", "status"),
    [(89.9, 0, 0), (90, 0, 0), (90.1, 0, 1), (95, 1200, 1), (50, 1200, 3), (95, 3600, 3)],
)
def test_the_verdict_is_honest(percent: float, later: int, status: int) -> None:
    """An old number above is still above within its window; an old one below is unknown."""
    assert judge(snapshot(limit(percent), now=NOW + later), 90, None)[0] == status


def test_without_a_name_every_limit_counts() -> None:
    """Without a name, one limit above is enough, and it is named."""
    found = snapshot(limit(10), limit(97, "scope:fable", "Fable"))

    assert judge(found, 90, None) == (1, "Fable is at 97%, which is above 90%.")
    assert judge(found, 90, "5h")[0] == 0
    assert judge(found, 90, "fable")[0] == 1


def test_credits_are_a_limit() -> None:
    """An account with only credits is judged by them, also when they are spent."""
    paid = Credits(49000, 50000, "USD", 2, 98.0, NOW, "endpoint")
    found = replace(snapshot(), usage=Usage("endpoint", NOW, (), paid))
    assert judge(found, 90, None) == (1, "credits are at 98%, which is above 90%.")
    assert judge(found, 99, "credits")[0] == 0
    spent = replace(paid, percent=None, reason="out of usage credits")
    gone = replace(found, usage=Usage("endpoint", NOW, (), spent))
    assert judge(gone, 99, "credits") == (1, "credits are at 100%, which is above 99%.")


def test_unknown_says_why() -> None:
    """If nothing is known, the sentence gives the reason."""
    assert judge(snapshot(), 90, None) == (
        3,
        "No current number is known. There is no login.",
    )


def test_check_asks_once_and_answers_by_status(user: User, api: ApiServer) -> None:
    """The first check asks; the next ones use its answer."""
    api.answer = ok(usage_body(time.time(), five_hour=42, seven_day=95))

    statuses = [
        user.run("check", "--max", most, *name).returncode
        for most, *name in (["96"], ["90"], ["90", "--limit", "5h"], ["90", "--limit", "7d"])
    ]

    assert statuses == [0, 1, 0, 1]
    assert len(api.requests) == 1


def test_an_unknown_limit_is_a_usage_error(user: User) -> None:
    """An unknown name exits with 2, and the existing names are listed."""
    done = user.run("check", "--max", "90", "--limit", "9h")

    assert done.returncode == 2
    assert "choose one of 5h, 7d" in done.stderr


def test_check_without_a_login_is_unknown(home: Path, api: ApiServer) -> None:
    """Without a login the status is 3, with the reason on stderr only."""
    done = User(home, api.url).run("check", "--max", "90")

    assert (done.returncode, done.stdout) == (3, "")
    assert "login" in done.stderr


def test_wait_ends_when_the_number_falls(user: User, api: ApiServer) -> None:
    """Waiting ends once another process has read a number below the threshold."""
    api.answer = ok(usage_body(time.time(), five_hour=80, seven_day=10))
    waiting = user.start("wait", "--below", "50")
    api.wait_for(1)
    api.answer = ok(usage_body(time.time(), five_hour=20, seven_day=10))

    done = user.run("refresh", "--force")

    assert done.returncode == 0
    assert waiting.wait(60) == 0
    assert len(api.requests) == 2


def test_wait_ends_with_the_window(user: User, tmp_path: Path) -> None:
    """Waiting ends when the window is reset."""
    begun = time.time()
    resets_at = int(begun) // 60 * 60 + 60
    ahead = resets_at - 3 - begun
    user.refresh(begun + ahead)
    left = replace(limit(80.0), resets_at=resets_at, as_of=begun + ahead)
    with open_store(user.account.store) as store:
        records.keep(store, [Usage("endpoint", left.as_of, (left,))])

    environ = clock_ahead(tmp_path / "clock", ahead)
    done = user.run("wait", "--below", "50", "--limit", "5h", environ=environ)

    assert done.returncode == 0
    assert time.time() + ahead >= resets_at


def test_wait_has_a_timeout(user: User, api: ApiServer) -> None:
    """After the timeout the status is 4, and a sentence gives the last numbers."""
    api.answer = ok(usage_body(time.time(), five_hour=80))

    done = user.run("wait", "--below", "50", "--timeout", "0")

    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == "claude-status: Timed out: 5h is at 80%, 7d is at 17%.\n"


def test_wait_does_not_take_unknown_for_below(user: User, api: ApiServer) -> None:
    """While the store cannot be read, waiting continues with the last known number."""
    api.answer = ok(usage_body(time.time(), five_hour=95))
    user.refresh()
    with Screen(user.command("wait", "--below", "50"), user.environ) as screen:
        screen.until("5h is at 95%, waiting for less than 50%")
        with user.database() as connection:
            connection.execute("BEGIN EXCLUSIVE")
            for dialect in DIALECTS:  # as if they had been redrawn
                os.utime(user.account.frames / dialect)
            end = time.monotonic() + 6
            while time.monotonic() < end:
                assert screen.pump(0.2)  # False once the program has ended
            connection.execute("ROLLBACK")


@pytest.mark.parametrize("word", ["nan", "inf", "-1", "1e9", "x"])
def test_an_invalid_percentage_is_a_usage_error(user: User, word: str) -> None:
    """Neither gate accepts a percentage out of range."""
    assert user.run("check", f"--max={word}").returncode == 2
    assert user.run("wait", f"--below={word}").returncode == 2
