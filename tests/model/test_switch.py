"""A switch of accounts: noticed by the first prompt, asked about once, no old number survives."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from claude_status.frames_read import read_frame
from claude_status.model.switch import Owner, is_of_former
from claude_status.model.usage import SESSION, WEEK, Limit, Usage
from claude_status.model.values import minute
from tests.server import UNAUTHORIZED, Answer, ApiServer, Request, ok, usage_body
from tests.statusline.test_command import hook, session
from tests.support import HANGING, User, until
from tests.test_accounts import own

NOW = 1_800_000_000.0
TTL = 300.0
OLD, NEW = "sk-ant-oat01-of-the-old-account", "sk-ant-oat01-of-the-new-account"


class Desk:
    """A user at a prompt, logged in to an account at 81 %, who may switch to one at 3 %."""

    def __init__(self, home: Path, api: ApiServer, began: float | None = None) -> None:
        """Log in to the old account, and draw its numbers."""
        self.user, self.api = User(home, api.url), api
        self.base = time.time()  # which every reset is counted from, so that none moves
        self.launcher = self.user.install_launcher(home / "bin")
        api.answer = self._answer
        self.log_in("old", OLD)
        self.touch(time.time() - 1000)
        self.user.refresh(began)

    def _answer(self, request: Request) -> Answer:
        is_old = request.headers["Authorization"] == f"Bearer {OLD}"
        left = 4 * 3600 if is_old else 3600
        return ok(usage_body(self.base, 81 if is_old else 3, five_hour_left=left,
                             seven_day_left=4 * 86400 if is_old else 2 * 86400))  # fmt: skip

    def log_in(self, account: str, token: str) -> Path:
        """Change Claude Code's two files, one after the other, as ``/login`` does."""
        own(self.user, account) if account else None
        return self.user.log_in(token=token)

    def touch(self, when: float) -> None:
        """Set the date of the login file."""
        os.utime(self.user.account.login, (when, when))

    def prompt(self, *, starts: bool) -> str:
        """What a prompt in a new slot shows; returns after the refresh that it starts."""
        home = self.user.account.home
        for slot in home.glob("kick.*"):
            slot.unlink()
        date = (self.user.account.frames / "plain").stat().st_ctime_ns
        done = self.launch()
        assert bool(list(home.glob("kick.*"))) == starts
        if starts:
            until(lambda: (self.user.account.frames / "plain").stat().st_ctime_ns != date)
            until(self.user.is_drawn)
        return done

    def launch(self) -> str:
        """The output of the launcher."""
        done = subprocess.run([self.launcher, "--prompt"], env=self.user.environ, check=True,
                              capture_output=True, text=True, timeout=60)  # fmt: skip
        assert done.stderr == ""
        return done.stdout

    def line(self) -> str:
        """What a prompt shows now."""
        return self.user.line(time.time())


@pytest.fixture
def desk(home: Path, api: ApiServer) -> Desk:
    """A user at a prompt."""
    return Desk(home, api)


def test_the_first_prompt_after_a_switch_asks_for_the_new_account(desk: Desk) -> None:
    """It makes one call without waiting for the TTL; later prompts start nothing."""
    assert desk.prompt(starts=False).startswith("5h 81%")

    desk.log_in("new", NEW)
    desk.prompt(starts=True)

    assert desk.prompt(starts=False).startswith("5h 3%")
    assert len(desk.api.requests) == 2


def test_the_old_numbers_are_gone_before_the_new_ones_come(desk: Desk) -> None:
    """While the new account is being asked about, no dialect shows any number."""
    desk.api.answer = HANGING
    desk.log_in("new", NEW)

    desk.launch()
    desk.api.wait_for(2)

    frames = desk.user.account.frames
    assert all("%" not in path.read_text() for path in frames.iterdir())
    assert desk.line() == ""


def test_a_renewal_drops_nothing_and_asks_nothing(desk: Desk) -> None:
    """A new login of the same account keeps the numbers, and no call is made."""
    desk.log_in("old", OLD)

    desk.prompt(starts=True)

    assert desk.prompt(starts=False).startswith("5h 81%")
    assert len(desk.api.requests) == 1


@pytest.mark.parametrize("later", [60, 86400, 20 * 365 * 86400])
def test_a_login_dated_in_the_future_starts_one_refresh(desk: Desk, later: int) -> None:
    """A login dated far ahead makes one refresh due, not one for each prompt."""
    desk.touch(time.time() + later)

    desk.prompt(starts=True)

    assert [desk.prompt(starts=False)[:6] for _ in range(3)] == ["5h 81%"] * 3
    assert len(desk.api.requests) == 1


def test_a_login_that_is_touched_often_causes_no_calls(desk: Desk) -> None:
    """Each touch starts one refresh, and no call."""
    for number in range(1, 6):
        desk.touch(time.time() + 60 * number)
        desk.prompt(starts=True)
        assert desk.prompt(starts=False).startswith("5h 81%")
    assert len(desk.api.requests) == 1


@pytest.mark.parametrize("named", [True, False])
def test_frequent_switches_cause_one_call(desk: Desk, named: bool) -> None:
    """Only the first of many switches skips the TTL, whether or not the accounts are named."""
    if not named:
        desk.user.account.claude_json.unlink()
    for number in range(1, 6):
        desk.log_in(f"account {number}" if named else "", NEW)
        desk.touch(time.time() + 60 * number)
        desk.prompt(starts=True)
        assert "81%" not in desk.line()
    assert len(desk.api.requests) == 2


def test_a_login_of_an_unknown_account_drops_the_numbers(desk: Desk) -> None:
    """If no account is named, a new login may be anybody's, so the API is asked at once."""
    desk.user.account.claude_json.unlink()
    desk.log_in("", NEW)
    assert desk.line().startswith("5h 81%")

    desk.prompt(starts=True)

    assert desk.line().startswith("5h 3%")
    own(desk.user, "new")  # to name the account now is not another switch
    desk.user.refresh(time.time() + 1)
    assert desk.line().startswith("5h 3%")
    assert len(desk.api.requests) == 2


def test_an_account_that_is_named_before_its_login(home: Path, api: ApiServer) -> None:
    """The new account is asked about only with its own login, and then at once."""
    desk = Desk(home, api, began=time.time() - 400)
    own(desk.user, "new")
    desk.user.refresh()
    assert (desk.line(), len(api.requests)) == ("", 1)

    desk.log_in("", NEW)
    desk.prompt(starts=True)

    assert desk.line().startswith("5h 3%")
    assert len(api.requests) == 2


def test_a_login_that_is_stored_before_its_account_is_named(desk: Desk) -> None:
    """A new login is checked again after 15 s, as its account may be about to change."""
    desk.log_in("", NEW)
    desk.prompt(starts=True)
    assert desk.line().startswith("5h 81%")
    assert desk.user.refresh_at() <= time.time() + 15

    own(desk.user, "new")
    desk.user.refresh(time.time() + 15)

    assert desk.user.line(time.time() + 15).startswith("5h 3%")
    assert len(desk.api.requests) == 2


def test_sessions_of_the_old_account_never_win(desk: Desk) -> None:
    """The old account's sessions count neither with new numbers nor with a later window."""
    old = {"five_hour": 4 * 3600, "seven_day": 4 * 86400}
    assert "82%" in push(desk, 82, old)
    desk.log_in("new", NEW)
    desk.prompt(starts=True)

    for percent, left in ((82, old), (83, old), (5, {**old, "five_hour": 5 * 3600})):
        assert push(desk, percent, left).startswith("5h 3%")
        assert desk.line().startswith("5h 3%")

    new = {"five_hour": 3600, "seven_day": 2 * 86400}
    assert push(desk, 4, new).startswith("5h 4%")
    assert desk.line().startswith("5h 4%")


def test_sessions_of_the_old_account_fill_no_gap(desk: Desk) -> None:
    """If the new account's numbers are unknown, the old account's are not shown instead."""
    desk.log_in("new", NEW)
    desk.api.answer = UNAUTHORIZED
    desk.prompt(starts=True)

    assert push(desk, 83, {"five_hour": 4 * 3600, "seven_day": 4 * 86400}) == ""
    assert desk.line() == ""
    assert "4%" in push(desk, 4, {"five_hour": 3600, "seven_day": 2 * 86400})


def test_a_first_session_of_the_new_account_counts(desk: Desk) -> None:
    """Its windows are not taken for the old account's, even before a refresh knows it."""
    new = {"five_hour": 3600, "seven_day": 2 * 86400}
    desk.api.answer = UNAUTHORIZED
    desk.log_in("new", NEW)
    push(desk, 4, new)
    desk.api.wait_for(2)
    until(desk.user.is_drawn)

    assert "5%" in push(desk, 5, new)


def push(desk: Desk, five_hour: float, left: dict[str, float]) -> str:
    """The line after a session passed on numbers that are true now."""
    used = {"five_hour": five_hour, "seven_day": 17}
    rates = {
        name: {"used_percentage": used[name], "resets_at": minute(desk.base + left[name])}
        for name in left
    }
    return hook(desk.user, session(desk.user.home, rate_limits=rates))


def test_a_push_keeps_the_date_of_the_frames(desk: Desk) -> None:
    """A push does not read the login, so it must not hide a new one by newer frames."""
    desk.user.take_slots()  # a refresh would rightly change the date
    desk.log_in("old", OLD)
    before = (desk.user.account.frames / "plain").stat().st_mtime_ns
    push(desk, 84, {"five_hour": 4 * 3600, "seven_day": 4 * 86400})
    assert desk.line().startswith("5h 84%")
    assert (desk.user.account.frames / "plain").stat().st_mtime_ns <= before


@pytest.mark.parametrize(("age", "due"), [(1, True), (0, False), (-1, False), (None, False)])
def test_a_reader_in_python_sees_a_newer_login(desk: Desk, age: int | None, due: bool) -> None:
    """A login newer than the frames makes a refresh due, as in the shells."""
    frames = desk.user.account.frames / "plain"
    if age is None:
        desk.user.account.login.unlink()
    else:
        desk.touch(frames.stat().st_mtime + age)
    home, login = str(desk.user.account.home), str(desk.user.account.login)
    shown = read_frame(home, "plain", time.time(), prompt=True, login=login)
    assert (shown[0][:6], shown[1]) == ("5h 81%", due)


def test_the_status_line_sees_a_newer_login(desk: Desk) -> None:
    """The next run of the status line after a switch starts the refresh."""
    desk.log_in("new", NEW)
    hook(desk.user, b"{}")
    desk.api.wait_for(2)


# The rules


def seen(owner: Owner, account: str, login: str, later: float = 0) -> tuple[Owner, bool, bool]:
    """The owner after a look, whether the numbers are dropped, and whether the TTL is skipped."""
    after = owner.seen(account, login, NOW + later, TTL)
    return after, after.since != owner.since, after.skipped_at != owner.skipped_at


def test_whose_numbers_these_are() -> None:
    """What each change of the two files means, in sequence."""
    owner = Owner()
    for account, login, later, goes, skips in [
        ("", "", 0, False, False),  # no files yet
        ("a", "1", 10, False, False),  # the first login
        ("a", "2", 4000, False, False),  # a renewal
        ("b", "3", 5000, True, True),  # a switch
        ("a", "4", 5100, True, False),  # back, too soon to skip the TTL again
        ("a", "", 6000, False, False),  # the login is gone
        ("a", "4", 6100, False, False),  # and back
        ("", "5", 7000, True, True),  # another login of an unknown account
        ("c", "5", 7100, False, False),  # which is named now
        ("d", "5", 9000, True, False),  # named before its login is stored
        ("d", "6", 9010, True, True),  # which is stored now
        ("d", "7", 20000, False, False),  # and renewed
    ]:
        owner, has_gone, has_skipped = seen(owner, account, login, later)
        assert (has_gone, has_skipped) == (goes, skips), (account, login)
    assert Owner.load(owner.dump()) == owner


@pytest.mark.parametrize("text", [None, "", "[]", "no", '{"since": "x"}', '{"else": 1}'])
def test_a_memory_that_cannot_be_read_is_an_empty_one(text: str | None) -> None:
    """An unreadable row counts as no owner."""
    assert Owner.load(text) == Owner() == Owner("", 0, "", "", 0, 0)


@pytest.mark.parametrize(
    ("five_hour", "seven_day", "is_former"),
    [
        (1000, 5000, False),  # unknown windows
        (600, 5000, True),  # the old account's session
        (1000, 700, True),  # its week, with a new session
        (1000, 700 + 7 * 86400, True),  # the week after that
        (660, 5000, False),  # another minute
        (1200, 6000, False),  # the new account's own
        (1200, 700, True),  # one equal window does not make it the new account's
    ],
)
def test_windows_say_whose_a_push_is(five_hour: int, seven_day: int, is_former: bool) -> None:
    """A push with a window of the former account is the former's, unless the present has it too."""
    base = int(NOW)
    former = [(SESSION, base + 600), (WEEK, base + 700), (WEEK, base + 6000)]
    own = usage("endpoint", base + 1200, base + 6000)
    pushed = usage("statusline:one", base + five_hour, base + seven_day)
    assert is_of_former(pushed, former, [own]) is is_former


def usage(source: str, session_end: int, week_end: int) -> Usage:
    """A reading of both windows."""
    limits = (
        Limit(SESSION, "5h", 42, session_end, NOW, source),
        Limit(WEEK, "7d", 17, week_end, NOW, source),
    )
    return Usage(source, NOW, limits)
