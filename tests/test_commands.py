"""The line and the refresh, as a person or a status bar runs them."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from claude_status.config import Settings
from claude_status.draw.dialects import DIALECTS
from claude_status.snapshot import take_snapshot
from tests import server
from tests.bodies import usage_body
from tests.screen import Screen
from tests.server import Answer, ApiServer, ok, throttled
from tests.support import HANGING, SENTENCE, User, clock_ahead

LINE = re.compile(r"5h 42% 2h1[23]m · 7d 17%")


def until(true: Callable[[], object], seconds: float = 20) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


# The line


def test_the_first_line_asks_in_the_background(user: User, api: ApiServer) -> None:
    """Off a terminal the very first call prints nothing, and its refresh draws the frames."""
    done = user.run()
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    api.wait_for(1)
    until((user.account.frames / "zsh").exists)
    assert LINE.fullmatch(user.run().stdout.strip())
    assert len(api.requests) == 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_format_is_what_the_frames_say(user: User, dialect: str) -> None:
    """``--format`` prints the same text that a prompt would read."""
    user.refresh()
    begun = time.time()
    shown = user.run("--format", dialect).stdout
    assert shown.rstrip("\n") in {user.line(when, dialect) for when in (begun, time.time())}


def test_a_width_of_ones_own_holds(user: User) -> None:
    """``--max-width`` leaves out what has no room, and everything where nothing has."""
    user.refresh()
    assert user.run("--max-width", "20").stdout == "5h 42% · 7d 17%\n"
    assert user.run("--max-width", "15").stdout == "5h 42% · 7d 17%\n"
    assert user.run("--max-width", "3").stdout == ""


def test_json_is_one_object_whatever_is_known(user: User, api: ApiServer) -> None:
    """Before the first reading its state is ``unknown``; then there are numbers, and an age."""
    before = json.loads(user.run("--format", "json").stdout)
    assert (before["schema"], before["state"], before["limits"]) == (1, "unknown", [])
    until((user.account.frames / "zsh").exists)
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
    """The numbers stay, with a sentence for what keeps newer ones away, and nobody is asked."""
    user.refresh()
    assert json.loads(user.run("--format", "json").stdout)["problem"] is None
    user.log_in(**login)
    if answer:
        api.answer = answer
        user.refresh(force=True)
    asked = len(api.requests)
    told = json.loads(user.run("--format", "json").stdout)
    assert re.fullmatch(problem, told["problem"])
    assert [limit["percent"] for limit in told["limits"]] == [42, 17]
    assert len(api.requests) == asked


def test_a_stale_line_is_printed_and_refreshed(user: User, api: ApiServer, tmp_path: Path) -> None:
    """What is known comes at once, marked as old; the refresh that it starts brings the new."""
    user.refresh()
    later = clock_ahead(tmp_path / "later", 3000)
    api.answer = ok(usage_body(time.time() + 3000, 50))
    assert user.run(environ=later).stdout.startswith("5h ~42%")
    api.wait_for(2)
    until(lambda: user.line(time.time() + 3000).startswith("5h 50%"))
    assert len(api.requests) == 2


def test_a_line_on_a_terminal_asks_in_the_foreground(user: User) -> None:
    """The very first call on a terminal says that it asks, and then prints the line in colour."""
    with Screen(user.command(), user.environ) as screen:
        screen.until("7d 17%")
        assert screen.row(0) == "Asking for the usage ..."
        assert LINE.fullmatch(screen.row(1))
        assert screen.colours("42%") == {"green"}


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({"NO_COLOR": "1"}, r"5h 42% 2h1\dm · 7d 17%"),
        ({"TERM": "dumb"}, r"5h 42% 2h1\dm · 7d 17%"),
        ({"LC_ALL": "C"}, r"5h 42% 2h1\dm - 7d 17%"),
        ({"LC_ALL": "de_DE.UTF-8", "NO_COLOR": ""}, r"5h .*42%.* 2h1\dm · 7d .*17%.*"),
    ],
    ids=str,
)
def test_a_terminal_gets_what_it_can_show(user: User, environ: dict[str, str], line: str) -> None:
    """Without colour, or without signs beyond ASCII, where the environment asks for that."""
    user.refresh()
    with Screen(user.command(), {**user.environ, **environ}) as screen:
        screen.until("17%")
        assert re.fullmatch(line, screen.raw.decode().strip())


def test_a_terminal_without_a_login_hears_what_to_do(user: User, api: ApiServer) -> None:
    """Where there is nothing to show, and nothing to ask with, the line is a hint, and no call."""
    user.log_in().unlink()
    with Screen(user.command(), user.environ, columns=200) as screen:
        assert "run `claude` and log in" in screen.until("/login")
    assert api.requests == []


def test_a_terminal_with_numbers_of_yesterday_hears_what_to_do(
    user: User, api: ApiServer, tmp_path: Path
) -> None:
    """Numbers that are too old to be shown are as good as none: a hint on stderr, status 1."""
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
    """Where they can be had, they are asked for and shown at once."""
    user.refresh(time.time() - 25 * 3600)
    with Screen(user.command(), user.environ) as screen:
        screen.until("7d 17%")


def test_a_prompt_without_a_login_hears_nothing(user: User, api: ApiServer) -> None:
    """The same off a terminal prints nothing, and keeps quiet for a minute."""
    user.log_in().unlink()
    assert user.run().stdout == ""
    until((user.account.frames / "zsh").exists)
    assert user.frames()[0][1] == ""
    assert user.refresh_at() > time.time() + 30
    assert api.requests == []


# The refresh that a person types


def test_a_refresh_says_what_came_of_it(user: User, api: ApiServer) -> None:
    """Asked, then not due, then asked again by force: one line each, and status 0."""
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
        (server.html(403), "does the network want a log-in first? The next try is in", 1),
        (throttled("1600"), "left alone for a while (429). The next try is in 26m.", 1),
        (server.SERVER_ERROR, "status 500", 1),
        (server.CLOSED, "network", 1),
        (server.ERROR_IN_200, "not the API's usage", 1),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_failure_is_one_sentence_and_status_1(
    user: User, api: ApiServer, answer: Answer, sentence: str, forced: int
) -> None:
    """It says what came instead, and when the next try is; nobody can force an earlier one."""
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
def test_a_login_that_cannot_be_used_is_told(
    user: User, api: ApiServer, more: dict[str, object], sentence: str
) -> None:
    """Each kind in a sentence of its own, with status 1, and without a call."""
    user.log_in(**more)  # type: ignore[arg-type]
    done = user.run("refresh", "--force")
    assert (done.stdout, done.returncode) == ("", 1)
    assert SENTENCE.fullmatch(done.stderr)
    assert sentence in done.stderr
    assert api.requests == []


def test_a_base_that_is_refused_is_told(user: User, api: ApiServer) -> None:
    """The name of the variable is in the sentence, and nobody is asked."""
    done = user.run("refresh", environ={"CLAUDE_STATUS_API_BASE": "http://localhost:1"})
    assert "CLAUDE_STATUS_API_BASE is refused" in done.stderr
    assert done.returncode == 1
    assert api.requests == []


def test_settings_that_are_left_out_are_told_where_somebody_reads(
    user: User, api: ApiServer
) -> None:
    """A typed refresh names them and goes on with the defaults; a prompt's line hears nothing."""
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


def test_a_wait_of_seconds_is_told_in_words(user: User, api: ApiServer) -> None:
    """A sentence has no sign in the place of a number."""
    api.answer = server.SERVER_ERROR
    said = user.run("refresh").stderr
    assert said.endswith(" The next try is in less than a minute.\n")


# The refresh that nobody waits for


def test_a_background_refresh_says_nothing(user: User, api: ApiServer) -> None:
    """Whatever comes of it, there is no word and the status is 0."""
    for answer in (server.SERVER_ERROR, server.UNAUTHORIZED):
        api.answer = answer
        user.log_in(lasts=86400 + len(api.requests))
        done = user.run("refresh", "--background")
        assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert user.frames()[0][1] == ""


def stat(pid: int) -> tuple[int, int]:
    """A process's group and its session."""
    return os.getpgid(pid), os.getsid(pid)


def test_a_background_refresh_holds_on_to_nothing(user: User, api: ApiServer) -> None:
    """While it asks it has let go of every stream, of the directory, and of the session."""
    api.answer = HANGING
    output, its_output = os.pipe()
    other, its_other = os.pipe()
    process = user.start(
        "refresh", "--background",
        stdin=subprocess.PIPE, stdout=its_output, stderr=its_output, pass_fds=(its_other,),
    )  # fmt: skip
    try:
        os.close(its_output)
        os.close(its_other)
        api.wait_for(1)
        assert (os.read(output, 1), os.read(other, 1)) == (b"", b"")
        assert stat(process.pid) == (process.pid, process.pid)
        if os.path.isdir("/proc/self"):
            assert os.readlink(f"/proc/{process.pid}/cwd") == "/"
        with pytest.raises(BrokenPipeError):
            os.write(process.stdin.fileno(), b"x")  # type: ignore[union-attr]
    finally:
        process.kill()
        process.wait()
        process.stdin.close()  # type: ignore[union-attr]
        os.close(output)
        os.close(other)


def test_a_background_refresh_leaves_a_group_that_it_leads(user: User, api: ApiServer) -> None:
    """Started as a job of an interactive shell it still gets a session of its own, and works."""
    process = user.start("refresh", "--background", preexec_fn=os.setpgrp)
    assert process.wait(30) == 0
    api.wait_for(1)
    until((user.account.frames / "zsh").exists)


def test_a_background_refresh_ends_by_itself(user: User, api: ApiServer) -> None:
    """The alarm ends it wherever it hangs, even where it was told to ignore alarms."""
    api.answer = HANGING
    code = (
        "import signal; from claude_status import background\n"
        "signal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
        "background.SECONDS = 1; background.run()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=user.environ, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        assert process.communicate(timeout=30)[0] == b""
        assert process.returncode == -signal.SIGALRM
    finally:
        process.kill()
    known = take_snapshot(user.account, Settings(), time.time())
    assert "cut short" in known.asking.reason


@pytest.mark.slow
def test_a_server_that_drips_is_left_at_the_deadline(user: User, api: ApiServer) -> None:
    """The whole program gives up after ten seconds, and draws."""
    api.answer = server.DRIPPING_BODY
    done = user.run("refresh")
    assert "did not answer within 10 s" in done.stderr
    assert done.returncode == 1
    assert user.refresh_at() <= time.time() + 30


def test_an_answer_without_numbers_is_no_reading(user: User, api: ApiServer) -> None:
    """Where the API answers and tells nothing, `refresh` says so and exits with 1."""
    api.answer = ok({})

    done = user.run("refresh")

    assert (done.returncode, done.stdout) == (1, "")
    assert "no number" in done.stderr
