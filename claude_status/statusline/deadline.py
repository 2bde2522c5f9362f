"""Work on the store that must not delay the line."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

STORE_SECONDS = 1.5  # after which the line is printed without it
NAME = "claude-status"
T = TypeVar("T")


def within(work: Callable[[], T]) -> T | None:
    """The result of the work; None if it fails or hangs, or earlier work still hangs.

    Hanging work is left running, in a thread that may even keep the interpreter from exiting.
    """
    if is_hanging():
        return None
    found: list[T] = []

    def run() -> None:
        with contextlib.suppress(Exception):  # a thread would print it on stderr
            found.append(work())

    thread = threading.Thread(target=run, name=NAME, daemon=True)
    thread.start()
    thread.join(STORE_SECONDS)
    return found[0] if found else None


def is_hanging() -> bool:
    """Whether work started here is still running."""
    return any(thread.name == NAME for thread in threading.enumerate())
