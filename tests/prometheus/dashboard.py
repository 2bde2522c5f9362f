"""The queries of the dashboard, filled in as Grafana does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.conftest import ROOT

DASHBOARD: dict[str, Any] = json.loads((ROOT / "docs/prometheus/dashboard.json").read_text())
ALL = ".*"  # what Grafana puts in for a variable that selects everything


class Query(NamedTuple):
    """One query of a panel, and the names that it gives its results."""

    panel: str
    expression: str
    legend: str
    is_range: bool

    def filled(self, values: Mapping[str, str]) -> str:
        """The expression with values for the variables."""
        return fill(self.expression, values)


def queries() -> list[Query]:
    """Every query of every panel."""
    return [
        Query(panel["title"], one["expr"], one["legendFormat"], one["range"])
        for panel in DASHBOARD["panels"]
        for one in panel["targets"]
    ]


def variables() -> dict[str, str]:
    """The variables that Prometheus is asked for, each with its query."""
    listed = DASHBOARD["templating"]["list"]
    return {one["name"]: one["query"]["query"] for one in listed if one["type"] == "query"}


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with values for its variables."""
    return re.sub(r"\$(\w+)", lambda found: values[found[1]], text)


def chosen(value: str) -> str:
    """A value that a user has selected, as Grafana writes it into a regular expression."""
    escaped = value.replace("\\", "\\\\\\\\")
    return re.sub(r"[$^*{}\[\]'+?.()|]", lambda found: f"\\\\{found[0]}", escaped)
