"""``claude-status statusline``: the command that Claude Code runs to draw its own status line.

It gets JSON on standard input at every turn and every minute, and is cancelled by the next run.
So it prints what is known at once, whatever happens; it opens the store only if the numbers are new
to this machine.
"""

from __future__ import annotations

import os
import select
import sys
import time

from claude_status.frames_read import (
    NARROW_FILES,
    account_name,
    cache_root,
    is_utf8,
    kick,
    login_file,
    make_home,
    read_frame,
)
from claude_status.statusline.fit import fit, visible_width
from claude_status.statusline.marks import is_known, see

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence

READ_SECONDS = 0.2
MAX_INPUT = 1 << 20
COLUMNS = 80


def command(arguments: Namespace) -> int:
    """The same, if an option before the command made argparse read the arguments."""
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
    """What the launcher has already read, passed on descriptor 3, and the rest of the line."""
    begun = b""
    while part := os.read(3, 65536):
        begun += part
    os.close(3)
    begun = begun.removesuffix(b"\n")  # which the launcher adds
    return begun if b"\n" in begun else begun + read_input(0)


def read_input(file: int) -> bytes:
    """A stream's input up to the end of its first line, within limits of time and size."""
    data = b""
    deadline = time.monotonic() + READ_SECONDS
    while len(data) < MAX_INPUT and b"\n" not in data:
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
    seen = see(session, data.decode("utf-8", "replace"))
    drawn = ""
    if seen and not is_known(home, seen, now):
        from claude_status.statusline.push import feed

        try:
            drawn = feed(session, home, seen, now, _dialect(environ))
        except Exception:  # the frames drawn before can still be shown
            drawn = ""
        now = time.time()
    text, due = read_frame(home, _dialect(environ), now, prompt=False, login=login_file(environ))
    if due:
        make_home(home, environ)
        kick(home, now, prompt=False)
    text = text or drawn
    if "{" in text:
        from claude_status.statusline.filled import filled

        return filled(text, session, environ.get("HOME", ""), _columns(environ))
    return _narrowed(text, home, environ, now)


def _narrowed(text: str, home: str, environ: Mapping[str, str], now: float) -> str:
    """The line in the available columns: if it is wider, redrawn, or else cut."""
    columns = _columns(environ)
    if len(text.encode()) <= columns:  # as the launcher counts
        return text
    if _dialect(environ) == "claude":
        name = next((name for wide, name in NARROW_FILES.items() if wide <= columns), "")
        text = read_frame(home, name, now, prompt=False)[0] or text
    if visible_width(text) <= columns:
        return text
    from claude_status.statusline.fit import draw_narrow

    try:
        anew = draw_narrow(environ, now, _dialect(environ), columns)
    except Exception:  # it can still be cut
        anew = ""
    return anew or fit(text, columns)


def _session(data: bytes) -> dict[str, object]:
    try:
        import json

        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _dialect(environ: Mapping[str, str]) -> str:
    if is_utf8(environ) is False:
        return "ascii"
    return "plain" if environ.get("NO_COLOR") or environ.get("TERM") == "dumb" else "claude"


def _columns(environ: Mapping[str, str]) -> int:
    columns = environ.get("COLUMNS", "")
    return int(columns) if columns.isascii() and columns.isdigit() and int(columns) else COLUMNS
