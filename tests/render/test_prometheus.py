"""The text exposition format, parsed by Prometheus' own library."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from claude_status.errors import AskError
from claude_status.model.memory import Asking, after_failure
from claude_status.model.usage import Credits, Limit, Usage
from claude_status.render.prometheus import Known, draw_prometheus
from tests.server import ApiServer, ok, usage_body
from tests.support import User

NOW = 1_800_000_000


@pytest.fixture
def user(home: Path) -> Iterator[User]:
    """A logged-in user with a model's week and credits."""
    with ApiServer() as api:
        api.answer = ok(usage_body(time.time(), model=91, credits_used=512))
        user = User(home, api.url)
        user.log_in()
        yield user


def samples(text: str) -> dict[tuple[str, str], float]:
    """Every sample by its metric and limit."""
    return {
        (sample.name.removeprefix("claude_status_"), sample.labels.get("limit", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_prometheus_reads_what_is_printed(user: User) -> None:
    """The real command's output is valid, with ratios and times."""
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
    """An unknown number, one whose window is over and one that is gone have no sample."""
    over = Limit("five_hour", "5h", 42.0, NOW - 60, NOW - 120, "endpoint")
    gone = Limit("seven_day", "7d", 42.0, NOW + 60, NOW - 86400, "endpoint")

    for usage in (None, Usage("endpoint", NOW, (over, gone))):
        found = samples(draw_prometheus([Known("/default", usage)], "me", NOW, 300))
        assert found == {("call_failures", ""): 0, ("up", ""): 0}


@pytest.mark.parametrize("kind", ["throttled", "transient", "unauthorized"])
def test_a_call_that_failed_is_counted_by_its_kind(kind: str) -> None:
    """Failures in a row are counted by kind; a back-off has its end while it lasts."""
    asking = Asking()
    for _ in range(3):
        asking = after_failure(asking, AskError(kind, "No."), NOW, login="x", chance=0.5)

    text = draw_prometheus([Known("/default", None, asking)], "me", NOW + 1, 300)

    found = [s for f in text_string_to_metric_families(text) for s in f.samples]
    counts = {s.labels["kind"]: s.value for s in found if s.name.endswith("call_failures")}
    assert counts == {"throttled": 0, "transient": 0, "unauthorized": 0, kind: 3}
    ends = [s.value - NOW for s in found if s.name.endswith("backoff_end_timestamp_seconds")]
    assert ends == {"throttled": [1200], "transient": [120], "unauthorized": []}[kind]
    over = draw_prometheus([Known("/default", None, asking)], "me", NOW + 1200, 300)
    assert "backoff_end" not in over


def test_amounts_are_dated() -> None:
    """The credits have their own time, and the end of their period."""
    credit = Credits(5, 10, "USD", 2, None, NOW - 60, "endpoint", resets_at=NOW + 60)
    text = draw_prometheus([Known("/default", Usage("x", NOW, (), credit))], "me", NOW, 300)
    found = samples(text)
    assert found["credits_reading_timestamp_seconds", ""] == NOW - 60
    assert found["credits_reset_timestamp_seconds", ""] == NOW + 60


def test_names_from_outside_are_escaped() -> None:
    """Quotes, backslashes and newlines in names can be parsed back."""
    name = 'a"b\\c\nd'
    limit = Limit("scope:x", name, 42.0, None, NOW, "endpoint")
    credit = Credits(5, None, "JPY", 0, None, NOW, "endpoint")

    known = Known(name, Usage("endpoint", NOW, (limit,), credit))
    text = draw_prometheus([known], name, NOW, 300)

    labels = [s.labels for f in text_string_to_metric_families(text) for s in f.samples]
    assert [labels[0][key] for key in ("label", "account", "user")] == [name] * 3


def test_a_path_that_is_not_utf8_has_a_label_of_its_own() -> None:
    """Invalid bytes are spelled out; the label is the same in any locale."""
    names = ("/caf\udcc3\udca9", "/\udcfe", "/\udcff")  # as read in a C locale and in a UTF-8 one

    known = [Known(name, None) for name in names]
    text = draw_prometheus(known, "me", NOW, 300).encode().decode()

    families = {family.name: family for family in text_string_to_metric_families(text)}
    labels = [sample.labels["account"] for sample in families["claude_status_up"].samples]
    assert labels == ["/café", r"/\xfe", r"/\xff"]


def test_each_metric_is_announced_once() -> None:
    """With many accounts, each metric is one group with one HELP and one TYPE."""
    limits = tuple(Limit(key, key, 9.5, NOW + 60, NOW, "endpoint") for key in ("a", "b"))
    credit = Credits(5, 10, "USD", 2, None, NOW, "endpoint")
    usage = Usage("endpoint", NOW, limits, credit)

    known = [Known("/one", usage), Known("/two", usage), Known("/none", None)]
    lines = draw_prometheus(known, "me", NOW, 300).splitlines()

    announced = [line.split()[1:3] for line in lines if line.startswith("#")]
    metrics = list(dict.fromkeys(name for _, name in announced))
    assert announced == [[kind, name] for name in metrics for kind in ("HELP", "TYPE")]
    names = [re.split("[ {]", re.sub("# (HELP|TYPE) ", "", line))[0] for line in lines]
    groups = [name for name, _ in groupby(names)]
    assert groups == metrics
    assert len(lines) == len(set(lines))
