"""A switched login: seen by the first prompt, asked for once, and no number of before survives."""

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
    """A user at a prompt, logged in to an account with 81 %, who may switch to one with 3 %."""

    def __init__(self, home: Path, api: ApiServer, began: float | None = None) -> None:
        """Log in to the old account, and have its numbers drawn."""
        self.user, self.api = User(home, api.url), api
        self.base = time.time()  # by which every window ends, so that each keeps its minute
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
        """What /login in Claude Code leaves in its two files, one after the other."""
        own(self.user, account) if account else None
        return self.user.log_in(token=token)

    def touch(self, when: float) -> None:
        """Date the login."""
        os.utime(self.user.account.login, (when, when))

    def prompt(self, *, starts: bool) -> str:
        """What one prompt shows, in a slot of its own, when the refresh that it starts is over."""
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
    """One call, which does not wait for the TTL; after that the prompts start nothing more."""
    assert desk.prompt(starts=False).startswith("5h 81%")

    desk.log_in("new", NEW)
    desk.prompt(starts=True)

    assert desk.prompt(starts=False).startswith("5h 3%")
    assert len(desk.api.requests) == 2


def test_the_old_numbers_are_gone_before_the_new_ones_come(desk: Desk) -> None:
    """While the new account is asked for, no prompt shows anything, in any dialect."""
    desk.api.answer = HANGING
    desk.log_in("new", NEW)

    desk.launch()
    desk.api.wait_for(2)

    frames = desk.user.account.frames
    assert all("%" not in path.read_text() for path in frames.iterdir())
    assert desk.line() == ""


def test_a_renewal_drops_nothing_and_asks_nothing(desk: Desk) -> None:
    """Where the account is the same, a new login is looked at and the numbers stand."""
    desk.log_in("old", OLD)

    desk.prompt(starts=True)

    assert desk.prompt(starts=False).startswith("5h 81%")
    assert len(desk.api.requests) == 1


@pytest.mark.parametrize("later", [60, 86400, 20 * 365 * 86400])
def test_a_login_dated_in_the_future_starts_one_refresh(desk: Desk, later: int) -> None:
    """However far its date is ahead, it is new once."""
    desk.touch(time.time() + later)

    desk.prompt(starts=True)

    assert [desk.prompt(starts=False)[:6] for _ in range(3)] == ["5h 81%"] * 3
    assert len(desk.api.requests) == 1


def test_a_login_that_is_touched_all_the_time_is_no_storm(desk: Desk) -> None:
    """Each touch costs one refresh of this machine's own files, and no call."""
    for number in range(1, 6):
        desk.touch(time.time() + 60 * number)
        desk.prompt(starts=True)
        assert desk.prompt(starts=False).startswith("5h 81%")
    assert len(desk.api.requests) == 1


@pytest.mark.parametrize("named", [True, False])
def test_accounts_that_change_all_the_time_are_no_storm(desk: Desk, named: bool) -> None:
    """Only the first of many switches may skip the TTL, whether or not they have a name."""
    if not named:
        desk.user.account.claude_json.unlink()
    for number in range(1, 6):
        desk.log_in(f"account {number}" if named else "", NEW)
        desk.touch(time.time() + 60 * number)
        desk.prompt(starts=True)
        assert "81%" not in desk.line()
    assert len(desk.api.requests) == 2


def test_a_login_of_nobody_known_takes_nothing_over(desk: Desk) -> None:
    """Where no account is named, a new login may be anybody's: it is asked for at once."""
    desk.user.account.claude_json.unlink()
    desk.log_in("", NEW)
    assert desk.line().startswith("5h 81%")

    desk.prompt(starts=True)

    assert desk.line().startswith("5h 3%")
    own(desk.user, "new")  # and now it has a name, which is no other switch
    desk.user.refresh(time.time() + 1)
    assert desk.line().startswith("5h 3%")
    assert len(desk.api.requests) == 2


def test_an_account_that_is_named_before_its_login_is_there(home: Path, api: ApiServer) -> None:
    """With the old login nothing is asked for the new account, and with the new one at once."""
    desk = Desk(home, api, began=time.time() - 400)
    own(desk.user, "new")
    desk.user.refresh()
    assert (desk.line(), len(api.requests)) == ("", 1)

    desk.log_in("", NEW)
    desk.prompt(starts=True)

    assert desk.line().startswith("5h 3%")
    assert len(api.requests) == 2


def test_a_login_that_is_there_before_its_account_is_named(desk: Desk) -> None:
    """A new login is looked at again in 15 s, since it may be about to turn out to be another's."""
    desk.log_in("", NEW)
    desk.prompt(starts=True)
    assert desk.line().startswith("5h 81%")
    assert desk.user.refresh_at() <= time.time() + 15

    own(desk.user, "new")
    desk.user.refresh(time.time() + 15)

    assert desk.user.line(time.time() + 15).startswith("5h 3%")
    assert len(desk.api.requests) == 2


def test_sessions_of_the_old_account_never_win(desk: Desk) -> None:
    """Neither with old numbers nor with new ones, nor with a window that ends later."""
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


def test_sessions_of_the_old_account_do_not_fill_what_is_not_known(desk: Desk) -> None:
    """Where the new account cannot be asked, nothing is shown, and not what the old one has."""
    desk.log_in("new", NEW)
    desk.api.answer = UNAUTHORIZED
    desk.prompt(starts=True)

    assert push(desk, 83, {"five_hour": 4 * 3600, "seven_day": 4 * 86400}) == ""
    assert desk.line() == ""
    assert "4%" in push(desk, 4, {"five_hour": 3600, "seven_day": 2 * 86400})


def test_a_session_that_is_the_first_to_speak_for_the_new_account_is_heard(desk: Desk) -> None:
    """Its windows are not taken for the old account's, though no refresh knows of it yet."""
    new = {"five_hour": 3600, "seven_day": 2 * 86400}
    desk.api.answer = UNAUTHORIZED
    desk.log_in("new", NEW)
    push(desk, 4, new)
    desk.api.wait_for(2)
    until(desk.user.is_drawn)

    assert "5%" in push(desk, 5, new)


def push(desk: Desk, five_hour: float, left: dict[str, float]) -> str:
    """The line after a session handed over numbers that are true now."""
    used = {"five_hour": five_hour, "seven_day": 17}
    rates = {
        name: {"used_percentage": used[name], "resets_at": minute(desk.base + left[name])}
        for name in left
    }
    return hook(desk.user, session(desk.user.home, rate_limits=rates))


def test_a_push_keeps_the_date_of_the_frames(desk: Desk) -> None:
    """It is no look at the login, so it must not make a new one pass for seen."""
    desk.user.take_slots()  # a refresh would date them anew, and rightly
    desk.log_in("old", OLD)
    before = (desk.user.account.frames / "plain").stat().st_mtime_ns
    push(desk, 84, {"five_hour": 4 * 3600, "seven_day": 4 * 86400})
    assert desk.line().startswith("5h 84%")
    assert (desk.user.account.frames / "plain").stat().st_mtime_ns <= before


@pytest.mark.parametrize(("age", "due"), [(1, True), (0, False), (-1, False), (None, False)])
def test_a_reader_in_python_sees_a_newer_login(desk: Desk, age: int | None, due: bool) -> None:
    """As the shells see it: where it is written later than the frames, in their own time."""
    frames = desk.user.account.frames / "plain"
    if age is None:
        desk.user.account.login.unlink()
    else:
        desk.touch(frames.stat().st_mtime + age)
    home, login = str(desk.user.account.home), str(desk.user.account.login)
    shown = read_frame(home, "plain", time.time(), prompt=True, login=login)
    assert (shown[0][:6], shown[1]) == ("5h 81%", due)


def test_the_status_line_sees_a_newer_login(desk: Desk) -> None:
    """A session's own tick after the switch starts the refresh, as a prompt does."""
    desk.log_in("new", NEW)
    hook(desk.user, b"{}")
    desk.api.wait_for(2)


# The rules


def seen(owner: Owner, account: str, login: str, later: float = 0) -> tuple[Owner, bool, bool]:
    """The owner after a look, whether the numbers go, and whether the TTL may be skipped."""
    after = owner.seen(account, login, NOW + later, TTL)
    return after, after.since != owner.since, after.skipped_at != owner.skipped_at


def test_whose_numbers_these_are() -> None:
    """What each change of the two files means, one after another."""
    owner = Owner()
    for account, login, later, goes, skips in [
        ("", "", 0, False, False),  # nothing is there yet
        ("a", "1", 10, False, False),  # the first login
        ("a", "2", 4000, False, False),  # a renewal
        ("b", "3", 5000, True, True),  # a switch
        ("a", "4", 5100, True, False),  # and back, too soon to skip the TTL again
        ("a", "", 6000, False, False),  # the login is gone
        ("a", "4", 6100, False, False),  # and there again
        ("", "5", 7000, True, True),  # another login, and nobody knows whose
        ("c", "5", 7100, False, False),  # now one knows
        ("d", "5", 9000, True, False),  # named before its login is there
        ("d", "6", 9010, True, True),  # which now is
        ("d", "7", 20000, False, False),  # and is renewed
    ]:
        owner, has_gone, has_skipped = seen(owner, account, login, later)
        assert (has_gone, has_skipped) == (goes, skips), (account, login)
    assert Owner.load(owner.dump()) == owner


@pytest.mark.parametrize("text", [None, "", "[]", "no", '{"since": "x"}', '{"else": 1}'])
def test_a_memory_that_cannot_be_read_is_an_empty_one(text: str | None) -> None:
    """Whatever stands in the store, nothing is raised."""
    assert Owner.load(text) == Owner() == Owner("", 0, "", "", 0, 0)


@pytest.mark.parametrize(
    ("five_hour", "seven_day", "is_former"),
    [
        (1000, 5000, False),  # windows that nobody knows
        (600, 5000, True),  # the old account's session
        (1000, 700, True),  # its week, in which a new session has begun
        (1000, 700 + 7 * 86400, True),  # the week after that
        (660, 5000, False),  # another minute
        (1200, 6000, False),  # the new account's own
        (1200, 700, True),  # one window that is alike does not make it the new one's
    ],
)
def test_windows_say_whose_a_push_is(five_hour: int, seven_day: int, is_former: bool) -> None:
    """A push is of the account before where one of its windows is, and not the present one's."""
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
