"""Hostile bodies, through every output that is made of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_status.frames.gates import draw_gates
from claude_status.frames.strip import draw_strip
from claude_status.model.usage import Usage
from claude_status.render.dialects import DIALECTS
from claude_status.render.json import draw_json
from claude_status.render.line import draw_line
from claude_status.render.prometheus import Known, draw_prometheus
from claude_status.render.report import report
from claude_status.render.screen import draw_screen
from claude_status.render.style import Style
from claude_status.render.text import draw_report
from claude_status.sources.body import parse_body
from tests.render.test_dialects import HARMLESS, visible
from tests.strategies import DAY, NOW, bodies, styles, thorough

COUNTS = [60, pytest.param(10_000, marks=pytest.mark.soak)]
SAMPLE = re.compile(r'#.*|[a-z_]+(\{([a-z_]+="[^"\n]*",?)*\})? -?[0-9.]+(e[-+]?[0-9]+)?')


def pictures(usage: Usage, now: int, style: Style) -> Iterator[str]:
    """What people read, line by line."""
    shown = report(usage, now, style)
    for columns in (1, 40, 80):
        yield from draw_report(shown, columns).splitlines()
        yield from (line.plain for line in draw_screen(shown, columns))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("count", COUNTS)
def test_a_hostile_body_harms_nothing(count: int) -> None:
    """No error, no invented number, and nothing special to a host, terminal or program."""

    @settings(thorough, max_examples=count)
    @given(bodies, st.integers(NOW, NOW + DAY), styles())
    def check(body: object, now: int, style: Style) -> None:
        usage = parse_body(body, NOW, "endpoint")
        assert all(0 <= limit.percent <= 1000 for limit in usage.gates())
        for name, dialect in DIALECTS.items():
            text = dialect(draw_line(usage, now, style))
            assert re.fullmatch(HARMLESS, visible(name, text)), (name, text)
        assert all(line.isprintable() for line in pictures(usage, now, style))
        assert len(draw_strip(usage, now, style)) <= 64
        assert all(
            "\n" not in piece.text for _, row in draw_gates(usage, now, 300) for piece in row
        )
        known = json.loads(draw_json(usage, now, style, account="/default", plan="", problem=""))
        assert all(0 <= limit["percent"] <= 1000 for limit in known["limits"] if limit["percent"])
        for line in draw_prometheus([Known("/default", usage)], "me", now, 300).splitlines():
            assert SAMPLE.fullmatch(line), line

    check()
