"""The status line that the user already has, run beside ours."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from typing import IO

from claude_status.isolation import for_the_user
from claude_status.statusline.fit import visible_width

SECONDS = 5.0  # a status line that takes longer is not waited for
DRAIN = 0.1  # seconds to wait for its children's output after it has ended
LOOK = 0.02  # seconds between checks whether it has ended while its output is still open
MAX_BYTES = 1 << 16  # of its output
GAP = "  "


class Wrapped:
    """A running command of the user's, with the same standard input as ours."""

    def __init__(self, command: str, data: bytes) -> None:
        self._data = data
        self._is_cancelled = False
        self._process: subprocess.Popen[bytes] | None = None
        self._until = time.monotonic() + SECONDS
        signal.signal(signal.SIGTERM, self._cancel)
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=for_the_user(os.environ),
            start_new_session=True,
        )
        if self._is_cancelled:
            self._cancel()
        if self._process.stdin:
            os.set_blocking(self._process.stdin.fileno(), False)
        self._hand_over(self._process)

    def beside(self, ours: str, columns: int) -> str:
        """Its lines, with ours at the end of the last one if it fits, else on a separate line."""
        theirs = self._output().rstrip()
        if not theirs or not ours:
            return theirs or ours
        last = theirs.rsplit("\n", 1)[-1]
        fits = visible_width(last) + len(GAP) + visible_width(ours) <= columns
        return f"{theirs}{GAP if fits else chr(10)}{ours}"

    def _output(self) -> str:
        """What it printed until it ended or timed out."""
        process = self._process
        if process is None or process.stdout is None:
            return ""
        with process.stdout:
            output = self._exchange(process, process.stdout)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0, self._until - time.monotonic()))
        if process.returncode is None:
            self._end(process)
        return output.decode("utf-8", "surrogateescape")

    def _exchange(self, process: subprocess.Popen[bytes], stdout: IO[bytes]) -> bytes:
        """Write what is left of the input, and read the output.

        Once the command has ended, the end of its output is not waited for: what it started may
        keep that open indefinitely.
        """
        output, until = b"", self._until
        while len(output) < MAX_BYTES and (left := until - time.monotonic()) > 0:
            self._hand_over(process)
            if select.select([stdout], [], [], min(left, LOOK))[0]:
                part = os.read(stdout.fileno(), MAX_BYTES)
                if not part:
                    break
                output += part
            if process.poll() is not None:
                until = min(until, time.monotonic() + DRAIN)
        return output

    def _hand_over(self, process: subprocess.Popen[bytes]) -> None:
        """Write as much of the input as it accepts now, and close it at the end."""
        stdin = process.stdin
        if stdin is None or stdin.closed:
            return
        try:
            while self._data:
                self._data = self._data[os.write(stdin.fileno(), self._data) :]
        except BlockingIOError:
            return
        except OSError:  # it does not read its input
            pass
        stdin.close()

    def _cancel(self, *_: object) -> None:
        """Exit when Claude Code cancels us; if theirs is just being started, right after that."""
        if self._process is None:
            self._is_cancelled = True
            return
        self._end(self._process)
        os._exit(0)

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> None:
        """Leave nothing of it running, whether it hangs or we are cancelled."""
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
