"""The hooks in the real Claude Code: what the model gets to know, and what it is kept from."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping
from typing import Any

import pytest

from tests.bodies import usage_body
from tests.real_claude.anthropic import TEXT, Anthropic, Block, tool_use
from tests.real_claude.conftest import configure
from tests.real_claude.desk import CLAUDE, Desk
from tests.server import ApiServer, ok
from tests.support import User

pytestmark = [pytest.mark.real_claude, pytest.mark.timeout(300)]

STOPPED = "your session (5h) is at 97%, above the 90% that you have set, until it is reset at "


def use(user: User, api: ApiServer, percent: float) -> None:
    """Let so much of the session be used."""
    api.answer = ok(usage_body(time.time(), percent))
    user.run("refresh", "--force")


def ask(user: User, claude: str, *words: str) -> subprocess.CompletedProcess[str]:
    """What ``claude -p`` prints where our hooks are installed."""
    done = user.run("install", "claude-hooks", "--max", "90", "--tell", "70")
    assert "claude-hooks: is now in" in done.stdout or "is already in" in done.stdout
    return subprocess.run(
        [claude, "-p", "say hello", *words], env=user.environ, cwd=user.home / "work",
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("percent", [42, 75])
def test_the_model_knows_its_limits(
    user: User, claude: str, anthropic: Anthropic, api: ApiServer, percent: float
) -> None:
    """Above the threshold the line stands in what the model gets, and below it does not."""
    asked: list[str] = []

    def reply(request: Mapping[str, Any]) -> Block:
        asked.append(json.dumps(request["messages"]))
        return TEXT

    anthropic.reply = reply
    configure(user, "endpoint")
    use(user, api, percent)
    ask(user, claude)
    assert asked
    assert (f"Claude plan usage (~: old): 5h {percent}%" in "".join(asked)) is (percent >= 70)


def test_the_gate_stops_a_prompt(
    user: User, claude: str, anthropic: Anthropic, api: ApiServer
) -> None:
    """Above the limit the model is not called at all; once the hooks are out, it is."""
    configure(user, "endpoint")
    use(user, api, 97)
    done = ask(user, claude, "--output-format", "stream-json", "--verbose", "--include-hook-events")
    assert anthropic.count("/v1/messages") == 0
    assert STOPPED in done.stdout + done.stderr, done
    user.run("uninstall", "claude-hooks")
    subprocess.run(
        [claude, "-p", "say hello"], env=user.environ, cwd=user.home / "work",
        stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    assert anthropic.count("/v1/messages") > 0
