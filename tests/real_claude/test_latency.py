"""How long it takes from the API's answer until every other place has the new number."""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real_claude.anthropic import Anthropic
from tests.real_claude.conftest import configure
from tests.real_claude.desk import BASH, CLAUDE, Desk
from tests.support import User

pytestmark = [pytest.mark.real_claude, pytest.mark.timeout(900)]

ROUNDS = 6


@pytest.fixture
def desk(user: User, claude: str, tmp_path: Path) -> Iterator[Desk]:
    """Two sessions of Claude Code, one of them idle, in a tmux with the line in its bar."""
    (user.home / ".bashrc").write_text("PS1='$ '\n")
    (user.home / "bin" / "claude").symlink_to(claude)
    configure(user, "statusline", "claude_json")
    user.environ["TMUX_TMPDIR"] = str(tmp_path)
    assert user.run("install", "claude").returncode == 0
    with Desk(user, claude, tmp_path / f"tmux-{user.home.stat().st_uid}" / "default") as desk:
        launcher = user.home / "bin" / "claude-status"
        desk.set("status-right", f"#({launcher} --format tmux)")
        desk.set("status-right-length", "60")
        desk.halve()
        desk.type(BASH, "cd ~/work; claude")
        desk.until(BASH, lambda text: "Claude Code v" in text, 60)
        yield desk


def test_latency(
    user: User, desk: Desk, anthropic: Anthropic, capsys: pytest.CaptureFixture[str]
) -> None:
    """tmux and the idle session show the number in time; prints how long each place took."""
    found: dict[str, list[float]] = {"prompts": [], "tmux": [], "the idle Claude Code": []}
    for number in range(ROUNDS):
        wanted = f"5h {20 + number}%"
        anthropic.limits = {"5h": 20 + number, "7d": 17}
        desk.type(CLAUDE, f"say it for the {number}. time")
        waiting = dict.fromkeys(found, 0.0)
        begun = time.time()
        while not all(waiting.values()):
            assert time.time() - begun < 90, waiting
            now = time.time()
            seen = {
                "prompts": user.line(now, "bash"),
                "tmux": desk.bar(),
                "the idle Claude Code": desk.text(BASH),
            }
            for place, text in seen.items():
                if not waiting[place] and wanted in plain(text):
                    waiting[place] = now
            time.sleep(0.02)
        answered = anthropic.said[-1][0]
        for place, when in waiting.items():
            found[place].append(when - answered)
    with capsys.disabled():
        print()
        for place, times in found.items():
            print(f"{place}: median {statistics.median(times):.1f} s, most {max(times):.1f} s")
    interval = json.loads((user.account.config_dir / "settings.json").read_text())
    assert max(found["tmux"]) < 15
    assert max(found["the idle Claude Code"]) < interval["statusLine"]["refreshInterval"] + 5


def plain(text: str) -> str:
    """A text without the escapes that have no width."""
    return re.sub(r"\x01[^\x02]*\x02", "", text)
