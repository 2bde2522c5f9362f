"""A made-up user with numbers worth looking at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bodies import usage_body
from tests.server import ApiServer, ok
from tests.support import ROOT, User

HOUR = 3600
WIDTHS = (40, 80, 200)


@pytest.fixture
def api() -> Iterator[ApiServer]:
    """An API whose session is ahead of pace, and whose week will last."""
    body = usage_body(
        time.time(), 78.4, 34, model=51, credits_used=12550, five_hour_left=1.5 * HOUR
    )
    with ApiServer(ok(body)) as running:
        yield running


@pytest.fixture
def user(home: Path, api: ApiServer) -> User:
    """A logged-in user whose environment has a width that is not the terminal's."""
    user = User(home, api.url, TZ="UTC", COLUMNS="70")
    user.log_in()
    return user


def without(library: str, folder: Path) -> dict[str, str]:
    """The environment in which Python cannot import this library."""
    folder.mkdir(exist_ok=True)
    (folder / f"{library}.py").write_text(f"raise ImportError({library!r})\n")
    return {"PYTHONPATH": f"{folder}:{ROOT}"}
