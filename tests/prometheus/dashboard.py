"""The dashboard as Grafana would ask for it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.conftest import ROOT

DASHBOARD: dict[str, Any] = json.loads((ROOT / "docs/prometheus/dashboard.json").read_text())
ALL = ".*"  # what Grafana puts in the place of a variable that means everything


class Query(NamedTuple):
    """What one line of a panel asks for, and how it names what it gets."""

    panel: str
    expression: str
    legend: str
    is_range: bool

    def filled(self, values: Mapping[str, str]) -> str:
        """The expression with values in the place of the variables."""
        return fill(self.expression, values)


def queries() -> list[Query]:
    """Every query of every panel."""
    return [
        Query(panel["title"], one["expr"], one["legendFormat"], one["range"])
        for panel in DASHBOARD["panels"]
        for one in panel["targets"]
    ]


def variables() -> dict[str, str]:
    """Each variable that Prometheus is asked for, by its name, with what it is asked."""
    listed = DASHBOARD["templating"]["list"]
    return {one["name"]: one["query"]["query"] for one in listed if one["type"] == "query"}


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with values in the place of the variables."""
    return re.sub(r"\$(\w+)", lambda found: values[found[1]], text)


def chosen(value: str) -> str:
    """One value that a user has chosen, as Grafana writes it where a regular expression stands."""
    escaped = value.replace("\\", "\\\\\\\\")
    return re.sub(r"[$^*{}\[\]'+?.()|]", lambda found: f"\\\\{found[0]}", escaped)
