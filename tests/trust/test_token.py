"""The token appears in requests to the API, and nowhere else."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import server
from tests.bodies import usage_body
from tests.server import Answer, ApiServer, error, ok, throttled
from tests.support import RENEWAL, SENTENCE, TOKEN, User, snapshot_of, until
from tests.trust.crowd import PROC, crowd, process_ids, processes


@contextmanager
def a_spy(user: User) -> Iterator[set[bytes]]:
    """Collect the arguments and environments of all of the user's processes."""
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
RUNS = {  # a command, and the API's answer to the refresh before it
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


def test_the_token_is_only_in_requests(user: User, api: ApiServer, tmp_path: Path) -> None:
    """It is in no other file, output, argument or environment."""
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
    """The login file's content, times and mode do not change, whatever the API answers."""
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
def test_the_cache_is_private(user: User, tmp_path: Path, umask: int) -> None:
    """Whatever the umask, every file in the cache is 0600 and every directory 0700."""
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
    """A call to loopback uses no proxy, and ~/.netrc has no effect."""
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
    """No kind of redirect is followed; it counts as a failure."""
    with ApiServer() as other:
        api.answer = Answer(status, b"", {"Location": f"{other.url}/api/oauth/usage"})
        done = user.run("refresh")
        assert SENTENCE.fullmatch(done.stderr)
        assert other.requests == []
    assert len(api.requests) == 1
