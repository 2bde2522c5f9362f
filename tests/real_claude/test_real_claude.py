"""The real Claude Code feeds every place, repeats no old number, and reports its usage."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bodies import usage_body
from tests.real_claude.anthropic import SAID, Anthropic
from tests.real_claude.conftest import configure, record_usage
from tests.real_claude.desk import CLAUDE, Desk
from tests.server import ApiServer, ok, throttled
from tests.support import User

pytestmark = [pytest.mark.real_claude, pytest.mark.timeout(600)]

HOUR = 3600
LINE = r"5h 42% 2h1[345]m · 7d 17%"


@pytest.fixture
def pushes(user: User) -> Path:
    """The file in which the user's own status line, which ours wraps, records its input."""
    path = user.home / "pushes"
    command = f"""read -r line; printf '%s\\n' "$line" >>{path}"""
    theirs = {"type": "command", "command": command, "refreshInterval": 1}
    settings = user.account.config_dir / "settings.json"
    settings.write_text(json.dumps({"statusLine": theirs}))
    (user.home / ".bashrc").write_text("PS1='$ '\n")
    configure(user, "statusline", "claude_json")
    said = run(user, "install", "claude", "bash")
    assert said.count("added to") == 2
    return path


@pytest.fixture
def desk(user: User, claude: str, pushes: Path, tmp_path: Path) -> Iterator[Desk]:
    """The user's desk."""
    with Desk(user, claude, tmp_path / "tmux") as desk:
        yield desk


def run(user: User, *arguments: str) -> str:
    """What one of our commands prints, which must succeed."""
    done = user.run(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def repeats(pushes: Path, percent: float) -> int:
    """How often a session has reported this percentage of the five hours."""
    inputs = [json.loads(line) for line in pushes.read_text().splitlines()]
    windows = [each["rate_limits"]["five_hour"] for each in inputs if "rate_limits" in each]
    return sum(window["used_percentage"] == pytest.approx(percent) for window in windows)


def test_a_session_feeds_the_machine(
    user: User, desk: Desk, pushes: Path, anthropic: Anthropic, api: ApiServer
) -> None:
    """After one answer the line is in the session and in bash's prompt, without a call."""
    desk.type(CLAUDE, "say hello")
    desk.until(CLAUDE, lambda text: SAID in text and "5h 42%" in text)

    assert re.search(LINE, desk.text(CLAUDE))
    assert re.fullmatch(LINE + r" \$", desk.prompt())
    assert (len(api.requests), anthropic.count("/api/oauth/usage")) == (0, 0)


def test_an_idle_session_does_not_win(
    user: User, desk: Desk, pushes: Path, anthropic: Anthropic, api: ApiServer
) -> None:
    """A lower number that is newer stays, however often a session repeats its old one."""
    desk.type(CLAUDE, "say hello")
    desk.until(CLAUDE, lambda text: "5h 42%" in text)

    api.answer = ok(usage_body(time.time(), five_hour=3))
    configure(user, "statusline", "claude_json", "endpoint")
    assert run(user, "refresh", "--force").startswith("asked: 5h 3%")
    before = repeats(pushes, 42)
    desk.until(CLAUDE, lambda _: repeats(pushes, 42) >= before + 4)

    assert "5h 3%" in desk.text(CLAUDE)
    assert desk.prompt().startswith("5h 3%")

    anthropic.limits = {"5h": 4, "7d": 17}
    desk.type(CLAUDE, "say it again")
    desk.until(CLAUDE, lambda text: "5h 4%" in text)
    assert desk.prompt().startswith("5h 4%")
    assert len(api.requests) == 1


def test_claude_code_tells_its_usage_and_renews_its_login(
    user: User, claude: str, anthropic: Anthropic, api: ApiServer
) -> None:
    """With an expired login, one refresh gets the numbers, and a renewed login."""
    user.environ.update(CLAUDECODE="1", CLAUDE_CODE_OAUTH_TOKEN="x")
    configure(user, "endpoint", "claude_cli", claude_command=claude)
    login = user.log_in(lasts=-HOUR)

    assert run(user, "refresh").startswith("asked: 5h 42%")
    assert (anthropic.count("/v1/oauth/token"), anthropic.count("/api/oauth/usage")) == (1, 1)
    assert "Renewed" in login.read_text()
    assert (anthropic.count("/v1/messages"), len(api.requests)) == (0, 0)
    assert os.listdir(user.home / "tmp") == []
    assert list(user.account.config_dir.glob("projects/*/*")) == []
    assert claude not in subprocess.check_output(["ps", "axww"], text=True)

    api.answer = ok(usage_body(time.time(), five_hour=7))
    assert run(user, "refresh", "--force").startswith("asked: 5h 7%")
    assert len(api.requests) == 1


def test_a_refusal_of_claude_code_is_no_reading(
    user: User, claude: str, anthropic: Anthropic
) -> None:
    """If the API refuses Claude Code, its recorded numbers are not taken for new ones."""
    configure(user, "claude_cli", claude_command=claude)
    record_usage(user, usage_body(time.time(), five_hour=12), age=HOUR / 4)
    anthropic.usage = throttled()
    done = user.run("refresh")

    assert (done.returncode, anthropic.count("/api/oauth/usage")) == (1, 1)
    assert "Claude Code itself" in done.stderr
    assert user.line(time.time()) == ""
