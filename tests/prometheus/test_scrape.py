"""From the command that users run to Prometheus's alerts and the dashboard."""

from __future__ import annotations

import os
import re
import time
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.prometheus.dashboard import ALL, chosen, fill, queries, variables
from tests.prometheus.programs import RULES, Exporter, Person, Prometheus
from tests.support import until

pytestmark = [pytest.mark.prometheus, pytest.mark.timeout(180)]

EVERYTHING = dict.fromkeys(variables(), ALL)
DROPPED = 'promhttp_metric_handler_errors_total{cause="gathering"}'


def shares(exporter: Exporter) -> dict[tuple[str, str], float]:
    """The share of the week by user and account, as node_exporter exposes it."""
    return {
        (sample.labels.get("user", ""), sample.labels["account"]): sample.value
        for family in text_string_to_metric_families(exporter.metrics())
        for sample in family.samples
        if sample.name == "claude_status_limit_used_ratio" and sample.labels["limit"] == "seven_day"
    }


def dropped(exporter: Exporter) -> float:
    """How many errors node_exporter has counted so far."""
    exporter.metrics()  # the count is that of earlier scrapes
    (line,) = [one for one in exporter.metrics().splitlines() if one.startswith(DROPPED)]
    return float(line.split()[-1])


def test_two_users_of_one_machine_are_both_there(
    busy: Person, stuck: Person, exporter: Exporter
) -> None:
    """Of two users with an account of the same name, node_exporter exposes the numbers of both."""
    busy.write()
    stuck.write()
    assert shares(exporter) == {("games", "/default"): 1, ("daemon", "/default"): 0.29}
    assert dropped(exporter) == 0


def test_without_the_users_one_would_be_dropped(
    busy: Person, stuck: Person, exporter: Exporter
) -> None:
    """Without the user label, node_exporter would keep only one of two equal series."""
    for person in (busy, stuck):
        person.write()
        person.file.write_text(re.sub('user="[a-z]+",', "", person.file.read_text()))
    assert list(shares(exporter)) == [("", "/default")]
    assert dropped(exporter) > 0
    assert "was collected before with the same name and label values" in exporter.log.read_text()


def test_every_panel_has_data(busy: Person, stuck: Person, prometheus: Prometheus) -> None:
    """Each query of the dashboard returns samples, with all labels that their names need."""
    busy.write()
    stuck.write()
    prometheus.wait_for_people(busy, stuck)
    for query in queries():
        expression = query.filled(EVERYTHING)
        samples = prometheus.wait_for(expression)
        for label in re.findall(r"{{(\w+)}}", query.legend):
            assert all(sample["metric"].get(label) for sample in samples), (query.panel, label)
        if query.is_range:
            now = time.time()
            span = {"start": now - 60, "end": now, "step": 1}
            assert prometheus.data("query_range", query=expression, **span)["result"]


def test_panels_have_the_numbers_of_claude_code(
    busy: Person, stuck: Person, prometheus: Prometheus
) -> None:
    """Shares are rounded down, without floating-point errors; a window that was reset has none."""
    busy.write()
    stuck.write()
    prometheus.wait_for_people(busy, stuck)
    found = {
        query.panel: {
            sample["metric"]["user"]: float(sample["value"][1])
            for sample in prometheus.wait_for(query.filled(EVERYTHING))
        }
        for query in queries()
        if query.panel in ("Session", "Week")
    }
    assert found == {"Session": {"games": 95}, "Week": {"games": 100, "daemon": 29}}


def test_a_variable_selects(busy: Person, stuck: Person, prometheus: Prometheus) -> None:
    """Every account of the machine is offered and can be selected, whatever its name contains."""
    busy.write()
    stuck.write()
    odd = f"{busy.user.home}/büro+1 (x)"
    prometheus.wait_for_people(busy, stuck)
    offered = {}
    for name, query in variables().items():
        found = re.fullmatch(r"label_values\((.*), (\w+)\)", fill(query, EVERYTHING))
        assert found is not None
        assert found[2] == name
        offered[name] = prometheus.data(f"label/{name}/values", **{"match[]": found[1]})
    assert offered["user"] == ["daemon", "games"]
    assert offered["account"] == sorted(["/default", odd])
    (down,) = (query for query in queries() if query.panel == "Accounts without numbers")
    for account, count in ((odd, 1), ("/default", 0)):
        samples = prometheus.query(down.filled({**EVERYTHING, "account": chosen(account)}))
        assert [sample["metric"]["account"] for sample in samples] == [account] * count


def test_a_file_that_is_left_does_not_lie(busy: Person, prometheus: Prometheus) -> None:
    """After the window's reset its last number is not shown, though the file still has it."""
    busy.write()
    (session,) = (query for query in queries() if query.panel == "Session")
    prometheus.wait_for(session.filled(EVERYTHING))
    text = busy.file.read_text()
    pattern = r"(reset_timestamp_seconds\{.*five_hour.*\}) .*"
    busy.file.write_text(re.sub(pattern, rf"\1 {time.time() - 1}", text))
    until(lambda: not prometheus.query(session.filled(EVERYTHING)))
    assert prometheus.query('claude_status_limit_used_ratio{limit="five_hour"}')


def test_every_alert_fires(busy: Person, stuck: Person, prometheus: Prometheus) -> None:
    """With such numbers each alert fires, or is pending if it has a time; each text is complete."""
    busy.write()
    stuck.write()
    os.utime(stuck.file, (time.time() - 1000,) * 2)
    twice = busy.file.with_name("claude-status-twice.prom")
    twice.write_text(busy.file.read_text())
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    rules = [rule for rule in group["rules"] if "alert" in rule]
    expected = {rule["alert"]: "pending" if "for" in rule else "firing" for rule in rules}

    def given() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = prometheus.data("alerts")["alerts"]
        return found

    until(lambda: {one["labels"]["alertname"]: one["state"] for one in given()} == expected, 60)

    for one in given():
        for text in one["annotations"].values():
            assert not re.search(r"<|%!|: *$|  | (of|on|to)[ :]*$", text), text


def test_low_usage_raises_no_alert(calm: Person, prometheus: Prometheus) -> None:
    """If all is well no alert fires, and each rule could be evaluated."""
    calm.write()
    prometheus.wait_for("claude_status:limit_used:ratio")
    (group,) = prometheus.data("rules")["groups"]
    seen = group["lastEvaluation"]
    until(lambda: prometheus.data("rules")["groups"][0]["lastEvaluation"] > seen)
    (group,) = prometheus.data("rules")["groups"]
    assert {rule["health"] for rule in group["rules"]} == {"ok"}
    assert prometheus.data("alerts")["alerts"] == []
