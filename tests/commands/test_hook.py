"""The hook of Claude Code: what reaches the model, what is stopped, and what it costs."""

from __future__ import annotations

import json
import subprocess
import time

import pytest

from claude_status.commands.hook import blocking
from claude_status.model.usage import SESSION, Credits, Limit, Usage
from tests.bodies import usage_body
from tests.conftest import ROOT, program
from tests.server import ApiServer, ok
from tests.support import User

NOW = 1_800_000_000
PROMPT = b'{"hook_event_name": "UserPromptSubmit", "prompt": "hello"}'
TOOL = b'{"hook_event_name": "PreToolUse", "tool_name": "Bash"}'


def hook(user: User, data: bytes, *words: str) -> tuple[int, str, str]:
    """The exit status of the hook, run through the launcher, with what it prints."""
    launcher = user.install_launcher(user.home / "bin")
    done = subprocess.run(
        [program("dash"), launcher, "hook", *(words or ("--max", "95", "--tell", "70"))],
        env=user.environ, input=data, capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def use(user: User, api: ApiServer, percent: float, **more: int) -> None:
    """Let so much of the session be used."""
    api.answer = ok(usage_body(time.time(), percent, 17, **more))
    user.refresh(force=True)


def test_below_everything_it_says_nothing_and_runs_no_python(user: User, api: ApiServer) -> None:
    """Where every number is below, the launcher alone answers, and leaves the prompt alone."""
    use(user, api, 42)
    launcher = user.install_launcher(user.home / "bin")
    (user.home / "bin" / "claude-status-py").write_text("#!/bin/sh\necho python\n")
    argv = [program("dash"), launcher, "hook", "--max", "95", "--tell", "70"]
    done = subprocess.run(argv, env=user.environ, input=PROMPT, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")


def test_from_a_threshold_on_the_model_knows(user: User, api: ApiServer) -> None:
    """With a prompt the line is printed, which goes into the context; with a tool it is not."""
    use(user, api, 72)
    status, said, complaint = hook(user, PROMPT)
    assert (status, complaint) == (0, "")
    assert said.startswith("Claude plan usage (~: old): 5h 72% 2h")
    assert hook(user, TOOL) == (0, "", "")


@pytest.mark.parametrize("event", [PROMPT, TOOL])
def test_above_a_percentage_it_stops(user: User, api: ApiServer, event: bytes) -> None:
    """The sentence says what is full, until when, and how to go on anyway."""
    use(user, api, 97)
    status, said, complaint = hook(user, event)
    assert (status, said) == (2, "")
    assert "your session (5h) is at 97%, above the 95%" in complaint
    assert "It is reset at " in complaint
    assert "/hooks" in complaint
    assert complaint.count("\n") == 1


def test_credits_pay_beyond_a_limit(user: User, api: ApiServer) -> None:
    """While credits are left, a full session stops nothing; once they are used up, it does."""
    use(user, api, 100, credits_used=100)
    assert hook(user, TOOL)[0] == 0
    use(user, api, 100, credits_used=49999)
    assert hook(user, TOOL)[0] == 2


def test_what_is_not_known_stops_nothing(user: User) -> None:
    """Without any number, or with one whose window was reset since, everything goes on."""
    assert hook(user, PROMPT) == (0, "", "")
    over = Limit(SESSION, "5h", 100, NOW - 1, NOW - 60, "endpoint")
    assert blocking(Usage("endpoint", NOW, (over,)), NOW, 95) is None
    spent = Credits(1, 1, "USD", 2, None, NOW, "endpoint", reason="out of usage credits")
    full = Limit(SESSION, "5h", 100, NOW + 60, NOW, "endpoint")
    assert blocking(Usage("endpoint", NOW, (full,), spent), NOW, 95) is full


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff"])
def test_any_input(user: User, api: ApiServer, data: bytes) -> None:
    """Input that is no hook's is no prompt, and no error."""
    use(user, api, 72)
    assert hook(user, data) == (0, "", "")


def test_the_plugin_names_what_there_is() -> None:
    """The plugin's manifest, hook and skill are well formed, under a name that is allowed."""
    plugin = ROOT / "plugin"
    manifest = json.loads((plugin / ".claude-plugin/plugin.json").read_text())
    assert not manifest["name"].startswith("claude-")
    hooks = json.loads((plugin / "hooks/hooks.json").read_text())["hooks"]
    assert "claude-status hook" in json.dumps(hooks["UserPromptSubmit"])
    assert (plugin / "skills/plan-usage/SKILL.md").read_text().startswith("---\nname: plan-usage\n")
