"""The status line that the user already has, run beside ours."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time

from claude_status.isolation import for_the_user
from claude_status.statusline.fit import visible_width

THEIRS_SECONDS = 5.0  # a status line that takes longer is not waited for
DRAIN = 0.1  # seconds to wait for its children's output after it has ended
LOOK = 0.02  # seconds between checks whether it has ended while its output is still open
MAX_OUTPUT = 1 << 16  # of its output
GAP = "  "


class Wrapped:
    """A running command of the user's, with the same standard input as ours.

    It is started without the library's module for that, which takes longer to load than all else
    that a run does where nothing is new.
    """

    def __init__(self, command: str, data: bytes) -> None:
        self._data = data
        self._is_cancelled = False
        self._pid = 0
        self._until = time.monotonic() + THEIRS_SECONDS
        signal.signal(signal.SIGTERM, self._cancel)
        theirs, self._stdin = os.pipe()
        self._stdout, output = os.pipe()
        self._pid = os.posix_spawn(
            "/bin/sh",
            ["/bin/sh", "-c", command],
            for_the_user(os.environ),
            file_actions=[(os.POSIX_SPAWN_DUP2, theirs, 0), (os.POSIX_SPAWN_DUP2, output, 1)],
            setpgroup=0,
            setsigdef=[signal.SIGPIPE, signal.SIGXFSZ],  # which Python ignores
        )
        os.close(theirs)
        os.close(output)
        if self._is_cancelled:
            self._cancel()
        os.set_blocking(self._stdin, False)
        self._hand_over()

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
        output = self._exchange()
        os.close(self._stdout)
        while not self._has_ended() and time.monotonic() < self._until:
            time.sleep(LOOK / 10)
        if self._pid:
            self._end()
        return output.decode("utf-8", "surrogateescape")

    def _exchange(self) -> bytes:
        """Write what is left of the input, and read the output.

        Once the command has ended, the end of its output is not waited for: what it started may
        keep that open indefinitely.
        """
        output, until = b"", self._until
        while len(output) < MAX_OUTPUT and (left := until - time.monotonic()) > 0:
            self._hand_over()
            if select.select([self._stdout], [], [], min(left, LOOK))[0]:
                part = os.read(self._stdout, MAX_OUTPUT)
                if not part:
                    break
                output += part
            if self._has_ended():
                until = min(until, time.monotonic() + DRAIN)
        return output

    def _has_ended(self) -> bool:
        """Whether the command itself has ended; what it started may go on."""
        if self._pid and os.waitpid(self._pid, os.WNOHANG)[0]:
            self._pid = 0
        return not self._pid

    def _hand_over(self) -> None:
        """Write as much of the input as it accepts now, and close it at the end."""
        if self._stdin < 0:
            return
        try:
            while self._data:
                self._data = self._data[os.write(self._stdin, self._data) :]
        except BlockingIOError:
            return
        except OSError:  # it does not read its input
            pass
        os.close(self._stdin)
        self._stdin = -1

    def _cancel(self, *_: object) -> None:
        """Exit when Claude Code cancels us; if theirs is just being started, right after that."""
        if not self._pid:
            self._is_cancelled = True
            return
        self._end()
        os._exit(0)

    def _end(self) -> None:
        """Leave nothing of it running, whether it hangs or we are cancelled."""
        with contextlib.suppress(OSError):
            os.killpg(self._pid, signal.SIGKILL)
