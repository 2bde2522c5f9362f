"""The paths: Claude Code's directory, and our cache and settings."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from claude_status import frames_read
from claude_status.errors import CacheError, SettingsError, remedy


@dataclass(frozen=True)
class Account:
    """The paths of one login; two accounts never share one."""

    name: str  # the absolute CLAUDE_CONFIG_DIR without trailing slashes, or "/default"
    configured: str | None  # CLAUDE_CONFIG_DIR as given, None if it is unset
    config_dir: Path  # Claude Code's own directory
    claude_json: Path  # Claude Code's own state file
    cache: Path  # the root of everything that we keep

    @property
    def home(self) -> Path:
        """The directory of this account in the cache."""
        return Path(f"{self.cache}/at{self.name}/@")

    @property
    def login(self) -> Path:
        """Claude Code's file for the login; on macOS there usually is none."""
        return self.config_dir / ".credentials.json"

    @property
    def frames(self) -> Path:
        """The directory of the drawn frames, one file a dialect."""
        return self.home / "frames"

    @property
    def store(self) -> Path:
        """The directory of the database."""
        return self.home / "store"


def locate(environ: Mapping[str, str]) -> Account:
    """Find the account of this environment; raises SettingsError for a refused value."""
    cache = cache_root(environ)
    name = frames_read.account_name(environ)
    if name == frames_read.DEFAULT:
        home = _home(environ)
        return Account(name, None, home / ".claude", home / ".claude.json", cache)
    if name is None:
        raise SettingsError(
            "CLAUDE_CONFIG_DIR must be an absolute path without . or .. components: "
            "change it, or unset it."
        )
    _refuse_variables(name, "CLAUDE_CONFIG_DIR")
    given = environ["CLAUDE_CONFIG_DIR"]
    return Account(name, given, Path(name), Path(name, ".claude.json"), cache)


def cache_root(environ: Mapping[str, str]) -> Path:
    """The root of the cache; raises SettingsError if it is not an absolute path."""
    given = "CLAUDE_STATUS_CACHE_DIR", "XDG_CACHE_HOME"
    name = next((name for name in given if environ.get(name)), None)
    if name is None:
        _home(environ)
    root = frames_read.cache_root(environ)
    if root is None:
        raise SettingsError(f"{name} must be an absolute path: change it, or unset it.")
    _refuse_variables(root, "The path of the cache")
    return Path(root)


def settings_file(environ: Mapping[str, str]) -> Path:
    """The path of the settings file, whether or not there is one; raises SettingsError.

    It is absolute, since a refresh in the background runs in another directory.
    """
    own, base = environ.get("CLAUDE_STATUS_CONFIG"), environ.get("XDG_CONFIG_HOME")
    path = own or f"{base or f'{_home(environ)}/.config'}/claude-status/config.toml"
    if not path.startswith("/"):
        name = "CLAUDE_STATUS_CONFIG" if own else "XDG_CONFIG_HOME"
        raise SettingsError(f"{name} must be an absolute path: change it, or unset it.")
    return Path(path)


def environ_of(environ: Mapping[str, str], name: str) -> dict[str, str]:
    """The environment that selects that account."""
    others = {key: value for key, value in environ.items() if key != "CLAUDE_CONFIG_DIR"}
    return others if name == frames_read.DEFAULT else {**others, "CLAUDE_CONFIG_DIR": name}


def accounts(cache: Path) -> Iterator[str]:
    """The names of all accounts in the cache, sorted."""
    top = cache / "at"
    for place, directories, _ in os.walk(top):
        if "@" in directories:
            yield f"/{Path(place).relative_to(top)}"
            directories.remove("@")
        directories.sort()


def make_private(account: Account) -> None:
    """Create the account's directories, 0700 and ours; raises CacheError if that fails.

    The root may be a directory that the user also uses for other things, and keeps its mode.
    """
    root = account.cache
    _check_ground(root)
    _make_one(root)
    check_ours(root)
    relative = account.frames.relative_to(root)
    for part in (*reversed(relative.parents), relative):
        if part.parts:
            _make_one(root / part)
            check_private(root / part)


def check_private(path: Path) -> None:
    """Raise CacheError unless only we can write the directory; also remove access for readers."""
    check_ours(path)
    try:
        if path.stat().st_mode & 0o077:
            path.chmod(0o700)
    except OSError as error:
        raise _unusable(path, error) from None


def check_ours(path: Path) -> None:
    """Raise CacheError unless only we can write the directory; others may read it."""
    try:
        info = path.stat()
        if not stat.S_ISDIR(info.st_mode):
            raise CacheError(f"{path} is not a directory: remove it, or choose another cache.")
        if info.st_uid != os.geteuid() or path.lstat().st_uid not in (os.geteuid(), 0):
            raise CacheError(
                f"{path} belongs to another user: choose another CLAUDE_STATUS_CACHE_DIR."
            )
        if info.st_mode & 0o022:
            raise CacheError(f"{path} can be written by others: remove it, or chmod 700 it.")
    except OSError as error:
        raise _unusable(path, error) from None


def _make_one(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, exist_ok=True, parents=True)
    except OSError as error:
        raise _unusable(path, error) from None


def _unusable(path: Path, error: OSError) -> CacheError:
    advice = f"{remedy(error)}, or set CLAUDE_STATUS_CACHE_DIR"
    return CacheError(f"The cache {path} cannot be used ({error.strerror}): {advice}.")


def _refuse_variables(path: str, what: str) -> None:
    """Raise SettingsError for a path in which the database library would expand a variable."""
    if os.path.expandvars(path) != path:
        raise SettingsError(f"{what} contains the name of a variable: choose another path.")


def _check_ground(root: Path) -> None:
    """Refuse to write into another user's home, as a root shell with that user's HOME would."""
    for path in (root, *root.parents):
        try:
            owner = path.stat().st_uid
        except FileNotFoundError:
            continue
        except OSError as error:
            raise CacheError(f"The cache {root} cannot be reached ({error.strerror}).") from None
        if owner not in (os.geteuid(), 0):
            raise CacheError(f"{path} belongs to another user: choose another cache directory.")
        return


def _home(environ: Mapping[str, str]) -> Path:
    home = environ.get("HOME", "")
    if not home.startswith("/"):
        raise SettingsError("HOME must be an absolute path: set it.")
    return Path(home)
