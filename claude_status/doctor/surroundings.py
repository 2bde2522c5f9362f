"""What ``doctor`` checks around the program: the environment, the cache, PATH, the versions."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from claude_status import __version__
from claude_status.asking.diagnosis import Scene
from claude_status.doctor.findings import Finding, Grade, from_sentence
from claude_status.errors import CacheError, SettingsError
from claude_status.install.link import link_file
from claude_status.install.program import is_launcher
from claude_status.paths import Account, accounts, check_private
from claude_status.render.report import ago
from claude_status.sources.api_base import is_loopback
from claude_status.store.aside import BROKEN

# What Claude Code reads from the environment and this program does not, and why
PASSED_OVER = {
    "CLAUDE_CODE_OAUTH_TOKEN": "Claude Code uses it instead of the login, but it cannot "
    "read usage, so it is never sent; the numbers are those of the stored login",
    "ANTHROPIC_API_KEY": "an API key has no plan, and so no plan usage; "
    "the numbers are those of the stored login",
    "ANTHROPIC_BASE_URL": "it is ignored, since the login must not go to a gateway",
}


def check_environment(scene: Scene) -> Iterator[Finding]:
    """Which variables are refused, and which are ignored; their values are never shown."""
    for sentence in scene.refused:
        yield from_sentence("environment", sentence, Grade.STOPS)
    if is_loopback(scene.base):
        text = f"CLAUDE_STATUS_API_BASE: {scene.base} is used instead of the API"
        yield Finding("environment", text, Grade.NOTE)
    for name, text in PASSED_OVER.items():
        if scene.environ.get(name):
            yield Finding("environment", f"{name} is set: {text}", Grade.NOTE)


def check_cache(scene: Scene) -> Iterator[Finding]:
    """Where the cache is, how big, and whether it can be written."""
    if scene.snapshot is None:
        return
    account = scene.snapshot.account
    try:
        yield _cache(account)
    except CacheError as error:
        yield from_sentence("cache", str(error), Grade.STOPS)
    except OSError as error:
        text = f"{account.cache} cannot be written ({error.strerror})"
        yield Finding("cache", text, Grade.STOPS, "make it writable, or free some space")
    if scene.snapshot.problem:
        yield from_sentence("store", scene.snapshot.problem, Grade.STOPS)
    aside = account.store.with_name(account.store.name + BROKEN)
    if os.path.exists(aside):  # and not its own method, which a closed folder stops
        text = f"a broken database was set aside {ago(aside.stat().st_mtime, scene.now)}"
        yield Finding("store", text, Grade.NOTE, f"you can remove {aside}")


def check_path(scene: Scene) -> Iterator[Finding]:
    """Whether the command that a person types is this program."""
    if not is_launcher(scene.program):
        text = f"{scene.program} is missing, or is another program"
        advice = "install claude-status-prompt again, in an environment of its own"
        yield Finding("PATH", text, Grade.WRONG, advice)
        return
    first = shutil.which(scene.program.name, path=scene.environ.get("PATH", os.defpath))
    if first is None:
        text = f"{scene.program.name} is not on PATH"
        yield Finding("PATH", text, Grade.NOTE, _way_onto_path(scene))
    elif _sibling(Path(first)) != _sibling(scene.program):
        text = f"{first} comes first, and is another program"
        advice = f"put {scene.program.parent} before it, or remove it"
        yield Finding("PATH", text, Grade.WRONG, advice)
    else:
        yield Finding("PATH", first)


def check_versions(_scene: Scene) -> Iterator[Finding]:
    """Which versions are in use."""
    python = ".".join(map(str, sys.version_info[:3]))
    needed = ", ".join(f"{name} {_version(name)}" for name in ("requests", "diskcache"))
    yield Finding(
        "versions",
        f"claude-status {__version__}, Python {python}, {needed}, SQLite {sqlite3.sqlite_version}",
    )


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "(version unknown)"


def _way_onto_path(scene: Scene) -> str:
    """Through the link in ~/.local/bin if possible: a venv's folder has a Python of its own."""
    try:
        link = link_file(scene.environ)
    except SettingsError:  # HOME is not set
        return f"add {scene.program.parent} to it"
    if os.path.lexists(link):
        is_ours = _sibling(link) == _sibling(scene.program)
        return f"add {link.parent if is_ours else scene.program.parent} to it"
    return f"`claude-status install HOST` links it into {link.parent}"


def _sibling(program: Path) -> Path:
    """The Python program beside a launcher, or beside what it is a link to: what it would run."""
    return Path(os.path.realpath(program)).with_name("claude-status-py")


def _cache(account: Account) -> Finding:
    """The finding for a usable cache; raises CacheError or OSError for any other."""
    if not os.path.exists(account.cache):
        ground = next(path for path in account.cache.parents if path.exists())
        if not os.access(ground, os.W_OK) or ground.stat().st_uid not in (os.geteuid(), 0):
            advice = "set CLAUDE_STATUS_CACHE_DIR to a writable place"
            raise CacheError(f"{account.cache} cannot be created in {ground}: {advice}.")
        return Finding("cache", f"{account.cache}: not created yet")
    for path in (account.cache, account.home, account.frames, account.store):
        if os.path.exists(path):
            check_private(path)
    if os.path.exists(account.home):
        _try_to_write(account.home)
    size = f"{_size(account.cache) / 1024:.0f} KiB"
    count = len(list(accounts(account.cache)))
    return Finding("cache", f"{account.cache}: {size}, {count} account" + "s" * (count != 1))


def _try_to_write(place: Path) -> None:
    """Write a file without a name: modes alone do not show a full disk."""
    with tempfile.TemporaryFile(dir=place) as file:
        file.write(bytes(4096))
        file.flush()


def _size(place: Path) -> int:
    """The bytes of all files below a directory."""
    return sum(
        os.lstat(os.path.join(where, name)).st_size
        for where, _, names in os.walk(place)
        for name in names
    )
