"""Whatever replaces the frames holds up no prompt, and the next refresh puts them back."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SHELL, program
from tests.hosts.shells import give_away, header
from tests.server import ApiServer
from tests.support import User, until

READERS = {
    "python": [sys.executable, "-m", "claude_status", "statusline"],
    "sh": ["dash", "-c", '"$1" --format plain', "dash"],
    "bash": ["bash", "--norc", "-c", ". {} $1; __claude_status_hook; echo $CLAUDE_STATUS", "bash"],
    "zsh": ["zsh", "--no-rcs", "-c", ". {} $1; __claude_status_hook; echo $CLAUDE_STATUS", "zsh"],
    "fish": ["fish", "--no-config", "-i", "-c",
             "source {} $argv[1]; emit fish_prompt; echo $CLAUDE_STATUS"],
}  # fmt: skip
KINDS = ("directory", "FIFO", "foreign", "link to a directory", "huge", "huge frames")


def spoil(path: Path, kind: str) -> None:
    """Put something else in the place of frames; huge files are old, as if moved there."""
    path.unlink()
    if kind == "directory":
        path.mkdir()
        (path / "file").touch()
    elif kind == "FIFO":
        os.mkfifo(path)
    elif kind == "link to a directory":
        path.symlink_to("/usr")
    elif kind == "foreign":
        path.write_text(f"{header(900)}\n1 no\n")
        give_away(path)
    else:
        text = "claude-status 2 " if kind == "huge" else f"{header(-900)}\n1 5h 42%\n9"
        path.write_text(text + "9" * 5_000_000)
        os.utime(path, (1_000_000_000, 1_000_000_000))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", READERS)
def test_frames_come_back(reader: str, kind: str, home: Path, api: ApiServer) -> None:
    """The prompt is not held up, the next one has the line again, and the API is not asked."""
    user = User(home, api.url, NO_COLOR="1", LC_ALL="C.UTF-8")
    user.log_in()
    launcher = user.install_launcher(home / "bin")
    user.refresh()
    frames = user.account.frames / "plain"
    spoil(frames, kind)

    first = read(user, reader, launcher)

    assert first in ("", "5h 42%" if kind == "huge frames" else "")
    until(lambda: is_redrawn(frames))
    until(user.is_drawn)
    assert read(user, reader, launcher).startswith("5h 42% 2h")
    assert len(api.requests) == 1


def read(user: User, reader: str, launcher: str) -> str:
    """What one prompt shows, which must not take long."""
    words = [
        word.format(shlex.quote(str(SHELL / f"claude-status.{reader}"))) for word in READERS[reader]
    ]
    argv = [program(words[0]) if "/" not in words[0] else words[0], *words[1:]]
    argv += [] if reader == "python" else [launcher]
    done = subprocess.run(
        argv, env=user.environ, input=b"{}\n", capture_output=True, check=True, timeout=20
    )
    assert done.stderr == b""
    return done.stdout.decode().strip().replace("%%", "%")  # % is doubled for zsh's prompt


def is_redrawn(path: Path) -> bool:
    """Whether there are frames of ours again."""
    if not path.exists():
        return False
    info = path.lstat()
    return stat.S_ISREG(info.st_mode) and info.st_uid == os.geteuid() and info.st_size < 4096
