"""``claude-status watch`` on a real terminal: live, as modest as a prompt, gone without a trace."""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import signal
import struct
import sys
import termios
import time
from pathlib import Path

import pytest

from claude_status.commands.watch import Choice
from claude_status.frames.write import Head, postpone
from claude_status.frames_read import drawn_times
from claude_status.model.schedule import RefreshTimes
from claude_status.model.usage import SESSION, Limit, Usage
from claude_status.store import history, records
from claude_status.store.database import open_store
from tests.bodies import usage_body
from tests.commands.pictures.conftest import HOUR, without
from tests.conftest import program
from tests.screen import Screen
from tests.server import ApiServer, ok, throttled
from tests.support import User

LEFT = re.compile(r"1h(\d\d)m(\d\d)s")
NEXT = re.compile(r"The next try is in 9m(\d\d)s")
CLEAR = b"\x1b[2J"
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"  # the alternate screen
HIDE, SHOW = b"\x1b[?25l", b"\x1b[?25h"  # the cursor


def watching(user: User, *, columns: int = 80, lines: int = 24, **environ: str) -> Screen:
    """The running command, once it has drawn."""
    env = {**user.environ, **environ}
    screen = Screen(user.command("watch"), env, columns=columns, lines=lines)
    screen.until("quits")
    return screen


def left(screen: Screen) -> int:
    """The seconds until the session's reset, as on the screen."""
    found = LEFT.search(screen.text())
    assert found, screen.text()
    return 3600 + 60 * int(found[1]) + int(found[2])


def resize(screen: Screen, columns: int, lines: int) -> None:
    """Change the terminal's size, as a window manager does."""
    screen.display.resize(lines, columns)
    fcntl.ioctl(screen._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


@pytest.fixture
def known(user: User) -> User:
    """A user with fresh numbers, so that no call is due."""
    user.refresh()
    return user


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}, {"LC_ALL": "C"}])
@pytest.mark.parametrize("lines", [10, 24, 50])
@pytest.mark.parametrize("columns", [40, 80, 120, 200])
def test_the_screen_is_filled(
    known: User, columns: int, lines: int, environ: dict[str, str]
) -> None:
    """At every size the limits are at the top, the keys at the bottom, charts in between."""
    with watching(known, columns=columns, lines=lines, **environ) as screen:
        text, last = screen.text(), screen.row(lines - 1)
        assert screen.row(0).startswith("Claude usage")
    assert last.endswith("q quits")
    for part in ("78%", "34%", "51%", "25%", "runs out about", "at the reset", "$125.50/$500"):
        assert part in text
    top = text.count("100%|" if "LC_ALL" in environ else "100%┤")
    assert top == (0 if lines == 10 else 1 if (columns, lines) == (40, 24) else 2)
    if lines > 10:
        assert "Nothing in the past 24 hours" in text
        assert re.search(r"next call in \d+m\d\ds \(\d\d:\d\d\)", text)
    assert text.isascii() == ("LC_ALL" in environ)


def test_any_background_will_do(known: User) -> None:
    """There is no background and no yellow, to suit light and dark terminals."""
    with watching(known) as screen:
        codes = set(re.findall(r"\x1b\[(?:1;)?([\d;]*)m", screen.raw.decode()))
    assert codes <= {"", "0", "1", "2", "32", "38;5;166", "38;5;196"}


def test_only_what_changes_is_written(known: User) -> None:
    """A tick writes only the rows with countdowns; the screen is cleared once."""
    with watching(known) as screen:
        drawn = len(screen.raw)
        first = left(screen)
        screen.until(lambda text: left(screen) <= first - 2)
        ticks = screen.raw[drawn:]
        session = next(y for y in range(24) if "session (5h)" in screen.row(y))
        assert screen.raw.count(CLEAR) == 1
    assert {int(row) for row in re.findall(rb"\x1b\[(\d+)H", ticks)} <= {1, session + 1}
    assert re.findall(rb"\x1b\[[\d;?]*[^mHK\d;?]", ticks) == []


def at_work(user: User) -> int:
    """Give the user a session that was reset, and usage since; returns the present time."""
    now = int(time.time()) // 60 * 60
    end = now + int(1.5 * HOUR)
    before = end - 5 * HOUR
    numbers = [(4.5, 62, before), (4, 66, before), (2, 60, end), (1, 72, end), (0, 78, end)]
    with open_store(user.account.store) as store:
        for ago, percent, reset in numbers:
            as_of = now - ago * HOUR
            limit = Limit(SESSION, "5h", percent, reset, as_of, "endpoint", window=5 * HOUR)
            history.add(store, Usage("endpoint", as_of, (limit,)), as_of)
        records.note_sent(store, ["session (5h) at 80%"], now - 60)
    return now


def test_what_happened_lately(known: User, api: ApiServer) -> None:
    """A reset, a threshold, an alert and a refusal are listed with their times."""
    now = at_work(known)
    api.answer = throttled("600")
    known.refresh(force=True)
    with watching(known, lines=50) as screen:
        text = screen.until("Lately")
    found = re.findall(r"(\d\d:\d\d)  (too|alert|session)(.*)", text)
    assert [words for _, *words in found] == [
        ["too", " many requests (429)"],
        ["alert", ": session (5h) at 80%"],
        ["session", " (5h) reached 70%"],
        ["session", " (5h) reset at 66%"],
    ]
    times = [time.strftime("%H:%M", time.gmtime(now - ago)) for ago in (60, HOUR, 3.5 * HOUR)]
    assert [when for when, *_ in found[1:]] == times


def test_keys_choose_the_range(known: User) -> None:
    """1 to 4 choose the charts' range, r the next one, and the chosen one is marked."""
    at_work(known)
    with watching(known) as screen:
        assert screen.text().count("this window") == 2
        for key, tab, words in (
            ("4", "[4 month]", "past 30 days, peak 78%"),
            ("r", "[1 window]", "this window"),
            ("r", "[2 day]", "past 24 hours, peak 78%"),
            ("3", "[3 week]", "past 7 days, peak 78%"),
        ):
            screen.send(key)
            screen.until(lambda text, tab=tab, words=words: tab in text and words in text)


def test_other_keys_do_nothing() -> None:
    """Arrows, Home and the like do nothing, although their sequences contain 1 or q."""
    assert Choice().after("\x1b[1~\x1b[2~\x1b[A\x1bOD\x1bq0 59x") == Choice()
    assert Choice().after("\x1b[1~3") == Choice(span="week")


@pytest.mark.parametrize("environ", [{}, {"LC_ALL": "C"}])
def test_help_and_back(known: User, environ: dict[str, str]) -> None:
    """? shows the help, another key returns to the numbers, and q quits."""
    with watching(known, columns=40, lines=10, **environ) as screen:
        screen.send("?")
        text = screen.until("Keys")
        assert "78%" not in text
        assert max(map(len, text.splitlines())) < 40
        assert text.isascii() == bool(environ)
        screen.send("?")
        screen.until("78%")
        screen.send("?")
        screen.until("Keys")
        screen.send("q")
        while screen.pump(20):
            pass
        assert screen.raw.endswith(LEAVE)


def test_the_next_call_counts_down(known: User) -> None:
    """The time until the next call is shown and counts down."""
    pattern = re.compile(r"next call in (\d+)m(\d\d)s")

    def seconds(text: str) -> int:
        found = pattern.search(text)
        assert found, text
        return 60 * int(found[1]) + int(found[2])

    with watching(known) as screen:
        first = seconds(screen.text())
        due = known.refresh_at() - time.time()
        assert abs(first - due) < 30
        screen.until(lambda text: seconds(text) <= first - 2)


def test_countdowns_tick(known: User) -> None:
    """The time until the reset counts down, and no refresh becomes due."""
    with watching(known) as screen:
        first = left(screen)
        screen.until(lambda text: left(screen) <= first - 2)
        assert drawn_times(str(known.account.home))[1] > time.time()


def test_no_request_while_nothing_is_due(known: User, api: ApiServer) -> None:
    """While the frames are fresh, no request is made and no refresh is started."""
    before = sorted(path.name for path in known.account.home.iterdir())
    with watching(known) as screen:
        first = left(screen)
        screen.until(lambda text: left(screen) <= first - 2)
    assert len(api.requests) == 1
    assert sorted(path.name for path in known.account.home.iterdir()) == before


def test_the_first_reading_appears(user: User, api: ApiServer) -> None:
    """If nothing is known, one refresh is started and its numbers appear."""
    with watching(user) as screen:
        screen.until("78%")
        first = left(screen)
        screen.until(lambda text: left(screen) <= first - 2)
    assert len(api.requests) == 1


def test_new_readings_appear(known: User, api: ApiServer) -> None:
    """Numbers that another process has read appear, in their colour."""
    with watching(known) as screen:
        api.answer = ok(usage_body(time.time(), 91, 35))
        known.refresh(force=True)
        assert "78%" not in screen.until("91%")
        assert screen.colours("91%") == {"ff0000"}


def test_a_refresh_that_is_due_is_started_once(known: User, api: ApiServer) -> None:
    """When a refresh is due one is started, which asks only by the schedule."""
    with watching(known) as screen:
        now = int(time.time())
        postpone(known.account, now, Head(RefreshTimes(now - 1, now - 1), now))
        screen.until(lambda text: drawn_times(str(known.account.home))[1] > now)
        first = left(screen)
        screen.until(lambda text: left(screen) <= first - 2)
    assert len(api.requests) == 1  # the first refresh's


def test_a_refusal_is_shown_and_counts_down(known: User, api: ApiServer) -> None:
    """A refusal appears below the numbers, with a countdown to the next try."""
    with watching(known) as screen:
        api.answer = throttled("600")
        known.refresh(force=True)
        first = NEXT.search(screen.until(NEXT.search))
        assert first
        screen.until(lambda text: int(NEXT.findall(text)[0]) < int(first[1]))
        assert "78%" in screen.text()


def test_resize(known: User) -> None:
    """After a change of size the picture is redrawn: blocks, lines or a wide table."""
    with watching(known) as screen:
        resize(screen, 60, 5)
        low = screen.until(lambda text: len(text.splitlines()) <= 5 and "quits" in text)
        assert re.search(r"session \(5h\)  [━╸─│]+ 78%   resets in", low)
        resize(screen, 40, 24)
        screen.until(lambda text: re.search(r"78%\n  1h..m..s · runs out about", text))
        resize(screen, 200, 50)
        screen.until(lambda text: re.search(r"session.*78%.*runs out about.*endpoint", text))
        screen.until(lambda text: screen.row(49).endswith("q quits"))
        assert screen.text().count("Claude usage") == 1


@pytest.mark.parametrize("lines", [1, 2, 3, 4])
def test_very_low_terminals(known: User, lines: int) -> None:
    """On the lowest terminals the limits remain, the session's first."""
    env = known.environ
    with Screen(known.command("watch"), env, columns=80, lines=lines) as screen:
        screen.until("78%")
        assert screen.row(0).startswith("session (5h)")


@pytest.mark.parametrize("key", ["q", "Q"])
def test_a_key_ends_it(known: User, key: str) -> None:
    """q restores the terminal's modes, cursor and screen, and exits with 0."""
    assert ended_by(known, key) == "0"


def test_ctrl_c_ends_it(known: User) -> None:
    """Ctrl-C restores the terminal, and ends it by the signal, for a loop around it."""
    assert ended_by(known, "\x03") == "130"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_signals_end_it(known: User, number: signal.Signals) -> None:
    """Other signals restore the terminal, too, and end it as usual."""
    assert ended_by(known, number) == str(128 + number)


def ended_by(user: User, how: str | signal.Signals) -> str:
    """Run it in a shell and end it in that way; returns its exit status."""
    pid = user.home / "pid"
    inner = f"ulimit -c 0; echo $$ > {pid}; exec {shlex.join(user.command('watch'))}"
    outer = f"trap : INT; sh -c {shlex.quote(inner)}; echo status=$?; read line"
    with Screen(["/bin/sh", "-c", outer], user.environ) as screen:
        before = termios.tcgetattr(screen._fd)
        screen.until("quits")
        assert termios.tcgetattr(screen._fd) != before
        if isinstance(how, str):
            screen.send(how)
        else:
            os.kill(int(pid.read_text()), how)
        text = screen.until("status=")
        assert termios.tcgetattr(screen._fd) == before
        drawn = screen.raw
    for begin, end in ((ENTER, LEAVE), (HIDE, SHOW)):
        assert drawn.count(begin) == 1
        assert drawn.rfind(end) > drawn.rfind(begin)
    return text.split("status=")[1].split()[0]


def test_a_terminal_that_goes_away(known: User) -> None:
    """When the terminal is closed the process ends by itself, without a traceback."""
    errors = known.home / "errors"
    inner = f"exec 2> {errors}; exec {shlex.join(known.command('watch'))}"
    screen = Screen(["/bin/sh", "-c", inner], known.environ)
    screen.until("quits")
    os.close(screen._fd)
    _, status = os.waitpid(screen.pid, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGHUP
    assert errors.read_text() == ""


def test_ctrl_z_and_back(known: User) -> None:
    """Ctrl-Z gives the terminal back to the shell, and fg restores the picture."""
    bash = program("bash")
    env = {**known.environ, "PS1": "prompt> "}
    with Screen([bash, "--norc", "--noprofile", "-i"], env) as screen:
        screen.until("prompt>")
        screen.send(shlex.join(known.command("watch")) + "\n")
        screen.until("quits")
        screen.send("\x1a")
        screen.until("Stopped")
        assert screen.raw.rfind(LEAVE) > screen.raw.rfind(ENTER)
        assert screen.raw.rfind(SHOW) > screen.raw.rfind(HIDE)
        assert termios.tcgetattr(screen._fd)[3] & termios.ICANON == 0  # readline is reading
        begun = screen.raw.count(ENTER)
        screen.send("fg\n")
        screen.until(lambda text: screen.raw.count(ENTER) > begun and LEFT.search(text))
        first = left(screen)
        screen.until(lambda text: left(screen) < first)
        screen.send("q")
        screen.until(lambda text: screen.raw.rfind(LEAVE) > screen.raw.rfind(ENTER))


def test_what_was_ignored_stays_ignored(known: User) -> None:
    """A signal that was ignored from the start, as under nohup, does not end it."""
    pid = known.home / "pid"
    command = f"trap '' HUP; echo $$ > {pid}; exec {shlex.join(known.command('watch'))}"
    with Screen(["/bin/sh", "-c", command], known.environ) as screen:
        screen.until("quits")
        os.kill(int(pid.read_text()), signal.SIGHUP)
        first = left(screen)
        screen.until(lambda text: left(screen) <= first - 2)
        screen.send("q")
        while screen.pump(20):
            pass
        assert screen.raw.endswith(LEAVE)


def test_without_a_keyboard(known: User) -> None:
    """If standard input is not a terminal it runs, too, and names Ctrl-C."""
    command = f"trap : INT; {shlex.join(known.command('watch'))} < /dev/null"
    with Screen(
        ["/bin/sh", "-c", f"{command}; echo status=$?; read line"], known.environ
    ) as screen:
        screen.until("Ctrl-C quits")
        screen.send("\x03")
        screen.until("status=130")


@pytest.mark.parametrize(
    ("environ", "title"),
    [({"NO_COLOR": "1"}, "Claude usage · max plan"), ({"LC_ALL": "C"}, "Claude usage - max plan")],
)
def test_plain_terminals(known: User, environ: dict[str, str], title: str) -> None:
    """Without colour or UTF-8 the picture is plain or ASCII, and still live."""
    with watching(known, **environ) as screen:
        assert title in screen.text()
        first = left(screen)
        screen.until(lambda text: left(screen) < first)
        assert re.findall(rb"\x1b\[[\d;]*[1-9][\d;]*m", screen.raw) == []
        assert screen.raw.isascii() or "NO_COLOR" in environ


def test_not_a_terminal(known: User) -> None:
    """In a pipe or on a dumb terminal it refuses in one sentence."""
    for done in (known.run("watch"), known.run("watch", environ={"TERM": "dumb"})):
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("claude-status: ")
        assert "use `claude-status show`" in done.stderr


def test_without_rich(known: User, tmp_path: Path) -> None:
    """Without rich it says what to install."""
    done = known.run("watch", environ=without("rich", tmp_path / "path"))
    assert done.returncode == 1
    assert done.stderr == (
        "claude-status: This needs rich: in the clone, run "
        f"{shlex.quote(sys.executable)} -m pip install '.[look]'.\n"
    )
