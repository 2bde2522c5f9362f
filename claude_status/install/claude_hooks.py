"""Our hooks in the text of Claude Code's settings.json, beside whatever other hooks it has (pure).

    {"hooks": {"UserPromptSubmit": [{"hooks": [{"type": "command", "command": ...}]}], ...}}

Each event holds groups, and each group holds hooks. UserPromptSubmit gets ``--max`` and ``--tell``,
PreToolUse only ``--max``: the model does not see the output of a PreToolUse hook.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath

from claude_status.errors import ClaudeStatusError
from claude_status.install import json_edit
from claude_status.install.backup import Kept
from claude_status.install.program import LAUNCHER, ByHand
from claude_status.install.quoting import sh

KEY = "hooks"  # of the settings, and of each group
PROMPT, TOOL = "UserPromptSubmit", "PreToolUse"
HOOK_SECONDS = 10  # then Claude Code goes on without an answer
MOST, TELL = 95.0, 70.0  # the defaults
OPTIONS = re.compile(r" hook --max (\S+)(?: --tell (\S+))?")
EMPTY = "{}\n"


class HooksError(ClaudeStatusError):
    """The settings hold hooks in a shape that Claude Code does not know."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One command among the settings' hooks: its event, and the positions of what contains it."""

    event: str
    array: int  # the start of the event's groups
    group: json_edit.Item
    inner: int  # the start of the group's hooks
    item: json_edit.Item
    command: str

    @property
    def program(self) -> str | None:
        """The program that it runs if ``install`` wrote the hook, else None."""
        words = _words(self.command)
        program = words[3] if len(words) > 3 else ""
        lead = _guarded(program)
        ours = self.command.startswith(lead) and OPTIONS.fullmatch(self.command[len(lead) :])
        return program if ours else None

    @property
    def runs_ours(self) -> bool:
        """Whether it runs ``claude-status hook``, even if ``install`` did not write it."""
        pairs = pairwise(_words(self.command))
        return any(PurePath(one).name == LAUNCHER and two == "hook" for one, two in pairs)


def put(text: str, program: str, most: float | None, tell: float | None) -> str:
    """The settings with our hooks; percentages that are None are kept, or get a default.

    Raises JSONTextError for what is not JSON, HooksError for hooks in an unknown shape, and ByHand
    if a hook of the user's own runs ours.
    """
    text = text if text.strip("\ufeff \t\r\n") else text.strip(" \t\r\n") + EMPTY
    json_edit.parse(text)
    if any(hook.runs_ours and not hook.program for hook in _hooks(text)):
        raise ByHand("one of its own hooks already runs ours")
    was_most, was_tell = _numbers(text)
    gate = f"{_guarded(program)} hook --max {was_most if most is None else most:.9g}"
    text = _put_one(text, PROMPT, f"{gate} --tell {was_tell if tell is None else tell:.9g}")
    return _put_one(text, TOOL, gate)


def take(text: str, kept: Kept | None) -> str:
    """The settings without our hooks, and without what was added only to contain them."""
    if LAUNCHER not in text:
        return text
    json_edit.parse(text)
    before = _settings_before(kept)
    while (hook := next((one for one in _hooks(text) if one.program), None)) is not None:
        if len(json_edit.items(text, hook.inner)) > 1:
            text = json_edit.take_out(text, hook.item, hook.inner)
            continue
        text = json_edit.take_out(text, hook.group, hook.array)
        text = _without_empty(text, hook.event, before)
    return text


def programs(text: str) -> list[str]:
    """The programs that our hooks run; none if we have no hooks."""
    if LAUNCHER not in text:
        return []
    json_edit.parse(text)
    return list(dict.fromkeys(hook.program for hook in _hooks(text) if hook.program))


def _guarded(program: str) -> str:
    """The start of a command that is silent and stops nothing once the program is gone."""
    return f"[ ! -x {sh(program)} ] || {sh(program)}"


def _put_one(text: str, event: str, command: str) -> str:
    """The settings with this command of ours for an event, instead of an earlier one of ours."""
    found = next((one for one in _hooks(text) if one.program and one.event == event), None)
    if found and found.command == command:
        return text
    if found:
        member = json_edit.find(text, "command", found.item.start)
        return json_edit.replace(text, member, json_edit.dump(command)) if member else text
    group = {KEY: [{"type": "command", "command": command, "timeout": HOOK_SECONDS}]}
    hooks = json_edit.find(text, KEY)
    if hooks is None:
        return json_edit.insert(text, KEY, {event: [group]})
    if not isinstance(hooks.value, dict):
        raise HooksError(f"its {KEY} are not an object")
    groups = json_edit.find(text, event, hooks.value_start)
    if groups is None:
        return json_edit.insert(text, event, [group], hooks.value_start)
    if not isinstance(groups.value, list):
        raise HooksError(f"its hooks of {event} are not an array")
    return json_edit.append(text, group, groups.value_start)


def _hooks(text: str) -> Iterator[Hook]:
    """Every hook that runs a command; other shapes are ignored."""
    hooks = json_edit.find(text, KEY)
    for event in hooks.value if hooks and isinstance(hooks.value, dict) else ():
        groups = json_edit.find(text, event, hooks.value_start) if hooks else None
        if groups is None or not isinstance(groups.value, list):
            continue
        for group in json_edit.items(text, groups.value_start):
            is_group = isinstance(group.value, dict)
            inner = json_edit.find(text, KEY, group.start) if is_group else None
            if inner is None or not isinstance(inner.value, list):
                continue
            for item in json_edit.items(text, inner.value_start):
                command = item.value.get("command") if isinstance(item.value, dict) else None
                if isinstance(command, str):
                    place = (groups.value_start, group, inner.value_start, item)
                    yield Hook(event, *place, command)


def _numbers(text: str) -> tuple[float, float]:
    """The percentages that our hooks have now, or the defaults."""
    most, tell = MOST, TELL
    for hook in _hooks(text):
        options = OPTIONS.search(hook.command) if hook.program else None
        for number, said in enumerate(options.groups() if options else ()):
            try:
                value = float(said or "")
            except ValueError:
                continue
            most, tell = (value, tell) if number == 0 else (most, value)
    return most, tell


def _without_empty(text: str, event: str, before: dict[str, object]) -> str:
    """The settings without an event that has no hooks left, unless it was there before ours."""
    hooks = json_edit.find(text, KEY)
    was = before.get(KEY)
    if hooks is None or not isinstance(hooks.value, dict) or hooks.value.get(event) != []:
        return text
    member = json_edit.find(text, event, hooks.value_start)
    if member and not (isinstance(was, dict) and event in was):
        text = json_edit.remove(text, member, hooks.value_start)
    hooks = json_edit.find(text, KEY)
    return json_edit.remove(text, hooks) if hooks and hooks.value == {} and was is None else text


def _settings_before(kept: Kept | None) -> dict[str, object]:
    try:
        return json_edit.parse((kept.before if kept and kept.before else b"").decode())
    except (ValueError, ClaudeStatusError):
        return {}


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:  # an open quote
        return []
