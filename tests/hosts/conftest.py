"""A shell with its snippet: each of the three, unless a test names the ones that it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hosts.prompts import Shell
from tests.hosts.traits import TRAITS


@pytest.fixture(params=TRAITS)
def shell(request: pytest.FixtureRequest, home: Path) -> Shell:
    """A shell in the test's home."""
    return Shell(request.param, home)
