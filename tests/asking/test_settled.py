"""When a typed refresh can answer "not due" from small files alone, and when it cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from claude_status.asking import settled
from claude_status.frames_read import kick
from tests.conftest import program
from tests.server import Answer, ApiServer, ok, throttled
from tests.support import User

AGO = 100  # seconds since the previous refresh


@pytest.fixture
def user(home: Path, api: ApiServer) -> User:
    """A user who is logged in and has just refreshed."""
    user = User(home, api.url)
    login = user.log_in()
    os.utime(login, (time.time() - AGO,) * 2)
    user.refresh()
    return user


def answered(user: User, **environ: str) -> bool:
    """Whether small files are enough for the answer."""
    return settled.answer({**user.environ, **environ}, time.time()) is not None


def test_the_answer_is_that_of_a_whole_refresh(user: User) -> None:
    """It prints the same line and the same time of the next call as a whole refresh."""
    short = user.run("refresh")
    (user.account.home / settled.NOTE).unlink()
    whole = user.run("refresh")
    assert "not due: 5h 42%" in short.stdout
    assert (short.stdout, short.returncode) == (whole.stdout, whole.returncode)


def later(path: Path) -> None:
    """Set a file's date to a time after now."""
    os.utime(path, (time.time() + AGO,) * 2)


def log_in_again(user: User) -> None:
    """Have Claude Code store another login."""
    later(user.log_in(lasts=1000))


def change_settings(user: User) -> None:
    """Create a settings file."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("max_width = 30\n")


def spoil_a_dialect(user: User) -> None:
    """Overwrite a file of frames."""
    (user.account.frames / "zsh").write_text("spoilt\n")


def lose_a_dialect(user: User) -> None:
    """Delete a file of frames."""
    (user.account.frames / "tmux").unlink()


def lose_the_store(user: User) -> None:
    """Delete the database."""
    shutil.rmtree(user.account.store)


def draw_by_a_push(user: User) -> None:
    """Change the frames, as a push from Claude Code does."""
    path = user.account.frames / "plain"
    header, rest = path.read_text().split("\n", 1)
    start, text = rest.split(" ", 1)
    path.write_text(f"{header}\n{int(start) - 1} {text}")


def write_claude_json(user: User) -> None:
    """Have Claude Code write its state."""
    path = user.account.claude_json
    path.write_text("{}")
    later(path)


@pytest.mark.parametrize(
    "change",
    [
        log_in_again, change_settings, spoil_a_dialect, lose_a_dialect, lose_the_store,
        draw_by_a_push, write_claude_json,
    ],
)  # fmt: skip
def test_any_change_needs_a_refresh(user: User, change: Callable[[User], None]) -> None:
    """A change of anything that a refresh reads or would repair requires a whole refresh."""
    assert answered(user)
    change(user)
    assert not answered(user)


@pytest.mark.parametrize(
    "environ",
    [{"CLAUDE_STATUS_API_BASE": "http://example.org"}, {"XDG_CONFIG_HOME": "/else"},
     {"CLAUDE_STATUS_CONFIG": "/dev/null"}, {"CLAUDE_CONFIG_DIR": "/another"},
     {"CLAUDE_CONFIG_DIR": "relative"}],
    ids=str,
)  # fmt: skip
def test_another_environment_needs_a_refresh(user: User, environ: dict[str, str]) -> None:
    """The answer for one environment is not used for another."""
    assert not answered(user, **environ)


@pytest.mark.parametrize("answer", [throttled("60"), ok({}), Answer(status=500)], ids=str)
def test_a_failure_is_reported_each_time(user: User, api: ApiServer, answer: Answer) -> None:
    """While the API gives no numbers, each typed refresh exits with 1."""
    api.answer = answer
    user.refresh(force=True)
    assert not answered(user)
    done = user.run("refresh")
    assert (done.stdout, done.returncode) == ("", 1)


def test_invalid_settings_are_reported_each_time(user: User) -> None:
    """An invalid setting is reported even if no call is due."""
    change_settings(user)
    path = user.home / ".config/claude-status/config.toml"
    path.write_text("max_widht = 30\n")
    os.utime(path, (time.time() - AGO,) * 2)
    user.run("refresh")
    assert "max_widht" in user.run("refresh").stderr


def test_a_due_call_needs_a_refresh(user: User) -> None:
    """Once the next call is due, small files are no longer enough."""
    found = settled.answer(user.environ, time.time())
    assert found
    assert settled.answer(user.environ, found[1]) is None


def test_a_refresh_where_nothing_is_new_syncs_nothing(user: User) -> None:
    """If nothing is new, neither a refresh nor a poll syncs a file to the disk."""
    trace = user.home / "trace"
    for words in (["refresh"], ["refresh", "--background"], ["--format", "json"]):
        subprocess.run(
            [program("strace"), "-f", "-o", str(trace), "-e", "trace=fsync,fdatasync,sync",
             *user.command(*words)],
            env=user.environ, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        assert "sync(" not in trace.read_text(), words


def test_no_other_reader_is_kept_from_its_refresh(user: User) -> None:
    """The short answer takes no slot, so a prompt can still start a refresh."""
    user.run("refresh")
    kick(str(user.account.home), time.time(), prompt=True, environ=user.environ)
    assert list(user.account.home.glob("kick.*"))
