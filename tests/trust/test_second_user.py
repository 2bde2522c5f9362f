"""A second user of the machine: nothing of theirs is shown, nothing of ours is left with them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.hosts.shells import give_away
from tests.hosts.test_spoilt_frames import READERS, read
from tests.server import ApiServer
from tests.support import User


@pytest.fixture
def user(home: Path, api: ApiServer) -> User:
    """A user whose numbers are known."""
    user = User(home, api.url, NO_COLOR="1", LC_ALL="C.UTF-8")
    user.log_in()
    user.refresh()
    return user


@pytest.mark.parametrize("what", ["the account", "a file of frames"])
@pytest.mark.parametrize("reader", READERS)
def test_a_planted_cache_is_not_believed(
    reader: str, what: str, user: User, api: ApiServer
) -> None:
    """Frames that another user owns are not shown, and their folder is not changed."""
    launcher = user.install_launcher(user.home / "bin")
    if what == "the account":
        for path in (*user.account.frames.iterdir(), user.account.frames, user.account.home):
            give_away(path)
    else:
        give_away(user.account.frames / "plain")
    before = sorted(os.listdir(user.account.home))
    assert read(user, reader, launcher) == ""
    assert len(api.requests) == 1
    if what == "the account":
        assert sorted(os.listdir(user.account.home)) == before


def own(path: Path) -> bool:
    """Whether root created it and the program did: shells leave files of their own."""
    return path.stat().st_uid == 0 and "claude" in str(path)


if os.geteuid() == 0:  # only root can act as two users

    @pytest.mark.parametrize("reader", READERS)
    def test_a_shell_as_root_writes_nothing_into_the_users_home(
        reader: str, home: Path, api: ApiServer
    ) -> None:
        """Under ``sudo -s``, nothing owned by root is left in the user's HOME."""
        user = User(home, api.url, NO_COLOR="1", LC_ALL="C.UTF-8")
        user.log_in()
        launcher = user.install_launcher(home / "bin")
        for path in (home, *home.rglob("*")):
            os.chown(path, 65534, 65534)
        assert read(user, reader, launcher) == ""
        assert [path for path in home.rglob("*") if own(path)] == []
