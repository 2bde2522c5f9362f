"""Every output agrees on which numbers may be shown, whatever their age and window."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from claude_status.alerts.alerts import next_alerts
from claude_status.asking.snapshot import Snapshot
from claude_status.commands.gates import judge
from claude_status.model.usage import FRESH, GONE, OVER, STALE, WEEK, Limit, Usage
from claude_status.paths import locate
from claude_status.render.dialects import plain
from claude_status.render.json import draw_json
from claude_status.render.line import draw_line
from claude_status.render.prometheus import Known, draw_prometheus
from claude_status.render.report import report
from claude_status.render.style import Style
from claude_status.settings.settings import Settings

NOW = 1_800_000_000
MINUTE, HOUR, DAY = 60, 3600, 86400
STYLE = Style()


def seen(limit: Limit) -> dict[str, str]:
    """What each output makes of a week at 97 per cent, named by its state."""
    usage = Usage("endpoint", limit.as_of, (limit,))
    line = plain(draw_line(usage, NOW, STYLE))
    rows = report(usage, NOW, STYLE).rows
    data = json.loads(draw_json(usage, NOW, STYLE, account="", plan="", problem=""))["limits"]
    snapshot = Snapshot(locate({"HOME": "/nowhere"}), Settings(), NOW, usage)
    alerts, _ = next_alerts(usage, {}, [95], NOW)
    metrics = draw_prometheus([Known("", usage)], "me", NOW, STYLE.ttl)
    shown = {"": GONE, "–": OVER, "97%": FRESH, "~97%": STALE}
    return {
        "line": shown[line.removeprefix("7d ").partition(" · ")[0].rstrip("!")],
        "show": shown[rows[0].share if rows else ""],
        "json": data[0]["state"].replace("reset", OVER) if data else GONE,
        "prometheus": "known" if "limit_used_ratio" in metrics else "unknown",
        "check": {1: "known", 3: "unknown"}[judge(snapshot, 90, None)[0]],
        "alerts": "known" if alerts else "unknown",
    }


@pytest.mark.parametrize(
    ("age", "left", "state"),
    [
        (0, DAY, FRESH),
        (10 * MINUTE, DAY, FRESH),
        (10 * MINUTE + 1, DAY, STALE),
        (23 * HOUR, DAY, STALE),
        (DAY, DAY, GONE),
        (30 * HOUR, DAY, GONE),
        (0, 0, OVER),
        (5 * MINUTE, -MINUTE, OVER),
        (23 * HOUR, -HOUR, OVER),
        (DAY, -HOUR, GONE),
    ],
)
def test_every_output_agrees(age: int, left: int, state: str) -> None:
    """Line, show, JSON, Prometheus, check and alerts give a number the same state."""
    limit = Limit(WEEK, "7d", 97, NOW + left, NOW - age, "endpoint", window=7 * DAY)
    assert limit.state(NOW, STYLE.ttl) == state
    known = "known" if state in (FRESH, STALE) else "unknown"
    assert seen(limit) == {
        **dict.fromkeys(("line", "show", "json"), state),
        **dict.fromkeys(("prometheus", "check", "alerts"), known),
    }


def test_a_low_number_is_only_trusted_while_it_is_fresh() -> None:
    """Usage grows within a window, so an old number below says nothing to `check`."""
    usage = Usage("endpoint", NOW, (Limit(WEEK, "7d", 5, NOW + DAY, NOW, "endpoint"),))
    snapshot = Snapshot(locate({"HOME": "/nowhere"}), Settings(), NOW, usage)
    assert judge(snapshot, 90, None)[0] == 0
    assert judge(replace(snapshot, now=NOW + 601), 90, None)[0] == 3
