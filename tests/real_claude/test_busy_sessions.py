"""The real Claude Code at work in every way that once brought old numbers back.

In all of them no place shows a number without ``~`` that is more than a point, and more than a
minute, behind what the API has said.
"""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.bodies import usage_body
from tests.real_claude.anthropic import ACCOUNT, SAID, TEXT, Anthropic, Block, tool_use
from tests.real_claude.conftest import configure
from tests.real_claude.desk import BASH, CLAUDE, Desk
from tests.server import ApiServer, ok
from tests.support import User

pytestmark = [pytest.mark.real_claude, pytest.mark.timeout(1200)]

MINUTE = 60
MINUTES = float(os.environ.get("REAL_CLAUDE_MINUTES", "10"))  # of the long test
ROUNDS, PAUSE = 24, 3.0  # of a subagent's work, seconds each
LINE = re.compile(r"5h (~?)(\d+)%")
OTHER = "00000000-0000-0000-0000-000000000009"


@pytest.fixture
def allowed() -> list[str]:
    """Tools that need no approval; none, but in the tests of a class."""
    return []


@pytest.fixture
def desk(user: User, claude: str, allowed: list[str], tmp_path: Path) -> Iterator[Desk]:
    """A desk with our line in Claude Code and in bash, and a session that ticks each second."""
    (user.home / ".bashrc").write_text("PS1='$ '\n")
    configure(user, "statusline", "claude_json")
    assert user.run("install", "claude", "bash").returncode == 0
    (user.home / "bin" / "claude").symlink_to(claude)
    settings = user.account.config_dir / "settings.json"
    written = json.loads(settings.read_text())
    written["statusLine"]["refreshInterval"] = 1
    if allowed:
        written["permissions"] = {"defaultMode": "default", "allow": allowed}
    settings.write_text(json.dumps(written))
    with Desk(user, claude, tmp_path / "tmux") as desk:
        yield desk


def read(user: User, desk: Desk) -> dict[str, tuple[str, int]]:
    """What each place shows of the session: the mark and the percentage."""
    texts = {
        "Claude Code": desk.text(CLAUDE),
        "bash": desk.prompt(),
        "JSON": json.loads(user.run("--format", "json").stdout)["line"],
        "tmux": user.line(time.time(), "tmux"),
    }
    found = {place: LINE.findall(re.sub(r"#\[[^]]*\]", "", text)) for place, text in texts.items()}
    return {place: (marks[-1][0], int(marks[-1][1])) for place, marks in found.items() if marks}


def assert_honest(user: User, desk: Desk, anthropic: Anthropic) -> None:
    """No unmarked number is further behind than a point, unless it was true a minute ago."""
    before = time.time()
    shown = read(user, desk)
    recent = {math.floor(percent) for when, percent in anthropic.said if before - when < MINUTE}
    last = math.floor(anthropic.said[-1][1])
    for place, (mark, percent) in shown.items():
        is_near = abs(percent - last) <= 1
        assert mark or is_near or percent in recent, (place, percent, last, recent)


def as_of(user: User) -> float:
    """When the session's number that is shown was true."""
    data = json.loads(user.run("--format", "json").stdout)
    return time.time() - next(x["age_seconds"] for x in data["limits"] if x["key"] == "five_hour")


def hello(desk: Desk) -> None:
    """One answer of the model."""
    desk.type(CLAUDE, "say hello")
    desk.until(CLAUDE, lambda text: SAID in text and "5h " in text)


@pytest.mark.parametrize("allowed", [["Agent", "Task", "Read"]], ids=["with tools"])
def test_subagents_at_work(user: User, desk: Desk, anthropic: Anthropic) -> None:
    """While a subagent works for more than a minute, every place follows its answers."""
    done = 0

    def reply(request: Mapping[str, Any]) -> Block:
        nonlocal done
        tools = {tool["name"] for tool in request.get("tools", [])}
        task = next((name for name in ("Task", "Agent") if name in tools), None)
        text = json.dumps(request["messages"])
        if "work for a while" in text and "WORK" not in text and task:
            arguments = {
                "description": "work",
                "prompt": "WORK",
                "subagent_type": "general-purpose",
            }
            return tool_use(task, arguments)
        if "WORK" in text and "work for a while" not in text and done < ROUNDS:
            done += 1
            time.sleep(PAUSE)
            anthropic.limits = {"5h": 42 + done, "7d": 17}
            return tool_use("Read", {"file_path": str(user.home / "work" / "notes")})
        return TEXT

    (user.home / "work" / "notes").write_text("nothing\n")
    anthropic.reply = reply
    desk.type(CLAUDE, "work for a while")
    desk.until(CLAUDE, lambda text: "5h 4" in text, 60)
    begun = time.time()
    while done < ROUNDS and time.time() - begun < 3 * ROUNDS * PAUSE:
        assert_honest(user, desk, anthropic)
    assert done == ROUNDS
    assert time.time() - begun > MINUTE


def test_clear(user: User, desk: Desk, anthropic: Anthropic) -> None:
    """After /clear the new session repeats the old one's number, and its date stays."""
    hello(desk)
    last = anthropic.said[-1][0]
    time.sleep(5)
    desk.type(CLAUDE, "/clear")
    desk.until(CLAUDE, lambda text: SAID not in text)
    time.sleep(5)
    assert as_of(user) <= last + 3
    anthropic.limits = {"5h": 50, "7d": 17}
    hello(desk)
    desk.until(CLAUDE, lambda text: "5h 50%" in text)
    assert_honest(user, desk, anthropic)


def test_resume_in_a_second_terminal(user: User, desk: Desk, anthropic: Anthropic) -> None:
    """A session resumed beside itself says nothing new until it has an answer of its own."""
    hello(desk)
    last = anthropic.said[-1][0]
    session = next(user.account.config_dir.glob("projects/*/*.jsonl")).stem
    time.sleep(5)
    desk.halve()
    desk.type(BASH, f"cd ~/work; claude --resume {session}")
    desk.until(BASH, lambda text: SAID in text, 60)
    time.sleep(8)
    assert as_of(user) <= last + 3
    anthropic.limits = {"5h": 55, "7d": 17}
    hello(desk)
    desk.until(CLAUDE, lambda text: "5h 55%" in text)
    time.sleep(5)
    assert LINE.findall(desk.text(CLAUDE))[-1] == ("", "55")


def test_a_switched_login(user: User, desk: Desk, anthropic: Anthropic, api: ApiServer) -> None:
    """The first prompt after /login brings the new account, which the old session does not undo."""
    hello(desk)
    configure(user, "statusline", "claude_json", "endpoint")
    api.answer = ok(usage_body(time.time(), five_hour=7))
    state = json.loads(user.account.claude_json.read_text())
    assert state["oauthAccount"]["accountUuid"] == ACCOUNT
    state["oauthAccount"]["accountUuid"] = OTHER
    user.account.claude_json.write_text(json.dumps(state))
    user.log_in(lasts=10 * 365 * 86400, rateLimitTier="default_claude_max_5x")
    desk.prompt()
    deadline = time.time() + 30
    while "5h 7%" not in desk.prompt():
        assert time.time() < deadline
        time.sleep(1)
    for _ in range(5):  # the old session ticks on meanwhile
        time.sleep(2)
        assert "5h 7%" in desk.prompt()
    assert "42%" not in user.line(time.time())


@pytest.mark.timeout(60 * (MINUTES + 10))
def test_two_sessions_for_long(user: User, desk: Desk, anthropic: Anthropic) -> None:
    """Two sessions answer in turns for ten minutes, and each place has the latest of both."""
    desk.halve()
    desk.type(BASH, "cd ~/work; claude")
    desk.until(BASH, lambda text: "Claude Code v" in text, 60)
    begun, number = time.time(), 0
    while time.time() - begun < MINUTES * MINUTE:
        number += 1
        anthropic.limits = {"5h": min(99, 20 + number), "7d": 17}
        pane = (CLAUDE, BASH)[number % 2]
        desk.type(pane, f"say it for the {number}. time")
        wanted = f"5h {min(99, 20 + number)}%"
        desk.until(pane, lambda text, wanted=wanted: wanted in text)  # type: ignore[misc]
        time.sleep(9)
        line = user.line(time.time())
        assert wanted in line
        other = (CLAUDE, BASH)[number % 2 - 1]
        desk.until(other, lambda text, wanted=wanted: wanted in text, 60)  # type: ignore[misc]
