"""What was seen last of each session, in a small file, so that the next run need do nothing.

``<session>|<its numbers> <mark> <date>``: the mark is what would make equal numbers true anew, the
date (epoch seconds) when they were true; none where they could not be dated.
"""

from __future__ import annotations

import contextlib
import os

from claude_status.frames_read import PUSHED, read_text

MAX_SESSIONS = 64
DATED_ANEW = 60  # seconds for which numbers that were true need no new date


def is_known(home: str, word: str, mark: str, now: float) -> bool:
    """Whether the store knows these numbers, and they need no new date; a new mark is noted."""
    known, marked, date = _last(home, word.partition("|")[0])
    if known != word:
        return False
    if marked == mark:
        return True
    if not date.isdigit() or not 0 <= now - int(date) < DATED_ANEW:
        return False
    with contextlib.suppress(OSError):
        note(home, f"{word} {mark} {date}")
    return True


def last_count(home: str, session: str) -> int | None:
    """The count of answers that was noted last for a session; None where its mark is none."""
    _, mark, _ = _last(home, session)
    return int(mark) if mark.isascii() and mark.isdigit() else None


def note(home: str, line: str) -> None:
    """Set the line of a session, and forget the oldest beyond 64; raises OSError."""
    session = line.partition("|")[0]
    lines = read_text(f"{home}/{PUSHED}").splitlines()
    others = [each for each in lines if each.partition("|")[0].partition(" ")[0] != session]
    new = f"{home}/.new{os.getpid()}"
    try:
        with open(new, "w") as file:
            file.write("\n".join([*others[-MAX_SESSIONS + 1 :], line]) + "\n")
        os.replace(new, f"{home}/{PUSHED}")
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise


def _last(home: str, session: str) -> tuple[str, str, str]:
    """The numbers, the mark and the date of a session's line, each "" where there is none."""
    for line in read_text(f"{home}/{PUSHED}").splitlines():
        word, _, rest = line.partition(" ")
        if word.partition("|")[0] == session:
            mark, _, date = rest.partition(" ")
            return word, mark, date
    return "", "", ""
