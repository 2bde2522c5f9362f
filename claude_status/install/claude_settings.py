"""Our status line in the text of Claude Code's settings.json (pure).

An existing status line continues to run inside ours; if ours is gone one day, the shell falls back
to theirs.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import PurePath

from claude_status.install import json_edit
from claude_status.install.backup import Kept
from claude_status.install.program import LAUNCHER, ByHand
from claude_status.install.quoting import sh

KEY = "statusLine"
INTERVAL = "refreshInterval"
WRAPPED_INTERVAL = 60  # seconds: theirs may take long; the text of ours changes by the minute
EMPTY = "{}\n"


def command_line(program: str, theirs: str | None) -> str:
    """The command for Claude Code to run, including the one that it ran before."""
    ours = f"{sh(program)} statusline"
    return ours if theirs is None else f"{ours} --wrap {sh(theirs)} || sh -c {sh(theirs)}"


def our_words(value: object) -> list[str] | None:
    """The words of a status line's command if it is ours, else None."""
    command = value.get("command") if isinstance(value, dict) else None
    try:
        words = shlex.split(command) if isinstance(command, str) else []
    except ValueError:  # an open quote
        return None
    is_ours = words[1:2] == ["statusline"] and PurePath(words[0]).name == LAUNCHER
    return words if is_ours else None


def programs(text: str) -> list[str]:
    """The path of the program in our status line, as a list that is empty if there is none."""
    line = json_edit.parse(text).get(KEY) if LAUNCHER in text else None
    return (our_words(line) or [])[:1]


def put(text: str, program: str, line: dict[str, object]) -> str:
    """The settings with our status line, which is ``line`` if there is none yet.

    An existing one is refreshed each minute, unless it sets its own interval: otherwise an idle
    session would show an old number without its mark.

    Raises JSONTextError, with the position, for what is not JSON, and ByHand if the user's own
    command runs ours.
    """
    text = text if text.strip("\ufeff \t\r\n") else text.strip(" \t\r\n") + EMPTY
    json_edit.parse(text)
    member = json_edit.find(text, KEY)
    if member is None:
        return json_edit.insert(text, KEY, {**line, "command": command_line(program, None)})
    inner = _command(text, member)
    if inner is None:
        return json_edit.replace(
            text, member, json_edit.dump({**line, "command": command_line(program, None)})
        )
    words = our_words(member.value)
    if words and not _is_as_written(words, inner.value):
        raise ByHand("its status line already runs ours")
    theirs = _wrapped(words) if words else str(inner.value)
    wanted = command_line(program, theirs)
    if inner.value != wanted:
        text = json_edit.replace(text, inner, json_edit.dump(wanted))
    interval = line[INTERVAL] if theirs is None else WRAPPED_INTERVAL
    return _within(text, lambda inside: _timed(inside, interval))


def take(text: str, kept: Kept | None) -> tuple[str, str]:
    """The settings without our part, and a sentence if it was not as we left it."""
    if LAUNCHER not in text:
        return text, ""
    json_edit.parse(text)
    member = json_edit.find(text, KEY)
    words = our_words(member.value) if member else None
    inner = _command(text, member) if member else None
    if member is None or inner is None or words is None or not _is_as_written(words, inner.value):
        return text, ""
    was = _member(kept.before) if kept else None
    wrote = _member(kept.after) if kept else None
    untouched = wrote is not None and wrote[1].value == member.value
    if untouched and was:
        return json_edit.replace(text, member, was[0][was[1].value_start : was[1].end]), ""
    note = "" if untouched else "the status line had been changed since: "
    theirs = _wrapped(words)
    if theirs is None:
        return json_edit.remove(text, member), note and note + "it was removed with ours"
    text = json_edit.replace(text, inner, json_edit.dump(theirs))
    before, ours, now = (_interval(line) for line in (was and was[1], wrote and wrote[1], member))
    if was and before is None and ours is not None and ours == now:
        text = _within(text, _untimed)
    return text, note and note + "only its command was restored"


def _is_as_written(words: list[str], command: object) -> bool:
    """Whether ``install`` wrote a command that runs ours, whatever the program's path."""
    return command == command_line(words[0], _wrapped(words))


def _wrapped(words: list[str]) -> str | None:
    """The user's own command inside ours."""
    return words[3] if words[2:3] == ["--wrap"] and len(words) > 3 else None


def _command(text: str, line: json_edit.Member) -> json_edit.Member | None:
    """The command of a status line that runs one."""
    if not isinstance(line.value, dict):
        return None
    command = json_edit.find(text, "command", line.value_start)
    return command if command and isinstance(command.value, str) and command.value.strip() else None


def _within(text: str, edit: Callable[[str], str]) -> str:
    """The settings after an edit of the text of their status line, which is an object, too."""
    line = json_edit.find(text, KEY)
    return json_edit.replace(text, line, edit(text[line.value_start : line.end])) if line else text


def _timed(line: str, interval: object) -> str:
    return line if json_edit.find(line, INTERVAL) else json_edit.insert(line, INTERVAL, interval)


def _untimed(line: str) -> str:
    interval = json_edit.find(line, INTERVAL)
    return json_edit.remove(line, interval) if interval else line


def _interval(line: json_edit.Member | None) -> object:
    return line.value.get(INTERVAL) if line and isinstance(line.value, dict) else None


def _member(data: bytes | None) -> tuple[str, json_edit.Member] | None:
    text = (data or b"").decode("utf-8", "replace")
    try:
        json_edit.parse(text)
    except json_edit.JSONTextError:
        return None
    member = json_edit.find(text, KEY)
    return (text, member) if member else None
