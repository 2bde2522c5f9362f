"""What can go wrong around a whole process: crowds, death, full and closed disks, spies."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Set
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from claude_status.frames.write import FILES
from tests import server
from tests.bodies import usage_body
from tests.conftest import ROOT, program
from tests.server import Answer, ApiServer, error, ok, throttled
from tests.support import (
    HANGING,
    RENEWAL,
    SENTENCE,
    TOKEN,
    User,
    clock_ahead,
    snapshot_of,
    unprivileged,
    until,
)

PROC = os.path.isdir("/proc/self")


# A crowd


def crowd(user: User, count: int, command: list[str]) -> str:
    """Run so many processes at the same moment; return all that they print."""
    gate = user.home / "gate"
    os.mkfifo(gate)
    script = (
        "count=$1 gate=$2; shift 2\n"
        'while [ "$count" -gt 0 ]; do\n'
        '  ( : <"$gate"; exec "$@" ) || echo "status $?" &\n'
        "  count=$((count - 1))\n"
        "done\n"
        "echo ready; wait\n"
    )
    process = subprocess.Popen(
        ["/bin/sh", "-c", script, "sh", str(count), str(gate), *command], env=user.environ,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    writer = os.open(gate, os.O_RDWR)  # who comes late finds it open
    try:
        output, _ = process.communicate(timeout=110)
    finally:
        os.close(writer)
        process.kill()
        process.wait()
    gate.unlink()
    return output


def idle(user: User) -> bool:
    """Whether no process of this user's is left."""
    return not list(processes(user))


def process_ids() -> set[str]:
    """The numbers of all processes; none where there is no /proc."""
    return {name for name in os.listdir("/proc") if name.isdigit()} if PROC else set()


def processes(user: User, besides: Set[str] = frozenset()) -> Iterator[tuple[bytes, bytes]]:
    """The arguments and the environment of every process whose HOME is this user's."""
    for number in process_ids() - besides:
        with suppress(OSError):
            environ = Path("/proc", number, "environ").read_bytes()
            if f"HOME={user.home}".encode() in environ.split(b"\0"):
                yield Path("/proc", number, "cmdline").read_bytes(), environ


def test_300_prompts_on_a_stale_cache_make_one_request(
    user: User, api: ApiServer, tmp_path: Path
) -> None:
    """Of 300 launchers at the same moment one starts a refresh; each prints what is known then."""
    launcher = user.install_launcher(tmp_path / "bin")
    user.refresh(time.time() - 4000)
    assert len(api.requests) == 1
    before = user.line(time.time())
    output = crowd(user, 300, [launcher, "--format", "plain"])
    lines = output.splitlines()
    api.wait_for(2)
    until(lambda: user.refresh_at() > time.time())
    assert user.line(time.time()).startswith("5h 42%")
    assert lines[0] == before
    assert len(lines) == 300
    # on a slow machine the last ones come when the new numbers are there
    assert all(line == before or line.startswith("5h 42%") for line in lines)
    assert len(api.requests) == 2


def test_300_prompts_without_a_cache_make_one_request(
    user: User, api: ApiServer, tmp_path: Path
) -> None:
    """The same where there is nothing yet: nobody waits for the one who asks."""
    launcher = user.install_launcher(tmp_path / "bin")
    lines = crowd(user, 300, [launcher]).splitlines()
    api.wait_for(1)
    assert len(lines) < 300
    # on a slow machine the last ones come when the new numbers are there
    assert all(line.startswith("5h 42%") for line in lines)
    until(user.is_drawn)
    assert len(api.requests) == 1


@pytest.mark.parametrize("answer", [None, server.SERVER_ERROR, server.UNAUTHORIZED, throttled()])
def test_a_crowd_of_refreshes_makes_one_request(
    user: User, api: ApiServer, answer: Answer | None
) -> None:
    """Even where every one of them gets to ask, one does, and what it hears holds for all."""
    if answer:
        api.answer = answer
    output = crowd(user, 16, user.command("refresh"))
    assert "Traceback" not in output
    assert len(api.requests) == 1


@pytest.mark.slow
def test_300_refreshes_in_the_background_make_one_request(user: User, api: ApiServer) -> None:
    """Of 300 on a stale cache one asks, and the others do not keep it from recording the answer."""
    user.refresh(time.time() - 4000)
    assert crowd(user, 300, user.command("refresh", "--background")) == ""
    assert len(api.requests) == 2
    assert user.line(time.time()).startswith("5h 42%")


def test_prompts_on_a_fresh_cache_make_none(user: User, api: ApiServer, tmp_path: Path) -> None:
    """A hundred of them change nothing in the cache, and start nothing."""
    launcher = user.install_launcher(tmp_path / "bin")
    user.refresh()
    before = snapshot_of(user.account.cache)
    assert crowd(user, 100, [launcher, "--format", "zsh"]).count("%%") == 200
    assert snapshot_of(user.account.cache) == before
    assert len(api.requests) == 1


# Death


class Mortals:
    """The process that ``tests/mortal.py`` describes."""

    def __init__(self, user: User) -> None:
        """Start it."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.mortal"], env=user.environ, cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def live(self, moment: float, die_at: int = 0) -> str:
        """One life: its number of steps, or what ended it."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{moment} {die_at}\n")
        return self.process.stdout.readline().strip()


@pytest.fixture
def mortals(user: User) -> Iterator[Mortals]:
    """Processes that die when they are told to."""
    mortals = Mortals(user)
    with mortals.process:
        yield mortals


@pytest.mark.parametrize("stride", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_a_refresh_may_die_at_any_step(
    user: User, api: ApiServer, mortals: Mortals, stride: int
) -> None:
    """The next one works; within half a minute nobody asks twice; then all is as it should be."""
    now = time.time()
    assert mortals.live(now - 4000).isdigit()  # the first one also finds out whose login it is
    steps = int(mortals.live(now))
    assert steps > 20
    for step in range(1, steps + 1, stride):
        now += 4000
        api.answer = ok(usage_body(now, step))
        before = len(api.requests)
        assert mortals.live(now, step) == "killed 9"
        assert mortals.live(now + (1 if step % 2 else 29)).isdigit()
        assert len(api.requests) - before <= 1, step
        for later in (31, 60) if step % 5 == 0 else (31,):
            assert mortals.live(now + later).isdigit()
            assert 1 <= len(api.requests) - before <= 2, step
            assert user.line(now + 60).startswith(f"5h {step}%"), step
    assert mortals.live(now + 200).isdigit()  # what the dead left behind is swept after a minute
    assert {path.name for path in user.account.frames.iterdir()} == set(FILES)


def test_a_refresh_that_is_killed_while_it_asks_does_not_ask_again_at_once(
    user: User, api: ApiServer, tmp_path: Path
) -> None:
    """However often real ones are killed, each waits for the pause of the one before."""
    api.answer = HANGING
    for round_, ahead in enumerate((0, 31, 100)):
        environ = clock_ahead(tmp_path / str(ahead), ahead)
        process = user.start("refresh", "--background", environ=environ)
        api.wait_for(round_ + 1)
        process.kill()
        process.wait()
        for _ in range(2):
            assert "cut short" in user.run("refresh", "--force", environ=environ).stderr
    assert len(api.requests) == 3


def test_frames_outlive_whoever_drew_them(user: User, api: ApiServer, tmp_path: Path) -> None:
    """With Python gone for good the launcher still tells that the window has been reset."""
    launcher = user.install_launcher(tmp_path / "bin")
    then = time.time() - 3 * 3600
    api.answer = ok(usage_body(then))
    user.refresh(then)
    (tmp_path / "bin" / "claude-status-py").unlink()
    done = subprocess.run(
        [launcher], env=user.environ, capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.stdout, done.stderr, done.returncode) == (user.line(time.time()) + "\n", "", 0)
    assert done.stdout.startswith("5h –")


# Disks and locks


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody writes below this folder; the modes come back."""
    modes = {path: path.stat().st_mode for path in (folder, *folder.rglob("*"))}
    for path, mode in modes.items():
        path.chmod(mode & 0o555)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


@pytest.mark.parametrize("age", [0, 4000])
def test_a_read_only_cache_under_100_prompts(
    user: User, api: ApiServer, tmp_path: Path, age: float
) -> None:
    """There is no request and no message, the line stays, and nothing changes."""
    launcher = user.install_launcher(tmp_path / "bin")
    user.refresh(time.time() - age)
    before, line = snapshot_of(user.account.cache), user.line(time.time())
    with read_only(user.account.cache):
        output = crowd(user, 100, unprivileged([launcher]))
        assert output == f"{line}\n" * 100
        for arguments in (["--format", "json"], ["refresh", "--background"]):
            command = unprivileged(user.command(*arguments))
            done = subprocess.run(
                command, env=user.environ, capture_output=True, text=True, check=False, timeout=60
            )
            assert (done.stderr, done.returncode) == ("", 0)
    assert snapshot_of(user.account.cache) == before
    assert len(api.requests) == 1


def test_a_cache_that_cannot_be_made_under_prompts(
    user: User, api: ApiServer, tmp_path: Path
) -> None:
    """The same where the cache is not there and cannot be; a typed refresh says so."""
    launcher = user.install_launcher(tmp_path / "bin")
    (user.home / ".cache").mkdir()
    with read_only(user.home / ".cache"):
        assert crowd(user, 20, unprivileged([launcher])) == ""
        done = subprocess.run(
            unprivileged(user.command("refresh")), env=user.environ, text=True,
            capture_output=True, check=False, timeout=60,
        )  # fmt: skip
    assert SENTENCE.fullmatch(done.stderr)
    assert "Permission denied" in done.stderr
    assert (done.stdout, done.returncode, api.requests) == ("", 1, [])


@pytest.mark.parametrize("kilobytes", [0, 4, 16, 33, 40, 64])
def test_a_disk_with_room_for_so_much(user: User, api: ApiServer, kilobytes: int) -> None:
    """However little fits, it is a sentence, and what is asked is recorded, or nothing is."""
    command = f'ulimit -f {kilobytes * 2}; exec "$0" -m claude_status "$@"'
    outcomes = []
    for arguments in ("refresh", "refresh", "refresh --background"):
        done = subprocess.run(
            ["/bin/sh", "-c", command, sys.executable, *arguments.split()], env=user.environ,
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.stderr == "" or SENTENCE.fullmatch(done.stderr), done.stderr
        assert "broke" not in done.stderr
        outcomes.append(len(api.requests))
    assert outcomes in ([0, 0, 0], [1, 1, 1])
    assert not user.account.store.with_name("store.broken").exists()
    done = user.run("refresh")
    assert len(api.requests) == 1
    assert (done.returncode == 0) == ("42%" in done.stdout)


@pytest.mark.parametrize("first", [1, 4, 12])
def test_a_full_disk(user: User, api: ApiServer, first: int) -> None:
    """Where SQLite hears that there is no space left, nothing is asked that was not recorded."""
    strace = program("strace")
    user.refresh(time.time() - 4000)
    before = user.line(time.time())
    inject = f"inject=pwrite64:error=ENOSPC:when={first}+"
    done = subprocess.run(
        [strace, "-f", "-o", os.devnull, "-e", "trace=pwrite64", "-e", inject,
         *user.command("refresh")],
        env=user.environ, capture_output=True, text=True, check=False, timeout=90,
    )  # fmt: skip
    assert SENTENCE.fullmatch(done.stderr), done.stderr
    assert "full" in done.stderr
    assert len(api.requests) == 1
    assert user.line(time.time()) == before
    assert user.refresh_at() > time.time() + 200
    assert user.run("refresh").stdout.startswith("asked: 5h 42%")


def test_a_database_that_stays_locked(user: User, api: ApiServer) -> None:
    """Nobody waits for it for long, nobody asks, and the frames say when to look again."""
    user.refresh(time.time() - 4000)
    before = user.line(time.time())
    with closing(sqlite3.connect(user.account.store / "cache.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = user.run("refresh")
        quiet = user.run("refresh", "--background")
    assert SENTENCE.fullmatch(done.stderr)
    assert "locked" in done.stderr
    assert done.returncode == 1
    assert (quiet.stdout, quiet.stderr, quiet.returncode) == ("", "", 0)
    assert (user.line(time.time()), len(api.requests)) == (before, 1)
    assert user.refresh_at() > time.time() + 200


def test_a_broken_database_is_set_aside_once(user: User, api: ApiServer) -> None:
    """The first refresh goes on from the frames with a new one; a second break asks nobody."""
    api.answer = [ok(usage_body(time.time())), server.SERVER_ERROR]
    user.run("refresh")
    line = user.line(time.time())
    for times in (2, 2, 2):
        (user.account.store / "cache.db").write_bytes(b"garbage " * 4096)
        assert user.run("refresh", "--background").stderr == ""
        assert len(api.requests) == times
        assert user.line(time.time()) == line
    assert "broke twice in an hour" in user.run("refresh").stderr
    assert user.refresh_at() > time.time() + 200


# Spies


@contextmanager
def a_spy(user: User) -> Iterator[set[bytes]]:
    """The arguments and environments of every process of the user's, seen again and again."""
    seen: set[bytes] = set()
    over = threading.Event()
    others = process_ids()

    def look() -> None:
        while not over.wait(0.005):
            for arguments, environ in processes(user, others):
                seen.update((arguments, environ))

    spy = threading.Thread(target=look)
    spy.start()
    try:
        yield seen
    finally:
        over.set()
        spy.join()


QUOTING = error(401, "authentication_error", f"The token {TOKEN} has expired")
RUNS = {  # a command, and what the API says to the refresh before it
    "refresh --force": ok(usage_body(0)),
    "show": throttled("5"),
    "doctor": QUOTING,
    "--format json": server.FORBIDDEN,
    "--format prometheus": server.html(403),
    "history": server.redirect("http://127.0.0.1:9/"),
    "bogus": server.CUT_OFF,
    "config": Answer(200, b"\xff\xfe"),
    "": server.CLOSED,
}


def test_the_token_is_nowhere_but_in_the_question(
    user: User, api: ApiServer, tmp_path: Path
) -> None:
    """It is in no file of the user's but the login, no word that is printed, no process's list."""
    launcher = user.install_launcher(tmp_path / "bin")
    login = user.log_in()
    stored = login.read_bytes(), login.stat().st_mtime_ns
    heard = []
    with a_spy(user) as seen:
        heard.append(crowd(user, 2, [launcher]))
        until(user.is_drawn)
        for arguments, answer in RUNS.items():
            api.answer = answer
            shutil.rmtree(user.account.cache)
            for command in ("refresh", arguments):
                done = user.run(*command.split())
                heard.append(done.stdout + done.stderr)
            heard.append(repr(snapshot_of(user.home / ".cache")))
    login.unlink()
    everything = [*heard, *snapshot_of(user.home).values(), *map(repr, seen)]
    for secret in (TOKEN, RENEWAL, TOKEN[14:-4], RENEWAL[14:-4]):
        assert [text for text in everything if secret in str(text)] == []
    assert len(seen) > 5 or not PROC
    questions = [str(request.headers) + request.path for request in api.requests]
    assert len(questions) > len(RUNS)
    assert all(text.count(TOKEN) == 1 and f"Bearer {TOKEN}" in text for text in questions)
    assert not any(RENEWAL in text for text in questions)
    assert stored[0].count(TOKEN.encode()) == 1


def test_the_login_is_left_as_it_is(user: User, api: ApiServer) -> None:
    """Neither its bytes nor its times change, whatever the API says to it."""
    path = user.log_in()

    def state() -> tuple[object, ...]:
        info = path.stat()
        return path.read_bytes(), info.st_mtime_ns, info.st_mode, os.listdir(path.parent)

    before = state()
    for answer in (server.UNAUTHORIZED, ok(usage_body(time.time()))):
        api.answer = answer
        user.run("refresh", "--force")
        user.run("show")
        shutil.rmtree(user.account.cache)
    assert state() == before


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_nobody_else_can_look_into_the_cache(user: User, tmp_path: Path, umask: int) -> None:
    """Whatever the umask, all that any command or the launcher leaves is 0600 in 0700."""
    launcher = user.install_launcher(tmp_path / "bin")
    for command in ([launcher], user.command("refresh", "--force"), user.command("doctor")):
        script = f'umask {umask:o}; exec "$@"'
        subprocess.run(
            ["/bin/sh", "-c", script, "sh", *command], env=user.environ, check=False,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
        )  # fmt: skip
    until(user.is_drawn)
    for path in (user.account.cache, *user.account.cache.rglob("*")):
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_no_proxy_and_no_netrc_gets_between(user: User, api: ApiServer) -> None:
    """A proxy of the environment sees no loopback call, and ~/.netrc replaces no token."""
    netrc = user.home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login jo password other\ndefault login x password y\n")
    netrc.chmod(0o600)
    with ApiServer() as proxy:
        names = ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
        done = user.run("refresh", environ=dict.fromkeys(names, proxy.url))
        assert done.stdout.startswith("asked: 5h 42%")
        assert proxy.requests == []
    assert [request.headers["Authorization"] for request in api.requests] == [f"Bearer {TOKEN}"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_takes_the_token_nowhere(user: User, api: ApiServer, status: int) -> None:
    """Whatever kind of redirect, the other server hears nothing, and it counts as a failure."""
    with ApiServer() as other:
        api.answer = Answer(status, b"", {"Location": f"{other.url}/api/oauth/usage"})
        done = user.run("refresh")
        assert SENTENCE.fullmatch(done.stderr)
        assert other.requests == []
    assert len(api.requests) == 1


def test_a_refresh_outlives_the_line_that_started_it(
    user: User, api: ApiServer, tmp_path: Path
) -> None:
    """Where a status line is cancelled with its whole group, what it has begun is brought home."""
    launcher = user.install_launcher(tmp_path / "bin")
    cancelled = threading.Event()
    body = usage_body(time.time())
    api.answer = lambda request: ok(body) if cancelled.wait(20) else server.CLOSED
    script = f"{launcher}; exec sleep 60"
    line = subprocess.Popen(["/bin/sh", "-c", script], env=user.environ, start_new_session=True)
    api.wait_for(1)
    os.killpg(line.pid, signal.SIGTERM)
    line.wait()
    cancelled.set()
    until(user.is_drawn)
    assert user.line(time.time()).startswith("5h 42%")
    assert len(api.requests) == 1


def test_nothing_is_left_running(user: User, api: ApiServer, tmp_path: Path) -> None:
    """After prompts, kicks, commands and a signal to the caller's group, all processes end."""
    launcher = user.install_launcher(tmp_path / "bin")
    crowd(user, 20, [launcher])
    user.run()
    user.run("show")
    group = user.start("refresh", start_new_session=True)
    os.killpg(group.pid, signal.SIGTERM)
    group.wait()
    until(lambda: idle(user))
    assert len(api.requests) == 1
