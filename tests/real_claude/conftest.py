"""The real Claude Code in each version asked for, and a user of it with an internet on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import program
from tests.real_claude.anthropic import ACCOUNT, ORGANIZATION, Anthropic
from tests.server import ApiServer
from tests.support import User

PACKAGE = "@anthropic-ai/claude-code"
VERSIONS = os.environ.get("REAL_CLAUDE_VERSIONS", "latest").split()


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave these tests out unless ``-m real_claude`` asks for them: they download much."""
    return None if "real_claude" in config.option.markexpr else True


@pytest.fixture(scope="session", params=VERSIONS)
def claude(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of the real Claude Code, fetched from npm without running its install scripts."""
    folder = tmp_path_factory.mktemp("npm")
    command = [program("npm"), "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit"]
    subprocess.run([*command, f"{PACKAGE}@{request.param}"], check=True, capture_output=True)
    (binary,) = folder.glob(f"node_modules/{PACKAGE}-*/claude")
    environ = {"HOME": str(folder), "PATH": os.defpath}
    done = subprocess.run([binary, "--version"], env=environ, capture_output=True, check=True)
    assert re.match(rb"2\.\d+\.\d+ \(Claude Code\)", done.stdout)
    return str(binary)


@pytest.fixture
def anthropic(tmp_path: Path) -> Iterator[Anthropic]:
    """What Claude Code takes for the internet."""
    folder = tmp_path / "anthropic"
    folder.mkdir()
    with Anthropic(folder) as running:
        yield running


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """The usage endpoint that our own program asks."""
    with ApiServer() as running:
        yield running


@pytest.fixture
def user(home: Path, anthropic: Anthropic, api: ApiServer) -> User:
    """A user of our program and of Claude Code, whose first dialogs have been answered."""
    work, temporary = home / "work", home / "tmp"
    work.mkdir()
    temporary.mkdir()
    user = User(
        home,
        api.url,
        CLAUDE_CONFIG_DIR=str(home / "claude"),
        DISABLE_TELEMETRY="1",
        DISABLE_AUTOUPDATER="1",
        SHELL=program("bash"),
        TMPDIR=str(temporary),
        **anthropic.environ,
    )
    user.log_in(rateLimitTier="default_claude_max_5x")
    state = {
        **dict.fromkeys(("hasCompletedOnboarding", "hasSeenAutoDefaultNudge"), True),
        "theme": "dark",
        "oauthAccount": {"accountUuid": ACCOUNT, "organizationUuid": ORGANIZATION},
        "projects": {str(work): {"hasTrustDialogAccepted": True}},
    }
    user.account.claude_json.write_text(json.dumps(state))
    folder = home / "bin"
    user.install_launcher(folder)
    (folder / "ssh").symlink_to(
        program("false")
    )  # the one way out that does not go through the proxy
    user.environ["PATH"] = f"{folder}:{user.environ['PATH']}"
    return user


def configure(user: User, *sources: str, **more: str) -> None:
    """Write the settings of our program."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"sources = {json.dumps(sources)}"]
    lines += [f"{name} = {json.dumps(value)}" for name, value in more.items()]
    path.write_text("\n".join(lines) + "\n")


def record_usage(user: User, body: dict[str, object], age: float) -> None:
    """Put this into Claude Code's own record, as fetched so many seconds ago."""
    path = user.account.claude_json
    fetched = int((time.time() - age) * 1000)
    record = {"fetchedAtMs": fetched, "accountUuid": ACCOUNT, "utilization": body}
    path.write_text(json.dumps({**json.loads(path.read_text()), "cachedUsageUtilization": record}))
