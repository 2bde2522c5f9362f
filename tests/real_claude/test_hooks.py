"""The hook in the real Claude Code: what the model gets to know, and what it is kept from."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Mapping
from typing import Any

import pytest

from tests.bodies import usage_body
from tests.real_claude.anthropic import TEXT, Anthropic, Block
from tests.real_claude.conftest import configure
from tests.server import ApiServer, ok
from tests.support import User

pytestmark = [pytest.mark.real_claude, pytest.mark.timeout(300)]


def ask(user: User, claude: str, percent: float, api: ApiServer) -> str:
    """What ``claude -p`` prints where so much of the session is used, and the hook is there."""
    configure(user, "endpoint")
    api.answer = ok(usage_body(time.time(), percent))
    user.run("refresh", "--force")
    command = f"{user.home}/bin/claude-status hook --max 90 --tell 70"
    hooks = {"UserPromptSubmit": [{"hooks": [{"type": "command", "command": command}]}]}
    (user.account.config_dir / "settings.json").write_text(json.dumps({"hooks": hooks}))
    done = subprocess.run(
        [claude, "-p", "say hello"], env=user.environ, cwd=user.home / "work",
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


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
    ask(user, claude, percent, api)
    assert asked
    assert (f"5h {percent}%" in "".join(asked)) is (percent >= 70)


def test_the_gate_stops_a_prompt(
    user: User, claude: str, anthropic: Anthropic, api: ApiServer
) -> None:
    """Above the limit the model is not called at all, and the sentence is shown."""
    said = ask(user, claude, 97, api)
    assert anthropic.count("/v1/messages") == 0
    assert "your session (5h) is at 97%" in said or said.strip() == ""
