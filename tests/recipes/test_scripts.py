"""The README's recipes for scripts, run word for word by a real shell."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from tests.bodies import usage_body
from tests.recipes.documents import block
from tests.server import SERVER_ERROR, ApiServer, ok
from tests.support import User

JOB = '#!/bin/sh\necho "$0 $*" >>"$HOME/ran"\n'
BATCH = '#!/bin/sh\ncat >>"$HOME/ran"\n'


@pytest.fixture
def user(home: Path, api: ApiServer) -> User:
    """A logged-in user without numbers yet, with a job that records its runs."""
    user = User(home, api.url)
    user.log_in()
    user.install_launcher(home / ".local" / "bin")
    for name, text in (("expensive-job", JOB), (".local/bin/claude", JOB)):
        (home / name).write_text(text)
        (home / name).chmod(0o755)
    return user


def run(user: User, recipe: str) -> int:
    """Run a recipe in the home directory; returns its exit status."""
    environ = {**user.environ, "PATH": f"{user.home}/.local/bin:{user.environ['PATH']}"}
    command = ["bash", "-c", recipe]
    return subprocess.run(command, cwd=user.home, env=environ, check=False, timeout=90).returncode


def recipe(kind: str) -> str:
    """The recipe whose comment begins so; for cron, the command that cron passes to sh."""
    text = block("README.md", "Recipes", f"# {kind}")
    return text.partition("0 2 * * * ")[2] if kind == "cron" else text


def scripts() -> dict[str, str]:
    """The recipes for a job that needs room."""
    first = block("README.md", "Recipes", "# continue")
    again, job = first.split("\n\n")
    return {"again": again, "job": job, "cron": recipe("cron"), "CI": recipe("CI")}


@pytest.mark.parametrize("kind", ["again", "job", "cron", "CI"])
def test_a_job_runs_if_there_is_room(user: User, api: ApiServer, kind: str) -> None:
    """Below the threshold the job runs, even if no number was known before."""
    api.answer = ok(usage_body(time.time(), five_hour=42))
    assert run(user, scripts()[kind]) == 0
    assert len((user.home / "ran").read_text().splitlines()) == 1


@pytest.mark.parametrize(("kind", "status"), [("job", 1), ("cron", 1), ("CI", 0)])
def test_no_job_runs_without_room(user: User, api: ApiServer, kind: str, status: int) -> None:
    """Above the threshold the job does not run; only CI does not count that as a failure."""
    api.answer = ok(usage_body(time.time(), five_hour=85))
    assert run(user, scripts()[kind]) == status
    assert not (user.home / "ran").exists()


@pytest.mark.parametrize("kind", ["again", "job", "cron"])
def test_unknown_is_no_room(user: User, api: ApiServer, kind: str) -> None:
    """If no number is available, the job does not run."""
    api.answer = SERVER_ERROR
    assert run(user, scripts()[kind]) == 3
    assert not (user.home / "ran").exists()


def test_a_batch_does_every_task(user: User, api: ApiServer) -> None:
    """While there is room, each task reaches Claude Code, in order."""
    api.answer = ok(usage_body(time.time(), five_hour=42))
    put_tasks(user)
    assert run(user, recipe("a batch")) == 0
    assert (user.home / "ran").read_text() == "one\ntwo\n"


def test_a_batch_pauses(user: User, api: ApiServer) -> None:
    """Above 90 % the batch waits until another program reads that there is room."""
    api.answer = ok(usage_body(time.time(), five_hour=95))
    put_tasks(user)
    environ = {**user.environ, "PATH": f"{user.home}/.local/bin:{user.environ['PATH']}"}
    with subprocess.Popen(
        ["bash", "-c", recipe("a batch")], cwd=user.home, env=environ, stderr=subprocess.DEVNULL
    ) as batch:
        api.wait_for(1)
        assert not (user.home / "ran").exists()
        api.answer = ok(usage_body(time.time(), five_hour=10))
        assert user.run("refresh", "--force").returncode == 0
        assert batch.wait(60) == 0
    assert (user.home / "ran").read_text() == "one\ntwo\n"


def test_a_batch_ends_if_nothing_is_known(user: User, api: ApiServer) -> None:
    """Without a number no task is started, and the batch ends."""
    api.answer = SERVER_ERROR
    put_tasks(user)
    run(user, recipe("a batch"))
    assert not (user.home / "ran").exists()


def test_two_accounts(user: User, home: Path, api: ApiServer) -> None:
    """The other account's numbers are shown, not the first account's."""
    api.answer = ok(usage_body(time.time(), five_hour=42))
    user.refresh()
    other = User(home, api.url, CLAUDE_CONFIG_DIR=f"{home}/.claude-work")
    other.log_in()
    api.answer = ok(usage_body(time.time(), five_hour=63))
    other.refresh()
    environ = {**user.environ, "PATH": f"{home}/.local/bin:{user.environ['PATH']}"}
    shown = subprocess.run(
        ["bash", "-c", recipe("two accounts")], env=environ, capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    assert "63%" in shown
    assert "42%" not in shown


def put_tasks(user: User) -> None:
    """Create two tasks, and a Claude Code that records its input."""
    (user.home / ".local/bin/claude").write_text(BATCH)
    (user.home / "tasks").mkdir()
    for number, task in enumerate(("one", "two")):
        (user.home / "tasks" / f"{number}.md").write_text(f"{task}\n")
