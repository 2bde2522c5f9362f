"""Where every run begins: the console script, and ``python -m claude_status``."""

from __future__ import annotations

import os
import sys


def entry() -> None:
    """Run one command, and exit without a traceback whatever happens."""
    os.umask(0o077)
    argv = sys.argv[1:]
    try:
        if argv[:1] == ["statusline"] and argv[1:2] != ["--help"]:
            from claude_status.statusline import run  # before anything that takes time to import

            status = run(argv[1:])
        else:
            from claude_status.cli import main

            status = main(argv)
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that the last flush fails in silence
        status = 0
    sys.exit(status)


if __name__ == "__main__":
    entry()
