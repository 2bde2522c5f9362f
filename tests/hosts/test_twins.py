"""What the snippets of bash, zsh and fish promise alike, run in all three."""

from __future__ import annotations

import os
import re
import shlex
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import SHELL
from tests.hosts.shells import TEXTS, account, calls, draw, give_away, run, stand_in, strip

# How each is started, and one prompt of it without a terminal.
STARTS = {
    "bash": ["bash", "--norc", "-c"],
    "zsh": ["zsh", "-f", "-c"],
    "fish": ["fish", "--no-config", "-i", "-c"],
}
PROMPTS = {
    "bash": "__claude_status_hook\n",
    "zsh": "__claude_status_hook\n",
    "fish": "emit fish_prompt\n",
}
STEPS = ["find", "directory", "dialect", "locate", "begin", "recall", "read", "refresh", "hook"]
# Every name that a snippet might take for a local variable.
NAMES = [
    "account",
    "at",
    "buffer",
    "cache",
    "dialect",
    "directory",
    "due",
    "fd",
    "folder",
    "from",
    "lines",
    "now",
    "owned",
    "page",
    "program",
    "refresh_at",
    "shown",
    "size",
    "slot",
    "start",
    "state",
    "text",
    "try",
    "word",
    "exit_status",
    "hook",
    "before",
]


@pytest.fixture(params=STARTS)
def shell(request: pytest.FixtureRequest) -> str:
    """The name of a shell."""
    return str(request.param)


@pytest.fixture
def refresher(home: Path) -> Path:
    """A stand-in for the program."""
    return stand_in(home / "claude-status")


@pytest.fixture
def prompts(shell: str, refresher: Path) -> Callable[..., tuple[str, str]]:
    """Source the snippet after some lines, have some prompts, and give the line and all errors."""
    snippet = SHELL / f"claude-status.{shell}"

    def have(before: str = "", count: int = 1, between: str = "") -> tuple[str, str]:
        script = f"{before}\n. {shlex.quote(str(snippet))} {shlex.quote(str(refresher))}\n"
        script += between.join([PROMPTS[shell]] * count) + '\nprintf "<%s>" "$CLAUDE_STATUS"\n'
        done = run([*STARTS[shell], script])
        return done.stdout, done.stderr

    return have


def login(home: Path, age: float, folder: str = ".claude") -> None:
    """Store a login, so many seconds ago."""
    file = home / folder / ".credentials.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text("{}")
    os.utime(file, (time.time() - age,) * 2)


@pytest.mark.parametrize("age", [0, 100])
def test_a_newer_login_starts_a_refresh(
    age: int, shell: str, home: Path, refresher: Path, prompts: Callable[..., tuple[str, str]]
) -> None:
    """Fresh frames are refreshed where the login was stored after they were drawn, only there."""
    draw(home)
    login(home, age)
    assert prompts() == (f"<{TEXTS[shell]}>", "")
    assert bool(calls(refresher)) == (age == 0)


@pytest.mark.parametrize("age", [0, 100])
def test_the_login_is_that_of_the_directory(
    age: int,
    home: Path,
    refresher: Path,
    prompts: Callable[..., tuple[str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With CLAUDE_CONFIG_DIR it is the login there that counts, not the default's."""
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{home}/work")
    draw(home, directory=f"{home}/work")
    login(home, age, "work")
    login(home, 100 - age)
    prompts()
    assert bool(calls(refresher)) == (age == 0)


def test_another_file_shows_at_the_next_prompt(
    shell: str, home: Path, prompts: Callable[..., tuple[str, str]]
) -> None:
    """A file that took the place of the one that was read is read, though its frame still holds."""
    folder, now = draw(home, (-60, "first"), (600, "later")) / "frames", int(time.time())
    (home / "new").write_text(f"claude-status 2 {now + 2990} {now + 2990}\n{now - 60} second\n")
    between = f"command cp {home}/new {folder}/{shell}\n"
    assert prompts(count=2, between=between) == ("<second>", "")


def test_a_frame_that_still_holds_is_not_read_again(
    shell: str, home: Path, prompts: Callable[..., tuple[str, str]]
) -> None:
    """A file that begins like the one that was read is that one: its text is remembered."""
    file, start = draw(home) / "frames" / shell, "." * 64
    file.write_text(strip((-60, f"{start}read"), (600, "later")))
    (home / "new").write_text(file.read_text().replace("read", "unread"))
    between = f"command cp {home}/new {file}\n"
    assert prompts(count=2, between=between) == (f"<{start}read>", "")


@pytest.mark.parametrize("digits", [12, 13])
def test_a_time_has_twelve_digits_at_most(
    digits: int, shell: str, home: Path, refresher: Path, prompts: Callable[..., tuple[str, str]]
) -> None:
    """Frames whose refresh is due at a time of twelve digits are fresh; with more they are none."""
    far = "9" * digits
    text = f"claude-status 2 {far} {far}\n{int(time.time()) - 60} text\n"
    (draw(home) / "frames" / shell).write_text(text)
    assert prompts() == ("<text>" if digits == 12 else "<>", "")
    assert bool(calls(refresher)) == (digits == 13)


def test_what_the_environment_remembers_is_not_believed(
    shell: str, home: Path, prompts: Callable[..., tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables by the names of the shell's memory show nothing of their own."""
    draw(home)
    for name in ("head", "text", "from", "key", "file", "begin"):
        monkeypatch.setenv(f"__claude_status_{name}", "planted")
    monkeypatch.setenv("__claude_status_until", "999999999999")
    assert prompts() == (f"<{TEXTS[shell]}>", "")


def test_the_steps_have_the_same_names_in_the_same_order() -> None:
    """Who has read one of the three snippets finds each step in the two others."""
    for name in STARTS:
        text = (SHELL / f"claude-status.{name}").read_text()
        found = re.findall(r"^(?:function )?__claude_status_(\w+)(?:\(\)| |$)", text, re.M)
        assert [step for step in dict.fromkeys(found) if step in STEPS] == STEPS


def test_names_of_the_user_hide_nothing(
    shell: str, home: Path, refresher: Path, prompts: Callable[..., tuple[str, str]]
) -> None:
    """Names that the user has made readonly neither silence the line nor stop its refresh."""
    draw(home, refresh=-1)
    word = "set -g {}" if shell == "fish" else "readonly {}=1"
    lines = "\n".join(word.format(name) for name in NAMES)
    assert prompts(lines) == (f"<{TEXTS[shell]}>", "")
    assert len(calls(refresher)) == 1


@pytest.mark.parametrize("shell", ["bash", "zsh"], indirect=True)
def test_a_slot_is_taken_once(
    shell: str, home: Path, refresher: Path, prompts: Callable[..., tuple[str, str]]
) -> None:
    """Where another shell takes the slot after ours has looked, ours starts nothing."""
    draw(home, refresh=-1)
    folder = account(home)
    for slot in range(int(time.time()) // 15 - 1, int(time.time()) // 15 + 3):
        # A link to nothing is no file to a look, and one to an exclusive creation.
        (folder / f"kick.{slot}").symlink_to(home / "gone")
    assert prompts() == (f"<{TEXTS[shell]}>", "")
    assert calls(refresher) == []
    assert not (home / "gone").exists()


def test_nothing_is_made_in_a_place_of_another(
    home: Path, refresher: Path, prompts: Callable[..., tuple[str, str]]
) -> None:
    """Where there is no cache yet, the folder that is to hold it must be the user's own."""
    (home / ".cache").mkdir()
    give_away(home / ".cache")
    assert prompts() == ("<>", "")
    assert calls(refresher) == []
    assert not (home / ".cache" / "claude-status").exists()


def test_what_cannot_start_is_tried_once(
    home: Path, refresher: Path, prompts: Callable[..., tuple[str, str]]
) -> None:
    """An account's folder that cannot be made is tried at the first prompt alone."""
    (home / ".cache").mkdir()
    (home / ".cache" / "claude-status").write_text("a file where the folder should be")
    folder = home / "bin"
    stand_in(folder / "mkdir")
    old = os.environ["PATH"]
    os.environ["PATH"] = f"{folder}:{old}"
    try:
        prompts(count=3)
    finally:
        os.environ["PATH"] = old
    assert len(calls(folder / "mkdir")) == 1


@pytest.mark.parametrize("shell", ["bash", "zsh"], indirect=True)
@pytest.mark.parametrize("name", ["break", "return", ":", "true"])
def test_functions_of_the_user_break_nothing(
    name: str, shell: str, home: Path, refresher: Path, prompts: Callable[..., tuple[str, str]]
) -> None:
    """A function of the user's by the name of a builtin is not run, when read and at prompts."""
    draw(home, refresh=-1)
    assert prompts(f"{name}() {{ echo no; }}", count=2) == (f"<{TEXTS[shell]}>", "")
    assert len(calls(refresher)) in (1, 2)  # the second prompt may stand in another slot
