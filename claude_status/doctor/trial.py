"""A shell in a window of its own, with the user's files, and what it draws there.

Nothing is typed, so no command runs and no history grows. To draw the prompt once more, bash and
zsh are interrupted, which may cancel a question but never answers one; for fish, the width of the
terminal changes. At the end the terminal hangs up, as a closed window does, and only what is left
of the shell's own process groups is killed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from claude_status.doctor.window import opened

LIMIT = 10.0  # seconds until the first prompt; slow rc files take two or three
AGAIN = 3.0  # seconds until the second
INTERRUPTED = ("bash", "zsh")  # the shells that answer with a new prompt


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen: the output up to the first prompt, and what was drawn after it.

    ``front`` is the name of the program that has the terminal, "" where nobody can tell; ``waits``
    whether it waits for keys, ``status`` its exit status if it has ended. ``child`` is a program
    that the shell runs in its own group: in front or in the background, nobody can tell. ``limit``
    is the time in seconds that it had for its first prompt.
    """

    first: str
    again: str
    front: str
    waits: bool
    child: str = ""
    status: int | None = None
    limit: float = LIMIT


def look_at(
    shell: str,
    environ: Mapping[str, str],
    has_line: Callable[[str], bool],
    *,
    interrupts: bool,
    limit: float = LIMIT,
) -> Look:
    """Start a shell (a path) with this whole environment, and look at two prompts of it.

    ``has_line`` says whether an output contains the line; ``interrupts`` lets bash and zsh be
    interrupted for the second prompt.
    """
    with opened(shell, environ) as window:
        waits = window.settle(limit, has_line)
        first, again = window.taken(), ""
        front, child = window.front()
        if waits and not child and front in (os.path.basename(shell), ""):
            window.draw_again(interrupt=interrupts and front in INTERRUPTED)
            window.settle(AGAIN, has_line)
            again = window.taken()
        return Look(first, again, front, waits, child, window.status, limit)
