"""What was last seen of each session, in a small file each, so that repetitions need no work.

Its lines: the raw ``rate_limits`` object of the input, "" for none, "-" if only the program can
read it; the mark, a change of which makes even equal numbers current; until when a change of it
needs no new date; and the session with its numbers in one word. The launcher reads the first three,
and replaces the mark by a higher one.
"""

from __future__ import annotations

import contextlib
import os

from claude_status.frames_read import epoch, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = "store"  # in the store's folder, so that it is lost together with the store
PREFIX = "session."
MAX_SESSIONS = 64
DATED_ANEW = 60  # seconds for which current numbers need no new date


class Seen:
    """The numbers of a session in one ``word``, and the ``mark`` at which they were seen.

    The mark is the session's count of answers or, from old clients, ``@`` and when its transcript
    was written. ``until`` is in epoch seconds, 0 if the numbers could not be dated; ``limits`` is
    their text in the input.
    """

    __slots__ = ("limits", "mark", "until", "word")

    def __init__(self, word: str, mark: str, limits: str = "-", until: int = 0) -> None:
        """Take the values."""
        self.word, self.mark, self.limits, self.until = word, mark, limits, until

    @property
    def session(self) -> str:
        """The session's id."""
        return self.word.partition("|")[0]

    @property
    def count(self) -> int | None:
        """The count of answers; None if the mark is not a count."""
        return int(self.mark) if self.mark.isascii() and self.mark.isdigit() else None


def see(session: Mapping[str, object], text: str) -> Seen | None:
    """What is new in Claude Code's input, given parsed and as text; None if nothing to record."""
    rates, cost = session.get("rate_limits"), session.get("cost")
    windows = [rates.get("five_hour"), rates.get("seven_day")] if isinstance(rates, dict) else []
    count = cost.get("total_api_duration_ms") if isinstance(cost, dict) else None
    if not windows and (count is None or not session.get("session_id")):
        return None
    numbers = [
        str(window.get(name))[:40] if isinstance(window, dict) else ""
        for window in windows
        for name in ("used_percentage", "resets_at")
    ]
    word = "|".join([str(session.get("session_id"))[:64], *numbers])
    try:
        mark = str(count)[:20] if count is not None else f"@{_written(session)}"
    except (OSError, ValueError):
        mark = "@0"
    return Seen("".join(word.split()), "".join(mark.split()), _raw_limits(text))


def is_known(home: str, seen: Seen, now: float) -> bool:
    """Whether the store knows these numbers, and they need no new date; records a new mark."""
    last = last_seen(home, seen.session)
    if last is None or last.word != seen.word:
        return False
    if last.mark == seen.mark:
        return True
    if not 0 <= last.until - now <= DATED_ANEW:
        return False
    with contextlib.suppress(OSError):
        note(home, seen, last.until)
    return True


def last_seen(home: str, session: str) -> Seen | None:
    """What was last recorded of a session, here or by the launcher; None if nothing was."""
    lines = read_text(_path(home, session)).split("\n")
    if len(lines) < 4 or lines[3].partition("|")[0] != session:
        return None
    limits, mark, until, word = lines[:4]
    return Seen(word, mark, limits, epoch(until) or 0)


def note(home: str, seen: Seen, until: int = 0) -> None:
    """Record what is known of a session, and forget the oldest beyond 64; raises OSError."""
    path = _path(home, seen.session)
    is_new = not os.path.exists(path)
    new = f"{home}/.new{os.getpid()}"
    try:
        with open(new, "w") as file:
            file.write(f"{seen.limits}\n{seen.mark}\n{until}\n{seen.word}\n")
        os.replace(new, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(new)
        raise
    if is_new:
        _forget(f"{home}/{FOLDER}")


def _forget(folder: str) -> None:
    with os.scandir(folder) as entries:
        files = [each for each in entries if each.name.startswith(PREFIX)]
    files.sort(key=lambda each: each.stat().st_mtime)
    for path in files[:-MAX_SESSIONS]:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _path(home: str, session: str) -> str:
    """The session's file; an id that the launcher would not accept is changed in its name."""
    plain = "".join(one if one.isascii() and one.isalnum() else "-" for one in session)
    return f"{home}/{FOLDER}/{PREFIX}{plain}"


def _raw_limits(text: str) -> str:
    """The text of the limits object in the input, "" for none, "-" in another layout."""
    key = '"rate_limits":'
    if key not in text:
        return "" if '"rate_limits"' not in text else "-"
    import json

    start = text.index(key) + len(key)
    try:
        _, length = json.JSONDecoder().raw_decode(text[start:])
    except ValueError:
        return "-"
    raw = text[start : start + length]
    return raw if "\n" not in raw and raw.startswith("{") else "-"


def _written(session: Mapping[str, object]) -> int:
    return int(os.stat(str(session.get("transcript_path"))).st_mtime)
