"""What ``doctor`` examines, gathered once: no network, no dialog, and nothing is made."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from claude_status.ask import ENDPOINT
from claude_status.config import Loaded, load
from claude_status.errors import LoginError, SettingsError
from claude_status.paths import locate, settings_file
from claude_status.snapshot import Snapshot, take_snapshot
from claude_status.sources.base import DEFAULT_BASE, check_base, is_loopback
from claude_status.sources.credentials import Login, read_login
from claude_status.sources.keychain import SECURITY, holds_item


@dataclass(frozen=True)
class Scene:
    """The environment and what it leads to; ``now`` in epoch seconds.

    ``settings_file``, ``loaded`` and ``snapshot`` are None where the environment names none that
    can be used, and ``refused`` has a sentence for each of its values that cannot be. ``program``
    is the path of this very program, ``base`` that of the API.
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
        """Whether the login that a refresh would read is in the Keychain."""
        if self.snapshot is None or self.platform != "darwin" or is_loopback(self.base):
            return False
        configured = self.snapshot.account.configured
        return holds_item(configured, environ=self.environ, security=self.security)

    @cached_property
    def login(self) -> Login | LoginError | None:
        """The login in Claude Code's file, or why there is none to use."""
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
                keychain=False,
            )
        except LoginError as error:
            return error


def take_scene(environ: Mapping[str, str], now: float, program: Path) -> Scene:
    """Gather everything; a value of the environment that is refused stops nothing else."""
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
