"""A refresh as a whole: what is asked and when, what is kept of the answer, what is drawn."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

import pytest

from claude_status.asking import lease
from claude_status.asking.refresh import FIRST_LOOK
from claude_status.errors import CacheError
from claude_status.frames import write
from claude_status.frames.write import FILES
from claude_status.model.schedule import BAR, NOBODY, PROMPT
from claude_status.render.dialects import DIALECTS
from claude_status.settings.settings import Settings
from claude_status.sources import endpoint
from claude_status.store import database as store_module
from claude_status.store.database import Store, open_store
from tests import server
from tests.bodies import usage_body
from tests.server import Answer, ApiServer, ok, throttled
from tests.support import YEAR, User

TTL = 300
HOUR = 3600
LOOK_EVERY = 300  # the longest time until the next refresh
NOW = float(int(time.time()) // 60 * 60)  # a full minute, since resets are rounded to one
LINE = "5h 42% 2h12m · 7d 17%"  # for the usage as of NOW, 20 seconds later
OLD_LINE = "5h 42% 2h07m · 7d 17%"  # the same 20 seconds after the TTL


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """An API that reports the usage as of ``NOW``."""
    with ApiServer(ok(usage_body(NOW))) as running:
        yield running


@pytest.fixture
def user(home: object, api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> User:
    """A user who is logged in; the API has half a second to answer."""
    fetch = partial(endpoint.fetch_usage, deadline=0.5)
    monkeypatch.setattr(endpoint, "fetch_usage", fetch)
    user = User(home, api.url)  # type: ignore[arg-type]
    user.log_in()
    return user


def asks(user: User, api: ApiServer, now: float, **options: object) -> int:
    """How many requests a refresh at that time makes."""
    before = len(api.requests)
    user.refresh(now, **options)
    return len(api.requests) - before


def test_the_first_refresh_asks_and_draws(user: User, api: ApiServer) -> None:
    """If nothing is known yet, the API is asked once, and every dialect shows the answer."""
    outcome = user.refresh(NOW)
    assert (outcome.asked, outcome.problem, len(api.requests)) == (True, "", 1)
    assert user.line(NOW + 20) == LINE
    assert {path.name for path in user.account.frames.iterdir()} == set(FILES)
    assert all("42%" in user.line(NOW + 20, dialect) for dialect in DIALECTS)


def test_nothing_is_asked_before_the_ttl(user: User, api: ApiServer) -> None:
    """One second before the TTL ends nothing is asked; at its end one call is made."""
    assert asks(user, api, NOW) == 1
    assert user.refresh_at() == NOW + TTL
    assert asks(user, api, NOW + TTL - 1) == 0
    assert asks(user, api, NOW + TTL) == 1
    assert asks(user, api, NOW + TTL + 1) == 0


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 0.9 * TTL), (1.0, 1.1 * TTL)])
def test_the_ttl_jitters_by_a_tenth(
    user: User, api: ApiServer, chance: float, seconds: float
) -> None:
    """The TTL is ten per cent shorter or longer by chance."""
    due = user.refresh(NOW, chance=lambda: chance).due.at - NOW
    assert 0.9 * TTL <= due <= seconds + 1e-3
    assert asks(user, api, NOW + due - 1) == 0
    assert asks(user, api, NOW + due) == 1


def test_the_users_ttl_counts(user: User, api: ApiServer) -> None:
    """The user's TTL replaces the default; readers still refresh every five minutes."""
    settings = Settings(ttl=3600)
    assert asks(user, api, NOW, settings=settings) == 1
    assert user.refresh_at() == NOW + LOOK_EVERY
    assert asks(user, api, NOW + 3599, settings=settings) == 0
    assert asks(user, api, NOW + 3600, settings=settings) == 1


def test_an_unseen_bar_asks_less_but_not_after_a_failure(user: User, api: ApiServer) -> None:
    """It makes every twelfth call only, but repeats a failed one after the usual pause."""
    nobody = partial(asks, user, api, reader=NOBODY)
    assert [nobody(NOW + later) for later in (0, TTL, 12 * TTL - 1)] == [1, 0, 0]
    begin = NOW + 12 * TTL
    api.answer = [server.SERVER_ERROR, ok(usage_body(begin + 30, 50))]
    assert [nobody(begin + later) for later in (0, 29, 30, 400)] == [1, 0, 1, 0]


def test_steady_numbers_are_asked_for_less_often(user: User, api: ApiServer) -> None:
    """A prompt asks after one TTL if the numbers change, after 1.8 if they do not."""
    assert [asks(user, api, NOW + later) for later in (0, TTL)] == [1, 1]
    assert [asks(user, api, NOW + later) for later in (2 * TTL, 840 - 1, 840)] == [0, 0, 1]
    api.answer = ok(usage_body(NOW, 43))
    later = NOW + 840 + 540
    assert [asks(user, api, later), asks(user, api, later + TTL)] == [1, 1]


def test_a_failure_does_not_count_as_a_change(user: User, api: ApiServer) -> None:
    """Numbers that are the same before and after a failure are steady."""
    user.refresh(NOW)
    api.answer = [server.SERVER_ERROR, ok(usage_body(NOW))]
    assert [asks(user, api, NOW + later) for later in (300, 330, 630, 869, 870)] == [1, 1, 0, 0, 1]


def test_a_bar_does_not_hide_a_due_call_from_a_prompt(user: User, api: ApiServer) -> None:
    """After a bar's refresh that asked nothing, the next prompt starts one that asks."""
    user.refresh(NOW)
    assert asks(user, api, NOW + TTL, reader=BAR) == 0
    times = user.refresh_times()
    assert times.prompt <= NOW + TTL < times.bar
    assert asks(user, api, NOW + TTL, reader=PROMPT) == 1


@pytest.mark.parametrize(("reader", "bar"), [(PROMPT, 540), (BAR, 540), (NOBODY, 550)])
def test_bars_refresh_at_the_same_time_whoever_read_last(user: User, reader: str, bar: int) -> None:
    """A bar refreshes when a bar's call is due, even if a prompt refreshed last."""
    user.refresh(NOW)
    user.refresh(NOW + 250, reader=reader)
    assert user.refresh_times() == (NOW + bar, NOW + 300)


def test_an_answer_without_numbers_is_asked_for_again_after_a_ttl(
    user: User, api: ApiServer
) -> None:
    """It is no failure, so there is no back-off, and an unseen bar does not wait an hour either."""
    api.answer = ok({"five_hour": None})
    empty = [asks(user, api, NOW + later) for later in (0, TTL - 1, TTL, 2 * TTL, 2.8 * TTL)]
    assert empty == [1, 0, 1, 0, 1]
    assert asks(user, api, NOW + 4.6 * TTL, reader=NOBODY) == 1


def test_after_a_429_there_are_half_as_many_calls_for_hours(user: User, api: ApiServer) -> None:
    """The TTL is doubled for six hours after a 429."""
    api.answer = [
        throttled(),
        *(ok(usage_body(NOW, n, five_hour_left=40 * HOUR)) for n in range(9)),
    ]
    assert [asks(user, api, NOW + later) for later in (0, 300)] == [1, 1]
    assert [asks(user, api, NOW + 300 + later) for later in (TTL, 2 * TTL - 1, 2 * TTL)] == [
        0,
        0,
        1,
    ]
    end = NOW + 6 * HOUR
    assert [asks(user, api, end + later) for later in (0, TTL - 1, TTL)] == [1, 0, 1]


def test_force_skips_the_ttl(user: User, api: ApiServer) -> None:
    """``--force`` asks again at once."""
    assert asks(user, api, NOW) == 1
    assert asks(user, api, NOW + 1, force=True) == 1


def test_a_reset_skips_the_ttl_once(user: User, api: ApiServer) -> None:
    """A few seconds after a reset one call is made, and no second if the answer is old."""
    api.answer = ok(usage_body(NOW, five_hour_left=120))
    assert asks(user, api, NOW) == 1
    assert user.refresh_at() == NOW + 130
    assert asks(user, api, NOW + 129) == 0
    assert asks(user, api, NOW + 130) == 1
    assert asks(user, api, NOW + 131) == 0
    assert user.line(NOW + 131).startswith("5h –")


def test_a_reset_does_not_skip_the_back_off(user: User, api: ApiServer) -> None:
    """If the call after a reset is throttled, no other is made before the back-off ends."""
    api.answer = [ok(usage_body(NOW, five_hour_left=120)), throttled()]
    assert [asks(user, api, NOW + later) for later in (0, 130, 131, 150, 419)] == [1, 1, 0, 0, 0]


TRANSIENT: dict[str, Callable[[], Answer]] = {
    "403 of a captive portal": lambda: server.html(403),
    "401 of a captive portal": lambda: server.html(401),
    "200 of a captive portal": lambda: server.html(200),
    "404": lambda: server.error(404, "not_found_error", "Not found"),
    "500": lambda: server.SERVER_ERROR,
    "529": lambda: server.OVERLOADED,
    "502 in HTML": lambda: server.html(502),
    "an error in a 200": lambda: server.ERROR_IN_200,
    "a list": lambda: ok([1, 2]),
    "an endless body": lambda: server.ENDLESS,
    "an endless redirect": lambda: server.ENDLESS_REDIRECT,
    "a dripping header": lambda: server.DRIPPING_HEADER,
    "a dripping body": lambda: server.DRIPPING_BODY,
    "a closed connection": lambda: server.CLOSED,
    "a body cut off": lambda: server.CUT_OFF,
    "a gzip bomb": server.gzip_bomb,
    "a redirect": lambda: server.redirect("http://127.0.0.1:9/elsewhere"),
}


@pytest.mark.parametrize("name", TRANSIENT)
def test_an_unusable_answer_is_transient(user: User, api: ApiServer, name: str) -> None:
    """The last reading stays, the frames are redrawn, and the next call is due in 30 s."""
    user.refresh(NOW)
    api.answer = TRANSIENT[name]()
    then = NOW + TTL
    outcome = user.refresh(then)
    assert (outcome.asked, outcome.due.at, outcome.due.never) == (True, then + 30, False)
    assert outcome.problem.endswith((".", "?"))
    assert user.line(then + 20) == OLD_LINE
    assert user.refresh_at() == then + 30
    assert asks(user, api, then + 29) == 0
    assert asks(user, api, then + 29, force=True) == 0
    api.answer = ok(usage_body(then + 30, 50))
    assert asks(user, api, then + 30) == 1
    assert user.line(then + 31).startswith("5h 50%")


def test_the_pauses_after_failures_double_up_to_a_quarter_of_an_hour(
    user: User, api: ApiServer
) -> None:
    """Pauses double from 30 s up to 15 minutes, and start again after an answer."""
    answer = ok(usage_body(NOW))
    api.answer = [*[server.SERVER_ERROR] * 7, answer, server.SERVER_ERROR]
    now, pauses = NOW, []
    for _ in range(9):
        due = user.refresh(now).due.at
        pauses.append(due - now)
        now = due
    assert pauses == [30, 60, 120, 240, 480, 900, 900, TTL, 30]
    assert len(api.requests) == 9


def test_no_network_is_transient(user: User, api: ApiServer) -> None:
    """A refused connection is a transient failure, reported as a network problem."""
    api.__exit__()
    outcome = user.refresh(NOW)
    assert (outcome.asked, outcome.due.at) == (True, NOW + 30)
    assert "network" in outcome.problem


def test_the_pauses_after_throttling_grow_to_an_hour(user: User, api: ApiServer) -> None:
    """Without ``Retry-After`` the pauses are 5, 10, 20, 40, then 60 minutes."""
    api.answer = throttled()
    now, pauses = NOW, []
    for _ in range(6):
        due = user.refresh(now).due.at
        pauses.append((due - now) / 60)
        assert asks(user, api, due - 1, force=True) == 0
        assert user.refresh_at() <= due - 1 + LOOK_EVERY
        now = due
    assert pauses == [5, 10, 20, 40, 60, 60]
    assert len(api.requests) == 6


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ("5", 5), ("1600", 1600), ("3600", 3600), ("86400", 3600), ("12.5", 12.5),
        ("Sun, 06 Nov 1994 08:51:37 GMT", 120),
        ("0", 300), ("-5", 300), ("soon", 300), ("", 300), ("nan", 300), ("inf", 300), ("1e3", 300),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 300),
    ],
)  # fmt: skip
def test_retry_after_is_obeyed(user: User, api: ApiServer, wish: str, seconds: float) -> None:
    """``Retry-After`` counts if above zero, up to an hour; any other value is ignored."""
    api.answer = throttled(wish, date="Sun, 06 Nov 1994 08:49:37 GMT")
    outcome = user.refresh(NOW)
    assert outcome.due.at - NOW == seconds
    assert asks(user, api, NOW + seconds - 1, force=True) == 0
    assert asks(user, api, NOW + seconds) == 1


@pytest.mark.parametrize("answer", [server.UNAUTHORIZED, server.FORBIDDEN])
def test_a_refused_login_is_never_sent_again(user: User, api: ApiServer, answer: Answer) -> None:
    """After the API's own 401 or 403, no call is made until another login is stored."""
    user.refresh(NOW)
    api.answer = answer
    then = NOW + TTL
    outcome = user.refresh(then)
    assert outcome.due.never
    assert "Claude Code" in outcome.problem
    assert user.line(then + 20) == OLD_LINE
    assert user.refresh_at() == then + LOOK_EVERY
    for later in (1, TTL, 86400, YEAR):
        assert asks(user, api, then + later) == 0
        assert asks(user, api, then + later, force=True) == 0
    api.answer = ok(usage_body(then + 2, 50))
    user.log_in(lasts=19 * YEAR)
    assert asks(user, api, then + 2) == 1
    assert user.line(then + 3).startswith("5h 50%")


LOGINS: dict[str, Callable[[User], object]] = {
    "missing": lambda user: user.log_in().unlink(),
    "expired": lambda user: user.log_in(lasts=-YEAR),
    "blank": lambda user: user.log_in(token="", expiresAt=0),
    "no scope": lambda user: user.log_in(scopes=["user:inference"]),
    "half-written": lambda user: user.log_in().write_text('{"claudeAiOauth": {"acc'),
}


@pytest.mark.parametrize("name", LOGINS)
def test_no_login_no_call(user: User, api: ApiServer, name: str) -> None:
    """Without a login that can read usage nothing is asked, and the last reading stays."""
    user.refresh(NOW)
    LOGINS[name](user)
    outcome = user.refresh(NOW + TTL, force=True)
    assert (outcome.asked, outcome.due.never) == (False, True)
    assert outcome.problem.endswith(".")
    assert user.line(NOW + TTL + 20) == OLD_LINE
    assert user.refresh_at() == NOW + TTL + LOOK_EVERY
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    "base", ["http://localhost:1", "http://example.org", "https://example.org", "file:///etc"]
)
def test_a_base_that_is_refused_is_not_asked(user: User, api: ApiServer, base: str) -> None:
    """The environment cannot send the login elsewhere; the frames are still drawn."""
    user.refresh(NOW)
    user.environ["CLAUDE_STATUS_API_BASE"] = base
    outcome = user.refresh(NOW + TTL, force=True)
    assert (outcome.asked, outcome.due.never) == (False, True)
    assert "CLAUDE_STATUS_API_BASE" in outcome.problem
    assert user.refresh_at() == NOW + TTL + LOOK_EVERY


def test_an_endpoint_that_is_switched_off_is_not_asked(user: User, api: ApiServer) -> None:
    """If the settings leave out the endpoint, even ``--force`` does not ask it."""
    settings = Settings(sources=("statusline", "claude_json"))
    assert asks(user, api, NOW, settings=settings, force=True) == 0
    assert user.refresh_at() == NOW + FIRST_LOOK


def test_broken_frames_are_redrawn(user: User, api: ApiServer) -> None:
    """Frames that are missing, corrupted or from the future are redrawn without a call."""
    user.refresh(NOW)
    frames = user.account.frames
    (frames / "plain").write_bytes(b"\xff\xfe no frames")
    (frames / "zsh").unlink()
    later = int(NOW + YEAR)
    (frames / "bash").write_text(f"claude-status 2 {later} {later}\n{later} later\n")
    assert asks(user, api, NOW + 20) == 0
    assert user.line(NOW + 20) == LINE
    assert all("42%" in user.line(NOW + 20, dialect) for dialect in DIALECTS)
    assert {user.refresh_at(dialect) for dialect in DIALECTS} == {int(NOW + TTL)}


def test_only_the_holder_of_the_lease_asks(user: User, api: ApiServer) -> None:
    """While another refresh holds the lease nothing is asked, and readers retry soon."""
    user.refresh(NOW)
    with open_store(user.account.store) as store:
        assert store.take_lease(lease.LEASE, 30)
    outcome = user.refresh(NOW + TTL)
    assert (outcome.asked, len(api.requests)) == (False, 1)
    assert user.refresh_at() == NOW + TTL + 15


def test_a_person_gets_the_answer_to_anothers_call(
    user: User, api: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typed command waits for another refresh's answer, and asks nothing itself."""
    user.refresh(NOW)
    api.answer = ok(usage_body(NOW + TTL, 50))
    with open_store(user.account.store) as other:
        assert other.take_lease(lease.LEASE, 30)

        def meanwhile(_: float) -> None:
            other.end_lease(lease.LEASE)
            assert user.refresh(NOW + TTL).asked

        monkeypatch.setattr(lease.time, "sleep", meanwhile)
        outcome = user.refresh(NOW + TTL, typed=True)
    assert (outcome.asked, outcome.problem, len(api.requests)) == (False, "", 2)
    assert user.line(NOW + TTL).startswith("5h 50%")


def test_a_person_does_not_wait_for_a_killed_refresh(
    user: User, api: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lease whose holder was killed keeps nobody waiting."""
    user.refresh(NOW)
    with subprocess.Popen(["true"]) as holder:
        holder.wait()
    with monkeypatch.context() as patched, open_store(user.account.store) as store:
        patched.setattr(os, "getpid", lambda: holder.pid)
        assert store.take_lease(lease.LEASE, 30)
    waited: list[float] = []
    monkeypatch.setattr(lease.time, "sleep", waited.append)
    assert not user.refresh(NOW + TTL, typed=True).asked
    assert waited == []


def test_a_person_does_not_wait_for_ever(
    user: User, api: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the other refresh does not end in time, that is reported."""
    monkeypatch.setattr(lease, "PATIENCE", 0.1)
    user.refresh(NOW)
    with open_store(user.account.store) as store:
        assert store.take_lease(lease.LEASE, 30)
    outcome = user.refresh(NOW + TTL, typed=True)
    assert (outcome.asked, len(api.requests)) == (False, 1)
    assert "Another refresh" in outcome.problem


def test_a_late_lease_asks_nothing_twice(
    user: User, api: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refresh that gets the lease after another has asked does not ask again."""
    moments = [NOW]
    take_lease = Store.take_lease

    def after_another(store: Store, name: str, seconds: float) -> bool:
        monkeypatch.setattr(Store, "take_lease", take_lease)
        assert asks(user, api, NOW + 90) == 1
        moments.append(NOW + 91)
        return store.take_lease(name, seconds)

    monkeypatch.setattr(Store, "take_lease", after_another)
    assert not user.refresh(clock=lambda: moments[-1]).asked
    assert len(api.requests) == 1


def lock_out(user: User) -> sqlite3.Connection:
    """Lock the user's database, as a process that hangs would."""
    path = user.account.store / "cache.db"
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def test_what_cannot_be_recorded_is_not_asked(
    user: User, api: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the store fails right before the call, none is made, and readers retry in minutes."""
    monkeypatch.setattr(store_module, "TIMEOUT", 0.05)
    user.refresh(NOW)
    take_lease = Store.take_lease

    def and_lock(store: Store, name: str, seconds: float) -> bool:
        taken = take_lease(store, name, seconds)
        locks.append(lock_out(user))
        return taken

    locks: list[sqlite3.Connection] = []
    monkeypatch.setattr(Store, "take_lease", and_lock)
    with pytest.raises(CacheError, match="locked"):
        user.refresh(NOW + TTL)
    locks[0].close()
    assert len(api.requests) == 1
    assert user.refresh_at() == NOW + TTL + LOOK_EVERY
    assert user.line(NOW + TTL + 20) == OLD_LINE


def test_an_answer_that_cannot_be_recorded_counts_as_asked(
    user: User, api: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the store fails after the call, the next one waits as after a failure."""
    monkeypatch.setattr(store_module, "TIMEOUT", 0.05)
    user.refresh(NOW)
    then = NOW + TTL

    def lock_and_answer(_: object) -> Answer:
        locks.append(lock_out(user))
        return ok(usage_body(then))

    locks: list[sqlite3.Connection] = []
    api.answer = lock_and_answer
    with pytest.raises(CacheError, match="locked"):
        user.refresh(then)
    locks[0].close()
    with open_store(user.account.store) as store:
        store.end_lease(lease.LEASE)  # it lasts by the real clock, not by the test's
    api.answer = ok(usage_body(then + 31, 50))
    assert [asks(user, api, then + later) for later in (1, 29, 31)] == [0, 0, 1]
    assert user.line(then + 32).startswith("5h 50%")


def test_a_crash_during_the_call_counts_as_a_failure(
    user: User, api: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that is interrupted is repeated after a pause, not at once."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(endpoint, "fetch_usage", interrupted)
        with pytest.raises(KeyboardInterrupt):
            user.refresh(NOW)
    assert [asks(user, api, NOW + later) for later in (1, 29, 30)] == [0, 0, 1]


def test_a_lost_store_does_not_empty_the_frames(user: User, api: ApiServer) -> None:
    """With the store lost and the API failing, prompts still show the last line."""
    user.refresh(NOW)
    (user.account.store / "cache.db").write_bytes(b"garbage" * 1000)
    api.answer = server.SERVER_ERROR
    assert asks(user, api, NOW + 10) == 1
    assert user.line(NOW + 20) == LINE
    assert user.refresh_at() == NOW + 40
    assert asks(user, api, NOW + 39) == 0


@pytest.mark.parametrize("error", [CacheError, OSError])
def test_a_broken_store_that_cannot_be_mended_keeps_the_frames(
    user: User, api: ApiServer, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """If no store can be opened, the frames stay and the next try is minutes away."""
    user.refresh(NOW)

    def fail(*_: object) -> None:
        raise error(28, "No space left on device")

    monkeypatch.setattr(store_module, "_await_lock", fail)
    with pytest.raises(CacheError):
        user.refresh(NOW + TTL)
    assert user.line(NOW + 20) == LINE
    assert user.refresh_at() == NOW + TTL + LOOK_EVERY
    assert len(api.requests) == 1


MEMORIES = [
    "garbage", "[]", "7", '{"unknown": 1}', '{"asked_at": "yesterday"}', '{"next_due": NaN}',
    '{"not_before": null}', '{"failures": "many"}', '{"failures": 1e400}', '{"reason": 5}',
    '{"asked_at": true}', '{"failures": -7}', '{"asked_at": ' + "9" * 400 + "}", "[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("memory", MEMORIES, ids=range(len(MEMORIES)))
@pytest.mark.parametrize("row", ["asking", "readings", "owner", "claude_json"])
def test_an_unreadable_row_is_ignored(user: User, api: ApiServer, row: str, memory: str) -> None:
    """A row with unreadable content prevents neither calls nor drawing."""
    user.refresh(NOW)
    with open_store(user.account.store) as store:
        store.write(row, memory)
    api.answer = server.SERVER_ERROR
    user.refresh(NOW + TTL)
    assert len(api.requests) == 2
    api.answer = ok(usage_body(NOW + 2 * TTL, 50))
    user.refresh(NOW + 2 * TTL)
    assert user.line(NOW + 2 * TTL).startswith("5h 50%")


READINGS = [
    '[{"source": "endpoint"}]', '[{"source": 7, "as_of": 0}]', '[null]', '{"a": 1}', "[[]]",
    '[{"source":"endpoint","as_of":"x","limits":[],"credits":null,"rows_as_of":0,"unknown_keys":[]}]',
    '[{"source":"endpoint","as_of":1,"limits":[{"key":"five_hour","label":"5h","percent":NaN,'
    '"resets_at":null,"as_of":1,"source":"endpoint"}],"credits":null,"rows_as_of":0,"unknown_keys":[]}]',
    '[{"source":"endpoint","as_of":1,"limits":[{"key":"five_hour","label":"5h","percent":"x",'
    '"resets_at":1e400,"as_of":1,"source":7}],"credits":null,"rows_as_of":0,"unknown_keys":[]}]',
]  # fmt: skip


@pytest.mark.parametrize("text", READINGS, ids=range(len(READINGS)))
def test_unreadable_readings_are_ignored(user: User, api: ApiServer, text: str) -> None:
    """Unreadable readings count as none: the API is asked and its answer is drawn."""
    user.refresh(NOW)
    with open_store(user.account.store) as store:
        store.write("readings", text)
    assert asks(user, api, NOW + TTL) == 1
    assert user.line(NOW + TTL + 20) == OLD_LINE


@pytest.mark.parametrize("jump", [-YEAR, -86400, -3600, 86400, YEAR])
def test_a_clock_that_jumps_brings_one_call(user: User, api: ApiServer, jump: float) -> None:
    """Each time the clock is set forward or back by hours, exactly one call is made."""
    user.refresh(NOW)
    for now in (NOW + jump, NOW + 60):
        api.answer = ok(usage_body(now, 50))
        assert [asks(user, api, now + later) for later in (0, 1, 20, TTL - 1)] == [1, 0, 0, 0]
        assert user.line(now + TTL).startswith("5h 50%")
        assert user.refresh_at() <= now + TTL - 1 + LOOK_EVERY


@pytest.mark.parametrize("jump", [-1, -600, -7200, -YEAR])
def test_a_back_off_survives_a_clock_set_back(user: User, api: ApiServer, jump: float) -> None:
    """A back-off then lasts for its full length from the new time on, and no longer."""
    api.answer = throttled("3600")
    user.refresh(NOW)
    assert [asks(user, api, NOW + jump + later) for later in (0, 1000, 3599)] == [0, 0, 0]
    assert asks(user, api, NOW + jump + 3600) == 1


@pytest.mark.parametrize("jump", [3600, 7200, YEAR])
def test_a_back_off_survives_a_clock_set_forward(user: User, api: ApiServer, jump: float) -> None:
    """Setting the clock forward does not end a back-off; the time itself does."""
    api.answer = throttled("3600")
    user.refresh(NOW)

    def asked(passed: float, ahead: float) -> int:
        before = len(api.requests)
        user.refresh(NOW + passed + ahead, uptime=lambda: NOW + passed)
        return len(api.requests) - before

    assert [asked(passed, jump) for passed in (10, 1000, 3599)] == [0, 0, 0]
    assert asked(3600, jump) == 1
    assert asked(3600 + 10, 2 * jump) == 0
    assert asked(2 * 3600 + 10, 2 * jump) == 1


def test_a_clock_corrected_by_a_second_causes_no_call(user: User, api: ApiServer) -> None:
    """A small correction, as time servers make all the time, invalidates no reading."""
    user.refresh(NOW)
    assert asks(user, api, NOW - 1) == 0


def test_a_window_at_its_end_is_shown_as_reset_and_not_as_zero(user: User, api: ApiServer) -> None:
    """Without new readings the line shows the number as old, then as reset, then nothing."""
    user.refresh(NOW)
    assert user.line(NOW + 601).startswith("5h ~42%")
    assert user.line(NOW + 3 * 3600).startswith("5h –")
    assert user.line(NOW + 86400) == ""


def test_two_accounts_share_nothing(user: User, api: ApiServer, tmp_path: object) -> None:
    """Another CLAUDE_CONFIG_DIR has its own login, its own numbers and its own frames."""
    user.refresh(NOW)
    other = User(user.home, api.url, CLAUDE_CONFIG_DIR=f"{tmp_path}/other")
    other.log_in(token="sk-ant-oat01-of-the-other")
    assert not other.account.home.exists()
    api.answer = ok(usage_body(NOW, 77))
    other.refresh(NOW)
    assert user.line(NOW).startswith("5h 42%")
    assert other.line(NOW).startswith("5h 77%")
    assert [request.headers["Authorization"][-9:] for request in api.requests][1] == "the-other"
    assert asks(user, api, NOW + 1) == 0


def test_frames_are_drawn_in_a_transaction(
    user: User, api: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one refresh draws, no other can record or draw, so old frames never come last."""
    monkeypatch.setattr(store_module, "TIMEOUT", 0.05)
    user.refresh(NOW)
    replace_file = write.replace_file
    refused = []

    def meanwhile(path: object, text: str, date: int | None = None) -> None:
        if date is not None:  # frames
            with (
                closing(sqlite3.connect(user.account.store / "cache.db", timeout=0.05)) as other,
                pytest.raises(sqlite3.OperationalError) as error,
            ):
                other.execute("BEGIN IMMEDIATE")
            refused.append(str(error.value))
        replace_file(path, text, date)  # type: ignore[arg-type]

    monkeypatch.setattr(write, "replace_file", meanwhile)
    user.refresh(NOW + 20)
    assert refused == ["database is locked"] * len(FILES)


def test_failures_of_one_kind_do_not_count_for_another(user: User, api: ApiServer) -> None:
    """After a night offline, the first 429 causes a pause of five minutes, not of an hour."""
    api.answer = [server.SERVER_ERROR] * 6 + [throttled()]
    now = NOW
    for _ in range(6):
        user.refresh(now)
        now += 1000

    assert user.refresh(now).due.at == pytest.approx(now + 300, abs=31)


def test_a_typed_refresh_waits_for_one_in_the_background(user: User, api: ApiServer) -> None:
    """While another refresh asks, a typed one waits for its answer and reports no problem."""
    asked, answer = threading.Event(), threading.Event()

    def late(_: object) -> Answer:
        asked.set()
        answer.wait(30)
        return ok(usage_body(NOW))

    api.answer = late
    first = threading.Thread(target=user.refresh, args=(NOW,))
    first.start()
    assert asked.wait(30)
    timer = threading.Timer(0.2, answer.set)
    timer.start()

    outcome = user.refresh(NOW + 1, typed=True)

    first.join()
    timer.join()
    assert (outcome.problem, outcome.asked) == ("", False)
    assert outcome.usage is not None
    assert len(api.requests) == 1
