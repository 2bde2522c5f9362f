"""What ``doctor`` checks in the user's files: whether what is installed can still be run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from claude_status.asking.diagnosis import Scene
from claude_status.doctor.findings import Finding, Grade, from_sentence
from claude_status.errors import ClaudeStatusError, SettingsError
from claude_status.install import json_edit, next_steps
from claude_status.install.claude_settings import KEY
from claude_status.install.edits import side_of
from claude_status.install.files import look
from claude_status.install.hosts import HOOKS, Host, hosts
from claude_status.install.program import Parts
from claude_status.install.sides import CHOICE

# Where an administrator's settings are
MANAGED = {
    "darwin": Path("/Library/Application Support/ClaudeCode"),
    "linux": Path("/etc/claude-code"),
}
VARIABLE = re.compile(rb"\|\| [A-Z_]+=")  # of the program that a block of tmux starts
PROJECT = (".claude/settings.local.json", ".claude/settings.json")


def check_hosts(scene: Scene) -> Iterator[Finding]:
    """Each file that has our part, and whether what it names still exists."""
    try:
        found = hosts(scene.environ)
    except SettingsError:  # reported with the environment
        return
    for host in found:
        for file in host.files:
            paths = _paths(host, file)
            if paths is None:
                continue
            dead = [path for path in paths if not os.path.exists(path)]
            if dead:
                text = f"{file} names {dead[0]}, which no longer exists"
                advice = f"run `claude-status install {host.name}`"
                yield Finding(host.name, text, Grade.WRONG, advice)
            else:
                yield Finding(host.name, f"installed in {file}{_side(host, file)}")
                if _is_of_another_version(host, file, paths):
                    advice = f"run `claude-status install {host.name}`, which updates it"
                    text = "the block there was written by another version"
                    yield Finding(host.name, text, Grade.NOTE, advice)
                if host.name == "bash":
                    for sentence in next_steps.login_bash(scene.environ):
                        yield from_sentence(host.name, sentence, Grade.NOTE)
                if host.name == "starship":
                    for sentence in next_steps.unnamed(scene.environ):
                        yield from_sentence(host.name, sentence, Grade.NOTE)
            if host.name in ("claude", HOOKS):
                managed = MANAGED.get(scene.platform, MANAGED["linux"])
                yield from _overridden(host.name, file, managed)


def _paths(host: Host, file: Path) -> list[str] | None:
    """The paths in our part of a file, None if we have no part in it."""
    try:
        data = look(file).data or b""
        return None if host.edit.take(data, None)[0] == data else host.edit.paths(data)
    except ClaudeStatusError:
        return None


def _is_of_another_version(host: Host, file: Path, paths: list[str]) -> bool:
    """Whether a block is not what this version writes for the same program and snippet.

    Not known of a block that sets variables for its program, as for another account in tmux.
    """
    data = look(file).data or b""
    program = next((path for path in paths if path.endswith("/claude-status")), None)
    snippet = next((path for path in paths if path.endswith(f".{host.name}")), None)
    if program is None or snippet is None or VARIABLE.search(data):
        return False
    try:
        return host.edit.put(data, Parts(program, Path(snippet).parent)) != data
    except ClaudeStatusError:
        return False


def _side(host: Host, file: Path) -> str:
    """On which side our part shows the line, where the host has two."""
    side = side_of(look(file).data or b"") if host.name in CHOICE else ""
    return f", at the {side}" if side else ""


def _overridden(name: str, own: Path, managed: Path) -> Iterator[Finding]:
    """What keeps Claude Code from running the status line or hooks of the user's own settings."""
    managers = [
        managed / "managed-settings.json",
        *sorted(managed.glob("managed-settings.d/*.json")),
        own.with_name("remote-settings.json"),
    ]
    try:
        here = Path.cwd()
    except OSError:  # it has been removed
        here = Path("/")
    projects = [path for path in (here / name for name in PROJECT) if path != own]
    for path in (*managers, *projects):
        if name != HOOKS and KEY in _settings(path):
            text = f"{path} has a status line that overrides yours"
            advice = "to show both, set its command to: claude-status statusline --wrap COMMAND"
            yield Finding("claude", text, Grade.WRONG, advice)
    for path in (*managers, *projects, own):
        settings = _settings(path)
        for switch in ("disableAllHooks", "allowManagedHooksOnly"):
            if settings.get(switch) is True:
                text = f"{switch} in {path} turns hooks and status lines off"
                yield Finding(name, text, Grade.WRONG)


def _settings(path: Path) -> dict[str, object]:
    """The settings in a file; none if it does not exist or cannot be read."""
    try:
        return json_edit.parse(path.read_bytes().decode())
    except (OSError, ValueError, ClaudeStatusError):
        return {}
