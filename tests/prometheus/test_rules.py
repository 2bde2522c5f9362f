"""The rules and the configuration, as promtool sees them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT, program
from tests.prometheus.programs import RULES

pytestmark = pytest.mark.prometheus


def promtool(*arguments: str | Path) -> str:
    """Run promtool, and return what it prints."""
    done = subprocess.run(
        [program("promtool"), *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_rules_are_valid() -> None:
    """promtool has no complaint, and finds no duplicates."""
    assert "SUCCESS" in promtool("check", "rules", "--lint-fatal", RULES)


def test_the_rules_work() -> None:
    """Alerts fire above their thresholds, after their time, while the number is current."""
    assert "SUCCESS" in promtool("test", "rules", Path(__file__).with_name("alerts_test.yml"))


def test_the_configuration_in_the_document_is_valid(tmp_path: Path) -> None:
    """The block for prometheus.yml is valid, with our rules in the place that it names."""
    text = (ROOT / "docs/prometheus.md").read_text()
    (block,) = [one for one in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "rule_" in one]
    config, place = tmp_path / "prometheus.yml", "/etc/prometheus/claude-status.yml"
    assert block.count(place) == 1
    config.write_text(block.replace(place, str(RULES)))
    assert "1 rule files found" in promtool("check", "config", "--lint-fatal", config)
