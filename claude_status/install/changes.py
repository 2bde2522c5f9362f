"""What installing or uninstalling changes in one file: computed first, then shown or made."""

from __future__ import annotations

import contextlib
import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from claude_status.errors import ClaudeStatusError
from claude_status.install.backup import Keep, Kept
from claude_status.install.edits import Edit
from claude_status.install.files import Found, look, remove, replace
from claude_status.install.program import ByHand, Parts

NONE: Mapping[Path, bytes | None] = {}
LINE = re.compile(rb"[^\n]*\n|[^\n]+")


class ChangeError(ClaudeStatusError):
    """A file cannot be changed as it is; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file as found, its bytes after the change (None: no file), and what is then kept for it.

    ``note`` is a sentence for the user, or "". ``others`` is what is then kept for other parts of
    ours in the file.
    """

    path: Path  # as the user names it
    found: Found
    after: bytes | None
    kept: Kept | None
    note: str = ""
    others: tuple[tuple[Keep, Kept], ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether the file stays as it is."""
        return self.after == self.found.data

    @property
    def is_update(self) -> bool:
        """Whether the file already has our part, which changes."""
        return self.kept is not None and self.kept.before != self.found.data

    def make(self, keep: Keep) -> None:
        """Make the change; raises FileError, and then the file is unchanged."""
        if self.kept and not self.is_none:
            keep.save(self.found.path, self.kept)
        for other, kept in self.others if not self.is_none else ():
            other.save(self.found.path, kept)
        if self.after is None and self.found.data is not None:
            remove(self.found)
        elif self.after is not None and not self.is_none:
            replace(self.found, self.after)
        if self.kept is None:
            keep.drop(self.found.path)

    def diff(self) -> Iterator[bytes]:
        """The change as a unified diff, line by line."""
        name = str(self.path).encode("utf-8", "surrogateescape")
        yield from difflib.diff_bytes(
            difflib.unified_diff,
            _lines(self.found.data),
            _lines(self.after),
            name if self.found.data is not None else b"/dev/null",
            name if self.after is not None else b"/dev/null",
        )


def putting(
    path: Path, edit: Edit, parts: Parts, keep: Keep, changed: Mapping[Path, bytes | None] = NONE
) -> Change:
    """The change that adds our part to a file, or updates it; may also raise ByHand.

    ``changed`` holds the bytes of files, by their real paths, that only would have been changed.
    """
    found = look(path)
    found = Found(found.path, changed.get(found.path, found.data))
    kept = keep.load(found.path)
    with _named_in_errors(path):
        after = edit.put(found.data or b"", parts)
        for other in keep.others():
            theirs = other.load(found.path)
            if kept and theirs and (theirs.before, theirs.after) == (kept.after, found.data):
                # this part was added before the other one, and stays below it
                beneath = edit.put(kept.after, parts)
                others = ((other, Kept(beneath, after)),)
                return Change(path, found, after, Kept(kept.before, beneath), others=others)
        before, _ = _without(found, edit, kept)
    return Change(path, found, after, Kept(before, after))


def taking(path: Path, edit: Edit, keep: Keep) -> Change:
    """The change that removes our part from a file."""
    found = look(path)
    with _named_in_errors(path):
        kept = keep.load(found.path)
        before, note = _without(found, edit, kept)
        others = tuple(_others(found, before, edit, keep)) if before != found.data else ()
    return Change(path, found, before, None, note, others)


def _others(
    found: Found, after: bytes | None, edit: Edit, keep: Keep
) -> Iterator[tuple[Keep, Kept]]:
    """What is kept for the other parts in a file that loses this one, if it is as they left it.

    So each part can be removed byte for byte, whichever was added first.
    """
    for other in keep.others():
        theirs = other.load(found.path)
        if theirs and after is not None and theirs.after == found.data:
            before, _ = _without(Found(found.path, theirs.before), edit, keep.load(found.path))
            yield other, Kept(before, after)


def _without(found: Found, edit: Edit, kept: Kept | None) -> tuple[bytes | None, str]:
    """The file without our part: the previous bytes if it is as we left it, else edited."""
    if found.data is None:
        return None, ""
    if kept and found.data == kept.after:
        return kept.before, ""
    data, note = edit.take(found.data, kept)
    ours_alone = kept is not None and kept.before is None and data != found.data
    return (None if ours_alone and edit.is_blank(data) else data), note


def _lines(data: bytes | None) -> list[bytes]:
    """The lines; a last one without a line feed is marked as in a diff."""
    lines = LINE.findall(data or b"")
    if lines and not lines[-1].endswith(b"\n"):
        lines[-1] += b"\n\\ No newline at end of file\n"
    return lines


@contextlib.contextmanager
def _named_in_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except ByHand:
        raise
    except ClaudeStatusError as error:
        raise ChangeError(f"{path} is left unchanged: {str(error).rstrip('.')}.") from None
