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
    """Have Claude Code's state name the account."""
    state = {"oauthAccount": {"accountUuid": account}, **more}
    user.account.claude_json.parent.mkdir(exist_ok=True)
    user.account.claude_json.write_text(json.dumps(state))


def shown(user: User, now: float) -> str:
    """What a prompt shows at ``now``."""
    return read_frame(str(user.account.home), "plain", now, prompt=True)[0]


def test_each_directory_has_its_own_numbers(home: Path, api: ApiServer) -> None:
    """Two values of CLAUDE_CONFIG_DIR, and none, are three accounts with their own numbers."""
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
    """After a change of the account the old numbers are gone."""
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
    """Another organization of the same person is another account, without the old numbers.

    A state that names no organization counts as no change.
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
    """A new token of the same account keeps the numbers, and makes no call due."""
    user.log_in()
    own(user, "first")
    user.refresh(NOW)

    user.log_in(token="sk-ant-oat01-another", lasts=999_999)
    own(user, "first", numStartups=2)
    user.refresh(NOW + 20)

    assert shown(user, NOW + 20).startswith("5h 42%")
    assert len(api.requests) == 1


def test_a_session_of_the_previous_account_is_ignored(user: User, api: ApiServer) -> None:
    """New numbers of an old account's session are not taken for the new account's."""
    data = session(user.home, five_hour=81)
    os.utime(user.home / "one.jsonl", (time.time() - 100,) * 2)
    own(user, "first")
    user.refresh()
    hook(user, data)
    own(user, "second")
    user.refresh()

    hook(user, session(user.home, five_hour=82, transcript_path=str(user.home / "one.jsonl")))

    assert "82%" not in shown(user, time.time())


@pytest.mark.parametrize("transcript", ["one.jsonl", ""])
def test_an_idle_session_of_the_previous_account_is_ignored(
    user: User, api: ApiServer, transcript: str
) -> None:
    """Repeated numbers of an old session are ignored, with or without a transcript."""
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


def test_a_line_of_the_previous_account_is_not_printed(user: User) -> None:
    """Numbers of an old account's session that was never seen before are not shown."""
    own(user, "first")
    user.refresh()
    own(user, "second")
    user.refresh()
    data = session(user.home, five_hour=90)
    os.utime(user.home / "one.jsonl", (time.time() - 100,) * 2)

    assert hook(user, data) == ""


def test_a_switch_under_a_wrong_clock_shuts_nobody_out(user: User) -> None:
    """A switch that a clock a day ahead has dated does not keep later sessions out."""
    own(user, "first")
    user.refresh(time.time() + 86400)
    own(user, "second")
    user.refresh(time.time() + 86400)

    hook(user, session(user.home, five_hour=50))

    assert shown(user, time.time()).startswith("5h 50%")


def test_a_push_does_not_put_off_what_a_wrong_clock_put_off(user: User) -> None:
    """After a refresh dated a day ahead, a push makes the next one due in time."""
    user.log_in()
    user.refresh(time.time() + 86400)
    hook(user, session(user.home, five_hour=50))

    assert user.refresh_at() <= time.time() + LOOK_EVERY


def test_a_login_comes_expires_is_renewed_and_goes(user: User, api: ApiServer) -> None:
    """Each change of the login is noticed within five minutes, and hides no reading."""
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
    """A number in .claude.json is shown with its age, without a call."""
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
    """`show --all` lists every account of this machine with its own numbers."""
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
    """Without the endpoint, no command and no refresh opens a connection."""
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
    """Without "statusline" among the sources, a push has no effect."""
    settings = user.home / ".config/claude-status/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('sources = ["claude_json"]\n')

    assert hook(user, session(user.home)) == ""


def test_root_does_not_use_the_users_cache(
    user: User, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A root shell with the user's HOME neither shows nor changes the user's files."""
    user.log_in()
    user.refresh()
    if os.geteuid() == 0:
        for path in (user.home, *user.home.rglob("*")):
            os.chown(path, 65534, 65534)
    before = sorted(str(path) for path in user.home.rglob("*"))

    # An ordinary user cannot give files away, and pretends to be another user instead.
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1 if own else 0)
    for name, value in user.environ.items():
        monkeypatch.setenv(name, value)
    assert main(["refresh"]) == 1
    assert "another user" in capsys.readouterr().err
    assert read_frame(str(user.account.home), "plain", time.time(), prompt=True)[0] == ""
    assert before == sorted(str(path) for path in user.home.rglob("*"))
