"""Claude Code as a source: how it is run, how its answers are dated, and when it is asked."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from claude_status.errors import AskError
from claude_status.model.usage import Usage
from claude_status.settings.settings import Settings
from claude_status.sources import claude_cli
from claude_status.sources.claude_cli import fetch_usage, find_claude
from tests.bodies import usage_body
from tests.fake_claude import FakeClaude
from tests.server import FORBIDDEN, SERVER_ERROR, UNAUTHORIZED, ApiServer, html, ok, throttled
from tests.support import RENEWAL, TOKEN, YEAR, User, is_running, until

HOUR = 3600.0
TTL = 300
ONLY = ("claude_cli",)
BOTH = ("endpoint", "claude_cli")


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """An API that reports another usage than Claude Code, to tell who was asked."""
    with ApiServer() as running:
        yield running


@pytest.fixture
def user(home: Path, api: ApiServer) -> User:
    """A user of Claude Code who is not logged in yet."""
    user = User(home, api.url)
    history = user.account.config_dir / "history.jsonl"
    history.parent.mkdir(mode=0o700)
    history.write_text("{}\n")
    os.utime(history, (time.time() + YEAR, time.time() + YEAR))
    return user


@pytest.fixture
def claude(tmp_path: Path, user: User, monkeypatch: pytest.MonkeyPatch) -> FakeClaude:
    """A Claude Code that knows of 61 % and is killed soon, with a folder for temporary files."""
    monkeypatch.setattr(claude_cli, "GRACE", 0.3)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    claude = FakeClaude(tmp_path, user.account.claude_json)
    claude.hears(usage_body(time.time(), five_hour=61))
    return claude


def fetch(user: User, claude: FakeClaude, seconds: float = 10, **environ: str) -> Usage:
    """Ask it now."""
    environ = {**user.environ, **environ}
    place = user.account.claude_json
    usage, plan = fetch_usage(str(claude.program), place, environ, time.time(), seconds=seconds)
    assert plan in ("", "max")
    return usage


def fails(user: User, claude: FakeClaude, seconds: float = 10) -> str:
    """The sentence of the error that asking it raises."""
    with pytest.raises(AskError) as caught:
        fetch(user, claude, seconds)
    assert caught.value.kind == "transient"
    return str(caught.value)


def session(usage: Usage | None) -> float | None:
    """The percentage of the session, None if it is not known."""
    limit = usage.find("five_hour") if usage else None
    return limit.percent if limit else None


def test_the_answer_is_a_reading(user: User, claude: FakeClaude) -> None:
    """Claude Code's answer has the date of its own record, the source and the plan."""
    before = time.time()
    place, environ = user.account.claude_json, user.environ
    usage, plan = fetch_usage(str(claude.program), place, environ, before)

    assert (usage.source, session(usage), plan) == ("claude_cli", 61, "max")
    assert int(before * 1000) / 1000 <= usage.as_of <= time.time()
    assert {limit.as_of for limit in usage.limits} == {usage.as_of}


def test_a_key_of_claude_codes_own_is_no_unknown_key(user: User, claude: FakeClaude) -> None:
    """A key that Claude Code adds to the API's body is not reported as unknown."""
    body = usage_body(time.time())
    claude.hears(body)
    known = fetch(user, claude).unknown_keys
    user.account.claude_json.unlink()
    claude.hears({**body, "model_scoped": [{"display_name": "Fable", "utilization": 5}]})

    assert fetch(user, claude).unknown_keys == known


def test_how_it_is_run(user: User, claude: FakeClaude) -> None:
    """It runs in an empty directory, which is removed, and in a session of its own."""
    fetch(user, claude)
    (call,) = claude.calls()

    assert call["argv"] == [
        "-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose",
        "--no-session-persistence", "--strict-mcp-config", "--setting-sources", "project",
    ]  # fmt: skip
    assert (call["files"], call["sid"]) == ([], call["pid"])
    assert call["environ"]["TMPDIR"] == call["cwd"]
    assert not Path(call["cwd"]).exists()
    assert os.listdir(tempfile.gettempdir()) == []


def test_its_environment_is_ours_without_other_logins(user: User, claude: FakeClaude) -> None:
    """Proxies, certificates and the login's directory are passed on; other logins are not."""
    passed = {
        "CLAUDE_CONFIG_DIR": str(user.account.config_dir),
        "https_proxy": "http://127.0.0.1:9",
        "NODE_EXTRA_CA_CERTS": "/ca.pem",
        "CLAUDE_CODE_CLIENT_CERT": "/client.pem",
    }
    kept_back = (
        "CLAUDECODE", "CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN",
        "ANTHROPIC_BASE_URL", "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_SIMPLE",
    )  # fmt: skip
    fetch(user, claude, **passed, **dict.fromkeys(kept_back, "1"))
    environ = claude.calls()[0]["environ"]

    assert {name: environ[name] for name in passed} == passed
    assert not environ.keys() & set(kept_back)
    assert environ["DISABLE_AUTOUPDATER"] == "1"


def test_what_the_api_refused_is_no_reading(user: User, claude: FakeClaude) -> None:
    """Numbers from an old record of Claude Code's are not taken for new ones."""
    claude.recorded(usage_body(time.time(), five_hour=12), age=HOUR / 2)
    claude.hears(None)

    assert "has no newer numbers" in fails(user, claude)
    assert len(claude.calls()) == 1


def test_a_record_from_the_future_is_not_new(user: User, claude: FakeClaude) -> None:
    """After a clock was set back, an unchanged record is not taken for new."""
    claude.recorded(usage_body(time.time(), five_hour=12), age=-HOUR)
    claude.hears(None)

    assert "has no newer numbers" in fails(user, claude)


def test_a_record_of_just_now_keeps_its_date(user: User, claude: FakeClaude) -> None:
    """Numbers from a recent record are as old as the record."""
    claude.recorded(usage_body(time.time(), five_hour=12), age=40)
    asked_at = time.time()
    usage = fetch(user, claude)

    assert session(usage) == 12
    assert usage.as_of == pytest.approx(asked_at - 40, abs=20)


def test_an_old_record_gives_way(user: User, claude: FakeClaude) -> None:
    """The date is that of the new record, however old the previous one."""
    claude.recorded(usage_body(time.time(), five_hour=12), age=HOUR)
    claude.hears(usage_body(time.time(), five_hour=61))
    asked_at = time.time()
    usage = fetch(user, claude)

    assert session(usage) == 61
    assert usage.as_of >= int(asked_at * 1000) / 1000


def test_without_a_record_the_answer_is_new(user: User, claude: FakeClaude) -> None:
    """A Claude Code without a record cannot repeat one, so its answer is true now."""
    claude.does("keeps_no_record")
    asked_at = time.time()
    usage, plan = fetch_usage(str(claude.program), user.account.claude_json, user.environ, asked_at)

    assert (session(usage), usage.as_of, plan) == (61, asked_at, "")


def test_other_lines_are_passed_over(user: User, claude: FakeClaude) -> None:
    """The answer is found among any other lines."""
    claude.does("babbles")
    assert session(fetch(user, claude)) == 61


@pytest.mark.parametrize(
    ("does", "sentence"),
    [
        ("has_no_plan", "log in with /login"),
        ("is_too_old", "update it"),
        ("answers_oddly", "update it"),
        ("ends", "exited without an answer"),
        ("floods", "output and no answer"),
    ],
)
def test_whatever_it_does_is_a_transient_failure(
    user: User, claude: FakeClaude, does: str, sentence: str
) -> None:
    """No answer, an endless one or one without limits is a transient failure."""
    claude.does(does)
    assert sentence in fails(user, claude)
    assert os.listdir(tempfile.gettempdir()) == []


def test_a_refusal_without_a_record_is_reported(user: User, claude: FakeClaude) -> None:
    """If Claude Code has no numbers at all, that is reported."""
    claude.hears(None)
    assert "did not get the usage" in fails(user, claude)


@pytest.mark.parametrize("does", ["hangs", "drips"])
def test_its_time_is_limited(user: User, claude: FakeClaude, does: str) -> None:
    """It times out, even if it prints something now and then."""
    claude.does(does)
    assert "within 0.5 s" in fails(user, claude, seconds=0.5)


def test_nothing_of_it_is_left(user: User, claude: FakeClaude) -> None:
    """A Claude Code that ignores signals is killed with its children; its folder is removed."""
    claude.does("hangs")
    fails(user, claude, seconds=0.5)
    pids = [claude.calls()[0]["pid"], int((claude.folder / "child").read_text())]

    until(lambda: not any(map(is_running, pids)))  # a killed process takes a moment to end
    assert os.listdir(tempfile.gettempdir()) == []


def test_a_program_that_cannot_be_run_is_reported(user: User, claude: FakeClaude) -> None:
    """A file that the system cannot run is a transient failure."""
    claude.program.write_bytes(b"\x7fELF, but not really")
    assert "cannot be run" in fails(user, claude)


def test_it_is_found_on_path_or_by_its_path(claude: FakeClaude) -> None:
    """A name is looked up on PATH; an absolute path is taken as it is."""
    path = f"/nowhere:{claude.folder}"
    assert find_claude("claude", {"PATH": path}) == str(claude.program)
    assert find_claude(str(claude.program), {"PATH": ""}) == str(claude.program)


@pytest.mark.parametrize("path", [".", "", "::", "bin", None])
def test_nothing_is_run_from_the_current_directory(
    claude: FakeClaude, monkeypatch: pytest.MonkeyPatch, path: str | None
) -> None:
    """Relative folders on PATH do not count, nor does a missing PATH."""
    monkeypatch.chdir(claude.folder)
    with pytest.raises(AskError, match="is not on PATH"):
        find_claude("claude", {} if path is None else {"PATH": path})


def test_a_missing_program_is_reported(claude: FakeClaude) -> None:
    """A path that is not a program is reported with the setting to change."""
    claude.program.chmod(0o644)
    with pytest.raises(AskError, match="claude_command"):
        find_claude(str(claude.program), {"PATH": str(claude.folder)})


# When it is asked


def refresh(
    user: User, claude: FakeClaude, sources: tuple[str, ...], later: float = 0, **options: object
) -> Usage | None:
    """The usage that is known after a refresh so many seconds from now."""
    settings = Settings(sources=sources, claude_command=str(claude.program))
    return user.refresh(time.time() + later, settings=settings, **options).usage


def test_it_is_not_asked_by_default(user: User, claude: FakeClaude) -> None:
    """By default Claude Code is not run, even if the login has expired."""
    user.log_in(lasts=-1)
    user.environ["PATH"] = f"{claude.folder}:{user.environ['PATH']}"
    user.refresh()
    assert claude.calls() == []


def test_it_stands_in_for_the_endpoint(user: User, claude: FakeClaude, api: ApiServer) -> None:
    """If the endpoint is not among the sources, Claude Code is asked, once in a TTL."""
    user.log_in()
    assert session(refresh(user, claude, ONLY)) == 61
    assert user.line(time.time()).startswith("5h 61%")
    refresh(user, claude, ONLY, later=TTL - 10)
    assert (len(claude.calls()), len(api.requests)) == (1, 0)
    refresh(user, claude, ONLY, later=TTL + 10)
    assert (len(claude.calls()), len(api.requests)) == (2, 0)


def test_the_endpoint_comes_first(user: User, claude: FakeClaude, api: ApiServer) -> None:
    """With a valid login, Claude Code is not run."""
    user.log_in()
    assert session(refresh(user, claude, BOTH)) == 42
    assert (len(claude.calls()), len(api.requests)) == (0, 1)


@pytest.mark.parametrize(
    "login",
    [
        {"lasts": -1.0},
        {"accessToken": "", "expiresAt": 0},
        {"scopes": ["user:inference"]},
        None,
    ],
)
def test_it_is_asked_if_the_login_cannot_be_used(
    user: User, claude: FakeClaude, api: ApiServer, login: dict[str, object] | None
) -> None:
    """If the login is expired, blank, without the scope or missing, Claude Code is asked."""
    if login is not None:
        user.log_in(**login)  # type: ignore[arg-type]
    assert session(refresh(user, claude, BOTH)) == 61
    assert (len(claude.calls()), len(api.requests)) == (1, 0)


def test_a_malformed_login_is_reported(user: User, claude: FakeClaude) -> None:
    """A malformed login is for the user to fix, so Claude Code is not asked instead."""
    user.log_in().write_text("no login")
    outcome = user.refresh(settings=Settings(sources=BOTH, claude_command=str(claude.program)))
    assert "log in again" in outcome.problem
    assert claude.calls() == []


def test_a_login_that_claude_code_renewed_is_used(
    user: User, claude: FakeClaude, api: ApiServer
) -> None:
    """Once Claude Code has renewed the login, only the endpoint is asked again."""
    renewed = user.log_in().read_text()
    path = user.log_in(lasts=-1)
    claude.renews(path, json.loads(renewed))
    assert session(refresh(user, claude, BOTH)) == 61
    assert session(refresh(user, claude, BOTH, later=TTL + 10)) == 42
    assert (len(claude.calls()), len(api.requests)) == (1, 1)


@pytest.mark.parametrize("answer", [UNAUTHORIZED, FORBIDDEN])
def test_a_login_that_the_api_refused_stays_refused(
    user: User, claude: FakeClaude, api: ApiServer, answer: object
) -> None:
    """After 401 and 403 Claude Code is asked, the endpoint only with another login."""
    user.log_in()
    api.answer = answer  # type: ignore[assignment]
    assert session(refresh(user, claude, BOTH)) == 61
    refresh(user, claude, BOTH, later=TTL + 10)
    assert (len(claude.calls()), len(api.requests)) == (2, 1)
    user.log_in(lasts=YEAR)
    api.answer = ok(usage_body(time.time()))
    assert session(refresh(user, claude, BOTH, later=2 * TTL + 20)) == 42
    assert (len(claude.calls()), len(api.requests)) == (2, 2)


@pytest.mark.parametrize("answer", [throttled(), SERVER_ERROR, html(401)])
def test_it_does_not_bypass_the_back_off(
    user: User, claude: FakeClaude, api: ApiServer, answer: object
) -> None:
    """During a back-off of the endpoint, Claude Code is not asked instead."""
    user.log_in()
    api.answer = answer  # type: ignore[assignment]
    refresh(user, claude, BOTH)
    refresh(user, claude, BOTH, later=1)
    assert (len(claude.calls()), len(api.requests)) == (0, 1)


def test_its_failures_are_remembered(user: User, claude: FakeClaude) -> None:
    """Failures double the pause from 30 s on, and ``--force`` does not skip it."""
    claude.does("ends")
    asked = []
    for later in (0, 29, 31, 90, 92):
        refresh(user, claude, ONLY, later=later, force=True)
        asked.append(len(claude.calls()))
    assert asked == [1, 1, 2, 2, 3]


def test_a_missing_program_causes_no_pause(user: User, claude: FakeClaude) -> None:
    """As soon as the program exists it is asked, as there was no call before."""
    settings = Settings(sources=ONLY, claude_command="claude")
    user.environ["PATH"] = "/nowhere"
    assert "is not on PATH" in user.refresh(settings=settings).problem
    user.environ["PATH"] = str(claude.folder)
    assert session(user.refresh(settings=settings).usage) == 61


def test_many_at_once_make_one_call(user: User, claude: FakeClaude) -> None:
    """Of many refreshes at once one runs Claude Code, without passing it our token."""
    user.log_in(lasts=-1)
    config = user.home / ".config/claude-status/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f'sources = ["endpoint", "claude_cli"]\nclaude_command = "{claude.program}"\n'
    )
    running = [user.start("refresh", "--background") for _ in range(8)]
    assert [process.wait(60) for process in running] == [0] * 8

    (call,) = claude.calls()
    assert user.line(time.time()).startswith("5h 61%")
    assert not any(secret in str(call) for secret in (TOKEN, RENEWAL))
