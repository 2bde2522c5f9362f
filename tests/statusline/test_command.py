"""The status line: what Claude Code passes on, what the machine then knows, what is printed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from claude_status.frames_read import make_home
from claude_status.statusline.command import read_input
from claude_status.statusline.fit import fit, visible_width
from claude_status.statusline.marks import see
from claude_status.store import records
from claude_status.store.database import open_store
from tests.server import ApiServer, ok, usage_body
from tests.support import User, is_running, until

HANGING_STORE = "import sqlite3, time\nsqlite3.connect = lambda *_, **__: time.sleep(100)\n"
RESET = 2 * 3600 + 600  # seconds until the session's reset


@pytest.fixture
def user(home: Path, api: ApiServer) -> User:
    """A user who never logged in, so that only pushes bring numbers."""
    return User(home, api.url)


def session(home: Path, five_hour: object = 42, seven_day: object = 17.3, **more: Any) -> bytes:
    """What Claude Code passes on after an answer, as one line."""
    transcript = home / f"{more.get('session_id', 'one')}.jsonl"
    transcript.touch()
    now = int(time.time())
    windows = {"five_hour": (five_hour, now + RESET), "seven_day": (seven_day, now + 300000)}
    rates = {
        name: {"used_percentage": used, "resets_at": reset // 60 * 60}
        for name, (used, reset) in windows.items()
        if used is not None
    }
    data = {"session_id": "one", "transcript_path": str(transcript), "rate_limits": rates, **more}
    return json.dumps(data).encode() + b"\n"


def hook(user: User, data: bytes, *options: str, **environ: str) -> str:
    """Run the status line as Claude Code does; returns what it prints, with nothing on stderr."""
    done = subprocess.run(
        user.command("statusline", *options),
        input=data,
        capture_output=True,
        env={**user.environ, "CLAUDECODE": "1", "NO_COLOR": "1", **environ},
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


def shown(user: User, dialect: str = "plain") -> str:
    """What every prompt of this machine shows now."""
    return user.line(time.time(), dialect)


def test_a_push_is_known_to_the_whole_machine(user: User, api: ApiServer) -> None:
    """The numbers of one session are in every prompt's frames, without a call."""
    line = hook(user, session(user.home))

    assert line.startswith("5h 42% 2h")
    assert line.endswith("· 7d 17%\n")
    assert shown(user) == line.strip()
    assert api.requests == []


def test_colours_are_those_of_the_terminal(user: User) -> None:
    """Without NO_COLOR the line has SGR colours."""
    shown = hook(user, session(user.home, 94), NO_COLOR="")
    assert "5h \033[38;5;196m94%\033[39m" in shown


@pytest.mark.parametrize(
    ("environ", "sign"),
    [
        ({"LANG": "de_DE.UTF-8"}, "·"),
        ({"LANG": "C", "LC_CTYPE": "en_US.utf8"}, "·"),
        ({"LC_ALL": "", "LC_CTYPE": "", "LANG": ""}, "·"),
        ({"LC_ALL": "de_DE.ISO-8859-1"}, "-"),
        ({"LC_ALL": "POSIX", "LANG": "C.UTF-8"}, "-"),
    ],
)
def test_a_locale_without_utf8_gets_ascii(user: User, environ: dict[str, str], sign: str) -> None:
    """Only a locale that is set and lacks UTF-8 gets ASCII."""
    assert f" {sign} 7d" in hook(user, session(user.home), NO_COLOR="1", **environ)


@pytest.mark.parametrize(
    "data",
    [b"", b"null\n", b"{\n", b"[1]\n", b'{"rate_limits": 7}\n', b'"' + b"x" * 5_000_000 + b'"\n'],
)
def test_any_input_gets_the_line(user: User, data: bytes) -> None:
    """Whatever the input, the known line is printed."""
    known = hook(user, session(user.home))

    assert known == hook(user, data)


def test_input_without_end_is_not_waited_for(user: User) -> None:
    """An open input without data does not delay the line."""
    known = hook(user, session(user.home))
    reading, writing = os.pipe()

    try:
        done = subprocess.run(
            user.command("statusline"),
            stdin=reading,
            capture_output=True,
            env={**user.environ, "NO_COLOR": "1"},
            check=True,
            timeout=30,
        )
    finally:
        os.close(reading)
        os.close(writing)

    assert known == done.stdout.decode()


@pytest.mark.parametrize("used", [1_795_342_092, -1, "42", True, None, 1e400])
def test_an_invalid_percentage_is_unknown(user: User, used: object) -> None:
    """An invalid percentage, such as an epoch, is unknown; the week is still shown."""
    assert hook(user, session(user.home, five_hour=used)) == "7d 17%\n"


def test_an_absurd_reset_does_not_win(user: User) -> None:
    """A reset a hundred years ahead is ignored, so that later numbers count."""
    absurd = json.loads(session(user.home, five_hour=5))
    absurd["rate_limits"]["five_hour"]["resets_at"] = 4_000_000_000

    assert hook(user, json.dumps(absurd).encode() + b"\n").startswith("5h 5% ·")
    os.utime(user.home / "one.jsonl", (time.time() + 1,) * 2)
    assert hook(user, session(user.home, five_hour=60)).startswith("5h 60% 2h")


def test_noise_of_floats_is_rounded_down(user: User) -> None:
    """56.99999999999999 is shown as 56, as in Claude Code."""
    assert "5h 56%" in hook(user, session(user.home, five_hour=56.99999999999999))


def test_sessions_with_an_api_key_bring_no_numbers(user: User) -> None:
    """Without rate_limits, and with nothing known, the line is empty."""
    assert hook(user, b'{"session_id": "one", "cost": {}}\n') == ""


def test_an_idle_session_does_not_win(user: User) -> None:
    """A session that repeats old numbers does not replace another's later ones."""
    idle = session(user.home, five_hour=60, session_id="idle")
    os.utime(user.home / "idle.jsonl", (time.time() - 4000,) * 2)
    hook(user, idle)
    newer = session(user.home, five_hour=3, session_id="busy")
    hook(user, newer)

    lines = {hook(user, idle) for _ in range(3)}

    assert all("5h 3%" in line for line in lines)


def counted(user: User, count: int, five_hour: float = 42, age: float = 900) -> bytes:
    """What Claude Code passes on while subagents work: the transcript does not change."""
    data = session(user.home, five_hour, cost={"total_api_duration_ms": count})
    os.utime(user.home / "one.jsonl", (time.time() - age,) * 2)
    return data


def test_answers_of_subagents_are_true_now(user: User) -> None:
    """If the count has grown, equal numbers are current even with an old transcript."""
    assert "~42%" in hook(user, counted(user, 1000))
    assert "5h 42%" in hook(user, counted(user, 1500))
    assert "5h 43%" in hook(user, counted(user, 2000, 43))


def test_a_moved_transcript_alone_confirms_nothing(user: User) -> None:
    """If the count is the same, a newer transcript (``/rename``) is no answer."""
    assert "~42%" in hook(user, counted(user, 1000))
    assert "~42%" in hook(user, counted(user, 1000, age=0))


def test_numbers_just_dated_do_not_open_the_store(user: User) -> None:
    """A further answer with equal numbers is recorded without opening the store."""
    make_home(str(user.account.home), user.environ)
    user.take_slots()
    hook(user, counted(user, 1000))
    noted = user.account.store / "session.one"
    until(lambda: hook(user, counted(user, 2000)) and "2000" in noted.read_text().splitlines())
    written = [user.account.store / "cache.db", user.account.frames / "plain"]
    before = [path.stat().st_mtime_ns for path in written]
    hook(user, counted(user, 3000))
    assert before == [path.stat().st_mtime_ns for path in written]
    assert "3000" in noted.read_text().splitlines()


def test_a_session_with_a_login_of_its_own_is_not_heard(user: User) -> None:
    """A session with another login from its environment is ignored."""
    user.log_in()
    data = session(user.home)
    assert hook(user, data, CLAUDE_CODE_OAUTH_TOKEN="made-up") == ""
    assert "42%" in hook(user, session(user.home, session_id="two"))


def test_a_repeated_number_is_confirmed_by_an_answer(user: User) -> None:
    """The same numbers after a new answer are current."""
    data = session(user.home)
    transcript = user.home / "one.jsonl"
    os.utime(transcript, (time.time() - 900,) * 2)
    assert "~42%" in hook(user, data)

    os.utime(transcript)

    assert "5h 42%" in hook(user, data)


def test_a_repeated_number_is_not_confirmed_against_a_later_one(user: User, api: ApiServer) -> None:
    """A changed transcript does not make a number outweigh a later answer of the API."""
    idle = session(user.home, five_hour=60)
    os.utime(user.home / "one.jsonl", (time.time() - 900,) * 2)
    # a slow store leaves it to the next run
    until(lambda: "60%" in hook(user, idle) and shown(user))
    api.answer = ok(usage_body(time.time(), five_hour=3, five_hour_left=RESET))
    user.log_in()
    user.refresh(force=True)
    assert shown(user).startswith("5h 3%")

    os.utime(user.home / "one.jsonl")

    assert hook(user, idle).startswith("5h 3%")


@pytest.mark.parametrize("columns", ["", "0", "-1", "x", "²", "٣"])
def test_columns_that_are_no_number_are_eighty(user: User, columns: str) -> None:
    """An invalid COLUMNS counts as 80."""
    data = session(user.home)
    odd, usual = hook(user, data, COLUMNS=columns), hook(user, data, COLUMNS="80")
    minutes = re.compile(r"\d+m")  # a minute may end between the two
    assert minutes.sub("m", odd) == minutes.sub("m", usual)


@pytest.mark.parametrize("numbers", [{}, {"rate_limits": {}}, {"rate_limits": {"five_hour": 7}}])
def test_unchanged_numbers_do_not_open_the_store(user: User, numbers: dict[str, Any]) -> None:
    """A second run with the same or no numbers imports neither diskcache nor requests."""
    hook(user, session(user.home))
    data = session(user.home, **numbers)
    hook(user, data)

    done = subprocess.run(
        [user.command()[0], "-X", "importtime", "-m", "claude_status", "statusline"],
        input=data,
        capture_output=True,
        env=user.environ,
        check=True,
        timeout=30,
    )

    imported = {row.rpartition(b"|")[2].strip() for row in done.stderr.splitlines()}
    assert imported & {b"diskcache", b"requests", b"argparse", b"dataclasses", b"sqlite3"} == set()
    assert b"42%" in done.stdout


def test_a_new_store_is_fed_again(user: User) -> None:
    """After the database was lost, the same numbers are recorded again."""
    data = session(user.home)
    hook(user, data)
    (user.account.store / "cache.db").write_text("no database")
    user.refresh()

    assert hook(user, data).startswith("5h 42%")
    with open_store(user.account.store) as store:
        assert list(records.readings(store, time.time())) == ["statusline:one"]


def test_a_store_that_cannot_be_written_still_gives_the_line(user: User) -> None:
    """Without a usable cache the line has the numbers from standard input."""
    (user.home / ".cache").write_text("in the way")

    assert hook(user, session(user.home)).startswith("5h 42%")


def test_a_locked_store_does_not_delay_the_line(user: User) -> None:
    """While another process locks the database, the line is still printed."""
    hook(user, session(user.home))
    with locked(user):
        line = hook(user, session(user.home, five_hour=50))

    assert line.startswith("5h ")


def test_a_locked_store_does_not_delay_theirs(user: User, tmp_path: Path) -> None:
    """While the database is locked, theirs is still shown, and is ended on time."""
    hook(user, session(user.home))
    mark, fed = tmp_path / "pid", session(user.home, five_hour=50)
    theirs = f"echo THEIRS; echo $$ > {mark}; exec sleep 60"
    with locked(user):
        line = hook(user, fed, "--wrap", theirs, COLUMNS="16")

    assert line.startswith("THEIRS\n5h ")
    assert visible_width(line.split("\n")[1]) <= 16
    until(lambda: not is_running(int(mark.read_text())))


def test_a_store_that_hangs_does_not_delay_the_line(user: User) -> None:
    """If opening the database hangs, the line is still printed, and the process ends."""
    hook(user, session(user.home))
    (user.home / "sitecustomize.py").write_text(HANGING_STORE)

    path = f"{user.home}:{user.environ['PYTHONPATH']}"
    assert hook(user, session(user.home, five_hour=50), PYTHONPATH=path).startswith("5h ")


@pytest.mark.parametrize(("locale", "sign"), [("C.UTF-8", "·"), ("C", "-")])
def test_the_line_fits_the_columns(user: User, locale: str, sign: str) -> None:
    """In few columns the countdown goes first, then the week, the session never."""
    data = session(user.home)
    lines = {
        columns: hook(user, data, COLUMNS=str(columns), LC_ALL=locale).strip()
        for columns in (40, 20, 16, 15, 6, 2)
    }

    assert lines[40].endswith(f" {sign} 7d 17%")
    assert lines[20] == lines[16] == lines[15] == f"5h 42% {sign} 7d 17%"
    assert lines[6] == "5h 42%"
    assert lines[2].startswith("5h 42%")


def test_a_models_week_goes_first(user: User, api: ApiServer) -> None:
    """In few columns a model's week goes before the countdown and the week."""
    api.answer = ok(usage_body(time.time(), five_hour_left=RESET, model=95))
    user.log_in()
    user.refresh(force=True)
    wide, narrow = (hook(user, b"{}\n", COLUMNS=str(columns)) for columns in (80, 24))

    assert wide.count(" · ") == 2
    assert narrow.strip() == wide.rpartition(" · ")[0]


def test_a_locked_store_does_not_widen_the_line(user: User) -> None:
    """While the database is locked, the line still fits its columns."""
    data = session(user.home)
    hook(user, data)
    with locked(user):
        line = hook(user, data, COLUMNS="16")

    assert line == "5h 42% · 7d 17%\n"
    assert visible_width(line.strip()) <= 16


def test_refused_directories_show_nothing(user: User) -> None:
    """A relative CLAUDE_CONFIG_DIR has no account, so the line is empty."""
    hook(user, session(user.home))

    assert hook(user, session(user.home), CLAUDE_CONFIG_DIR="some/where") == ""


def test_the_first_run_of_all_starts_a_refresh(user: User) -> None:
    """The very first run starts a refresh, and everything that creates is private."""
    user.log_in()
    assert hook(user, b"{}\n") == ""

    until(user.is_drawn)

    assert hook(user, b"{}\n").startswith("5h ")
    for path in (user.account.home, *user.account.home.parents):
        if path.is_relative_to(user.account.cache):
            assert not path.stat().st_mode & 0o077, path


@pytest.mark.parametrize("where", ["", ".cache", ".cache/claude-status"])
def test_nothing_is_created_in_another_users_place(
    user: User, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Under ``sudo -s`` nothing is created in the user's HOME.

    Otherwise the directory is private, and the process keeps its umask.
    """
    (user.home / where).mkdir(parents=True, exist_ok=True)
    before = sorted(user.home.rglob("*"))
    with monkeypatch.context() as patch:
        patch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        make_home(str(user.account.home), user.environ)
    assert sorted(user.home.rglob("*")) == before

    mask = os.umask(0o022)
    try:
        make_home(str(user.account.home), user.environ)
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(mask)
    assert user.account.home.is_dir()
    assert user.account.home.stat().st_mode & 0o777 == 0o700


def test_a_relative_cache_is_not_created(tmp_path: Path) -> None:
    """A cache without an absolute path is not created, without an error."""
    home = tmp_path / "account"
    make_home(str(home), {"CLAUDE_STATUS_CACHE_DIR": "relative", "HOME": str(tmp_path)})
    assert not home.exists()


def test_a_wrapped_command_may_go_on_after_its_output(user: User, tmp_path: Path) -> None:
    """A command that closes its output still gets its time to end."""
    mark = tmp_path / "mark"
    theirs = f"echo theirs; exec >&-; sleep 0.2; touch '{mark}'"
    assert "theirs" in hook(user, session(user.home), "--wrap", theirs)
    assert mark.exists()


def test_a_wrapped_line_stands_beside_ours(user: User) -> None:
    """Theirs gets the same input, and ours follows it, or comes below if too wide."""
    data = session(user.home)
    theirs = "cut -c 3-12"

    wide = hook(user, data, "--wrap", theirs, COLUMNS="100")
    narrow = hook(user, data, "--wrap", theirs, COLUMNS="30")

    assert wide.startswith("session_id  5h 42%")
    assert narrow.split("\n")[0] == "session_id"
    assert narrow.split("\n")[1].startswith("5h 42%")


@pytest.mark.parametrize(
    "words",
    [
        ["statusline", "--wrap=echo a=b"],
        ["--format", "plain", "statusline", "--wrap", "echo a=b"],
        ["--format=plain", "statusline", "--wrap=echo a=b"],
    ],
)
def test_the_command_may_be_typed_in_other_ways(user: User, words: list[str]) -> None:
    """Options before the command, and both spellings of --wrap, are accepted."""
    done = user.run(*words, input=session(user.home).decode())

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("a=b  5h ")


@pytest.mark.parametrize("theirs", ["false", "true", "exit 3", "/no/such/program 2>/dev/null"])
def test_a_wrapped_line_that_fails_leaves_ours(user: User, theirs: str) -> None:
    """If theirs prints nothing, ours is shown alone."""
    assert hook(user, session(user.home), "--wrap", theirs).startswith("5h 42%")


def test_a_wrapped_line_shows_even_if_ours_is_empty(user: User) -> None:
    """If ours is empty, theirs is shown alone."""
    assert hook(user, b"{}\n", "--wrap", "printf 'a\\nb\\n'") == "a\nb\n"


def test_a_wrapped_line_does_not_wait_for_what_it_started(user: User, tmp_path: Path) -> None:
    """A child of theirs in its own session may keep the pipe open, and is not ended."""
    mark = tmp_path / "pid"
    theirs = (
        f"setsid sh -c 'echo $$ >{mark}.new; mv {mark}.new {mark}; exec sleep 60' 2>&- & echo a"
    )

    line = hook(user, b"{}\n", "--wrap", theirs)

    until(mark.exists)
    sleeping = int(mark.read_text())
    os.kill(sleeping, signal.SIGTERM)  # fails if it has ended
    assert line == "a\n"


def test_a_wrapped_line_that_hangs_shows_what_it_printed(user: User, tmp_path: Path) -> None:
    """Theirs is ended when it times out, and what it printed is shown."""
    mark = tmp_path / "pid"
    theirs = f"echo THEIRS; echo $$ > {mark}; sleep 60"

    line = hook(user, session(user.home), "--wrap", theirs)

    assert line.startswith("THEIRS  5h 42%")
    until(lambda: not is_running(int(mark.read_text())))


@pytest.mark.parametrize("theirs", ["yes", "yes & exit", "(trap '' PIPE; yes)"])
def test_a_wrapped_line_without_end_is_cut(user: User, theirs: str) -> None:
    """Endless output of theirs is cut."""
    assert 0 < len(hook(user, b"{}\n", "--wrap", f"{{ {theirs}; }} 2>/dev/null")) < 200_000


def test_a_wrapped_line_gets_all_of_a_long_input(user: User) -> None:
    """An input larger than a pipe is passed on whole, even if theirs does not read it."""
    data = b'{"x": "' + b"x" * 300_000 + b'"}\n'

    assert hook(user, data, "--wrap", "wc -c").strip() == str(len(data))
    assert hook(user, data, "--wrap", "echo none") == "none\n"


def test_cancelling_ends_the_wrapped_command_too(user: User, tmp_path: Path) -> None:
    """SIGTERM, as from Claude Code, also ends the wrapped command."""
    mark = tmp_path / "pid"
    process = subprocess.Popen(
        user.command(
            "statusline", "--wrap", f"echo $$ > {mark}.new; mv {mark}.new {mark}; sleep 60"
        ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=user.environ,
    )
    until(mark.exists)
    process.terminate()
    process.communicate(timeout=30)

    until(lambda: not is_running(int(mark.read_text())))


def test_parts_are_dropped_until_the_rest_fits() -> None:
    """Parts are dropped from the end until the rest fits; colours have no width."""
    line = "5h \033[32m42%\033[39m 2h13m · 7d \033[32m17%\033[39m"

    assert visible_width(line) == 21
    first = line.partition(" · ")[0]
    assert [fit(line, 21), fit(line, 20), fit(line, 1)] == [line, first, first]
    assert fit(line.replace("·", "-"), 20) == first


@pytest.mark.parametrize("codes", [("38;5;244", "39"), ("1;2", "22"), ("1;38;2;1;2;3", "22;39")])
def test_a_cut_resets_the_colour(codes: tuple[str, str]) -> None:
    """If a cut removes the end of a colour, the colour is reset."""
    begin, end = (f"\033[{code}m" for code in codes)
    line = f"{begin}5h{end} 42% {begin}2h13m · 7d{end} 17%"
    assert fit(line, 12) == f"{begin}5h{end} 42% {begin}2h13m\033[22;39m"
    assert fit(f"{begin}5h{end} 42% · 7d", 6) == f"{begin}5h{end} 42%"


@contextmanager
def locked(user: User) -> Iterator[None]:
    """Lock the user's database, as another process would."""
    with user.database() as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


def test_no_more_than_a_mebibyte_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line without an end is read up to 1 MiB."""
    monkeypatch.setattr("claude_status.statusline.command.READ_SECONDS", 60)
    path = tmp_path / "endless"
    path.write_bytes(b"x" * (3 << 20))
    with open(path, "rb") as file:
        assert len(read_input(file.fileno())) == 1 << 20


@pytest.mark.parametrize(
    ("name", "count", "is_seen"), [("a", 5, True), ("a", None, False), ("", 5, False)]
)
def test_without_limits_a_session_is_its_name_and_its_count(
    name: str, count: int | None, is_seen: bool
) -> None:
    """Without limits, a session is recorded only with its id and its count."""
    cost = {} if count is None else {"total_api_duration_ms": count}
    assert bool(see({"session_id": name, "cost": cost}, "{}")) == is_seen
