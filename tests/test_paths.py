from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.errors import CacheError, SettingsError
from claude_status.frames_read import account_name
from claude_status.paths import (
    Account,
    accounts,
    cache_root,
    check_private,
    locate,
    make_private,
    settings_file,
)
from tests.strategies import thorough

HOME = {"HOME": "/home/me"}


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """The process's umask during one test."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.fixture
def account(home: Path) -> Account:
    """The default account of a new user."""
    return locate({"HOME": str(home)})


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _assert_refused(account: Account, *words: str) -> None:
    """Fail unless the account is refused in one sentence with these words."""
    with pytest.raises(CacheError) as caught:
        make_private(account)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    for word in words:
        assert word in sentence


# Which account


def test_the_default_account() -> None:
    """Without CLAUDE_CONFIG_DIR, or with an empty one, everything is below HOME."""
    for environ in (HOME, {**HOME, "CLAUDE_CONFIG_DIR": ""}):
        account = locate(environ)
        assert (account.name, account.configured) == ("/default", None)
        assert account.config_dir == Path("/home/me/.claude")
        assert account.claude_json == Path("/home/me/.claude.json")
        assert account.cache == Path("/home/me/.cache/claude-status")
        assert account.home == Path("/home/me/.cache/claude-status/at/default/@")
        assert account.frames == account.home / "frames"
        assert account.store == account.home / "store"


@pytest.mark.parametrize(
    ("given_dir", "name"),
    [
        ("/home/me/.work", "/home/me/.work"),
        ("/home/me/.work/", "/home/me/.work"),
        ("/home/me/.work///", "/home/me/.work"),
        ("/x", "/x"),
        ("/a b/ü/…", "/a b/ü/…"),
        ("/a/..b/.c/d..", "/a/..b/.c/d.."),
        ("/default/x", "/default/x"),
        ("/x/default", "/x/default"),
        ("/default/default", "/default/default"),
    ],
)
def test_an_account_by_its_directory(given_dir: str, name: str) -> None:
    """The name is the directory without trailing slashes; the given value is kept."""
    account = locate({**HOME, "CLAUDE_CONFIG_DIR": given_dir})
    assert (account.name, account.configured) == (name, given_dir)
    assert account.config_dir == Path(name)
    assert account.claude_json == Path(name, ".claude.json")
    assert account.home == Path(f"/home/me/.cache/claude-status/at{name}/@")


@pytest.mark.parametrize(
    "value",
    [
        "work", "./work", "../work", "~/.claude", "/", "//", "///", ".", "..", "/.", "/..",
        "/a/./b", "/a/../b", "/a/..", "/a/.", "/a/../", "/./a", "/../a", " /a", "\n/a",
        "/default", "/default/", "//default", "///default//", "default",
    ],
)  # fmt: skip
def test_a_refused_directory(value: str) -> None:
    """A value that is not absolute, or could name another account, is refused."""
    assert account_name({"CLAUDE_CONFIG_DIR": value}) is None
    with pytest.raises(SettingsError, match=r"^CLAUDE_CONFIG_DIR must be .*\.$"):
        locate({**HOME, "CLAUDE_CONFIG_DIR": value})


def test_a_variable_in_a_path_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database library would expand it, and might lead to another account."""
    monkeypatch.setenv("ELSEWHERE", "/elsewhere")
    for name in ("CLAUDE_CONFIG_DIR", "CLAUDE_STATUS_CACHE_DIR", "XDG_CACHE_HOME"):
        for value in ("/a/$ELSEWHERE", "/a/${ELSEWHERE}/b", "/$ELSEWHERE"):
            with pytest.raises(SettingsError, match="name of a variable"):
                locate({**HOME, name: value})
        assert "$5" in str(locate({**HOME, name: "/a/$5 or less"}).store)


@thorough
@given(st.text("ab/.@~ $-", max_size=12).filter(bool))
def test_no_two_directories_share_a_place(value: str) -> None:
    """Each accepted directory has a place of its own inside the cache."""
    try:
        account = locate({**HOME, "CLAUDE_CONFIG_DIR": value})
    except SettingsError:
        return
    place = os.path.normpath(account.home)
    assert place.startswith("/home/me/.cache/claude-status/at/")
    assert place != os.path.normpath(locate(HOME).home)
    same = os.path.normpath(f"/home/me/.cache/claude-status/at/{os.path.normpath(value)}/@")
    assert place == same


# Where the cache and the settings are


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "/home/me/.cache/claude-status"),
        ({"XDG_CACHE_HOME": ""}, "/home/me/.cache/claude-status"),
        ({"XDG_CACHE_HOME": "/x"}, "/x/claude-status"),
        ({"CLAUDE_STATUS_CACHE_DIR": "/c", "XDG_CACHE_HOME": "/x"}, "/c"),
        ({"CLAUDE_STATUS_CACHE_DIR": "", "XDG_CACHE_HOME": "/x"}, "/x/claude-status"),
        ({"CLAUDE_STATUS_CACHE_DIR": "/c", "HOME": ""}, "/c"),
    ],
)
def test_the_root_of_the_cache(environ: dict[str, str], expected: str) -> None:
    """Our own variable comes first, then the XDG one, then HOME; empty ones are ignored."""
    assert cache_root({**HOME, **environ}) == Path(expected)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"CLAUDE_STATUS_CACHE_DIR": "c", "HOME": "/h"}, "CLAUDE_STATUS_CACHE_DIR"),
        ({"CLAUDE_STATUS_CACHE_DIR": "~/c", "HOME": "/h"}, "CLAUDE_STATUS_CACHE_DIR"),
        ({"XDG_CACHE_HOME": "../x", "HOME": "/h"}, "XDG_CACHE_HOME"),
        ({"HOME": "h"}, "HOME"),
        ({"HOME": ""}, "HOME"),
        ({}, "HOME"),
    ],
)
def test_a_relative_cache_is_refused(environ: dict[str, str], name: str) -> None:
    """A cache that depends on the current directory is refused, with the variable's name."""
    with pytest.raises(SettingsError, match=f"^{name} must be an absolute path"):
        cache_root(environ)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "/home/me/.config/claude-status/config.toml"),
        ({"XDG_CONFIG_HOME": "/x"}, "/x/claude-status/config.toml"),
        ({"XDG_CONFIG_HOME": ""}, "/home/me/.config/claude-status/config.toml"),
        ({"CLAUDE_STATUS_CONFIG": "/c.toml", "XDG_CONFIG_HOME": "/x", "HOME": ""}, "/c.toml"),
    ],
)
def test_the_settings_file(environ: dict[str, str], expected: str) -> None:
    """Our own variable comes first, then the XDG one, then HOME; empty ones are ignored."""
    assert settings_file({**HOME, **environ}) == Path(expected)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"CLAUDE_STATUS_CONFIG": "c.toml", "HOME": "/h"}, "CLAUDE_STATUS_CONFIG"),
        ({"CLAUDE_STATUS_CONFIG": "~/c.toml", "HOME": "/h"}, "CLAUDE_STATUS_CONFIG"),
        ({"XDG_CONFIG_HOME": ".config", "HOME": "/h"}, "XDG_CONFIG_HOME"),
        ({"HOME": "h"}, "HOME"),
        ({}, "HOME"),
    ],
)
def test_relative_settings_are_refused(environ: dict[str, str], name: str) -> None:
    """A relative path is refused, as a refresh runs in another directory."""
    with pytest.raises(SettingsError, match=f"^{name} must be an absolute path"):
        settings_file(environ)


# Directories


def test_directories_are_private(account: Account, umask: int) -> None:
    """Our directories are 0700, whatever the umask, also the second time."""
    for _ in range(2):
        make_private(account)
        path = account.frames
        while path != account.cache.parent:
            assert _mode(path) == 0o700
            path = path.parent
        assert not account.store.exists()


def test_no_other_directory_is_touched(account: Account) -> None:
    """The directory that contains the cache keeps its mode."""
    account.cache.parent.mkdir()
    account.cache.parent.chmod(0o755)
    make_private(account)
    assert _mode(account.cache.parent) == 0o755


@pytest.mark.parametrize("mode", [0o755, 0o711, 0o750])
def test_readers_are_shut_out(account: Account, mode: int) -> None:
    """A directory that others can read is made private, except the root of the cache."""
    make_private(account)
    for path in (account.cache, account.home):
        path.chmod(mode)
    make_private(account)
    assert (_mode(account.cache), _mode(account.home)) == (mode, 0o700)


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o770, 0o722, 0o720, 0o702])
@pytest.mark.parametrize("name", ["cache", "home", "frames"])
def test_what_others_can_write_is_refused(account: Account, mode: int, name: str) -> None:
    """A directory that others can write is neither used nor changed."""
    make_private(account)
    path = getattr(account, name)
    path.chmod(mode)
    _assert_refused(account, str(path), "chmod 700")
    assert _mode(path) == mode


def test_a_file_in_the_place_of_a_directory(account: Account) -> None:
    """A file in place of one of our directories is reported and left alone."""
    account.cache.parent.mkdir()
    account.cache.write_text("mine")
    _assert_refused(account, str(account.cache))
    assert account.cache.read_text() == "mine"
    with pytest.raises(CacheError, match="is not a directory"):
        check_private(account.cache)
    account.cache.unlink()
    account.cache.mkdir(0o700)
    (account.cache / "at").write_text("mine")
    _assert_refused(account, str(account.cache / "at"))


def test_a_file_on_the_way_to_the_cache(home: Path) -> None:
    """A file in place of a parent directory is reported."""
    (home / "file").write_text("")
    _assert_refused(locate({"HOME": str(home), "XDG_CACHE_HOME": f"{home}/file"}), "file")


def test_a_link_to_a_directory_of_ours(account: Account, tmp_path: Path) -> None:
    """The cache may be a link of ours; only our directories in it are made private."""
    target = tmp_path / "big disk"
    target.mkdir(0o755)
    account.cache.parent.mkdir()
    account.cache.symlink_to(target)
    make_private(account)
    assert (_mode(target), _mode(target / "at")) == (0o755, 0o700)
    assert (target / "at/default/@/frames").is_dir()


def test_a_link_that_leads_nowhere(account: Account, tmp_path: Path) -> None:
    """A dangling link is reported, and its target is not created."""
    account.cache.parent.mkdir()
    account.cache.symlink_to(tmp_path / "none")
    _assert_refused(account, str(account.cache))
    assert not (tmp_path / "none").exists()
    account.cache.unlink()
    account.cache.symlink_to(account.cache)
    _assert_refused(account, str(account.cache))


def test_a_missing_directory_is_not_private(tmp_path: Path) -> None:
    """A missing directory cannot be used."""
    with pytest.raises(CacheError, match="cannot be used"):
        check_private(tmp_path / "none")


def test_a_directory_that_cannot_be_created(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the file system is reported with its reason and what to do."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    _assert_refused(account, "Read-only file system", "CLAUDE_STATUS_CACHE_DIR")


def test_a_mode_that_cannot_be_changed(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """If a directory cannot be made private, it cannot be used."""

    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    make_private(account)
    account.home.chmod(0o755)
    monkeypatch.setattr(Path, "chmod", refuse)
    _assert_refused(account, str(account.home), "Read-only file system")


# Other users


def _give_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a directory to another user, or pretend to be another user."""
    if os.geteuid() == 0:
        os.chown(path, 65534, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)


def test_a_borrowed_home(home: Path, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """In another user's home, as under ``sudo -s``, nothing is created."""
    _give_away(home, monkeypatch)
    _assert_refused(account, str(home), "belongs to another user")
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("name", ["cache", "home", "frames"])
def test_another_users_cache(account: Account, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A directory of another user's is neither used nor changed."""
    make_private(account)
    path = getattr(account, name)
    path.chmod(0o755)
    _give_away(path, monkeypatch)
    _assert_refused(account, "belongs to another user")
    with pytest.raises(CacheError, match="belongs to another user"):
        check_private(path)
    assert _mode(path) == 0o755


def test_another_users_link(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link of another user's, which could change its target, is not followed."""
    make_private(account)
    link = account.cache.with_name("link")
    link.symlink_to(account.cache)
    theirs = os.stat_result((0o120777, 1, 1, 1, os.getuid() + 1, 0, 0, 0, 0, 0))
    real = Path.lstat
    monkeypatch.setattr(Path, "lstat", lambda path: theirs if path == link else real(path))
    check_private(account.cache)
    with pytest.raises(CacheError, match="belongs to another user"):
        check_private(link)


# All accounts


def test_all_accounts_of_a_cache(home: Path) -> None:
    """Every account in the cache is listed by its name, sorted by directories."""
    names = ["/home/me/.work", "/default", "/home/me", "/home/me/.work/x y", "/a/ü"]
    assert list(accounts(home / "none")) == []
    for name in names:
        configured = {} if name == "/default" else {"CLAUDE_CONFIG_DIR": name}
        make_private(locate({"HOME": str(home), **configured}))
    found = list(accounts(locate({"HOME": str(home)}).cache))
    assert found == ["/a/ü", "/default", "/home/me", "/home/me/.work", "/home/me/.work/x y"]
