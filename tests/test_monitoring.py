"""The files for Prometheus and Grafana: their form, and the names that they use."""

from __future__ import annotations

import itertools
import math
import re
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from claude_status.model.memory import Asking
from claude_status.model.usage import WEEK, Credits, Limit, Usage
from claude_status.render.prometheus import METRICS, PREFIX, Known, draw_prometheus
from tests.conftest import ROOT
from tests.prometheus.dashboard import DASHBOARD, Query, queries, variables

NOW = 1_800_000_000
DOCUMENT = (ROOT / "docs/prometheus.md").read_text(encoding="utf-8")
RULES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "docs/prometheus/alerts.yml").read_text(encoding="utf-8")
)["groups"][0]["rules"]
ALERTS = [rule for rule in RULES if "alert" in rule]
OF_OTHERS = {
    "node_textfile_mtime_seconds", "node_textfile_scrape_error",
    "promhttp_metric_handler_errors_total",
}  # fmt: skip
LABELS_OF_OTHERS = {"instance", "job", "file", "cause"}


def exposed() -> dict[str, set[str]]:
    """The labels of each metric, if everything is known about an account."""
    limit = Limit(WEEK, "7d", 91, NOW + 300_000, NOW, "endpoint", window=7 * 86400)
    credit = Credits(5, 10, "USD", 2, None, NOW, "endpoint", resets_at=NOW + 60)
    asking = Asking(asked_at=NOW, pause=60, failures=1, kind="transient")
    known = Known("/default", Usage("endpoint", NOW, (limit,), credit), asking)
    text = draw_prometheus([known], "me", NOW, 300)
    return {
        sample.name: set(sample.labels)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def metrics(expression: str) -> set[str]:
    """The metrics in an expression."""
    return set(re.findall(r"\b(?:claude_status|node|promhttp)[a-z_:]+\b", expression))


def labels(expression: str) -> set[str]:
    """The labels in an expression."""
    matched = re.findall(r'(\w+)(?:=~|!=|!~|=)"', expression)
    listed = re.findall(r"\b(?:by|on|without|ignoring) ?\(([^)]*)\)", expression)
    return {*matched, *re.findall(r"\w+", ",".join(listed))}


def test_every_metric_has_a_sample() -> None:
    """If everything is known each metric has a sample, which the tests below rely on."""
    assert set(exposed()) == {f"{PREFIX}_{name}" for name in METRICS}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert", rule.get("record")))
def test_a_rule_uses_existing_names(rule: dict[str, Any]) -> None:
    """Every metric and label of a rule is exposed by us or by node_exporter, or recorded above."""
    ours = set(exposed())
    recorded = {each["record"] for each in RULES[: RULES.index(rule)] if "record" in each}
    known = set.union(LABELS_OF_OTHERS, *exposed().values())
    said = " ".join(rule.get("annotations", {}).values())
    assert metrics(rule["expr"])
    assert metrics(rule["expr"]) <= ours | recorded | OF_OTHERS
    assert labels(rule["expr"]) | set(re.findall(r"\$labels\.(\w+)", said)) <= known


def test_alerts_are_complete() -> None:
    """Each alert has its own name, a severity and two texts, and is in the document."""
    names = [rule["alert"] for rule in ALERTS]
    assert len(set(names)) == len(names)
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert set(rule["annotations"]) == {"summary", "description"}
        assert "$labels.instance" in rule["annotations"]["summary"]
    listed = re.findall(r"^\| `(Claude\w+)` \|.*\| (.*) \|$", DOCUMENT, re.MULTILINE)
    lasting = {rule["alert"]: rule.get("for", "at once") for rule in ALERTS}
    assert {name: after.replace("min", "m").replace(" ", "") for name, after in listed} == {
        name: after.replace(" ", "") for name, after in lasting.items()
    }


def test_the_document_explains_each_metric() -> None:
    """The document's table lists the metrics, in the same order."""
    listed = re.findall(r"^\| `(claude_status_\w+)` \|", DOCUMENT, re.MULTILINE)
    assert listed == [f"{PREFIX}_{name}" for name in METRICS]


@pytest.mark.parametrize("query", queries(), ids=lambda query: query.panel)
def test_a_panel_uses_existing_names(query: Query) -> None:
    """Every metric, label and variable in a query and its legend exists."""
    known = set.union(LABELS_OF_OTHERS, *exposed().values())
    assert metrics(query.expression)
    assert metrics(query.expression) <= set(exposed()) | OF_OTHERS
    assert labels(query.expression) | set(re.findall(r"{{(\w+)}}", query.legend)) <= known
    assert set(re.findall(r"\$(\w+)", query.expression)) <= set(variables())
    assert "instance" in re.findall(r"\$(\w+)", query.expression)


def test_the_dashboard_can_be_imported_anywhere() -> None:
    """It has no id of its own, and every query uses the chosen data source."""
    assert DASHBOARD["id"] is None
    chooser, *asking = DASHBOARD["templating"]["list"]
    assert (chooser["name"], chooser["type"], chooser["query"]) == (
        "datasource", "datasource", "prometheus"
    )  # fmt: skip
    chosen = {"type": "prometheus", "uid": "${datasource}"}
    panels = DASHBOARD["panels"]
    targets = [target for panel in panels for target in panel["targets"]]
    assert all(each["datasource"] == chosen for each in (*asking, *panels, *targets))


def test_panels_do_not_overlap() -> None:
    """Panels neither overlap nor leave the grid, and have a title, a text and an id."""
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["title"] and panel["description"] for panel in panels)
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x, y in itertools.product(
            range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        )
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


@pytest.mark.parametrize("title", ["Session", "Week", "Other limits", "Usage over time"])
def test_shares_have_the_colours_of_the_line(title: str) -> None:
    """Yellow begins at 70 per cent and red at 90, as in the line."""
    (panel,) = (one for one in DASHBOARD["panels"] if one["title"] == title)
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert [(step["value"], step["color"]) for step in steps] == [
        (None, "green"), (70, "yellow"), (90, "red")
    ]  # fmt: skip


@pytest.mark.parametrize("title", ["Session", "Week", "Other limits"])
def test_gauges_round_down(title: str) -> None:
    """A share is rounded down to a whole per cent, despite floating-point errors."""
    (query,) = (one for one in queries() if one.panel == title)
    found = re.fullmatch(r"floor\(100 \* \(.*\) \+ (\S+)\)", query.expression)
    assert found is not None
    for tenths in range(1500):
        ratio = tenths / 10 / 100  # as it is exposed
        assert math.floor(100 * ratio + float(found[1])) == tenths // 10
