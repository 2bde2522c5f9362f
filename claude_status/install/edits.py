"""How our part is added to each kind of file and removed: bytes in, bytes out (pure)."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from claude_status.errors import ClaudeStatusError
from claude_status.install import blocks, claude_hooks, claude_settings
from claude_status.install.backup import Kept
from claude_status.install.program import ByHand, Parts

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PATH = re.compile(rb"(?<=')/[^'\\#\n]*/claude-status(?:\.\w+)?(?=')")
SIDE = re.compile(rb"/claude-status(?:-place)?(?:\.\w+)?' (left|right)\b")


class EditError(ClaudeStatusError):
    """A file contains something that conflicts with our part, or that cannot be understood."""


class Edit(Protocol):
    """How our part is added to a file and removed from it."""

    def put(self, data: bytes, parts: Parts) -> bytes:
        """The file with our part as it should be now; raises a ClaudeStatusError."""

    def take(self, data: bytes, kept: Kept | None) -> tuple[bytes, str]:
        """The file without our part, and a sentence if it was not as we left it."""

    def is_blank(self, data: bytes) -> bool:
        """Whether nothing of value is left in the file."""

    def paths(self, data: bytes) -> list[str]:
        """The absolute paths in our part of the file; none if we have no part in it."""


@dataclass(frozen=True)
class Block:
    """A marked block in a file of lines; ``side`` is where to show the line, "" as it is now."""

    host: str
    body: Callable[[Parts, str], str]
    side: str = ""

    def put(self, data: bytes, parts: Parts) -> bytes:
        """The file with the block; raises ByHand, or BlockError if it cannot be added."""
        needles = (
            f"claude-status.{self.host}".encode(),
            f"claude-status init {self.host}".encode(),
        )
        for number, line in enumerate(blocks.take(data).splitlines(), 1):
            if any(needle in line for needle in needles) and not line.lstrip().startswith(b"#"):
                raise ByHand(f"line {number} already loads it")
        return blocks.put(data, self.body(parts, self.side or side_of(data)).encode())

    def take(self, data: bytes, kept: Kept | None) -> tuple[bytes, str]:
        """The file without the block."""
        changed = kept is not None and blocks.cut(data) not in (None, blocks.cut(kept.after))
        return blocks.take(data), "with what was changed between the marks" * changed

    def is_blank(self, data: bytes) -> bool:
        """Whether there are only blanks."""
        return not data.strip()

    def paths(self, data: bytes) -> list[str]:
        """The paths of the snippet and the launcher."""
        return [found.decode("utf-8", "replace") for found in PATH.findall(blocks.cut(data) or b"")]


@dataclass(frozen=True)
class Starship(Block):
    """Tables at the end of a TOML file."""

    def put(self, data: bytes, parts: Parts) -> bytes:
        """The file with the tables; raises EditError if it is not TOML, or they cannot be added."""
        theirs = _toml(blocks.take(data), "not TOML")
        for table, name in (("env_var", "CLAUDE_STATUS"), ("custom", "claude_status")):
            found = theirs.get(table)
            if isinstance(found, dict) and name in found:
                raise ByHand(f"it already has a table {table}.{name}")
        new = blocks.put(data, self.body(parts, self.side).encode())
        _toml(new, "no tables can be added")
        return new


class ClaudeCode:
    """One member of Claude Code's settings.json."""

    def put(self, data: bytes, parts: Parts) -> bytes:
        """The settings with our status line; raises EditError for what is not JSON."""
        line = json.loads(Path(parts.snippet("statusline.json")).read_text())["statusLine"]
        return claude_settings.put(_utf8(data), parts.program, line).encode()

    def take(self, data: bytes, kept: Kept | None) -> tuple[bytes, str]:
        """The settings with the status line that was there before, if there was one."""
        text, note = claude_settings.take(_utf8(data), kept)
        return text.encode(), note

    def is_blank(self, data: bytes) -> bool:
        """Whether there are no settings."""
        return data.split() in ([], [b"{}"], [b"{", b"}"])

    def paths(self, data: bytes) -> list[str]:
        """The path of the launcher."""
        return claude_settings.programs(_utf8(data))


@dataclass(frozen=True)
class ClaudeHooks(ClaudeCode):
    """Some hooks in the same file; percentages that are None are kept."""

    most: float | None = None
    tell: float | None = None

    def put(self, data: bytes, parts: Parts) -> bytes:
        """The settings with our hooks; raises EditError for what is not JSON."""
        return claude_hooks.put(_utf8(data), parts.program, self.most, self.tell).encode()

    def take(self, data: bytes, kept: Kept | None) -> tuple[bytes, str]:
        """The settings with the hooks that were there before."""
        return claude_hooks.take(_utf8(data), kept).encode(), ""

    def paths(self, data: bytes) -> list[str]:
        """The path of the launcher."""
        return claude_hooks.programs(_utf8(data))


def side_of(data: bytes) -> str:
    """Where our block in a file puts the line, "" if there is none, or if it does not say."""
    found = SIDE.search(blocks.cut(data) or b"")
    return found[1].decode() if found else ""


def _utf8(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise EditError(f"line {line}: not UTF-8") from None


def _toml(data: bytes, problem: str) -> dict[str, object]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except ValueError as error:
        raise EditError(f"{problem}: {error}") from None
