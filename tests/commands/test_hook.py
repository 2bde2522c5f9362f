"""The hook of Claude Code: what reaches the model, what is stopped, and what it costs."""

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
from tests.conftest import ROOT, program
from tests.server import ApiServer, ok
from tests.support import User, until

NOW = 1_800_000_000
PROMPT = ("--max", "95", "--tell", "70")
TOOL = ("--max", "95")
SHELLS = ("dash", "bash", "busybox")
STOPPED = "python\n"  # by whom sh has it said
LINE = "Claude plan usage (~: old): "


def hook(
    user: User, *words: str, shell: str = "dash", before: tuple[str, ...] = (), **more: str
) -> tuple[int, str, str]:
    """The exit status of the hook, run through the launcher, with what it prints."""
    launcher = user.home / "bin" / "claude-status"
    if not launcher.exists():
        user.install_launcher(launcher.parent)
    argv = [program(shell), *(["sh"] if shell == "busybox" else []), str(launcher)]
    done = subprocess.run(
        [*argv, *before, "hook", *words],
        env={**user.environ, **more},
        input=b"{}",
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def without_python(user: User) -> None:
    """Have only the launcher: the program beside it says that it was run."""
    user.install_launcher(user.home / "bin")
    (user.home / "bin" / "claude-status-py").write_text("#!/bin/sh\necho python\nexit 9\n")


def use(user: User, api: ApiServer, percent: float, **more: int) -> None:
    """Let so much of the session be used."""
    api.answer = ok(usage_body(time.time(), percent, 17, **more))
    user.refresh(force=True)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("percent", "line"), [(42, ""), (69.9, ""), (70, "5h 70%"), (95, "5h 95%")]
)
def test_up_to_the_percentage_sh_decides(
    user: User, api: ApiServer, shell: str, percent: float, line: str
) -> None:
    """Where nothing is stopped no Python runs; prompts get the line if it is due, tools never."""
    use(user, api, percent)
    user.take_slots()
    without_python(user)
    status, said, complaint = hook(user, *PROMPT, shell=shell)
    assert (status, complaint) == (0, "")
    assert said.startswith(LINE + line) if line else said == ""
    assert hook(user, *TOOL, shell=shell) == (0, "", "")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("words", [PROMPT, TOOL])
def test_above_it_the_program_has_the_words(
    user: User, api: ApiServer, shell: str, words: tuple[str, ...]
) -> None:
    """What sh finds above the percentage is left to Python, by the smallest fraction."""
    use(user, api, 95.000001)
    without_python(user)
    assert hook(user, *words, shell=shell) == (9, "python\n", "")


def test_either_can_be_left_out(user: User, api: ApiServer) -> None:
    """With ``--tell`` alone nothing is stopped, and without both nothing is done."""
    use(user, api, 97)
    assert hook(user, "--tell=70")[1].startswith(f"{LINE}5h 97%")
    assert hook(user, "--tell", "98") == hook(user) == (0, "", "")


@pytest.mark.parametrize("words", [("--max=70.5",), ("--max", "95", "--tell", "70.5")])
def test_fractions_are_for_the_program(user: User, api: ApiServer, words: tuple[str, ...]) -> None:
    """Where sh cannot compare, Python answers in the same way."""
    use(user, api, 70.7)
    status, said, complaint = hook(user, *words)
    stopped = words == ("--max=70.5",)
    assert status == (2 if stopped else 0)
    assert ("above the 70.5%" in complaint) is stopped
    assert said.startswith(LINE) is not stopped


@pytest.mark.parametrize("words", [("--max", "9o"), ("--maximum", "95"), ("95",)])
def test_wrong_usage_stops_nothing(user: User, api: ApiServer, words: tuple[str, ...]) -> None:
    """A mistake in a hook that was typed by hand is reported, and no prompt is blocked for it."""
    use(user, api, 97)
    status, said, complaint = hook(user, *words)
    assert (status, said) == (1, "")
    assert complaint.endswith(": see `claude-status hook --help`.\n")


@pytest.mark.parametrize("words", [("--all",), ("--format", "plain"), ("--format", "x"), ("-x",)])
@pytest.mark.parametrize("shell", SHELLS)
def test_an_option_before_it_stops_nothing(
    user: User, api: ApiServer, shell: str, words: tuple[str, ...]
) -> None:
    """What stands in front of the command is a mistake like any other, whoever reports it."""
    use(user, api, 97)
    status, said, complaint = hook(user, *TOOL, shell=shell, before=words)
    assert (status, said) == (1, "")
    assert "hook" in complaint or complaint.startswith("usage: claude-status")


@pytest.mark.parametrize("words", [PROMPT, TOOL])
def test_above_a_percentage_it_stops(user: User, api: ApiServer, words: tuple[str, ...]) -> None:
    """One sentence says what is full, until when, and the command that lifts the block."""
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
    """Put these numbers into the frames, as they are now."""
    usage, now = Usage("endpoint", limits[0].as_of, limits, paid), int(time.time())
    make_private(user.account)
    line = draw_line(usage, now, Settings().style("plain", user.account.name, ""))
    strips = {**{name: [(now - 1, line)] for name in FILES}, GATE: draw_gates(usage, now, 300)}
    write_view(user.account, strips, Head(RefreshTimes(now + 999, now + 999), now))


@pytest.mark.parametrize(
    ("percent", "age", "left", "told"),
    [
        (96, 30, 3600, STOPPED),
        (96, 1800, 3600, STOPPED),
        (80, 1800, 3600, "~80%"),  # above by now, perhaps
        (42, 1800, 3600, ""),
        (96, 1800, -60, ""),  # its window was reset since: not known
    ],
)
def test_old_numbers(user: User, percent: float, age: int, left: int, told: str) -> None:
    """A number that is old stops only where it is above, and not once its window was reset."""
    without_python(user)
    now = int(time.time())
    draw(user, Limit(SESSION, "5h", percent, now + left, now - age, "endpoint", window=18000))
    status, said, _ = hook(user, *PROMPT)
    assert status == (9 if told == STOPPED else 0)
    assert told in said
    assert bool(said) is bool(told)
    assert hook(user, *TOOL)[:2] == ((9, STOPPED) if told == STOPPED else (0, ""))


@pytest.mark.parametrize(("used", "status"), [(10, 0), (95, 0), (96, 9), (100, 9)])
def test_credits_in_the_frames(user: User, used: float, status: int) -> None:
    """sh knows, too, that credits which are left pay beyond a limit."""
    without_python(user)
    now = int(time.time())
    full = Limit(SESSION, "5h", 100, now + 3600, now, "endpoint", window=18000)
    draw(user, full, paid=Credits(int(used), 100, "USD", 2, used, now, "endpoint"))
    assert hook(user, *TOOL)[0] == status


def test_credits_pay_beyond_a_limit(user: User, api: ApiServer) -> None:
    """While credits are left, a full session stops nothing; once they are used up, it does."""
    use(user, api, 100, credits_used=100)
    assert hook(user, *TOOL)[0] == 0
    use(user, api, 100, credits_used=49999)
    assert hook(user, *TOOL)[0] == 2


def test_what_is_not_known_stops_nothing(user: User) -> None:
    """Without any number, or with one whose window was reset since, everything goes on."""
    assert hook(user, *PROMPT) == (0, "", "")
    over = Limit(SESSION, "5h", 100, NOW - 1, NOW - 60, "endpoint")
    assert blocking(Usage("endpoint", NOW, (over,)), NOW, 95) is None
    spent = Credits(1, 1, "USD", 2, None, NOW, "endpoint", reason="out of usage credits")
    full = Limit(SESSION, "5h", 100, NOW + 60, NOW, "endpoint")
    assert blocking(Usage("endpoint", NOW, (full,), spent), NOW, 95) is full


@pytest.mark.parametrize("broken", [{"HOME": ""}, {"CLAUDE_CONFIG_DIR": "relative"}])
def test_what_is_refused_stops_nothing(user: User, broken: dict[str, str]) -> None:
    """An environment that other commands refuse with status 2, which here would stop, does not."""
    assert user.run("show", environ=broken).returncode == 2
    assert hook(user, *PROMPT, **broken)[0] == 0
    assert hook(user, "--max", "95.5", **broken)[0] == 0


def test_a_number_that_stops_is_asked_for_anew(user: User, api: ApiServer) -> None:
    """While an old number stops everything, a refresh is started: more credits lift the block."""
    now = int(time.time())
    api.answer = ok(usage_body(now - 1000, 97))
    user.refresh(now - 1000)
    api.answer = ok(usage_body(now, 10))
    seen = len(api.requests)
    assert hook(user, *PROMPT)[0] in (2, 0)  # 0 where the refresh was quicker than the program
    until(lambda: len(api.requests) > seen and user.is_drawn())
    until(lambda: hook(user, *PROMPT) == (0, "", ""))


def test_the_plugin_names_what_there_is() -> None:
    """The plugin's manifest, hooks and skill are well formed, and its gate is one that can stop."""
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
