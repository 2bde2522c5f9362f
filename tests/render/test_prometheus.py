"""The text exposition format, read by Prometheus' own library."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from claude_status.model.usage import Credits, Limit, Usage
from claude_status.render.prometheus import draw_prometheus
from tests.server import ApiServer, ok, usage_body
from tests.support import User

NOW = 1_800_000_000


@pytest.fixture
def user(home: Path) -> Iterator[User]:
    """A user who is logged in at an API that answers."""
    with ApiServer() as api:
        api.answer = ok(usage_body(time.time(), model=91, credits_used=512))
        user = User(home, api.url)
        user.log_in()
        yield user


def samples(text: str) -> dict[tuple[str, str], float]:
    """Every sample by its metric and limit, as Prometheus' own parser reads it."""
    return {
        (sample.name.removeprefix("claude_status_"), sample.labels.get("limit", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_prometheus_reads_what_is_printed(user: User) -> None:
    """The real command's output is parsed by Prometheus' own library, as ratios and times."""
    user.refresh()

    found = samples(user.run("--format", "prometheus").stdout)

    assert found["limit_used_ratio", "five_hour"] == 0.42
    assert found["limit_used_ratio", "scope:fable"] == 0.91
    assert found["credits_used", ""] == 5.12
    assert found["up", ""] == 1
    assert found["limit_reset_timestamp_seconds", "five_hour"] > time.time()
    runs_out = [limit for name, limit in found if name == "limit_runs_out_timestamp_seconds"]
    assert runs_out == ["scope:fable"]


def test_unknown_has_no_sample() -> None:
    """Nothing known, a window that is over and a number that is gone are not 0."""
    over = Limit("five_hour", "5h", 42.0, NOW - 60, NOW - 120, "endpoint")
    gone = Limit("seven_day", "7d", 42.0, NOW + 60, NOW - 86400, "endpoint")

    for usage in (None, Usage("endpoint", NOW, (over, gone))):
        assert samples(draw_prometheus({"/default": usage}, NOW, 300)) == {("up", ""): 0}


def test_names_from_outside_are_escaped() -> None:
    """Quotes, backslashes and newlines in a name or an account come back as they were."""
    name = 'a"b\\c\nd'
    limit = Limit("scope:x", name, 42.0, None, NOW, "endpoint")
    credit = Credits(5, None, "JPY", 0, None, NOW, "endpoint")

    text = draw_prometheus({name: Usage("endpoint", NOW, (limit,), credit)}, NOW, 300)

    labels = [s.labels for f in text_string_to_metric_families(text) for s in f.samples]
    assert (name, name) == (labels[0]["label"], labels[0]["account"])


def test_a_path_that_is_no_text_is_a_label_of_its_own() -> None:
    """Bytes that are no UTF-8 are spelled out, and the rest is the same as in any locale."""
    names = ("/caf\udcc3\udca9", "/\udcfe", "/\udcff")  # as a C locale and as UTF-8 read them

    text = draw_prometheus(dict.fromkeys(names), NOW, 300).encode().decode()

    labels = [s.labels["account"] for f in text_string_to_metric_families(text) for s in f.samples]
    assert labels == ["/café", r"/\xfe", r"/\xff"]


def test_each_metric_is_announced_once() -> None:
    """However many accounts there are, a metric is one group below one HELP and one TYPE."""
    limits = tuple(Limit(key, key, 9.5, NOW + 60, NOW, "endpoint") for key in ("a", "b"))
    credit = Credits(5, 10, "USD", 2, None, NOW, "endpoint")
    usage = Usage("endpoint", NOW, limits, credit)

    lines = draw_prometheus({"/one": usage, "/two": usage, "/none": None}, NOW, 300).splitlines()

    announced = [line.split()[1:3] for line in lines if line.startswith("#")]
    metrics = list(dict.fromkeys(name for _, name in announced))
    assert announced == [[kind, name] for name in metrics for kind in ("HELP", "TYPE")]
    names = [re.split("[ {]", re.sub("# (HELP|TYPE) ", "", line))[0] for line in lines]
    groups = [name for name, _ in groupby(names)]
    assert groups == metrics
    assert len(lines) == len(set(lines))
