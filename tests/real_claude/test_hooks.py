"""The hooks in the real Claude Code: what the model learns, and what is stopped."""

from __future__ import annotations

import contextlib
import json
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.bodies import usage_body
from tests.conftest import ROOT
from tests.real_claude.anthropic import SAID, TEXT, Anthropic, Block, tool_use
from tests.real_claude.conftest import configure
from tests.real_claude.desk import CLAUDE, Desk
from tests.server import ApiServer, ok
from tests.support import User

pytestmark = [pytest.mark.real_claude, pytest.mark.timeout(300)]

STOPPED = "your session (5h) is at 97%, above the 90% you set, until its reset ("


def use(user: User, api: ApiServer, percent: float) -> None:
    """Have this percentage of the session used."""
    api.answer = ok(usage_body(time.time(), percent))
    user.run("refresh", "--force")


def ask(user: User, claude: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``claude -p`` with our hooks installed."""
    done = user.run("install", "claude-hooks", "--max", "90", "--tell", "70")
    assert "claude-hooks: added to" in done.stdout or "already in" in done.stdout
    return subprocess.run(
        [claude, "-p", "say hello", *words], env=user.environ, cwd=user.home / "work",
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("percent", [42, 75])
def test_the_model_knows_its_limits(
    user: User, claude: str, anthropic: Anthropic, api: ApiServer, percent: float
) -> None:
    """Above the threshold the model gets the line, below it does not."""
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
    """Above the limit the model is not called; without the hooks, it is."""
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


def test_the_gate_stops_a_tool(
    user: User, claude: str, anthropic: Anthropic, api: ApiServer
) -> None:
    """A limit reached during a turn stops the next tool, and the model gets the reason."""
    asked: list[str] = []
    mark = user.home / "work" / "ran"

    def reply(request: Mapping[str, Any]) -> Block:
        if "tools" not in request or not request["tools"]:
            return TEXT
        asked.append(json.dumps(request["messages"]))
        if len(asked) > 1:
            return TEXT
        use(user, api, 97)
        return tool_use("Bash", {"command": f"touch {mark}", "description": "Leave a mark"})

    anthropic.reply = reply
    configure(user, "endpoint")
    use(user, api, 42)
    ask(user, claude, "--allowedTools", "Bash")
    assert len(asked) == 2
    assert STOPPED in asked[1]
    assert not mark.exists()


def test_a_session_goes_on_once_the_hooks_are_out(
    user: User, claude: str, anthropic: Anthropic, api: ApiServer, tmp_path: Path
) -> None:
    """A running session shows the reason, and its command lifts the block."""
    (user.home / ".bashrc").write_text("PS1='$ '\n")
    configure(user, "endpoint")
    use(user, api, 97)
    user.run("install", "claude-hooks", "--max", "90")
    with Desk(user, claude, tmp_path / "tmux") as desk:
        desk.type(CLAUDE, "say hello")
        desk.until(CLAUDE, lambda text: "claude-status uninstall" in " ".join(text.split()))
        assert SAID not in desk.text(CLAUDE)
        assert user.run("uninstall", "claude-hooks").returncode == 0
        # It notices the change of its settings after a while; the stopped prompt is input again.
        tries = iter(["again", "please", "now", "at last", "once more", "and on", "so", "yes"])
        seen = ""
        while SAID not in seen:
            desk.type(CLAUDE, next(tries))
            with contextlib.suppress(AssertionError):
                seen = desk.until(CLAUDE, lambda text: SAID in text, 4)


def test_the_plugin_stops_too(
    user: User, claude: str, anthropic: Anthropic, api: ApiServer
) -> None:
    """The plugin's gate stops a prompt too, and names the command that disables it."""
    configure(user, "endpoint")
    use(user, api, 97)
    plugin = ["--plugin-dir", str(ROOT / "plugin"), "--output-format", "stream-json", "--verbose"]
    done = subprocess.run(
        [claude, "-p", "say hello", *plugin], env=user.environ, cwd=user.home / "work",
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert anthropic.count("/v1/messages") == 0
    assert "run `claude plugin disable plan-usage`" in done.stdout + done.stderr, done
