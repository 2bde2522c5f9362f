"""The real Claude Code, at work in every way that once brought back old numbers.

In all of them, no place shows a number without ``~`` that is more than a point, or more than a
minute, behind what the API has sent.
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
from tests.real_claude.anthropic import ACCOUNT, TEXT, Anthropic, Block, tool_use
from tests.real_claude.conftest import configure
from tests.real_claude.desk import CLAUDE, SECOND, Desk
from tests.server import ApiServer, ok
from tests.support import User

pytestmark = [pytest.mark.real_claude, pytest.mark.timeout(600)]

MINUTE = 60
MINUTES = float(os.environ.get("REAL_CLAUDE_MINUTES", "10"))  # of the long test
ROUNDS, PAUSE = 20, 4.0  # how often a subagent works, and for how many seconds
APART = MINUTE + 5  # after so many seconds a push, if taken for new, would replace a higher one
ON_THE_WAY = 5  # seconds that an answer may take to reach all places
LINE = re.compile(r"5h (~?)(\d+)%")
OTHER = "00000000-0000-0000-0000-000000000009"
ALLOWED = {
    "defaultMode": "default",
    "allow": ["Task", "Agent", "Read"],
}  # Agent was called Task before 2.1.330


@pytest.fixture
def desk(user: User, claude: str, tmp_path: Path) -> Iterator[Desk]:
    """A desk with our line in Claude Code, bash and tmux, where sessions update each second."""
    (user.home / ".bashrc").write_text("PS1='$ '\n")
    settings = user.account.config_dir / "settings.json"
    settings.write_text(json.dumps({"permissions": ALLOWED}))
    configure(user, "statusline", "claude_json")
    assert user.run("install", "claude", "bash").returncode == 0
    written = json.loads(settings.read_text())
    written["statusLine"]["refreshInterval"] = 1
    settings.write_text(json.dumps(written))
    with Desk(user, claude, tmp_path / "tmux") as desk:
        yield desk


def shown(user: User, desk: Desk, *sessions: str) -> dict[str, tuple[str, int]]:
    """The mark and the percentage of the five hours in each place, including those sessions."""
    texts = {
        **{session: desk.text(session) for session in (CLAUDE, *sessions)},
        "bash": desk.prompt(),
        "tmux": desk.bar(),
        "JSON": json.loads(user.run("--format", "json").stdout)["line"],
    }
    found = {place: LINE.findall(text) for place, text in texts.items()}
    return {place: (marks[-1][0], int(marks[-1][1])) for place, marks in found.items() if marks}


def assert_honest(user: User, desk: Desk, anthropic: Anthropic, *sessions: str) -> None:
    """Each place has a number, which is marked or else recent and at most a point off."""
    before = time.time()
    found = shown(user, desk, *sessions)
    assert len(found) == 4 + len(sessions), found
    recent = since(anthropic, before - MINUTE)
    current = since(anthropic, before - ON_THE_WAY)
    for place, (mark, percent) in found.items():
        is_near = any(abs(percent - each) <= 1 for each in current)
        assert mark or (is_near and percent in recent), (place, found, current, recent)


def since(anthropic: Anthropic, begin: float) -> list[int]:
    """The percentages that the API has sent since then, and the last one before."""
    earlier = [percent for when, percent in anthropic.said if when <= begin]
    later = [percent for when, percent in anthropic.said if when > begin]
    return [math.floor(percent) for percent in (*earlier[-1:], *later)]


def assert_honest_for(
    seconds: float, user: User, desk: Desk, anthropic: Anthropic, *sessions: str
) -> None:
    """Check this for some time, in which idle sessions repeat what they know."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert_honest(user, desk, anthropic, *sessions)


def answer(desk: Desk, anthropic: Anthropic, percent: float, pane: str = CLAUDE) -> None:
    """Get an answer in a session, with this percentage, and give it time to reach all places."""
    anthropic.limits = {"5h": percent, "7d": 17}
    asked = len(anthropic.said)
    desk.type(pane, f"say hello at {percent}")
    desk.until(pane, lambda text: len(anthropic.said) > asked and f"5h {percent}%" in text)
    time.sleep(ON_THE_WAY)


def everywhere(user: User, desk: Desk, *sessions: str) -> set[tuple[str, int]]:
    """What the places show: a single element if all agree."""
    return set(shown(user, desk, *sessions).values())


def as_of(user: User) -> float:
    """The time at which the session's number was true."""
    data = json.loads(user.run("--format", "json").stdout)
    return time.time() - next(x["age_seconds"] for x in data["limits"] if x["key"] == "five_hour")


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
    time.sleep(ON_THE_WAY)
    begun = time.time()
    while done < ROUNDS and time.time() - begun < 3 * ROUNDS * PAUSE:
        assert_honest(user, desk, anthropic)
    assert done == ROUNDS
    assert time.time() - begun > MINUTE
    time.sleep(ON_THE_WAY)
    assert everywhere(user, desk) == {("", 42 + ROUNDS)}


def test_clear(user: User, desk: Desk, anthropic: Anthropic) -> None:
    """After /clear the session repeats its old number, which is not taken for new."""
    answer(desk, anthropic, 42)
    desk.open_second()
    answer(desk, anthropic, 50, SECOND)
    last = anthropic.said[-1][0]
    assert_honest_for(APART, user, desk, anthropic, SECOND)
    desk.type(CLAUDE, "/clear")
    desk.until(CLAUDE, lambda text: "say hello" not in text)
    assert_honest_for(15, user, desk, anthropic, SECOND)
    assert everywhere(user, desk, SECOND) == {("", 50)}
    assert as_of(user) <= last + 3
    answer(desk, anthropic, 51)
    assert everywhere(user, desk, SECOND) == {("", 51)}


def test_resume_in_a_second_terminal(user: User, desk: Desk, anthropic: Anthropic) -> None:
    """A session resumed in a second terminal changes nothing before its first answer there."""
    answer(desk, anthropic, 42)
    session = next(user.account.config_dir.glob("projects/*/*.jsonl")).stem
    desk.open_second()
    answer(desk, anthropic, 50, SECOND)
    answer(desk, anthropic, 55)
    last = anthropic.said[-1][0]
    assert_honest_for(APART, user, desk, anthropic, SECOND)
    desk.type(SECOND, f"/resume {session}")
    desk.until(SECOND, lambda text: "say hello at 55" in text)
    assert_honest_for(15, user, desk, anthropic, SECOND)
    assert everywhere(user, desk, SECOND) == {("", 55)}
    assert as_of(user) <= last + 3
    answer(desk, anthropic, 56, SECOND)
    assert_honest_for(15, user, desk, anthropic, SECOND)
    assert everywhere(user, desk, SECOND) == {("", 56)}
    answer(desk, anthropic, 57)
    assert everywhere(user, desk, SECOND) == {("", 57)}


def test_a_switched_login(user: User, desk: Desk, anthropic: Anthropic, api: ApiServer) -> None:
    """After /login the new account is shown, and the old session does not bring back its own."""
    answer(desk, anthropic, 42)
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
    time.sleep(ON_THE_WAY)
    end = time.monotonic() + 15
    while time.monotonic() < end:  # while the old session goes on repeating its number
        assert everywhere(user, desk) == {("", 7)}


@pytest.mark.timeout(60 * (MINUTES + 10))
def test_two_sessions_for_long(user: User, desk: Desk, anthropic: Anthropic) -> None:
    """Two sessions answer in turns for ten minutes, and each place shows the latest of both."""
    desk.open_second()
    begun, number = time.time(), 0
    while time.time() - begun < MINUTES * MINUTE:
        number += 1
        percent = min(99, 20 + number)
        answer(desk, anthropic, percent, (CLAUDE, SECOND)[number % 2])
        assert_honest_for(4, user, desk, anthropic, SECOND)
        assert everywhere(user, desk, SECOND) == {("", percent)}
