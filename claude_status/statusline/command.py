"""``claude-status statusline``: the command that Claude Code runs to draw its own status line.

It gets JSON on standard input at every turn and every minute, and is cancelled by the next run.
So it prints what is known, at once and whatever happens; only numbers that are new to this
machine open the store.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time

from claude_status.frames_read import (
    account_name,
    cache_root,
    is_utf8,
    kick,
    login_file,
    make_home,
    read_frame,
)
from claude_status.statusline.fit import fit, visible_width
from claude_status.statusline.marks import is_known, show_to_launcher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence

READ_SECONDS = 0.2
MAX_BYTES = 1 << 20
COLUMNS = 80


def command(arguments: Namespace) -> int:
    """The same where an option stands before the command, so that a parser has read it."""
    return run([] if arguments.wrap is None else ["--wrap", arguments.wrap])


def run(argv: Sequence[str]) -> int:
    """Print the line, beside the one of a wrapped command if there is one; always 0."""
    data, argv = (read_begun(), argv[1:]) if argv[:1] == ["--begun"] else (read_input(0), argv)
    words = [word for part in argv[:1] for word in part.split("=", 1)] + [*argv[1:]]
    theirs = None
    if words[:1] == ["--wrap"] and words[1:]:
        from claude_status.statusline.wrap import Wrapped

        theirs = Wrapped(words[1], data)
    try:
        ours = _line(data, os.environ, time.time())
    except Exception:  # theirs must show even where ours is broken
        ours = ""
    text = theirs.beside(ours, _columns(os.environ)) if theirs else ours
    if text:
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape") + b"\n")
    if (bounded := sys.modules.get("claude_status.statusline.deadline")) and bounded.is_hanging():
        sys.stdout.flush()
        os._exit(0)
    return 0


def read_begun() -> bytes:
    """What the launcher has read already, handed over on descriptor 3, and the rest of the line."""
    begun = b""
    while part := os.read(3, 65536):
        begun += part
    os.close(3)
    begun = begun.removesuffix(b"\n")  # which the launcher adds
    return begun if b"\n" in begun else begun + read_input(0)


def read_input(file: int) -> bytes:
    """What stands on a stream up to its first line's end, within bounds of time and size."""
    data = b""
    deadline = time.monotonic() + READ_SECONDS
    while len(data) < MAX_BYTES and b"\n" not in data:
        left = deadline - time.monotonic()
        try:
            ready = left > 0 and select.select([file], [], [], left)[0]
            part = os.read(file, 65536) if ready else b""
        except (OSError, ValueError):
            part = b""
        if not part:
            break
        data += part
    return data


def _line(data: bytes, environ: Mapping[str, str], now: float) -> str:
    name, root = account_name(environ), cache_root(environ)
    if name is None or root is None:
        return ""
    home = f"{root}/at{name}/@"
    session = _session(data)
    pushed = _pushed(session)
    drawn = ""
    if pushed and not is_known(home, *pushed, now):
        from claude_status.statusline.push import feed

        try:
            drawn = feed(session, home, " ".join(pushed), now, _dialect(environ))
        except Exception:  # what was drawn before is still there to be shown
            drawn = ""
        now = time.time()
    if pushed:
        with contextlib.suppress(OSError):
            show_to_launcher(home, data, *pushed)
    text, due = read_frame(home, _dialect(environ), now, prompt=False, login=login_file(environ))
    if due:
        make_home(home, environ)
        kick(home, now, prompt=False)
    return _narrowed(text or drawn, environ, now)


def _narrowed(text: str, environ: Mapping[str, str], now: float) -> str:
    """The line in the columns that there are: drawn anew, else cut, where it is wider."""
    columns = _columns(environ)
    if visible_width(text) <= columns:
        return text
    from claude_status.statusline.fit import draw_narrow

    try:
        anew = draw_narrow(environ, now, _dialect(environ), columns)
    except Exception:  # what does not fit can still be cut
        anew = ""
    return anew or fit(text, columns)


def _session(data: bytes) -> dict[str, object]:
    try:
        import json

        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _pushed(session: dict[str, object]) -> tuple[str, str] | None:
    """The session with its numbers in one word, and what would make equal ones true anew.

    That is the session's count of answers or, from old clients, when its transcript was written.
    None where there is nothing to record.
    """
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
    return "".join(word.split()), "".join(mark.split())


def _written(session: dict[str, object]) -> int:
    return int(os.stat(str(session.get("transcript_path"))).st_mtime)


def _dialect(environ: Mapping[str, str]) -> str:
    if is_utf8(environ) is False:
        return "ascii"
    return "plain" if environ.get("NO_COLOR") or environ.get("TERM") == "dumb" else "claude"


def _columns(environ: Mapping[str, str]) -> int:
    columns = environ.get("COLUMNS", "")
    return int(columns) if columns.isascii() and columns.isdigit() and int(columns) else COLUMNS
