"""The line, as a person or a status bar runs it."""

from __future__ import annotations

import json
import re
import shlex
import time
from pathlib import Path

import pytest

from claude_status.render.dialects import DIALECTS
from tests import server
from tests.bodies import usage_body
from tests.screen import Screen
from tests.server import Answer, ApiServer, ok, throttled
from tests.support import User, clock_ahead, until

LINE = re.compile(r"5h 42% 2h1[23]m · 7d 17%")


def test_the_first_line_asks_in_the_background(user: User, api: ApiServer) -> None:
    """Without a terminal the first call prints nothing, and starts a refresh."""
    done = user.run()
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    api.wait_for(1)
    until(user.is_drawn)
    assert LINE.fullmatch(user.run().stdout.strip())
    assert len(api.requests) == 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_format_is_what_the_frames_say(user: User, dialect: str) -> None:
    """``--format`` prints the text that a prompt would read."""
    user.refresh()
    begun = time.time()
    shown = user.run("--format", dialect).stdout
    assert shown.rstrip("\n") in {user.line(when, dialect) for when in (begun, time.time())}


def test_max_width_is_kept(user: User) -> None:
    """``--max-width`` leaves out what does not fit, down to nothing."""
    user.refresh()
    assert user.run("--max-width", "20").stdout == "5h 42% · 7d 17%\n"
    assert user.run("--max-width", "15").stdout == "5h 42% · 7d 17%\n"
    assert user.run("--max-width", "3").stdout == ""
    assert user.run("--max-width", "0").returncode == 2


@pytest.mark.parametrize(
    ("settings", "words", "sentence"),
    [
        ("hide_below = 50", "", "Nothing has reached 50% (hide_below): `claude-status show`"),
        ("", "--max-width 3", "The line does not fit into 3 columns: allow more."),
        ('template = "{fable}"', "", "The template names no number that is known: see "),
        ('template = "{fable}"\nhide_below = 50', "", "The template names no number "),
    ],
)  # fmt: skip
def test_an_empty_line_is_explained(
    user: User, api: ApiServer, settings: str, words: str, sentence: str
) -> None:
    """A person who types the command learns why the line is empty, without a call."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(settings)
    user.run("refresh")
    calls = len(api.requests)
    with Screen(user.command(*words.split()), user.environ, columns=120) as screen:
        screen.until(f"claude-status: {sentence}")
        assert "No data" not in screen.text()
        assert "Asking" not in screen.text()
    assert len(api.requests) == calls


def test_json_is_one_object_whatever_is_known(user: User, api: ApiServer) -> None:
    """Before the first reading the state is ``unknown``; afterwards there are numbers."""
    before = json.loads(user.run("--format", "json").stdout)
    assert (before["schema"], before["state"], before["limits"]) == (1, "unknown", [])
    until(user.is_drawn)
    after = json.loads(user.run("--format", "json").stdout)
    assert (after["state"], after["source"], after["plan"]) == ("fresh", "endpoint", "max")
    assert [limit["percent"] for limit in after["limits"]] == [42, 17]
    assert LINE.fullmatch(after["line"])
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    ("answer", "login", "problem"),
    [
        (None, {"lasts": -60}, r"The Claude Code login in \S+ has expired: open Claude Code.*\."),
        (server.UNAUTHORIZED, {}, r"The API refused this login: open Claude Code to renew it\."),
        (throttled("1600"), {}, r".*\(429\)\."),
    ],
    ids=["expired", "refused", "throttled"],
)
def test_json_says_why_no_call_is_made(
    user: User, api: ApiServer, answer: Answer | None, login: dict[str, float], problem: str
) -> None:
    """``problem`` says why there are no newer numbers; the old ones stay, without a call."""
    user.refresh()
    assert json.loads(user.run("--format", "json").stdout)["problem"] is None
    if login:
        user.log_in(**login)
    if answer:
        api.answer = answer
        user.refresh(force=True)
    asked = len(api.requests)
    output = json.loads(user.run("--format", "json").stdout)
    assert re.fullmatch(problem, output["problem"])
    assert [limit["percent"] for limit in output["limits"]] == [42, 17]
    assert len(api.requests) == asked


def test_a_stale_line_is_printed_and_refreshed(user: User, api: ApiServer, tmp_path: Path) -> None:
    """An old line is printed at once with its mark, and a refresh is started."""
    user.refresh()
    later = clock_ahead(tmp_path / "later", 3000)
    api.answer = ok(usage_body(time.time() + 3000, 50))
    assert user.run(environ=later).stdout.startswith("5h ~42%")
    api.wait_for(2)
    until(lambda: user.line(time.time() + 3000).startswith("5h 50%"))
    assert len(api.requests) == 2


def test_a_line_on_a_terminal_asks_in_the_foreground(user: User) -> None:
    """The first call on a terminal says that it asks, then prints the line in colour."""
    with Screen(user.command(), user.environ) as screen:
        screen.until("7d 17%")
        assert screen.row(0) == "Asking for the usage ..."
        assert LINE.fullmatch(screen.row(1))
        assert screen.colours("5h 42%") == {"808080", "default"}


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({"NO_COLOR": "1"}, r"5h 42% 2h1\dm · 7d 17%"),
        ({"TERM": "dumb"}, r"5h 42% 2h1\dm · 7d 17%"),
        ({"LC_ALL": "C"}, r"5h 42% 2h1\dm - 7d 17%"),
        ({"LC_ALL": "de_DE.UTF-8", "NO_COLOR": ""}, r"\x1b.*5h .*42%.* 2h1\dm · 7d .*17%.*"),
    ],
    ids=str,
)
def test_a_terminal_gets_what_it_can_show(user: User, environ: dict[str, str], line: str) -> None:
    """On a terminal, NO_COLOR, TERM and the locale decide about colours and UTF-8."""
    user.refresh()
    with Screen(user.command(), {**user.environ, **environ}) as screen:
        screen.until("17%")
        assert re.fullmatch(line, screen.raw.decode().strip())


def test_a_terminal_without_a_login_gets_a_hint(user: User, api: ApiServer) -> None:
    """Without numbers and a login, a terminal gets a hint, and no call is made."""
    user.log_in().unlink()
    with Screen(user.command(), user.environ, columns=200) as screen:
        assert "run `claude` and log in" in screen.until("/login")
    assert api.requests == []


def test_a_terminal_with_numbers_of_yesterday_gets_a_hint(
    user: User, api: ApiServer, tmp_path: Path
) -> None:
    """Numbers too old to be shown count as none: a hint on stderr, and status 1."""
    user.refresh(time.time() - 25 * 3600)
    user.log_in(lasts=-60)
    errors = tmp_path / "errors"
    typed = " ".join(map(shlex.quote, user.command()))
    shell = ["/bin/sh", "-c", f"{typed} 2>{errors}; echo status=$?"]
    with Screen(shell, user.environ) as screen:
        assert screen.until("status=").strip() == "status=1"
    asking, hint = errors.read_text().splitlines()
    assert asking == "Asking for the usage ..."
    assert "has expired: open Claude Code" in hint
    assert len(api.requests) == 1


def test_a_terminal_with_numbers_of_yesterday_asks_for_new_ones(user: User) -> None:
    """Numbers too old to be shown are asked for at once, if possible."""
    user.refresh(time.time() - 25 * 3600)
    with Screen(user.command(), user.environ) as screen:
        screen.until("7d 17%")


def test_a_prompt_without_a_login_gets_nothing(user: User, api: ApiServer) -> None:
    """Without a terminal nothing is printed, and the next refresh is not due at once."""
    user.log_in().unlink()
    assert user.run().stdout == ""
    until(user.is_drawn)
    assert user.frames()[0][1] == ""
    assert user.refresh_at() > time.time() + 30
    assert api.requests == []
