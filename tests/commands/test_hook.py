"""Claude Code's hook: what the model gets, what is stopped, and by which program."""

from __future__ import annotations

import json
import re
import subprocess
import time

import pytest

from claude_status.commands.hook import blocking
from claude_status.frames.gates import GATE, draw_gates
from claude_status.frames.write import FILES, Head, write_view
from claude_status.model.schedule import RefreshTimes
from claude_status.model.usage import SESSION, Credits, Limit, Usage
from claude_status.paths import make_private
from claude_status.render.line import draw_line
from claude_status.settings.settings import Settings
from tests.bodies import usage_body
from tests.conftest import LAUNCHER_SHELLS, ROOT, launcher_shell
from tests.server import ApiServer, ok
from tests.support import SENTENCE, User, until

NOW = 1_800_000_000
PROMPT = ("--max", "95", "--tell", "70")
TOOL = ("--max", "95")
STOPPED = "python\n"  # what the stand-in for Python prints
LINE = "Claude plan usage (~: old): "


def hook(
    user: User, *words: str, shell: str = "dash", before: tuple[str, ...] = (), **more: str
) -> tuple[int, str, str]:
    """Run the hook through the launcher; returns its exit status and what it printed."""
    launcher = user.home / "bin" / "claude-status"
    if not launcher.exists():
        user.install_launcher(launcher.parent)
    argv = [*launcher_shell(shell), str(launcher)]
    done = subprocess.run(
        [*argv, *before, "hook", *words],
        env={**user.environ, **more},
        input=b"{}",
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def without_python(user: User) -> None:
    """Install only the launcher; the program beside it reports that it was run."""
    user.install_launcher(user.home / "bin")
    (user.home / "bin" / "claude-status-py").write_text("#!/bin/sh\necho python\nexit 9\n")


def use(user: User, api: ApiServer, percent: float, **more: int) -> None:
    """Have this much of the session used."""
    api.answer = ok(usage_body(time.time(), percent, 17, **more))
    user.refresh(force=True)


@pytest.mark.parametrize("shell", LAUNCHER_SHELLS)
@pytest.mark.parametrize(
    ("percent", "line"), [(42, ""), (69.9, ""), (70, "5h 70%"), (95, "5h 95%")]
)
def test_sh_decides_up_to_the_percentage(
    user: User, api: ApiServer, shell: str, percent: float, line: str
) -> None:
    """If nothing is stopped, no Python runs; prompts get a line that is due, tools never."""
    use(user, api, percent)
    user.take_slots()
    without_python(user)
    status, said, complaint = hook(user, *PROMPT, shell=shell)
    assert (status, complaint) == (0, "")
    assert said.startswith(LINE + line) if line else said == ""
    assert hook(user, *TOOL, shell=shell) == (0, "", "")


@pytest.mark.parametrize("shell", LAUNCHER_SHELLS)
@pytest.mark.parametrize("words", [PROMPT, TOOL])
def test_python_decides_above_the_percentage(
    user: User, api: ApiServer, shell: str, words: tuple[str, ...]
) -> None:
    """Anything above the percentage, even by a tiny fraction, is left to Python."""
    use(user, api, 95.000001)
    without_python(user)
    assert hook(user, *words, shell=shell) == (9, "python\n", "")


def test_either_can_be_left_out(user: User, api: ApiServer) -> None:
    """``--tell`` alone stops nothing, and without both options nothing is printed."""
    use(user, api, 97)
    assert hook(user, "--tell=70")[1].startswith(f"{LINE}5h 97%")
    assert hook(user, "--tell", "98") == hook(user) == (0, "", "")


@pytest.mark.parametrize("words", [("--max=70.5",), ("--max", "95", "--tell", "70.5")])
def test_python_decides_on_fractions(user: User, api: ApiServer, words: tuple[str, ...]) -> None:
    """Percentages with fractions are left to Python, which decides in the same way."""
    use(user, api, 70.7)
    status, said, complaint = hook(user, *words)
    stopped = words == ("--max=70.5",)
    assert status == (2 if stopped else 0)
    assert ("above the 70.5%" in complaint) is stopped
    assert said.startswith(LINE) is not stopped


@pytest.mark.parametrize("words", [("--max", "9o"), ("--maximum", "95"), ("95",)])
def test_wrong_usage_stops_nothing(user: User, api: ApiServer, words: tuple[str, ...]) -> None:
    """A mistake in the options is reported with status 1, which blocks no prompt."""
    use(user, api, 97)
    status, said, complaint = hook(user, *words)
    assert (status, said) == (1, "")
    assert complaint.endswith(": see `claude-status hook --help`.\n")


@pytest.mark.parametrize("words", [("--all",), ("--format", "plain"), ("--format", "x"), ("-x",)])
@pytest.mark.parametrize("shell", LAUNCHER_SHELLS)
def test_an_option_before_it_stops_nothing(
    user: User, api: ApiServer, shell: str, words: tuple[str, ...]
) -> None:
    """An option before the command is reported with status 1, too, by sh or Python."""
    use(user, api, 97)
    status, said, complaint = hook(user, *TOOL, shell=shell, before=words)
    assert (status, said) == (1, "")
    assert SENTENCE.fullmatch(complaint)


@pytest.mark.parametrize("words", [PROMPT, TOOL])
def test_above_a_percentage_it_stops(user: User, api: ApiServer, words: tuple[str, ...]) -> None:
    """One sentence says which limit, until when, and which command lifts the block."""
    use(user, api, 97)
    status, said, complaint = hook(user, *words)
    assert (status, said) == (2, "")
    assert re.fullmatch(
        r"claude-status: your session \(5h\) is at 97%, above the 95% you set, "
        r"until its reset \([\d:apm]+\); to continue anyway, "
        r"run `claude-status uninstall claude-hooks`\.\n",
        complaint,
    )
    in_plugin = hook(user, *words, CLAUDE_PLUGIN_ROOT="/somewhere")[2]
    assert in_plugin.endswith("run `claude plugin disable plan-usage`.\n")


def draw(user: User, *limits: Limit, paid: Credits | None = None) -> None:
    """Write frames with these numbers."""
    usage, now = Usage("endpoint", limits[0].as_of, limits, paid), int(time.time())
    make_private(user.account)
    line = draw_line(usage, now, Settings().style("plain", user.account.name, ""))
    strips = {**{name: [(now - 1, line)] for name in FILES}, GATE: draw_gates(usage, now, 300)}
    write_view(user.account, strips, Head(RefreshTimes(now + 999, now + 999), now))


@pytest.mark.parametrize(
    ("percent", "age", "left", "expected"),
    [
        (96, 30, 3600, STOPPED),
        (96, 1800, 3600, STOPPED),
        (80, 1800, 3600, "~80%"),  # it may be above by now
        (42, 1800, 3600, ""),
        (96, 1800, -60, ""),  # its window was reset: unknown
    ],
)
def test_old_numbers(user: User, percent: float, age: int, left: int, expected: str) -> None:
    """An old number above still stops, unless its window has been reset."""
    without_python(user)
    now = int(time.time())
    draw(user, Limit(SESSION, "5h", percent, now + left, now - age, "endpoint", window=18000))
    status, said, _ = hook(user, *PROMPT)
    assert status == (9 if expected == STOPPED else 0)
    assert expected in said
    assert bool(said) is bool(expected)
    assert hook(user, *TOOL)[:2] == ((9, STOPPED) if expected == STOPPED else (0, ""))


@pytest.mark.parametrize(("used", "status"), [(10, 0), (95, 0), (96, 9), (100, 9)])
def test_credits_in_the_frames(user: User, used: float, status: int) -> None:
    """sh, too, lets credits that are left cover what goes beyond a limit."""
    without_python(user)
    now = int(time.time())
    full = Limit(SESSION, "5h", 100, now + 3600, now, "endpoint", window=18000)
    draw(user, full, paid=Credits(int(used), 100, "USD", 2, used, now, "endpoint"))
    assert hook(user, *TOOL)[0] == status


def test_credits_pay_beyond_a_limit(user: User, api: ApiServer) -> None:
    """While credits are left a full session stops nothing; once they are used up, it does."""
    use(user, api, 100, credits_used=100)
    assert hook(user, *TOOL)[0] == 0
    use(user, api, 100, credits_used=49999)
    assert hook(user, *TOOL)[0] == 2


def test_an_unknown_number_stops_nothing(user: User) -> None:
    """No number, or one whose window was reset, stops nothing; spent credits cover nothing."""
    assert hook(user, *PROMPT) == (0, "", "")
    over = Limit(SESSION, "5h", 100, NOW - 1, NOW - 60, "endpoint")
    assert blocking(Usage("endpoint", NOW, (over,)), NOW, 95) is None
    spent = Credits(1, 1, "USD", 2, None, NOW, "endpoint", reason="out of usage credits")
    full = Limit(SESSION, "5h", 100, NOW + 60, NOW, "endpoint")
    assert blocking(Usage("endpoint", NOW, (full,), spent), NOW, 95) is full


@pytest.mark.parametrize("broken", [{"HOME": ""}, {"CLAUDE_CONFIG_DIR": "relative"}])
def test_a_refused_environment_stops_nothing(user: User, broken: dict[str, str]) -> None:
    """Other commands refuse it with status 2, which would stop every prompt here."""
    assert user.run("show", environ=broken).returncode == 2
    assert hook(user, *PROMPT, **broken)[0] == 0
    assert hook(user, "--max", "95.5", **broken)[0] == 0


def test_an_old_number_that_stops_is_refreshed(user: User, api: ApiServer) -> None:
    """While an old number stops prompts a refresh is started, whose answer lifts the block."""
    now = int(time.time())
    api.answer = ok(usage_body(now - 1000, 97))
    user.refresh(now - 1000)
    api.answer = ok(usage_body(now, 10))
    seen = len(api.requests)
    assert hook(user, *PROMPT)[0] in (2, 0)  # 0 if the refresh was faster than the program
    until(lambda: len(api.requests) > seen and user.is_drawn())
    until(lambda: hook(user, *PROMPT) == (0, "", ""))


def test_the_plugin_is_well_formed() -> None:
    """The plugin's manifest, hooks and skill are well formed, and its gate can stop."""
    plugin = ROOT / "plugin"
    manifest = json.loads((plugin / ".claude-plugin/plugin.json").read_text())
    assert not manifest["name"].startswith("claude-")
    hooks = json.loads((plugin / "hooks/hooks.json").read_text())["hooks"]
    assert list(hooks) == ["UserPromptSubmit", "PreToolUse"]
    for groups in hooks.values():
        command = groups[0]["hooks"][0]["command"]
        most = re.search(r"claude-status hook --max (\d+)", command)
        assert most is not None
        assert int(most[1]) < 100
    assert (plugin / "skills/plan-usage/SKILL.md").read_text().startswith("---\nname: plan-usage\n")
