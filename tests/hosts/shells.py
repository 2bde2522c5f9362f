"""What the tests of shells share: handmade frames, a recording stand-in, and strict runs."""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.conftest import program

NOBODY = 65534

# One line in every dialect, as the program draws it.
TEXTS = {
    "plain": "5h 42% 2h13m · 7d 17%",
    "ascii": "5h 42% 2h13m - 7d 17%",
    "ansi": "5h \033[32m42%\033[39m 2h13m · 7d \033[33m17%\033[39m",
    "bash": "5h \001\033[32m\00242%\001\033[39m\002 2h13m · 7d \001\033[33m\00217%\001\033[39m\002",
    "zsh": "5h %F{green}42%%%f 2h13m · 7d %F{yellow}17%%%f%{%}",
    "tmux": "5h #[fg=green]42%#[fg=default] 2h13m · 7d #[fg=yellow]17%#[fg=default]",
}
# These two read what ansi is; here they differ in something invisible.
TEXTS |= {name: TEXTS["ansi"] + n * "\033[39m" for n, name in enumerate(("fish", "starship"), 1)}

# The shells that may be /bin/sh, and the words to start each with.
POSIX = {
    "dash": ["dash"],
    "dash -eu": ["dash", "-eu"],
    "bash": ["bash"],
    "bash -eu": ["bash", "-eu"],
    "bash --posix": ["bash", "--posix", "-eu"],
    "busybox sh": ["busybox", "sh"],
    "busybox sh -eu": ["busybox", "sh", "-eu"],
    "zsh as sh": ["zsh", "--emulate", "sh"],
    "zsh as sh -eu": ["zsh", "--emulate", "sh", "-eu"],
}


def account(home: Path, directory: str = "/default") -> Path:
    """The folder of an account in the default cache, made as the program makes it."""
    path = Path(f"{home}/.cache/claude-status/at{directory}/@")
    old = os.umask(0o077)
    try:
        (path / "frames").mkdir(parents=True, exist_ok=True)
    finally:
        os.umask(old)
    return path


def header(refresh: int, prompt: int | None = None) -> str:
    """The first line of frames: when bars and prompts are to refresh, in seconds from now."""
    now = int(time.time())
    return f"claude-status 2 {now + refresh} {now + (refresh if prompt is None else prompt)}"


def strip(*frames: tuple[int, str], refresh: int = 3000) -> str:
    """Frames made by hand: the time of each in seconds from now, and its text; ``refresh`` too."""
    now = int(time.time())
    lines = [header(refresh), *(f"{now + at} {text}" for at, text in frames)]
    return "\n".join(lines) + "\n"


def draw(
    home: Path, *frames: tuple[int, str], refresh: int = 3000, directory: str = "/default"
) -> Path:
    """Put frames in place as the program does: the given ones in every dialect, or ``TEXTS``.

    Returns the folder of the account.
    """
    folder, date = account(home, directory) / "frames", int(time.time()) - 2
    for dialect, text in TEXTS.items():
        new = folder / ".new"
        new.write_text(strip(*(frames or ((-60, text),)), refresh=refresh))
        os.utime(new, (date, date))
        new.rename(folder / dialect)
    return folder.parent


def stand_in(path: Path, body: str = "") -> Path:
    """A program at ``path`` that records each start in a file beside it, and then runs ``body``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    note = f'printf "%s\\n" "$*" >>{shlex.quote(str(path))}.calls'
    path.write_text(f"#!/bin/sh\n{note}\n{body}\n")
    path.chmod(0o755)
    if path.name == "claude-status":  # by which the snippets recognize it on PATH
        (beside := path.with_name("claude-status-py")).touch(0o755)
        beside.chmod(0o755)
    return path


def another(folder: Path) -> Path:
    """Another program with the name of ours, such as the one on PyPI."""
    path = stand_in(folder / "claude-status")
    path.with_name("claude-status-py").unlink()
    return path


def calls(path: Path) -> list[str]:
    """The arguments of each start of a stand-in."""
    notes = Path(f"{path}.calls")
    return notes.read_text().splitlines() if notes.exists() else []


def refreshed(path: Path, home: Path) -> bool:
    """Whether a stand-in was started to refresh; asserts that it was started once per slot."""
    taken = len(list(home.rglob("kick.*")))
    assert calls(path) == ["refresh --background --for prompt"] * taken
    return taken > 0


def waiting(gate: Path) -> str:
    """Shell code that waits until a file exists, for half a minute at most."""
    return (
        f"n=0; while [ ! -e {shlex.quote(str(gate))} ] && [ $n -lt 600 ]; do"
        " sleep 0.05; n=$((n + 1)); done"
    )


@contextlib.contextmanager
def all_ends() -> Iterator[int]:
    """Yield a descriptor to pass to processes; at the end, wait until all have closed it."""
    ended, held = os.pipe()
    with os.fdopen(ended, "rb") as pipe:
        try:
            yield held
        finally:
            os.close(held)
        assert select.select([pipe], [], [], 20)[0], "something goes on"
        assert pipe.read() == b""


def run(
    words: Sequence[str], env: Mapping[str, str] | None = None, **options: object
) -> subprocess.CompletedProcess[str]:
    """Run a command, with ``env`` added, and wait for everything that it leaves running."""
    argv = [program(words[0]) if "/" not in words[0] else words[0], *words[1:]]
    with all_ends() as held:
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            argv,
            env=options.pop("environ", {**os.environ, **(env or {})}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=60,
            check=False,
            pass_fds=[held],
            **options,
        )


def tracing(log: Path) -> list[str]:
    """The words that go before a command so that `started` can count in ``log`` what it starts."""
    return [program("strace"), "-f", "-qq", "-e", "trace=fork,vfork,clone,clone3", "-o", str(log)]


def started(log: Path) -> int:
    """How many processes a command that runs under `tracing` has started so far."""
    others = ("resumed", "CLONE_THREAD", "+++", "---")
    lines = log.read_text().splitlines()
    return sum("(" in line and not any(word in line for word in others) for line in lines)


def processes(words: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> int:
    """How many processes a command starts besides itself."""
    argv = [program(words[0]) if "/" not in words[0] else words[0], *words[1:]]
    run([*tracing(log), *argv], env)
    return started(log)


def give_away(path: Path) -> None:
    """Give ``path`` to another user; unless we are root, put something of root's in its place."""
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    else:
        ours = path.with_suffix(".ours")
        path.rename(ours)
        path.symlink_to("/usr" if ours.is_dir() else "/etc/passwd")


@contextlib.contextmanager
def plain_user() -> Iterator[tuple[Path, dict[str, Any]]]:
    """A home, and the options that let `run` act as a user whom file modes restrict."""
    with tempfile.TemporaryDirectory() as folder:
        user = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
        yield Path(folder), {"cwd": folder, **user}


def give_home(home: Path) -> None:
    """Give everything in the home of a plain user to them."""
    for path in (home, *home.rglob("*")):
        if os.geteuid() == 0:
            os.chown(path, NOBODY, NOBODY)


def odd_file(path: Path, kind: str) -> None:
    """Put something that is not frames in their place."""
    path.unlink()
    head, now = header(900), int(time.time())
    texts = {
        "empty": "",
        "other version": f"claude-status 1 {now + 900}\n{now - 60} no\n",
        "no time": f"claude-status 2 {now + 900} soon\n{now - 60} no\n",
        "one time": f"claude-status 2 {now + 900}\n{now - 60} no\n",
        "three times": f"{head} {now + 900}\n{now - 60} no\n",
        "no header": f"{now - 60} no\n",
        "header alone": f"{head}\n",
        "too early": f"{head}\n{now + 60} no\n",
        "arithmetic": f"{head}\na[$(touch /tmp/claude-status-pwned)] no\n",
        "long line": f"{head}\n{now - 60} {'no' * 1000}\n",
        "one huge line": f"claude-status 2 {'9' * 10_000_000}",
        "markup": "<html>\n" * 1000,
        "no newline": head,
        "too great a time": f"claude-status 2 {now} {'9' * 20}\n1 no\n",
        "more in the header": f"{head} more\n1 no\n",
        "no number before the text": f"{head}\nno\n",
        "too great a frame": f"{head}\n{'9' * 20} no\n",
        "huge frame": f"{head}\n1 {'x' * 10_000_000}",
    }
    if kind == "directory":
        path.mkdir()
    elif kind == "FIFO":
        os.mkfifo(path)
    elif kind == "binary":
        path.write_bytes(bytes(range(256)) * 4000)
    elif kind == "zeros":
        path.touch()
        os.truncate(path, 10_000_000)
    elif kind == "foreign":
        path.write_text(strip((-60, "no")))
        give_away(path)
    elif kind != "missing":
        path.write_text(texts[kind])
    if path.is_file() and kind != "foreign":
        # later, since busybox compares times by the second
        later = time.time() + 5
        os.utime(path, (later, later))


ODD_FILES = (
    "missing", "empty", "other version", "no time", "one time", "three times", "no header",
    "header alone", "too early",
    "arithmetic", "long line", "one huge line", "markup", "directory", "FIFO", "binary", "zeros",
    "foreign", "no newline", "too great a time", "more in the header", "no number before the text",
    "too great a frame", "huge frame",
)  # fmt: skip
