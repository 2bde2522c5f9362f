"""The entry point of every run: the console script, and ``python -m claude_status``."""

from __future__ import annotations

import gc
import io
import os
import sys

from claude_status.isolation import drop

if sys.version_info < (3, 10):  # noqa: UP036 - a checkout can be run by any
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    sys.exit(
        f"claude-status: Python 3.10 or later is needed, and this is {version}: install it "
        "with a newer one, or with `uv tool install`, which brings its own."
    )

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, TextIO

ALLOCATIONS = 100_000  # between two collections: most runs end before the first


def entry() -> NoReturn:
    """Run one command, and exit without a traceback whatever happens."""
    gc.set_threshold(ALLOCATIONS)
    os.umask(0o077)
    drop()
    _mend_streams()
    cut: OSError | KeyboardInterrupt | None = None
    try:
        status = _run(sys.argv[1:])
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:  # the reader is gone
        status = 0
    except OSError as error:  # a full disk
        status, cut = 1, error
    cut, complaint = _flush(sys.stdout, 1) or cut, ""
    if isinstance(cut, KeyboardInterrupt):
        status = 130
    elif cut and not isinstance(cut, BrokenPipeError):
        status, complaint = 1, f"claude-status: The output was cut off ({cut.strerror}).\n"
    _flush(sys.stderr, 2, complaint)
    os._exit(status)  # to take Python apart would be a tenth of a run


def _run(argv: list[str]) -> int:
    """Run one command and return its exit status."""
    try:
        # what prompts and status lines run, before anything that is slow to import
        if argv[:2] == ["refresh", "--background"]:
            from claude_status.asking import background

            return background.run("bar" if argv[2:] == ["--for", "bar"] else "prompt")
        if argv[:1] == ["statusline"] and argv[1:2] not in (["--help"], ["-h"]):
            from claude_status.statusline import command

            return command.run(argv[1:])
        if argv == ["refresh"]:
            from claude_status.commands import refresh

            if refresh.is_answered():
                return 0
        if argv[:1] == ["--format"] and argv[1:] in (["json"], ["prometheus"]):
            from claude_status.commands import polled

            return polled.run(argv[1])
        from claude_status.cli import main

        return main(argv)
    except SystemExit as end:  # argparse has said why
        return int(end.code or 0)
    except OSError as error:
        from claude_status.errors import NO_SPACE

        if isinstance(error, BrokenPipeError) or error.errno in NO_SPACE:
            raise
        return 1  # the sentence could not be printed


def _mend_streams() -> None:
    """Replace closed streams; never fail on text that the locale cannot encode.

    Otherwise a closed one would be None, and the next file opened would get its descriptor.
    """
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: SIM115 - to the end of the process
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _flush(stream: TextIO, descriptor: int, text: str = "") -> OSError | KeyboardInterrupt | None:
    """Write what is left, and a text; what cannot be written, or not in time, is dropped."""
    try:
        stream.write(text)
        stream.flush()
        return None
    except (OSError, KeyboardInterrupt) as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
        return error


if __name__ == "__main__":
    entry()
