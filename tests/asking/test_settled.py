"""A typed refresh that says from small files that nothing is due, and when it must not."""

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

AGO = 100  # seconds since the refresh before


@pytest.fixture
def user(home: Path, api: ApiServer) -> User:
    """A user who is logged in, and whose last refresh was a moment ago."""
    user = User(home, api.url)
    login = user.log_in()
    os.utime(login, (time.time() - AGO,) * 2)
    user.refresh()
    return user


def answered(user: User, **environ: str) -> bool:
    """Whether it takes no more than small files to answer."""
    return settled.answer({**user.environ, **environ}, time.time()) is not None


def test_the_answer_is_that_of_a_whole_refresh(user: User) -> None:
    """Both say the same line, and the same time of the next call."""
    short = user.run("refresh")
    (user.account.home / settled.NOTE).unlink()
    whole = user.run("refresh")
    assert "not due: 5h 42%" in short.stdout
    assert (short.stdout, short.returncode) == (whole.stdout, whole.returncode)


def later(path: Path) -> None:
    """Date a file a while after now."""
    os.utime(path, (time.time() + AGO,) * 2)


def log_in_anew(user: User) -> None:
    """Claude Code writes another login."""
    later(user.log_in(lasts=1000))


def change_settings(user: User) -> None:
    """There is a settings file now."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("max_width = 30\n")


def spoil_a_dialect(user: User) -> None:
    """A file of frames is none any more."""
    (user.account.frames / "zsh").write_text("spoilt\n")


def lose_a_dialect(user: User) -> None:
    """A file of frames is gone."""
    (user.account.frames / "tmux").unlink()


def lose_the_store(user: User) -> None:
    """The database is gone."""
    shutil.rmtree(user.account.store)


def draw_by_a_push(user: User) -> None:
    """A session of Claude Code had the frames drawn anew."""
    path = user.account.frames / "plain"
    header, rest = path.read_text().split("\n", 1)
    start, text = rest.split(" ", 1)
    path.write_text(f"{header}\n{int(start) - 1} {text}")


def write_claude_json(user: User) -> None:
    """Claude Code's state is newer."""
    path = user.account.claude_json
    path.write_text("{}")
    later(path)


@pytest.mark.parametrize(
    "change",
    [
        log_in_anew, change_settings, spoil_a_dialect, lose_a_dialect, lose_the_store,
        draw_by_a_push, write_claude_json,
    ],
)  # fmt: skip
def test_what_has_changed_takes_a_refresh(user: User, change: Callable[[User], None]) -> None:
    """Whatever a refresh looks at, or would mend, is left to one."""
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
def test_another_environment_takes_a_refresh(user: User, environ: dict[str, str]) -> None:
    """What one environment was told is not the answer to another."""
    assert not answered(user, **environ)


@pytest.mark.parametrize("answer", [throttled("60"), ok({}), Answer(status=500)], ids=str)
def test_what_went_wrong_is_said_each_time(user: User, api: ApiServer, answer: Answer) -> None:
    """While the API gives no numbers, a typed refresh says why, and ends with 1."""
    api.answer = answer
    user.refresh(force=True)
    assert not answered(user)
    done = user.run("refresh")
    assert (done.stdout, done.returncode) == ("", 1)


def test_settings_that_are_wrong_are_said_each_time(user: User) -> None:
    """A sentence about the settings file is not lost because nothing is due."""
    change_settings(user)
    path = user.home / ".config/claude-status/config.toml"
    path.write_text("max_widht = 30\n")
    os.utime(path, (time.time() - AGO,) * 2)
    user.run("refresh")
    assert "max_widht" in user.run("refresh").stderr


def test_the_time_of_the_next_call_ends_it(user: User) -> None:
    """When the call is due, a refresh decides."""
    found = settled.answer(user.environ, time.time())
    assert found
    assert settled.answer(user.environ, found[1]) is None


def test_a_refresh_where_nothing_is_new_syncs_nothing(user: User) -> None:
    """Neither a typed nor a started one has anything put on the disk at once."""
    trace = user.home / "trace"
    for words in (["refresh"], ["refresh", "--background"], ["--format", "json"]):
        subprocess.run(
            [program("strace"), "-f", "-o", str(trace), "-e", "trace=fsync,fdatasync,sync",
             *user.command(*words)],
            env=user.environ, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        assert "sync(" not in trace.read_text(), words


def test_no_other_reader_is_kept_from_its_refresh(user: User) -> None:
    """The answer takes no slot: a prompt that is due starts its refresh all the same."""
    user.run("refresh")
    kick(str(user.account.home), time.time(), prompt=True, environ=user.environ)
    assert list(user.account.home.glob("kick.*"))
