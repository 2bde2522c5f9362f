"""The refresh that a person types."""

from __future__ import annotations

import re
import time

import pytest

from tests import server
from tests.bodies import usage_body
from tests.server import Answer, ApiServer, ok, throttled
from tests.support import SENTENCE, User

NO_NUMBER = "The API's answer has no readable number"
LINE = re.compile(r"5h 42% 2h1[23]m · 7d 17%")


def test_a_refresh_reports_its_result(user: User, api: ApiServer) -> None:
    """Asked, not due, asked again by force: one line each, with status 0."""
    said = [user.run("refresh", *more) for more in ((), (), ("--force",))]
    assert [done.stdout.partition(": ")[0] for done in said] == ["asked", "not due", "asked"]
    assert all(LINE.search(done.stdout) for done in said)
    assert all(re.search(r"\(the next call is due in \d+m\)\n$", done.stdout) for done in said)
    assert [(done.stderr, done.returncode) for done in said] == [("", 0)] * 3
    assert len(api.requests) == 2


@pytest.mark.parametrize(
    ("answer", "sentence", "forced"),
    [
        (server.UNAUTHORIZED, "refuses the login (401): open Claude Code", 1),
        (server.FORBIDDEN, "refuses the login (403): open Claude Code", 1),
        (server.html(403), "check for a login page. The next try is in", 1),
        (throttled("1600"), "too many requests (429). The next try is in 26m.", 1),
        (server.SERVER_ERROR, "status 500", 1),
        (server.CLOSED, "network", 1),
        (server.ERROR_IN_200, "instead of the API", 1),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_failure_is_one_sentence_and_status_1(
    user: User, api: ApiServer, answer: Answer, sentence: str, forced: int
) -> None:
    """It says what went wrong; ``--force`` does not make another call."""
    api.answer = answer
    done = user.run("refresh")
    assert (done.stdout, done.returncode) == ("", 1)
    assert SENTENCE.fullmatch(done.stderr)
    assert sentence in done.stderr
    again = user.run("refresh", "--force")
    assert (again.stdout, again.returncode) == ("", 1)
    assert SENTENCE.fullmatch(again.stderr)
    assert len(api.requests) == forced


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"lasts": -3600}, "has expired: open Claude Code"),
        ({"token": ""}, "log in again"),
        ({"scopes": ["user:inference"]}, "lacks the scope user:profile"),
    ],
)
def test_an_unusable_login_is_reported(
    user: User, api: ApiServer, more: dict[str, object], sentence: str
) -> None:
    """Each kind of unusable login has its own sentence and status 1, without a call."""
    user.log_in(**more)  # type: ignore[arg-type]
    done = user.run("refresh", "--force")
    assert (done.stdout, done.returncode) == ("", 1)
    assert SENTENCE.fullmatch(done.stderr)
    assert sentence in done.stderr
    assert api.requests == []


def test_a_refused_base_is_reported(user: User, api: ApiServer) -> None:
    """A refused base is reported with the name of the variable, without a call."""
    done = user.run("refresh", environ={"CLAUDE_STATUS_API_BASE": "http://localhost:1"})
    assert "CLAUDE_STATUS_API_BASE is refused" in done.stderr
    assert done.returncode == 1
    assert api.requests == []


def test_ignored_settings_are_reported_to_a_person_only(user: User, api: ApiServer) -> None:
    """A typed refresh reports ignored settings; prompts and the background stay silent."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('ttl = "often"\ncolour = true\n')
    done = user.run("refresh")
    wrong, unknown = done.stderr.splitlines()
    assert re.match(r"claude-status: \S+: ttl: must be a whole number", wrong)
    assert re.match(r"claude-status: \S+: there is no setting 'colour'", unknown)
    assert (done.stdout[:5], done.returncode) == ("asked", 0)
    assert user.run().stderr == ""
    assert user.run("refresh", "--background").stderr == ""
    assert len(api.requests) == 1


def test_a_short_wait_is_given_in_words(user: User, api: ApiServer) -> None:
    """A wait of seconds is given in words, not as ``<1m``."""
    api.answer = server.SERVER_ERROR
    said = user.run("refresh").stderr
    assert said.endswith(" The next try is in less than a minute.\n")


@pytest.mark.slow
def test_a_server_that_drips_is_left_at_the_deadline(user: User, api: ApiServer) -> None:
    """The program gives up on a slow server after ten seconds, and redraws the frames."""
    api.answer = server.DRIPPING_BODY
    done = user.run("refresh")
    assert "did not answer within 10 s" in done.stderr
    assert done.returncode == 1
    assert user.refresh_at() <= time.time() + 30


@pytest.mark.parametrize(
    "body", [{}, {"usage": {"session": 3}}, {"five_hour": {"utilization": "x"}}]
)
def test_an_answer_without_numbers_is_reported(
    user: User, api: ApiServer, body: dict[str, object]
) -> None:
    """Every command reports an answer without numbers, until one with numbers comes."""
    for known in (False, True):
        api.answer = ok(body)
        for done in (user.run("refresh", "--force"), user.run("refresh")):
            assert (done.returncode, done.stdout) == (1, "")
            assert NO_NUMBER in done.stderr
        for command in (["show"], ["--format", "json"], ["doctor"]):
            assert NO_NUMBER in " ".join(user.run(*command).stdout.split())
        if not known:
            assert NO_NUMBER in user.run("check", "--max", "90").stderr
            api.answer = ok(usage_body(time.time()))
            assert user.run("refresh", "--force").returncode == 0
            for command in (["show"], ["--format", "json"], ["doctor"]):
                assert "no number" not in user.run(*command).stdout
