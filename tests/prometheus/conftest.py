"""A machine with several users, watched by the real node_exporter and Prometheus."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bodies import usage_body
from tests.prometheus.programs import Exporter, Person, Prometheus
from tests.server import SERVER_ERROR, UNAUTHORIZED, ApiServer, ok
from tests.support import User

HOUR = 3600


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    """Leave these tests out unless ``-m prometheus`` asks for them: they need its programs."""
    return None if "prometheus" in config.option.markexpr else True


@pytest.fixture
def exporter(tmp_path: Path) -> Iterator[Exporter]:
    """A node_exporter that reads text files, one folder per user, as the documentation has it."""
    with Exporter(tmp_path / "exporter") as running:
        yield running


@pytest.fixture
def prometheus(tmp_path: Path, exporter: Exporter) -> Iterator[Prometheus]:
    """A Prometheus that scrapes this node_exporter each second, and evaluates our rules."""
    with Prometheus(tmp_path / "prometheus", exporter.url) as running:
        yield running


@pytest.fixture
def busy(home: Path, api: ApiServer, exporter: Exporter) -> Person:
    """A user with nearly everything used, and with a second account whose login is refused."""
    person = Person("games", User(home / "busy", api.url), exporter)
    now = time.time()
    person.user.log_in()
    api.answer = ok(usage_body(now, 95.7, 100, model=91, credits_used=49000))
    person.user.refresh()
    refused = User(person.user.home, api.url, CLAUDE_CONFIG_DIR=f"{person.user.home}/büro+1 (x)")
    refused.log_in()
    api.answer = UNAUTHORIZED
    refused.refresh()
    for user in (person.user, refused):
        user.take_slots()
    return person


@pytest.fixture
def stuck(home: Path, api: ApiServer, exporter: Exporter) -> Person:
    """A user whose numbers are four hours old, because every call since then has failed."""
    person = Person("daemon", User(home / "stuck", api.url), exporter)
    now = time.time()
    person.user.log_in()
    api.answer = ok(usage_body(now - 4 * HOUR, 20, 29))
    person.user.refresh(now - 4 * HOUR)
    api.answer = SERVER_ERROR
    for call in range(6):
        person.user.refresh(now - (5 - call) * HOUR / 2)
    person.user.take_slots()
    return person


@pytest.fixture
def calm(home: Path, api: ApiServer, exporter: Exporter) -> Person:
    """A user who has used little, a moment ago."""
    person = Person("games", User(home / "calm", api.url), exporter)
    person.user.log_in()
    api.answer = ok(usage_body(time.time(), 89.9, 29, credits_used=100))
    person.user.refresh()
    person.user.take_slots()
    return person
