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


def show_to_launcher(home: str, data: bytes, word: str, mark: str) -> None:
    """Let the launcher know the input of a session that needs no Python, in a file of its own.

    Its lines: the raw ``rate_limits`` object, "" for none; the raw count of answers; and until when
    (epoch seconds) a higher count with equal numbers needs no new date. Nothing is written for what
    the launcher would have to take apart: another layout, or an old client's input.
    """
    session = word.partition("|")[0]
    known, marked, date = _last(home, session)
    if known != word or marked != mark or not mark.isdigit() or not session.isascii():
        return
    text = data.decode("utf-8", "replace")
    if f'"session_id":"{session}"' not in text or f'"total_api_duration_ms":{mark}' not in text:
        return
    raw = _raw_limits(text)
    until = int(date) + DATED_ANEW if date.isdigit() else 0
    lines = f"{raw}\n{mark}\n{until}\n"
    path = f"{home}/store/session.{session}"
    if raw is not None and "\n" not in raw and read_text(path) != lines:
        _replace(home, path, lines)


def _raw_limits(text: str) -> str | None:
    """The object of the limits as it stands in the input, "" for none; None in another layout."""
    key = '"rate_limits":'
    if key not in text:
        return ""
    import json

    start = text.index(key) + len(key)
    try:
        _, length = json.JSONDecoder().raw_decode(text[start:])
    except ValueError:
        return None
    return text[start : start + length]


def last_count(home: str, session: str) -> int | None:
    """The count of answers that was noted last for a session; None where its mark is none."""
    _, mark, _ = _last(home, session)
    return int(mark) if mark.isascii() and mark.isdigit() else None


def note(home: str, line: str) -> None:
    """Set the line of a session, and forget the oldest beyond 64; raises OSError."""
    session = line.partition("|")[0]
    lines = read_text(f"{home}/{PUSHED}").splitlines()
    others = [each for each in lines if _session_of(each) != session]
    for gone in others[: -MAX_SESSIONS + 1]:
        with contextlib.suppress(OSError):
            os.unlink(f"{home}/store/session.{_session_of(gone)}")
    kept = [*others[-MAX_SESSIONS + 1 :], line]
    _replace(home, f"{home}/{PUSHED}", "\n".join(kept) + "\n")


def _session_of(line: str) -> str:
    return line.partition("|")[0].partition(" ")[0]


def _replace(home: str, path: str, text: str) -> None:
    """Put a text in the place of a file, whole or not at all."""
    new = f"{home}/.new{os.getpid()}"
    try:
        with open(new, "w") as file:
            file.write(text)
        os.replace(new, path)
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
