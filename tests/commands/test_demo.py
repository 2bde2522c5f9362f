"""The demo: the real program with made-up numbers, which leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from claude_status.commands import demo
from claude_status.commands.demo_api import DemoApi, usage_body
from claude_status.errors import ClaudeStatusError
from claude_status.render.template import PRESETS
from claude_status.sources.body import parse_body
from tests.conftest import ROOT, program
from tests.screen import Screen
from tests.server import ApiServer
from tests.support import TOKEN, User, snapshot_of

MOMENTS = [
    "nothing known", "first reading", "4 min later", "12 min offline", "3 h offline",
    "near the limit", "a model's week", "paid credits", "throttled", "login expired",
]  # fmt: skip
SECTIONS = [
    "The line in each of its states", "In each preset: claude-status looks",
    "All at once: claude-status show", "A month: claude-status history --days 30",
]  # fmt: skip


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A directory in place of /tmp, with a blank in its name."""
    path = tmp_path / "the scratch"
    path.mkdir()
    return path


@pytest.fixture
def user(home: Path, scratch: Path) -> Iterator[User]:
    """A user whose own login, settings and API the demo must not touch."""
    with ApiServer() as own:
        user = User(home, own.url, TMPDIR=str(scratch))
        user.log_in()
        yield user
        assert own.requests == []


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What one demo prints into a pipe."""
    home = tmp_path_factory.mktemp("home")
    environ = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT),
               "TMPDIR": str(home), "LANG": "C.UTF-8"}  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "claude_status", "demo"], env=environ, cwd=home,
        stdout=subprocess.PIPE, text=True, check=True,
    ).stdout  # fmt: skip


def sections(text: str) -> list[str]:
    """The text below each heading of the demo."""
    return re.split("|".join(map(re.escape, SECTIONS)), text)[1:]


def shown_lines(text: str, section: int = 0) -> dict[str, str]:
    """The lines that the demo showed, by the name of their moment or preset."""
    rows = (
        re.match(r"  (\S.{15}) (?: )?(.*)", row) for row in sections(text)[section].splitlines()
    )
    return {row[1].strip(): row[2].strip() for row in rows if row}


def test_demo_shows_every_state_of_the_line(tour: str) -> None:
    """The tour goes from no reading to an expired login, with the line as a prompt shows it."""
    lines = shown_lines(tour)
    assert list(lines) == MOMENTS
    assert lines["nothing known"] == "(nothing)"
    assert re.fullmatch(r"5h 42% 2h1[234]m · 7d 71% · Fable 91%!", lines["a model's week"])
    assert re.fullmatch(r"5h 100%! 2[345]m · 7d 71% · credits \$460/\$500!", lines["paid credits"])
    assert re.fullmatch(r"5h 42% 2h1[34]m · 7d 17%", lines["first reading"])
    assert re.fullmatch(r"5h 42% 2h(09|10)m · 7d 17%", lines["4 min later"])
    assert re.fullmatch(r"5h ~42% until \d\d:\d\d · 7d ~17%", lines["12 min offline"])
    assert lines["3 h offline"] == "5h – · 7d ~17% · 3h ago"
    assert re.fullmatch(r"5h 93%! 2[345]m · 7d 71%", lines["near the limit"])
    assert lines["throttled"][:7] == lines["login expired"][:7] == "5h 100%"


def test_demo_shows_every_preset(tour: str) -> None:
    """Each preset is shown with the same numbers, in the usual order."""
    lines = shown_lines(tour, 1)
    assert list(lines) == list(PRESETS)
    assert lines["minimal"] == "42%"
    assert lines["left"].startswith("5h 58% left 2h1")
    assert lines["icons"][:5] == "◷ 42%"
    assert lines["nerd"].endswith("(needs a Nerd Font)")


def test_demo_shows_all_at_once_and_a_month(tour: str) -> None:
    """Then come the outputs of show and of history, with a chart of 30 days for each limit."""
    _, _, everything, past = sections(tour)
    assert "Claude usage · max plan" in everything
    for part in ("session (5h)  42%", "week (7d)     71%", "Fable (7d)    51%", "$125.50/$500"):
        assert part in everything
    for chart in ("session (5h)  peak", "week (7d)  peak", "Fable (7d)  peak"):
        assert past.count(chart) == 1
    assert past.count("100%┤") == 3
    assert re.search(r"session \(5h\): \d\d windows, .* reached 90%", past)


def test_demo_says_what_the_program_says(tour: str) -> None:
    """Errors appear in the program's own words, and the calls are counted."""
    output = " ".join(tour.split())
    assert "(429). The next try is in 26m." in output
    assert (
        "login in .../.credentials.json has expired: open Claude Code, which renews it." in output
    )
    assert re.search(r"7 refreshes made 6 calls, all to http://127\.0\.0\.1:\d+\.", output)


def test_demo_leaves_nothing_and_touches_nothing(user: User, scratch: Path) -> None:
    """The demo changes none of the user's files, and removes its own."""
    before = snapshot_of(user.home)
    done = user.run("demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert snapshot_of(user.home) == before
    assert list(scratch.iterdir()) == []
    assert TOKEN not in done.stdout


def test_demo_opens_no_login_of_the_user(user: User, tmp_path: Path) -> None:
    """Traced, the demo opens none of Claude Code's files, and connects to loopback only."""
    trace = tmp_path / "trace"
    command = [program("strace"), "-f", "-qq", "-o", str(trace), "-e", "trace=openat,open,connect"]
    subprocess.run(
        [*command, *user.command("demo")], env=user.environ, cwd=user.home, check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    text = trace.read_text(errors="replace")
    assert f"{user.home}/.claude" not in text
    addresses = set(re.findall(r'inet_addr\("([^"]+)"\)', text))
    assert addresses == {"127.0.0.1"}
    assert "AF_INET6" not in text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_demo_cleans_up_when_it_is_ended(user: User, scratch: Path, number: int) -> None:
    """On any signal it removes its files, ends its processes and prints nothing to stderr."""
    demo_process = user.start("demo", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert demo_process.stdout is not None
    seen = b""
    while b"first reading" not in seen:
        piece = os.read(demo_process.stdout.fileno(), 4096)
        assert piece, seen
        seen += piece
    assert str(demo_process.pid) in processes_of(scratch)
    os.kill(demo_process.pid, number)
    _, output = demo_process.communicate(timeout=30)
    assert demo_process.returncode == 128 + number
    assert output == b""
    assert list(scratch.iterdir()) == []
    assert processes_of(scratch) == []


def processes_of(folder: Path) -> list[str]:
    """The ids of the processes whose environment names this folder."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if os.fsencode(folder) in environ.read_bytes():
                found.append(environ.parent.name)
    return found


def test_demo_in_a_c_locale_as_the_launcher_starts_it(user: User) -> None:
    """The tour is complete even if this Python writes ASCII, and those that it starts UTF-8."""
    command = [sys.executable, "-X", "utf8=0", "-m", "claude_status", "demo"]
    environ = {**user.environ, "LC_ALL": "C"}
    done = subprocess.run(
        command, env=environ, cwd=user.home, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in (*MOMENTS, *SECTIONS))


@pytest.mark.parametrize("columns", [40, 60])
def test_demo_wraps_its_words(user: User, columns: int) -> None:
    """In a narrow terminal the explanations are wrapped between words."""
    environ = {**user.environ, "COLUMNS": str(columns)}
    with Screen(
        user.command("demo"), environ, columns=columns, lines=200, cwd=str(user.home)
    ) as screen:
        screen.until("For your own numbers", 60)
        words = "A prompt shows a number or nothing: unknown is not 0%."
        assert words in re.sub(r"\s+", " ", screen.text())


def test_demo_survives_a_reader_that_goes_away(user: User, scratch: Path) -> None:
    """If its pipe is closed early, the demo ends silently and cleans up."""
    script = 'set -o pipefail; "$@" | head -n 1'
    done = subprocess.run(
        [program("bash"), "-c", script, "bash", *user.command("demo")],
        env=user.environ, cwd=user.home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert list(scratch.iterdir()) == []


def test_terminal_shows_the_line_in_its_colours(user: User) -> None:
    """On a terminal the line has the same colours as in a prompt, including the user's own."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('ttl = 900\n[colours]\nnormal = "green"\n[hosts.ansi.colours]\nlabel = 30\n')
    environ = {**user.environ, "COLUMNS": "80"}
    with Screen(user.command("demo"), environ, lines=120, cwd=str(user.home)) as screen:
        screen.until("then run `claude-status`", 60)
        assert screen.colours("42% 2h") == {"green", "008787"}
        assert screen.colours("93% 2") == {"ff0000", "008787"}
        assert screen.colours("7d 71% ") == {"008787", "d75f00", "default"}
        assert screen.colours("near the limit") == {"default"}


def test_demo_fits_an_ordinary_terminal(tour: str) -> None:
    """Nothing is wider than 80 columns, and each part but the charts fits on a screen."""
    assert max(map(len, tour.splitlines())) <= 80
    assert max(len(each.strip().splitlines()) for each in sections(tour)[:3]) <= 24


def test_demo_prints_ascii_without_utf8(user: User) -> None:
    """In a locale without UTF-8, only ASCII is printed."""
    environ = {"LANG": "de_DE.ISO-8859-1", "PYTHONCOERCECLOCALE": "0"}
    done = user.run("demo", environ=environ)
    assert done.returncode == 0
    assert done.stdout.isascii()


def test_settings_of_the_user_do_not_reach_the_demo(user: User) -> None:
    """Variables that name the user's account, settings or cache have no effect."""
    settings = user.home / "config.toml"
    settings.write_text('sources = ["statusline"]\n')
    environ = {
        "CLAUDE_CONFIG_DIR": str(user.home / "work"),
        "CLAUDE_STATUS_CONFIG": str(settings),
        "CLAUDE_STATUS_CACHE_DIR": str(user.home / "cache"),
        "XDG_CACHE_HOME": str(user.home / "xdg"),
    }
    before = snapshot_of(user.home)
    assert list(shown_lines(user.run("demo", environ=environ).stdout)) == MOMENTS
    assert snapshot_of(user.home) == before


def test_demo_that_cannot_begin_says_so(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a first reading the demo ends with the refresh's own error."""
    monkeypatch.setattr(DemoApi, "report", lambda api, *_, **__: api.throttle(60))
    with DemoApi() as api:
        stage = demo.Stage(tmp_path, api, dict(os.environ))
        with pytest.raises(ClaudeStatusError, match=r"The demo could not start\. The API says"):
            list(demo.play(stage))


def test_the_made_up_body_is_understood() -> None:
    """The demo's body has the endpoint's shape: every value is read, and no key is unknown."""
    now = 1e9 * 1.8
    body = usage_body(now, 93.4, 71, session_left=1500, model=51, paid=12550)
    usage = parse_body(body, now, "endpoint")
    limits = [(limit.label, limit.percent, limit.severity) for limit in usage.limits]
    assert limits == [("5h", 93.4, "critical"), ("7d", 71, "warning"),
                      ("Fable", 51, "normal")]  # fmt: skip
    assert usage.credits is not None
    assert (usage.credits.used, usage.credits.limit) == (12550, 50000)
    off = parse_body(usage_body(now, 93.4, 71, session_left=1500), now, "endpoint")
    assert off.credits is None
    assert usage.unknown_keys == ()
