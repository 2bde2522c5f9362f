"""A snapshot: what the store knows, read without asking, or why it cannot be read."""

from __future__ import annotations

import subprocess
import sys
import time

from claude_status.asking.snapshot import Snapshot, fresh_snapshot, next_due, take_snapshot
from claude_status.model.memory import Asking
from claude_status.model.schedule import BAR, NOBODY, PROMPT
from claude_status.settings.settings import Settings
from tests.server import SERVER_ERROR, ApiServer
from tests.support import User, snapshot_of, unprivileged


def take(user: User, now: float, problem: str = "") -> Snapshot:
    """A snapshot with the default settings."""
    return take_snapshot(user.account, Settings(), now, problem)


def test_an_empty_cache_stays_empty(user: User, api: ApiServer) -> None:
    """Without a store, a snapshot creates nothing, asks nothing and reports no problem."""
    taken = take(user, time.time())
    assert (taken.usage, taken.asking, taken.plan, taken.problem) == (None, Asking(), "", "")
    assert not user.account.cache.exists()
    assert api.requests == []


def test_it_holds_what_the_last_refresh_recorded(user: User, api: ApiServer) -> None:
    """It has the numbers, the plan and the memory of calls, without asking again."""
    now = time.time()
    user.refresh(now)
    taken = take(user, now + 3600)
    assert taken.usage is not None
    assert [limit.percent for limit in taken.usage.limits] == [42, 17]
    assert (taken.plan, taken.asking.asked_at, taken.asking.reason) == ("max", now, "")
    assert taken.now == now + 3600
    assert len(api.requests) == 1


def test_it_holds_why_the_last_call_failed(user: User, api: ApiServer) -> None:
    """After a failure it has the reason, and when the pause ends."""
    now = time.time()
    api.answer = SERVER_ERROR
    user.refresh(now)
    taken = take(user, now)
    assert taken.usage is None
    assert (taken.asking.failures, taken.asking.not_before) == (1, now + 30)
    assert "500" in taken.asking.reason


def test_the_next_call_is_due_when_a_refresh_says_so(user: User, api: ApiServer) -> None:
    """For every kind of reader, the next call is due when a refresh would make it."""
    now = time.time()
    user.refresh(now)
    for reader in (PROMPT, BAR, NOBODY):
        due = next_due(take(user, now + 60), "", reader)
        assert due == user.refresh(now + 60, reader=reader).due
        assert not due.is_now(due.at - 1)
    assert len(api.requests) == 1


def test_a_reading_of_the_future_is_none(user: User) -> None:
    """A reading that a wrong clock dated into the future is left out."""
    now = time.time()
    user.refresh(now)
    assert take(user, now - 86400).usage is None


def test_a_cache_that_is_not_safe_is_not_read(user: User) -> None:
    """A cache that others can write is not read, and that is the problem unless there is one."""
    now = time.time()
    user.refresh(now)
    user.account.cache.chmod(0o777)
    assert take(user, now).usage is None
    assert "can be written by others" in take(user, now).problem
    assert take(user, now, "Something else.").problem == "Something else."


def test_an_unreadable_cache_is_reported(user: User) -> None:
    """A directory without permissions is reported in one sentence, not as a traceback."""
    user.refresh()
    code = (
        "import os, time\n"
        "from claude_status.settings.settings import Settings\n"
        "from claude_status.paths import locate\n"
        "from claude_status.asking.snapshot import take_snapshot\n"
        "taken = take_snapshot(locate(os.environ), Settings(), time.time())\n"
        "print(taken.usage, taken.problem)\n"
    )
    for closed in (user.account.cache, user.account.home):
        closed.chmod(0)
        try:
            done = subprocess.run(
                unprivileged([sys.executable, "-c", code]), env=user.environ,
                capture_output=True, text=True, check=False, timeout=60,
            )  # fmt: skip
        finally:
            closed.chmod(0o700)
        assert done.stderr == ""
        assert done.stdout.startswith(f"None The cache {user.account.cache}")
        assert done.stdout.endswith("(Permission denied).\n")


def test_a_snapshot_changes_nothing(user: User) -> None:
    """A snapshot changes neither the store's rows nor the frames."""
    user.refresh()
    with user.database() as rows:
        before = rows.execute("SELECT key, value, store_time FROM Cache").fetchall()
    frames = snapshot_of(user.account.frames)
    assert take(user, time.time()).usage is not None
    with user.database() as rows:
        assert rows.execute("SELECT key, value, store_time FROM Cache").fetchall() == before
    assert snapshot_of(user.account.frames) == frames


def test_a_fresh_snapshot_asks_if_a_call_is_due(user: User, api: ApiServer) -> None:
    """Two fresh snapshots in a row make one call, and both have its answer."""
    for _ in range(2):
        taken = fresh_snapshot(user.account, Settings(), user.environ, time.time())
        assert (taken.usage is not None, taken.problem) == (True, "")
    assert len(api.requests) == 1


def test_a_fresh_snapshot_says_why_it_did_not_ask(user: User, api: ApiServer) -> None:
    """A missing login and an unsafe cache are reported as problems, and no call is made."""
    user.refresh()
    user.log_in().unlink()
    taken = fresh_snapshot(user.account, Settings(), user.environ, time.time())
    assert taken.usage is not None
    assert "log in" in taken.problem
    user.account.cache.chmod(0o777)
    taken = fresh_snapshot(user.account, Settings(), user.environ, time.time())
    assert taken.usage is None
    assert "can be written by others" in taken.problem
    assert len(api.requests) == 1
