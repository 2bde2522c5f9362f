"""Keys and signals on a terminal while something is shown there, one at a time."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import termios
import tty
from collections.abc import Iterator
from types import FrameType
from typing import Any

KEY = re.compile(r"\x1b(?:\[[0-9;]*[@-~]|O.)|.", re.DOTALL)
DISTURBING = {signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP}


class Events:
    """Keys from a terminal and signals, recorded instead of handled inside the context.

    Signals that are ignored from the start, as under nohup, stay ignored.
    """

    def __init__(self, keyboard: int) -> None:
        self._keys = [keyboard] if os.isatty(keyboard) else []
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Events:
        """Begin to record signals."""
        self._reader, self._writer = os.pipe()
        for end in (self._reader, self._writer):
            os.set_blocking(end, False)
        self._wakeup = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in (*DISTURBING, signal.SIGWINCH):
            if signal.getsignal(number) != signal.SIG_IGN:
                self._before[number] = signal.signal(number, _note)
        return self

    def __exit__(self, *_: object) -> None:
        """Restore the previous signal handlers."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        os.close(self._reader)
        os.close(self._writer)

    def wait(self, seconds: float) -> tuple[str, set[int]]:
        """What was typed and which signals came, as soon as anything does.

        A closed keyboard counts as a hang-up, whose signal may come a little later.
        """
        ready, _, _ = select.select([*self._keys, self._reader], [], [], max(0.0, seconds))
        signals = set(os.read(self._reader, 64)) if self._reader in ready else set()
        typed = b""
        for keyboard in set(ready) & set(self._keys):
            with contextlib.suppress(OSError):
                typed = os.read(keyboard, 64)
            if not typed:
                signals.add(signal.SIGHUP)
        return typed.decode("ascii", "replace"), signals

    def let(self, number: int) -> None:
        """Let a signal have its default effect on this process; returns if it continues."""
        handler = signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, handler)


def each_key(typed: str) -> list[str]:
    """The keys in what was typed: many come at once where one is held down, or the line is slow."""
    return KEY.findall(typed)


@contextlib.contextmanager
def key_by_key(keyboard: int) -> Iterator[None]:
    """Pass keys on as they are typed, without echo; then restore the terminal."""
    if not os.isatty(keyboard):
        yield
        return
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard, termios.TCSANOW)
        yield
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(keyboard, termios.TCSANOW, before)


def _note(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: only the wake-up counts."""
