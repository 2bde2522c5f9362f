"""After a killed ``install`` or ``uninstall``, the next run tidies up."""

from __future__ import annotations

import os
import random
import stat
import time
from pathlib import Path

import pytest

from claude_status.install.files import NEW, sweep
from tests.support import User

FEW = [pytest.param(1, 10, id="1")]
MANY = [pytest.param(seed, 160, id=f"soak-{seed}", marks=pytest.mark.soak) for seed in (2, 3)]
HOSTS = ("bash", "zsh", "fish", "tmux", "claude", "claude-hooks")


def leftovers(home: Path) -> list[Path]:
    """Folders for files that are not in place yet, anywhere in the home."""
    return list(home.rglob(f"{NEW}*"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("seed", "count"), [*FEW, *MANY])
def test_kills_leave_nothing_for_good(user: User, seed: int, count: int) -> None:
    """After kills the files are whole, and the next run removes what is left over.

    Until then no other user can read it.
    """
    chance = random.Random(seed)
    rc = user.home / ".bashrc"
    rc.write_text("alias a=b\n")
    started = time.monotonic()
    user.run("install", *HOSTS)
    usual = time.monotonic() - started
    for number in range(count):
        verb = ("uninstall", "install")[number % 2]
        process = user.start(verb, *HOSTS)
        time.sleep(chance.uniform(0.3, 1) * usual)
        process.kill()
        process.wait()
        assert rc.read_text().startswith("alias a=b\n")
        for left in leftovers(user.home):
            assert stat.S_IMODE(left.stat().st_mode) == 0o700
    user.run("install", *HOSTS)
    user.run("uninstall", *HOSTS)
    assert leftovers(user.home) == []
    assert rc.read_text() == "alias a=b\n"


def test_a_run_at_work_is_left_alone(tmp_path: Path) -> None:
    """Sweeping spares the folder of a running process and the user's own files."""
    from claude_status.install.files import _private_folder

    own = tmp_path / ".claude-status-notes"
    own.touch()
    with _private_folder(tmp_path) as folder:
        sweep(tmp_path)
        assert folder.is_dir()
    left = tmp_path / f"{NEW}abcdefgh"
    left.mkdir()
    (left / ".bashrc").write_text("secret")
    sweep(tmp_path)
    assert os.listdir(tmp_path) == [own.name]
