"""Crowds: however many processes come at the same moment, one asks."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests import server
from tests.server import Answer, ApiServer, throttled
from tests.support import User, snapshot_of, until
from tests.trust.crowd import crowd

COUNTS = [200, pytest.param(1000, marks=pytest.mark.soak)]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", COUNTS)
def test_prompts_on_a_stale_cache_make_one_request(
    user: User, api: ApiServer, tmp_path: Path, count: int
) -> None:
    """Of many launchers with old frames one starts a refresh; each prints the line."""
    launcher = user.install_launcher(tmp_path / "bin")
    user.refresh(time.time() - 4000)
    assert len(api.requests) == 1
    before = user.line(time.time())
    output = crowd(user, count, [launcher, "--format", "plain"])
    lines = output.splitlines()
    api.wait_for(2)
    until(lambda: user.refresh_at() > time.time())
    assert user.line(time.time()).startswith("5h 42%")
    assert lines[0] == before
    assert len(lines) == count
    # on a slow machine the last ones may show the new numbers
    assert all(line == before or line.startswith("5h 42%") for line in lines)
    assert len(api.requests) == 2


@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", COUNTS)
def test_prompts_without_a_cache_make_one_request(
    user: User, api: ApiServer, tmp_path: Path, count: int
) -> None:
    """Of many launchers without frames one starts a refresh, and none waits."""
    launcher = user.install_launcher(tmp_path / "bin")
    lines = crowd(user, count, [launcher]).splitlines()
    api.wait_for(1)
    assert len(lines) < count
    # on a slow machine the last ones may show the new numbers
    assert all(line.startswith("5h 42%") for line in lines)
    until(user.is_drawn)
    assert len(api.requests) == 1


@pytest.mark.parametrize("answer", [None, server.SERVER_ERROR, server.UNAUTHORIZED, throttled()])
def test_a_crowd_of_refreshes_makes_one_request(
    user: User, api: ApiServer, answer: Answer | None
) -> None:
    """Of many refreshes that may ask, one does, and its answer counts for all."""
    if answer:
        api.answer = answer
    output = crowd(user, 16, user.command("refresh"))
    assert "Traceback" not in output
    assert len(api.requests) == 1


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", COUNTS)
def test_refreshes_in_the_background_make_one_request(
    user: User, api: ApiServer, count: int
) -> None:
    """Of many background refreshes one asks, and can record its answer."""
    user.refresh(time.time() - 4000)
    assert crowd(user, count, user.command("refresh", "--background")) == ""
    assert len(api.requests) == 2
    assert user.line(time.time()).startswith("5h 42%")


def test_prompts_on_a_fresh_cache_make_none(user: User, api: ApiServer, tmp_path: Path) -> None:
    """A hundred launchers with fresh frames change nothing in the cache."""
    launcher = user.install_launcher(tmp_path / "bin")
    user.refresh()
    before = snapshot_of(user.account.cache)
    assert crowd(user, 100, [launcher, "--format", "zsh"]).count("%%") == 200
    assert snapshot_of(user.account.cache) == before
    assert len(api.requests) == 1
