"""The status line that the user already has, run beside ours."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess

from claude_status.hook.columns import visible_width

SECONDS = 5.0  # a status line that takes longer is not waited for
GAP = "  "


class Wrapped:
    """A command of the user's that runs from now on, with the same standard input as ours."""

    def __init__(self, command: str, data: bytes) -> None:
        self._data = data
        self._is_cancelled = False
        self._process: subprocess.Popen[bytes] | None = None
        signal.signal(signal.SIGTERM, self._cancel)
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        if self._is_cancelled:
            self._cancel()

    def beside(self, ours: str, columns: int) -> str:
        """Its lines with ours on the last of them where that fits, else on a line of its own."""
        theirs = self._output().rstrip()
        if not theirs or not ours:
            return theirs or ours
        last = theirs.rsplit("\n", 1)[-1]
        fits = visible_width(last) + len(GAP) + visible_width(ours) <= columns
        return f"{theirs}{GAP if fits else chr(10)}{ours}"

    def _output(self) -> str:
        if self._process is None:
            return ""
        try:
            output, _ = self._process.communicate(self._data, SECONDS)
        except subprocess.TimeoutExpired:
            self._end(self._process)
            output, _ = self._process.communicate()
        return output.decode("utf-8", "surrogateescape")

    def _cancel(self, *_: object) -> None:
        """Go, as Claude Code wants it; where theirs is just being started, right after that."""
        if self._process is None:
            self._is_cancelled = True
            return
        self._end(self._process)
        os._exit(0)

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        """Leave nothing of it behind, neither when it hangs nor when we are cancelled."""
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
