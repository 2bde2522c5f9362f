"""A terminal for tests: a real program on a pty, with its screen kept by pyte."""

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
from collections.abc import Callable, Mapping, Sequence

import pyte


class Display(pyte.Screen):
    """A screen that ignores private questions for its state, which tmux 3.7 asks."""

    def report_device_status(self, mode: int, **private: bool) -> None:
        """Answer only what is not private."""
        if not private:
            super().report_device_status(mode)


class Screen:
    """Runs ``argv`` on a pty of ``columns`` by ``lines``, and shows what a person would see."""

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        *,
        columns: int = 80,
        lines: int = 24,
        cwd: str | None = None,
        display: type[pyte.Screen] = Display,
    ) -> None:
        """Start the program; ``env`` is its whole environment."""
        self.display = display(columns, lines)
        self._stream = pyte.ByteStream(self.display)
        self.raw = b""
        size = struct.pack("HHHH", lines, columns, 0, 0)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ, size)  # before the program asks for it
                if cwd:
                    os.chdir(cwd)
                os.execve(argv[0], list(argv), dict(env))
            finally:
                os._exit(127)

    def __enter__(self) -> Screen:
        """Return the running screen."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the program."""
        self.close()

    def send(self, text: str) -> None:
        """Type ``text``; a newline is the return key."""
        os.write(self._fd, text.replace("\n", "\r").encode())

    def pump(self, seconds: float = 0.0) -> bool:
        """Read what the program writes within ``seconds``; False once it has ended."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)

    def until(self, seen: str | Callable[[str], bool], seconds: float = 20.0) -> str:
        """Wait until the text contains ``seen``, or ``seen`` is true of it; returns the text."""
        wanted = seen if callable(seen) else lambda text: seen in text
        deadline = time.monotonic() + seconds
        alive = True
        while not wanted(self.text()):
            left = deadline - time.monotonic()
            if left <= 0 or not alive:
                raise AssertionError(f"never seen: {seen!r} on\n{self.text()}")
            alive = self.pump(min(left, 0.5))
        return self.text()

    def interrupt(self, seen: str) -> str:
        """Type Ctrl-C until the text contains ``seen``: a shell may miss one right after a key."""
        for _ in range(20):
            self.send("\x03")
            with contextlib.suppress(AssertionError):
                return self.until(seen, 1)
        return self.until(seen)

    def text(self) -> str:
        """The screen, a line for each row, without trailing blanks."""
        return "\n".join(row.rstrip() for row in self.display.display).rstrip()

    def row(self, number: int) -> str:
        """One row of the screen, counted from 0."""
        return str(self.display.display[number]).rstrip()

    def colours(self, text: str) -> set[str]:
        """The foreground colours of the last occurrence of ``text`` on the screen."""
        for y in reversed(range(self.display.lines)):
            x = self.display.display[y].rfind(text)
            if x >= 0:
                return {self.display.buffer[y][x + i].fg for i in range(len(text))}
        raise AssertionError(f"not on the screen: {text!r}\n{self.text()}")

    def close(self) -> None:
        """Hang up, and kill the program if it does not end."""
        with contextlib.suppress(OSError):
            os.close(self._fd)
        for sign in (signal.SIGHUP, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, sign)
            deadline = time.monotonic() + 2
            while time.monotonic() < deadline:
                done, _ = os.waitpid(self.pid, os.WNOHANG)
                if done:
                    return
                time.sleep(0.01)
