"""What ``doctor`` examines, gathered once: without network or dialog, and nothing is created."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from claude_status.asking.snapshot import Snapshot, next_due, take_snapshot
from claude_status.errors import AskError, ClaudeStatusError, LoginError, SettingsError
from claude_status.model.usage import CLAUDE_CLI, ENDPOINT
from claude_status.paths import locate, settings_file
from claude_status.settings.settings import Loaded, load
from claude_status.sources.api_base import DEFAULT_BASE, check_base, is_loopback
from claude_status.sources.credentials import Login, read_login
from claude_status.sources.keychain import SECURITY, holds_item
from claude_status.sources.login import NO_LOGIN


@dataclass(frozen=True, slots=True)
class Asked:
    """A source, and the fingerprint of the login that is sent to it, "" if it has its own."""

    source: str
    login: str = ""


@dataclass(frozen=True)
class Scene:
    """The environment and what follows from it; ``now`` in epoch seconds.

    ``settings_file``, ``loaded`` and ``snapshot`` are None if the environment gives no usable
    paths, and ``refused`` has a sentence for each variable that is refused. ``program`` is the path
    of this program, ``base`` the URL of the API.
    """

    environ: Mapping[str, str]
    now: float
    program: Path
    base: str = DEFAULT_BASE
    settings_file: Path | None = None
    loaded: Loaded | None = None
    snapshot: Snapshot | None = None
    refused: tuple[str, ...] = ()
    platform: str = sys.platform
    security: str = SECURITY

    @property
    def asks_endpoint(self) -> bool:
        """Whether the endpoint is among the sources."""
        return self.snapshot is not None and ENDPOINT in self.snapshot.settings.sources

    @cached_property
    def is_in_keychain(self) -> bool:
        """Whether a background refresh would read the login from the Keychain."""
        shown = self.snapshot
        if shown is None or shown.keychain_refused or not self._has_keychain:
            return False
        return holds_item(
            shown.account.configured, environ=self.environ, security=self.security
        )  # fmt: skip

    @cached_property
    def login(self) -> Login | LoginError | None:
        """The login in Claude Code's file, or why there is none to use.

        If a refusal by the Keychain stops a background refresh, that is the reason here, too.
        """
        if self.snapshot is None:
            return None
        account = self.snapshot.account
        try:
            return read_login(
                account.config_dir,
                account.configured,
                now=self.now,
                typed=False,
                environ=self.environ,
                keychain=self.snapshot.keychain_refused and self._has_keychain,
                keychain_refused=True,  # so it is not asked
                platform=self.platform,
            )
        except LoginError as error:
            return error

    @cached_property
    def claude(self) -> str | AskError | None:
        """The path of Claude Code's program, or why there is none; None if it is not a source."""
        if self.snapshot is None or CLAUDE_CLI not in self.snapshot.settings.sources:
            return None
        from claude_status.sources.claude_cli import find_claude

        try:
            return find_claude(self.snapshot.settings.claude_command, self.environ)
        except AskError as error:
            return error

    @cached_property
    def asked(self) -> Asked | ClaudeStatusError | None:
        """Whom a background refresh asks, as ``Asker`` chooses, or why it cannot ask.

        None if no source can be asked.
        """
        by_claude = self.claude if isinstance(self.claude, AskError | None) else Asked(CLAUDE_CLI)
        if self.snapshot is None or not self.asks_endpoint:
            return by_claude
        refused = self.snapshot.asking.refused_login
        if self.is_in_keychain:  # not opened, so this is all that is known
            login = refused or ""
        elif isinstance(self.login, Login):
            login = self.login.fingerprint
        else:
            stands_in = self.login is None or self.login.state in NO_LOGIN
            return by_claude if by_claude and stands_in else self.login
        return by_claude if by_claude and login == refused else Asked(ENDPOINT, login)

    @property
    def obstacle(self) -> str:
        """Why there are no new numbers, as a sentence; "" if nothing prevents them."""
        if self.refused or self.snapshot is None:
            return self.refused[0] if self.refused else ""
        if self.snapshot.problem or self.asked is None:
            return self.snapshot.problem
        if isinstance(self.asked, ClaudeStatusError):
            return str(self.asked)
        return next_due(self.snapshot, self.asked.login).problem

    @property
    def _has_keychain(self) -> bool:
        return self.platform == "darwin" and not is_loopback(self.base)


def take_scene(environ: Mapping[str, str], now: float, program: Path) -> Scene:
    """Gather everything, even if a variable is refused."""
    refused = []
    base, path, loaded, snapshot = DEFAULT_BASE, None, None, None
    try:
        base = check_base(environ.get("CLAUDE_STATUS_API_BASE"))
    except SettingsError as error:
        refused.append(str(error))
    try:
        path = settings_file(environ)
        loaded = load(path)
        snapshot = take_snapshot(locate(environ), loaded.settings, now)
    except SettingsError as error:
        refused.append(str(error))
    return Scene(environ, now, program, base, path, loaded, snapshot, tuple(refused))
