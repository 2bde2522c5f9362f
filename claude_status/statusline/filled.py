"""What Claude Code says about itself, filled into its line; the launcher does the same in sh.

Where both can be asked they give the same answer, so widths are counted in bytes without colours,
which are never fewer than columns.
"""

from __future__ import annotations

import os
import re

from claude_status.frames_read import read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 60  # characters of one value
_NAME = re.compile(r"\{([a-z.])\}")
_COLOUR = re.compile(r".\[[0-9;]*m")
_HIDDEN = re.compile(
    "[\0-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)


def filled(text: str, session: Mapping[str, object], home: str, columns: int) -> str:
    """The line with its values: as many parts as fit, but at least one.

    A part in which no name has a value is left out, together with the separator before it.
    """
    values: dict[str, str] = {}
    shown, left = "", columns
    first, *others = text.split("{}")
    for separator, body in [("", first), *zip(others[::2], others[1::2], strict=False)]:
        part = _fill_part(body, session, home, values)
        if not part:
            continue
        part = separator + part if shown else part
        left -= len(_COLOUR.sub("", part).encode())
        if left < 0 and shown:
            break
        shown += part
    return shown


def _fill_part(body: str, session: Mapping[str, object], home: str, values: dict[str, str]) -> str:
    """One part, "" if no name in it has a value."""
    done, *rest = _NAME.split(body)
    kept = not rest
    for letter, text in zip(rest[::2], rest[1::2], strict=True):
        if letter == ".":
            kept, value = True, ""
        else:
            value = values.setdefault(letter, _plain(_value(letter, session, home)))
            kept = kept or bool(value)
        after_blank = not value and done[-1:] in ("", " ")
        done += value + (text.removeprefix(" ") if after_blank else text)
    return done.removesuffix(" ") if kept else ""


def _plain(value: str) -> str:
    """A value that is not too long, without characters that could change what is around it."""
    value = _HIDDEN.sub("?", value)
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"


def _value(letter: str, session: Mapping[str, object], home: str) -> str:
    if letter == "m":
        return _text(session, "model", "display_name")
    if letter == "c":
        return _percent(_number(session, "context_window", "used_percentage", 1000))
    if letter == "k":
        return _cost(_number(session, "cost", "total_cost_usd", 1e9))
    folder = _text(session, "workspace", "current_dir")
    if letter == "b":
        return _branch(folder)
    if letter != "d" or not folder:
        return ""
    return "~" if folder == home else folder.rpartition("/")[2] or folder


def _member(session: Mapping[str, object], part: str, name: str) -> object:
    found = session.get(part)
    return found.get(name) if isinstance(found, dict) else None


def _text(session: Mapping[str, object], part: str, name: str) -> str:
    found = _member(session, part, name)
    return found if isinstance(found, str) else ""


def _number(session: Mapping[str, object], part: str, name: str, below: float) -> float | None:
    found = _member(session, part, name)
    if not isinstance(found, (int, float)) or isinstance(found, bool):
        return None
    return found if 0 <= found < below else None


def _percent(number: float | None) -> str:
    """Rounded down, as every other percentage."""
    return "" if number is None else f"{int(number)}%"


def _cost(number: float | None) -> str:
    """In dollars, cut to cents; by its digits, since 0.29 is a little less in binary."""
    if number is None:
        return ""
    whole, _, rest = (repr(number) if number >= 0.001 else "0").partition(".")
    return f"${whole}.{rest[:2]:0<2}"


def _branch(folder: str) -> str:
    """What is checked out there: a branch, or the beginning of a commit; "" outside of git."""
    if not folder.startswith("/"):
        return ""
    above = folder + "/"
    while "/" in above:
        above = above.rpartition("/")[0]
        if os.path.exists(f"{above}/.git"):
            return _head(above)
    return ""


def _head(folder: str) -> str:
    git = f"{folder}/.git"
    if os.path.isfile(git):  # of a worktree or a submodule
        line = read_line(git)
        git = line.removeprefix("gitdir: ")
        if git == line or not git:
            return ""
        git = git if git.startswith("/") else f"{folder}/{git}"
    head = read_line(f"{git}/HEAD")
    branch = head.removeprefix("ref: refs/heads/")
    if branch != head:
        return branch
    is_commit = len(head) in (40, 64) and not head.strip("0123456789abcdef")
    return head[:7] if is_commit else ""


def read_line(path: str) -> str:
    """The first line of a file of the user's, "" if it cannot be read."""
    return read_text(path).partition("\n")[0] if os.path.isfile(path) else ""
