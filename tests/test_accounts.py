"""Whose numbers these are: accounts never mix, and each change of the login is noticed."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import pytest

from claude_status.cli import main
from claude_status.frames_read import read_frame
from claude_status.model.schedule import LOOK_EVERY
from tests.conftest import program
from tests.server import UNAUTHORIZED, ApiServer, ok, usage_body
from tests.statusline.test_command import RESET, hook, session
from tests.support import User

NOW = time.time()


@pytest.fixture
def user(home: Path, api: ApiServer) -> User:
    """A user of one account."""
    return User(home, api.url)


def own(user: User, account: str, **more: object) -> None:
    """Let Claude Code's state name the account."""
    state = {"oauthAccount": {"accountUuid": account}, **more}
    user.account.claude_json.parent.mkdir(exist_ok=True)
    user.account.claude_json.write_text(json.dumps(state))


def shown(user: User, now: float) -> str:
    """What a prompt shows at ``now``."""
    return read_frame(str(user.account.home), "plain", now, prompt=True)[0]


def test_each_directory_has_its_own_numbers(home: Path, api: ApiServer) -> None:
    """Two values of CLAUDE_CONFIG_DIR, and none, are three accounts with three caches."""
    for number, directory in enumerate(("", f"{home}/work", f"{home}/work/nested")):
        environ = {"CLAUDE_CONFIG_DIR": directory} if directory else {}
        user = User(home, api.url, **environ)
        user.log_in()
        api.answer = ok(usage_body(NOW, five_hour=10 + number))
        assert user.refresh(NOW).asked

    lines = {
        shown(User(home, api.url, CLAUDE_CONFIG_DIR=directory), NOW).partition(" 2h")[0]
        for directory in ("", f"{home}/work", f"{home}/work/nested/")
    }
    assert lines == {"5h 10%", "5h 11%", "5h 12%"}


def test_another_account_takes_nothing_over(user: User, api: ApiServer) -> None:
    """Where the state names another account, its numbers alone are shown from the next refresh."""
    user.log_in()
    own(user, "first")
    api.answer = ok(usage_body(NOW, five_hour=81))
    user.refresh(NOW)
    assert shown(user, NOW).startswith("5h 81%")

    own(user, "second")
    api.answer = UNAUTHORIZED
    user.refresh(NOW + 20)

    assert shown(user, NOW + 20) == ""


def test_another_organization_is_another_account(user: User, api: ApiServer) -> None:
    """The same person's other plan takes nothing over, nor what the state still holds of the first.

    A state that names no organization tells nothing about it.
    """
    user.log_in()
    both = {"accountUuid": "one", "organizationUuid": "home"}
    cached = {"accountUuid": "one", "fetchedAtMs": NOW * 1000, "utilization": usage_body(NOW)}
    api.answer = ok(usage_body(NOW, five_hour=81))
    own(user, "one", oauthAccount=both)
    user.refresh(NOW)
    own(user, "one")
    user.refresh(NOW + 20)
    assert shown(user, NOW + 20).startswith("5h 81%")

    own(user, "one", oauthAccount=both, numStartups=2)
    user.refresh(NOW + 40)
    both["organizationUuid"] = "work"
    api.answer = UNAUTHORIZED
    own(user, "one", oauthAccount=both, cachedUsageUtilization=cached)
    user.refresh(NOW + 60)

    assert shown(user, NOW + 60) == ""


def test_a_renewed_login_changes_nothing(user: User, api: ApiServer) -> None:
    """Another token of the same account keeps the numbers, and is not asked before the TTL."""
    user.log_in()
    own(user, "first")
    user.refresh(NOW)

    user.log_in(token="sk-ant-oat01-another", lasts=999_999)
    own(user, "first", numStartups=2)
    user.refresh(NOW + 20)

    assert shown(user, NOW + 20).startswith("5h 42%")
    assert len(api.requests) == 1


def test_a_session_of_the_account_before_is_not_listened_to(user: User, api: ApiServer) -> None:
    """What an old session repeats of the account before is not taken for the new one's."""
    data = session(user.home, five_hour=81)
    os.utime(user.home / "one.jsonl", (time.time() - 100,) * 2)
    own(user, "first")
    user.refresh()
    hook(user, data)
    own(user, "second")
    user.refresh()

    hook(user, session(user.home, five_hour=82, transcript_path=str(user.home / "one.jsonl")))
    os.utime(user.home / "one.jsonl", (time.time() - 100,) * 2)

    assert "81%" not in shown(user, time.time())


@pytest.mark.parametrize("transcript", ["one.jsonl", ""])
def test_an_idle_session_of_the_account_before_says_nothing_new(
    user: User, api: ApiServer, transcript: str
) -> None:
    """It repeats its numbers after the switch too, with and without a transcript to date them."""
    path = str(user.home / transcript) if transcript else ""
    own(user, "first")
    user.refresh()
    data = session(user.home, five_hour=90, transcript_path=path)
    os.utime(user.home / "one.jsonl", (time.time() - 100,) * 2)
    assert "90%" in hook(user, data)
    own(user, "second")
    user.log_in()
    now = int(time.time())
    left = (now + RESET) // 60 * 60 - now
    api.answer = ok(usage_body(now, five_hour=3, five_hour_left=left))
    user.refresh()

    assert hook(user, data).startswith("5h 3%")
    assert shown(user, time.time()).startswith("5h 3%")


def test_a_line_of_the_account_before_is_not_printed(user: User) -> None:
    """Nor where the new account has no numbers yet, and the old session's are new to us."""
    own(user, "first")
    user.refresh()
    own(user, "second")
    user.refresh()
    data = session(user.home, five_hour=90)
    os.utime(user.home / "one.jsonl", (time.time() - 100,) * 2)

    assert hook(user, data) == ""


def test_a_switch_under_a_wrong_clock_shuts_nobody_out(user: User) -> None:
    """An account that was noticed by a clock a day ahead is listened to when that is put right."""
    own(user, "first")
    user.refresh(time.time() + 86400)
    own(user, "second")
    user.refresh(time.time() + 86400)

    hook(user, session(user.home, five_hour=50))

    assert shown(user, time.time()).startswith("5h 50%")


def test_a_push_does_not_put_off_what_a_wrong_clock_put_off(user: User) -> None:
    """Frames that were drawn a day ahead are not in order again because a push draws them anew."""
    user.log_in()
    user.refresh(time.time() + 86400)
    hook(user, session(user.home, five_hour=50))

    assert user.refresh_at() <= time.time() + LOOK_EVERY


def test_a_login_comes_expires_is_renewed_and_goes(user: User, api: ApiServer) -> None:
    """Each change of the login is noticed within five minutes, and no reading is hidden by it."""
    assert not user.refresh(NOW).asked
    assert user.refresh_at() <= NOW + 300

    user.log_in(lasts=1000)
    assert user.refresh(NOW + 300).asked
    line = shown(user, NOW + 300)
    assert line.startswith("5h 42%")

    assert "expired" in user.refresh(NOW + 1500).problem
    assert shown(user, NOW + 1500).startswith("5h ~42%")
    assert user.refresh_at() <= NOW + 1800

    path = user.log_in(lasts=100_000)
    assert user.refresh(NOW + 2400).asked

    path.unlink()
    assert "no Claude Code login" in user.refresh(NOW + 3000).problem
    assert "42%" in shown(user, NOW + 3000)
    assert len(api.requests) == 2


def test_a_reading_of_claude_codes_own_needs_no_call(user: User, api: ApiServer) -> None:
    """A fresh number in .claude.json is shown with its age, and the API is spared."""
    now = time.time()
    own(
        user,
        "first",
        cachedUsageUtilization={
            "fetchedAtMs": (now - 700) * 1000,
            "accountUuid": "first",
            "utilization": usage_body(now, five_hour=33),
        },
    )

    user.refresh(now)

    assert shown(user, now).startswith("5h ~33%")
    assert api.requests == []


def test_every_account_is_listed(home: Path, api: ApiServer) -> None:
    """`show --all` tells every account that this machine knows, each with its own numbers."""
    users = [User(home, api.url), User(home, api.url, CLAUDE_CONFIG_DIR=f"{home}/work")]
    for number, user in enumerate(users):
        user.log_in()
        api.answer = ok(usage_body(time.time(), five_hour=20 + number))
        user.refresh()

    text = users[0].run("show", "--all").stdout

    assert "20%" in text
    assert "21%" in text
    assert "~/work" in text


def test_without_the_endpoint_no_connection_is_opened(user: User, api: ApiServer) -> None:
    """With the free sources alone, no command and no refresh ever opens a connection."""
    settings = user.home / ".config/claude-status/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('sources = ["statusline", "claude_json"]\n')
    user.log_in()
    hook(user, session(user.home))
    log = user.home / "trace"
    trace = [program("strace"), "-f", "-qq", "-e", "trace=connect,socket", "-o", str(log)]

    for arguments in (["refresh", "--force"], ["refresh", "--background"], ["show"], ["doctor"]):
        subprocess.run([*trace, *user.command(*arguments)], env=user.environ, check=False,
                       capture_output=True, timeout=60)  # fmt: skip
        assert "AF_INET" not in log.read_text()

    assert api.requests == []
    assert shown(user, time.time()).startswith("5h 42%")


def test_a_source_that_is_switched_off_is_not_taken(user: User) -> None:
    """Without "statusline" among the sources a push changes nothing."""
    settings = user.home / ".config/claude-status/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('sources = ["claude_json"]\n')

    assert hook(user, session(user.home)) == ""


def test_root_does_not_use_the_users_cache(
    user: User, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A root shell with a borrowed HOME neither shows nor changes what is the user's."""
    user.log_in()
    user.refresh()
    if os.geteuid() == 0:
        for path in (user.home, *user.home.rglob("*")):
            os.chown(path, 65534, 65534)
    before = sorted(str(path) for path in user.home.rglob("*"))

    # An ordinary user can give nothing away, and is another one instead.
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1 if own else 0)
    for name, value in user.environ.items():
        monkeypatch.setenv(name, value)
    # it would end this very process, long after the test
    monkeypatch.setattr("claude_status.terminal.end_after", lambda *_: None)
    assert main(["refresh"]) == 1
    assert "another user" in capsys.readouterr().err
    assert read_frame(str(user.account.home), "plain", time.time(), prompt=True)[0] == ""
    assert before == sorted(str(path) for path in user.home.rglob("*"))
