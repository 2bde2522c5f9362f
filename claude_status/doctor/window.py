"""A window of its own for a shell: a terminal that nobody types on, and how it is closed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator, Mapping

from claude_status.doctor.processes import processes

LINES, COLUMNS = 50, 200  # room for any line at the right edge
QUIET = 0.5  # seconds without output, after which a prompt is whole
PATIENCE = 2.0  # the same without the line, since some prompts are drawn in steps
RESTS = 3  # how often the shell has to be found asleep after that
RESET = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM, signal.SIGPIPE)
ATTRIBUTES = (b"\x1b[c", b"\x1b[0c")  # a query of the terminal, whose answer fish 4 waits for
VT220 = b"\x1b[?62;22c"


@contextlib.contextmanager
def opened(shell: str, environ: Mapping[str, str]) -> Iterator[Window]:
    """Start a shell (a path) with this whole environment; it ends with the context."""
    pid, descriptor = pty.fork()
    if pid == 0:
        try:
            for number in RESET:  # what Python, or nohup, ignores would be ignored for good
                signal.signal(number, signal.SIG_DFL)
            _resize(0, COLUMNS)
            with contextlib.suppress(OSError):
                os.chdir(environ.get("HOME", "/"))
            os.execve(shell, [os.path.basename(shell)], dict(environ))
        finally:
            os._exit(127)
    window = Window(pid, descriptor)
    try:
        yield window
    finally:
        window.close()


class Window:
    """The terminal's other end; ``status`` is the shell's exit status once it has ended."""

    def __init__(self, pid: int, descriptor: int) -> None:
        """Take over the shell that ``pty.fork`` started."""
        self.pid, self._descriptor = pid, descriptor
        self._output = b""
        self._changed = time.monotonic()
        self.status: int | None = None

    def settle(self, limit: float, has_line: Callable[[str], bool]) -> bool:
        """Read output until the shell waits for keys; False if it ends, or it takes too long."""
        deadline = time.monotonic() + limit
        self._changed = time.monotonic()
        rests = 0
        while time.monotonic() < deadline and self._read():
            needed = QUIET if has_line(self._text()) else PATIENCE
            whole = time.monotonic() - self._changed >= needed
            rests = rests + 1 if whole and self._is_raw() and self._sleeps() else 0
            if rests == RESTS:
                return True
        return False

    def taken(self) -> str:
        """The output since the last call."""
        text, self._output = self._text(), b""
        return text

    def front(self) -> tuple[str, str]:
        """The name of the program in front, and that of a child in the shell's own group."""
        group, rows = self._group(), processes()
        leader = [row.name for row in rows if row.pid == group]
        child = [row.name for row in rows if row.parent == row.group == self.pid]
        return next(iter(leader), ""), next(iter(child), "")

    def draw_again(self, *, interrupt: bool) -> None:
        """Have the prompt drawn once more."""
        if interrupt:
            os.kill(self.pid, signal.SIGINT)
        else:
            _resize(self._descriptor, COLUMNS - 1)

    def close(self) -> None:
        """Hang up; kill what is left of the shell's group and of the one in front."""
        groups = {self.pid, self._group()}
        os.close(self._descriptor)
        if not _within(1.5, lambda: self._has_ended() and not any(map(self._lives, groups))):
            for group in filter(self._lives, groups):
                with contextlib.suppress(OSError):
                    os.killpg(group, signal.SIGKILL)
        _within(5, self._has_ended)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._descriptor], [], [], 0.05)
        if not ready:
            return not self._has_ended()
        try:
            data = os.read(self._descriptor, 65536)
        except OSError:  # how Linux reports that no process has the terminal any more
            data = b""
        if not data:
            _within(1, self._has_ended)
            return False
        self._output += data
        self._changed = time.monotonic()
        if any(question in data for question in ATTRIBUTES) and self._is_raw():
            os.write(self._descriptor, VT220)
        return True

    def _text(self) -> str:
        return self._output.decode(errors="replace")

    def _is_raw(self) -> bool:
        try:
            return not termios.tcgetattr(self._descriptor)[3] & termios.ICANON
        except termios.error:
            return False

    def _sleeps(self) -> bool:
        """Whether the shell is asleep, as far as can be told."""
        return all(row.sleeps for row in processes() if row.pid == self.pid)

    def _group(self) -> int:
        """The process group in front; the shell's own where there is none."""
        try:
            return os.tcgetpgrp(self._descriptor) or self.pid
        except OSError:
            return self.pid

    def _has_ended(self) -> bool:
        if self.status is None:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if done else None
        return self.status is not None

    def _lives(self, group: int) -> bool:
        """Whether a group of this terminal's session has a process."""
        try:
            if group != self.pid and os.getsid(group) != self.pid:
                return False
            os.killpg(group, 0)
        except OSError:
            return False
        return True


def _resize(descriptor: int, columns: int) -> None:
    """Set a terminal's width."""
    size = struct.pack("HHHH", LINES, columns, 0, 0)
    with contextlib.suppress(OSError):
        fcntl.ioctl(descriptor, termios.TIOCSWINSZ, size)


def _within(seconds: float, true: Callable[[], bool]) -> bool:
    """Wait until something is true, for at most so long."""
    deadline = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found
