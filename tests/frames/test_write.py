"""The files of frames: replaced whole, kept if nothing better is known, read as a shell does."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from claude_status.errors import CacheError
from claude_status.frames.strip import MAX_FRAMES, MAX_LINE
from claude_status.frames.write import (
    FILES,
    Head,
    drawn_date,
    frames_date,
    postpone,
    replace_file,
    sweep,
    write_view,
)
from claude_status.frames_read import SLOT, epoch, kick, read_frame, start_refresh
from claude_status.model.schedule import RefreshTimes
from claude_status.paths import Account, locate, make_private
from claude_status.render.line import Piece
from tests.conftest import ROOT
from tests.support import unprivileged

NOW = 1_800_000_000
STRIP = [
    (NOW, (Piece("5h "), Piece("42%", "normal"))),
    (NOW + 60, (Piece("7d – · 17%"),)),
    (NOW + 120, ()),
]
STRIPS = dict.fromkeys(FILES, STRIP)
DUE = Head(RefreshTimes(NOW + 300, NOW + 200), NOW)
HEADER = f"claude-status 2 {NOW + 300} {NOW + 200}"


@pytest.fixture
def account(home: Path) -> Account:
    """An account whose directories exist."""
    account = locate(os.environ)
    make_private(account)
    return account


def test_a_view_is_read_back_as_it_was_drawn(account: Account) -> None:
    """At each moment, a reader gets the last frame whose time has come."""
    write_view(account, STRIPS, DUE)
    texts = {NOW: "5h 42%", NOW + 59: "5h 42%", NOW + 60.5: "7d – · 17%", NOW + 120: ""}
    home = str(account.home)
    assert {when: read_frame(home, "plain", when, prompt=True)[0] for when in texts} == texts
    assert {path.name for path in account.frames.iterdir()} == set(FILES)


def test_the_longest_file_is_read_to_its_end(account: Account) -> None:
    """In a file with the most and longest frames possible, the last one is found."""
    frames = [f"{NOW + number} {'x' * (MAX_LINE - 15)}{number:02}" for number in range(MAX_FRAMES)]
    (account.frames / "plain").write_text("\n".join([HEADER, *frames, ""]))
    text, _ = read_frame(str(account.home), "plain", NOW + MAX_FRAMES, prompt=True)
    assert text.endswith("x39")


def test_a_reader_wants_a_refresh_when_it_is_due(account: Account) -> None:
    """A refresh is due without frames, before the first one, and from the reader's time on."""
    home = str(account.home)
    assert read_frame(home, "plain", NOW, prompt=True) == ("", True)
    write_view(account, STRIPS, DUE)
    for prompt, at in ((False, 300), (True, 200)):
        due = {NOW - 1: True, NOW: False, NOW + at - 1: False, NOW + at: True, NOW + 86400: True}
        assert {when: read_frame(home, "plain", when, prompt=prompt)[1] for when in due} == due


HEAD = b"claude-status 2 1800000300 1800000300"
SPOILT = [
    b"", b"\n", b"claude-status 1 1800000300\n1 x\n", b"claude-status 2 1800000300 soon\n1 x\n",
    b"claude-status 2 1800000300\n1 x\n", b"claude-status 2" + 3 * b" 1800000300" + b"\n1 x\n",
    b"1800000300 1800000300\n1 x\n", b"claude-status 2  1800000300 1800000300\n1 x\n",
    b"claude-status 2 1800000300 \xc2\xb2\n1800000000 x\n",
    b"claude-status 2 1800000300 " + b"9" * 5000 + b"\n1 x\n",
    HEAD + b"\n\xff\xfe\n", b"\x00" * 100_000, b"claude-status 2 1800000300 -5\n1 x\n",
    HEAD + b"\n\xc2\xb2 x\n", HEAD + b"\n" + b"9" * 5000 + b" x\n", HEAD,
    HEAD + b"\n1900000000 later\n",
]  # fmt: skip


@pytest.mark.parametrize("content", SPOILT, ids=range(len(SPOILT)))
def test_an_invalid_file_is_never_shown(account: Account, content: bytes) -> None:
    """An invalid file shows nothing and makes a refresh due; postponing empties it."""
    (account.frames / "plain").write_bytes(content)
    assert read_frame(str(account.home), "plain", NOW, prompt=True) == ("", True)
    postpone(account, NOW, DUE)
    assert (account.frames / "plain").read_text() == f"{HEADER}\n{NOW - 60} \n"
    assert read_frame(str(account.home), "plain", NOW, prompt=True) == ("", False)


def test_epoch_seconds_are_digits_and_few() -> None:
    """A time is one that every shell can compare as a number: at most 12 ASCII digits."""
    assert epoch("1800000000") == NOW
    for text in ("", " 1", "1 ", "+1", "-1", "1_0", "1.5", "0x1", "²", "٣", "9" * 13):
        assert epoch(text) is None


def test_postponing_keeps_the_frames(account: Account) -> None:
    """Postponing changes only the first line."""
    write_view(account, STRIPS, DUE)
    before = (account.frames / "zsh").read_text().splitlines()
    postpone(account, NOW + 5, Head(RefreshTimes(NOW + 900, NOW + 800), NOW))
    after = (account.frames / "zsh").read_text().splitlines()
    assert after == [f"claude-status 2 {NOW + 900} {NOW + 800}", *before[1:]]


def test_no_two_successive_files_begin_alike(account: Account) -> None:
    """However often a file is written in one second, its first two lines differ."""
    heads = []
    for _ in range(3):
        write_view(account, STRIPS, DUE)
        heads.append((account.frames / "plain").read_text().partition(" 5h ")[0])
        postpone(account, NOW, DUE)
        heads.append((account.frames / "plain").read_text().partition(" 5h ")[0])
    assert len(set(heads)) == 6
    assert {head.partition("\n")[0] for head in heads} == {HEADER}
    assert all(NOW - 60 < int(head.partition("\n")[2]) <= NOW for head in heads)


def test_postponing_does_not_keep_frames_of_the_future(account: Account) -> None:
    """After the clock was set back, frames that begin in the future are replaced."""
    write_view(account, STRIPS, DUE)
    postpone(account, NOW - 86400, Head(RefreshTimes(NOW - 86000, NOW - 86000), NOW))
    assert read_frame(str(account.home), "plain", NOW - 86399, prompt=True) == ("", False)
    assert read_frame(str(account.home), "plain", NOW + 1, prompt=True) == ("", True)


@pytest.mark.parametrize(("login", "date"), [(None, -2), (-9.5, -2), (-1.5, -1), (5, 5)])
def test_the_date_of_frames(account: Account, login: float | None, date: int) -> None:
    """Frames are dated two seconds before they are drawn, but never before the login."""
    if login is not None:
        account.login.parent.mkdir(parents=True, exist_ok=True)
        account.login.touch()
        os.utime(account.login, (NOW + login, NOW + login))
    assert frames_date(account, NOW + 0.9) == NOW + date


def test_the_date_of_existing_frames(account: Account) -> None:
    """The date of existing frames is the one they were written with, 0 without frames."""
    assert drawn_date(account) == 0
    write_view(account, STRIPS, DUE)
    assert drawn_date(account) == DUE.date


def test_frames_are_private(account: Account) -> None:
    """Whatever the umask, files are 0600 and directories 0700."""
    old = os.umask(0)
    try:
        write_view(account, STRIPS, DUE)
        kick(str(account.home), -1, prompt=True)  # in an unused slot
    finally:
        os.umask(old)
    for path in (account.cache, *account.cache.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_file_is_never_seen_half_written(account: Account) -> None:
    """A reader gets one whole text or the other at any moment."""
    path = account.frames / "plain"
    texts = {"a" * 40_000, "b" * 30_000}
    replace_file(path, "a" * 40_000)
    done = threading.Event()

    def write() -> None:
        for _ in range(150):
            for text in sorted(texts):
                replace_file(path, text)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    seen = set()
    while not done.is_set():
        seen.add(path.read_text())
    writer.join()
    assert seen <= texts
    assert list(account.frames.iterdir()) == [path]


def test_a_file_that_cannot_be_replaced_is_left_whole(account: Account) -> None:
    """A failed write is a CacheError, keeps the old file, and leaves nothing else behind."""
    path = account.frames / "plain"
    replace_file(path, "before")
    code = (
        "import sys, resource, signal; from pathlib import Path\n"
        "from claude_status.errors import CacheError\n"
        "from claude_status.frames.write import replace_file\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n    replace_file(Path(sys.argv[1]), 'x' * 100_000)\n"
        "except CacheError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], env={"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == (
        f"{path} cannot be written (File too large): make it writable.\n", "",
    )  # fmt: skip
    assert [(one.name, one.read_text()) for one in account.frames.iterdir()] == [
        ("plain", "before")
    ]


def test_a_missing_folder_is_a_cache_error(account: Account) -> None:
    """Writing into a missing directory raises CacheError, not FileNotFoundError."""
    account.frames.rmdir()
    with pytest.raises(CacheError, match="cannot be written"):
        write_view(account, STRIPS, DUE)


def test_sweeping_leaves_the_present_slot_and_the_frames(account: Account) -> None:
    """Other slots' marks and stale temporary files go, even if dated in the future."""
    write_view(account, STRIPS, DUE)
    slot = NOW // SLOT
    for name in (slot - 1, slot, slot + 5, "", "x"):
        (account.home / f"kick.{name}").touch()
    for name, age in (("young", 60), ("old", 61), ("future", -61)):
        path = account.frames / f".new{name}"
        path.touch()
        os.utime(path, (NOW - age, NOW - age))
    (account.home / "other").touch()
    (account.home / "kick.directory").mkdir()
    sweep(account, NOW)
    left = {path.name for path in account.home.iterdir()}
    assert left == {f"kick.{slot}", "kick.directory", "other", "frames"}
    assert {path.name for path in account.frames.iterdir()} == {*FILES, ".newyoung"}


@pytest.fixture
def starts(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file to which each started refresh adds a line about itself."""
    program = home / "python"
    program.write_text(
        # a string in Python, a command in sh, as a #! line allows no blank in a path
        f'#!/bin/sh\n"exec" "{sys.executable}" "$0" "$@"\n'
        "import os, sys\n"
        "null = os.stat(os.devnull)\n"
        "streams = [os.path.samestat(os.fstat(stream), null) for stream in range(3)]\n"
        "line = [*sys.argv[1:], all(streams), os.getcwd(), os.getsid(0), os.getppid()]\n"
        f"with open({str(home / 'starts')!r}, 'a') as file:\n"
        "    print(*line, file=file)\n"
    )
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    return home / "starts"


def lines(path: Path, count: int) -> list[str]:
    """The lines of a file, as soon as there are that many."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = path.read_text().splitlines() if path.exists() else []
        if len(found) >= count:
            return found
        time.sleep(0.01)
    raise AssertionError(f"fewer than {count} lines in {path}")


def test_one_refresh_is_started_in_each_slot(account: Account, starts: Path) -> None:
    """In each slot, one of many readers starts a refresh."""
    for moment in (NOW, NOW + 1, NOW + SLOT - 1, NOW + SLOT):
        kick(str(account.home), moment, prompt=True)
    assert len(lines(starts, 2)) == 2
    assert {path.name for path in account.home.glob("kick.*")} == {
        f"kick.{NOW // SLOT}", f"kick.{NOW // SLOT + 1}",
    }  # fmt: skip


def test_a_started_refresh_is_detached(starts: Path) -> None:
    """Its streams are /dev/null, and it has left our session and directory."""
    start_refresh("bar")
    *command, all_null, where, session, parent = lines(starts, 1)[0].split(" ")
    assert command == ["-m", "claude_status", "refresh", "--background", "--for", "bar"]
    assert (all_null, where) == ("True", "/")
    assert int(session) != os.getsid(0)
    assert int(parent) != os.getpid()


def test_without_a_mark_nothing_is_started(home: Path, account: Account) -> None:
    """If the slot's mark cannot be created, no refresh is started, silently."""
    code = (
        "import sys; from claude_status import frames_read\n"
        "frames_read.start_refresh = lambda reader: print('started')\n"
        "for home in (sys.argv[1], sys.argv[1] + '/nowhere'):\n"
        "    frames_read.kick(home, 1e9, prompt=True)\n"
    )
    account.home.chmod(0o500)
    try:
        done = subprocess.run(
            unprivileged([sys.executable, "-c", code, str(account.home)]),
            env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
    finally:
        account.home.chmod(0o700)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize(
    ("number", "advice"), [(errno.ENOSPC, "free some space"), (errno.EROFS, "make it writable")]
)
def test_an_unwritable_file_is_reported_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    """The remedy depends on the error (full disk, read-only), and nothing is left behind."""

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(CacheError, match=advice):
        replace_file(tmp_path / "frames", "text")
    assert list(tmp_path.iterdir()) == []
