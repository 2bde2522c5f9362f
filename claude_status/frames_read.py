"""Reading the cache, as the shells do too: find a frame, start a refresh.

Claude Code runs our status line at every turn, so this module and what it needs stay small: it
imports nothing that a bare Python has not already imported.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

HEADER = "claude-status 2"
DEFAULT = "/default"  # stands for the unset CLAUDE_CONFIG_DIR in the cache
PROMPTS = ("bash", "zsh", "fish", "starship")  # dialects; every other one is a status bar's
# columns for which Claude Code's own line is drawn too, widest first
NARROW_FILES = {columns: f"claude-{columns}" for columns in (60, 40, 24, 17)}
SLOT = 15  # seconds: at most one refresh of each account
KICK = "kick."
MAX_FILE = 1 << 16


def account_name(environ: Mapping[str, str]) -> str | None:
    """The account's path below ``<cache>/at``; None if CLAUDE_CONFIG_DIR is refused."""
    given = environ.get("CLAUDE_CONFIG_DIR")
    if not given:
        return DEFAULT
    name = given.rstrip("/")
    parts = name.split("/")
    if not name.startswith("/") or "." in parts or ".." in parts:
        return None
    # //default would be another name for the default account's path.
    return name if name.removesuffix(DEFAULT).strip("/") else None


def cache_root(environ: Mapping[str, str]) -> str | None:
    """The root of the cache; None if it would not be an absolute path."""
    root = environ.get("CLAUDE_STATUS_CACHE_DIR")
    if not root:
        base = environ.get("XDG_CACHE_HOME") or (environ.get("HOME") or ".") + "/.cache"
        root = f"{base}/claude-status"
    return root if root.startswith("/") else None


def is_utf8(environ: Mapping[str, str]) -> bool | None:
    """Whether the locale uses UTF-8; None if the environment names no locale."""
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    return "utf8" in locale.lower().replace("-", "") if locale else None


def read_text(path: str) -> str:
    """The text of a file of ours, "" if there is none that can be read."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return ""
    try:
        if os.fstat(file).st_uid != os.geteuid():
            return ""
        return os.read(file, MAX_FILE).decode()
    except (OSError, ValueError):
        return ""
    finally:
        os.close(file)


def login_file(environ: Mapping[str, str]) -> str:
    """Where Claude Code keeps its login, if that is a file."""
    folder = environ.get("CLAUDE_CONFIG_DIR") or environ.get("HOME", "") + "/.claude"
    return f"{folder}/.credentials.json"


def read_frame(
    home: str, dialect: str, now: float, *, prompt: bool, login: str = ""
) -> tuple[str, bool]:
    """The text that a shell would show now ("" for nothing), and whether a refresh is due.

    ``home`` is the account's directory in the cache. ``prompt`` says that a person is looking, so
    that a refresh is due earlier than for a status bar; ``login`` is a file that makes one due if
    it is newer than the frames.
    """
    path = f"{home}/frames/{dialect}"
    header, *frames = read_text(path).split("\n")
    times = due_times(header)
    if times is None:
        return "", True
    shown, early = "", True
    for frame in frames:
        start, _, text = frame.partition(" ")
        when = epoch(start)
        if when is None or when > now:
            break
        shown, early = text, False
    return shown, early or times[prompt] <= now or is_newer(login, path)


def is_newer(path: str, other: str) -> bool:
    """Whether both files exist, and the first was written later."""
    try:
        return os.stat(path).st_mtime_ns > os.stat(other).st_mtime_ns
    except OSError:
        return False


def drawn_times(home: str) -> tuple[int, int]:
    """The two times of ``due_times`` of the existing frames; 0 and 0 if there are none."""
    return due_times(read_text(f"{home}/frames/plain").partition("\n")[0]) or (0, 0)


def due_times(header: str) -> tuple[int, int] | None:
    """When a status bar and when a prompt should start a refresh, in epoch seconds.

    They are in the first line of a file of frames; None if the line is not ours.
    """
    times = header.removeprefix(f"{HEADER} ")
    bar, prompt = (epoch(word) for word in (times.partition(" ")[0], times.partition(" ")[2]))
    return None if times == header or bar is None or prompt is None else (bar, prompt)


def epoch(text: str) -> int | None:
    """Epoch seconds as the shells read them, of at most 12 digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def make_home(home: str, environ: Mapping[str, str]) -> None:
    """Create an account's directory if there is none, for its first refresh; never raises.

    Never below a directory of another user, such as the user's home under ``sudo -s``.
    """
    root = cache_root(environ)
    if root is None or os.path.exists(home):
        return
    places = (root, os.path.dirname(root), environ.get("HOME", ""))
    before = os.umask(0o077)
    try:
        if _is_ours(next(filter(os.path.exists, places), "")):
            os.makedirs(home, 0o700)
    except OSError:
        pass
    finally:
        os.umask(before)


def kick(home: str, now: float, *, prompt: bool, environ: Mapping[str, str] = os.environ) -> None:
    """Start one refresh in the background, if no other reader has in this slot; never raises.

    ``prompt`` says that a person is looking, as for ``read_frame``; ``environ`` names the account.
    """
    try:
        if not _is_ours(home):
            return
        slot = os.open(f"{home}/{KICK}{int(now) // SLOT}", os.O_CREAT | os.O_EXCL, 0o600)
        os.close(slot)
        start_refresh("prompt" if prompt else "bar", environ)
    except OSError:
        pass


def _is_ours(path: str) -> bool:
    return os.stat(path).st_uid == os.geteuid()


def start_refresh(reader: str, environ: Mapping[str, str] = os.environ) -> None:
    """Start ``refresh`` in the background; ``reader`` is ``prompt`` or ``bar``."""
    flags = ["-E"] if sys.flags.ignore_environment else []
    command = [*flags, "-m", "claude_status", "refresh", "--background", "--for", reader]
    detach([sys.executable, *command], environ)


def detach(command: list[str], environ: Mapping[str, str] = os.environ) -> None:
    """Start a command so that it outlives this process, its session and its terminal."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        os.setsid()
        if os.fork() == 0:
            null = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(null, stream)
            os.chdir("/")
            os.execve(command[0], command, environ)
    finally:
        os._exit(0)
