"""A marked block in a file of lines: added, found again, removed (pure, on bytes).

The lines are those of shells, tmux and TOML, where ``#`` begins a comment. They end in a plain
line feed even if the others do not: to a shell a carriage return is part of the word.
"""

from __future__ import annotations

import re

from claude_status.errors import ClaudeStatusError

BEGIN = b"# >>> claude-status >>>"
END = b"# <<< claude-status <<<"
NO_END = b" (the line before was not ended)"
MARK = re.compile(
    rb"^[ \t]*(?:(%s)|%s(?:%s)?)[ \t\r]*(?:\n|\Z)" % (BEGIN, END, re.escape(NO_END)), re.MULTILINE
)


class BlockError(ClaudeStatusError):
    """The file's end or its marks make it unsafe to add a block."""


def find(data: bytes) -> tuple[int, int] | None:
    """The offsets of the block with its marks, or None; raises BlockError for half a block."""
    marks = list(MARK.finditer(data))
    if not marks:
        return None
    if [bool(mark[1]) for mark in marks] != [True, False]:
        line = data.count(b"\n", 0, marks[0].start()) + 1
        raise BlockError(
            f"the claude-status marks from line {line} on are not one pair: "
            "remove them, and what is between them, by hand"
        )
    return marks[0].start(), marks[1].end()


def put(data: bytes, body: bytes) -> bytes:
    """The file with this body (whole lines) in its block, or in a new block at the end.

    If the last line has no line feed, it gets one; the end mark records that for ``take``.
    """
    begin, end = BEGIN + b"\n", END + b"\n"
    span = find(data)
    if span:
        end = END + NO_END + b"\n" if NO_END in data[span[0] : span[1]] else end
        return data[: span[0]] + begin + body + end + data[span[1] :]
    if _is_continued(data):
        raise BlockError("the last line ends in a backslash: complete that line first")
    if data.endswith(b"\n") or not data:
        return data + begin + body + end
    return data + b"\n" + begin + body + END + NO_END + b"\n"


def take(data: bytes) -> bytes:
    """The file without its block; the same bytes if there is none."""
    span = find(data)
    if span is None:
        return data
    before, block, after = data[: span[0]], data[span[0] : span[1]], data[span[1] :]
    return (before if after or NO_END not in block else before.removesuffix(b"\n")) + after


def cut(data: bytes) -> bytes | None:
    """Only the block, None if there is none."""
    span = find(data)
    return data[span[0] : span[1]] if span else None


def _is_continued(data: bytes) -> bool:
    """Whether the last line would continue on our first line."""
    last = data.removesuffix(b"\n").rpartition(b"\n")[2].lstrip(b" \t")
    slashes = len(last) - len(last.rstrip(b"\\"))
    return slashes % 2 == 1 and not last.startswith(b"#")
