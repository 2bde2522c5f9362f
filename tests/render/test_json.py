from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.model.usage import Usage
from claude_status.render.dialects import plain
from claude_status.render.json import draw_json, iso
from claude_status.render.line import draw_line
from claude_status.render.style import Style
from claude_status.sources.body import parse_body
from tests.bodies import usage_body
from tests.strategies import DAY, HOUR, NOW, hostile_texts, thorough, usages
from tests.support import time_zone

STYLE = Style()
KEYS = {
    "schema", "now", "account", "plan", "state", "source", "as_of", "age_seconds", "line",
    "limits", "credits", "problem",
}  # fmt: skip
ORIGIN = {"state", "source", "as_of", "age_seconds"}
LIMIT_KEYS = ORIGIN | {
    "key", "label", "percent", "resets_at", "resets_in_seconds", "window_seconds",
    "runs_out_at", "severity", "active",
}  # fmt: skip
CREDITS_KEYS = ORIGIN | {
    "used_minor", "limit_minor", "currency", "exponent", "percent", "severity", "resets_at",
    "reason",
}  # fmt: skip
ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def _drawn(usage: Usage | None, now: float = NOW, **others: str) -> dict[str, Any]:
    given = {"account": "/default", "plan": "", "problem": "", **others}
    found = json.loads(
        draw_json(usage, now, STYLE, account=given["account"], plan=given["plan"],
                  problem=given["problem"]),
        parse_constant=pytest.fail,
    )  # fmt: skip
    assert isinstance(found, dict)
    return found


def test_a_reading_in_full() -> None:
    """Every name and value of schema 1, for a fresh reading."""
    body = usage_body(NOW, 42.6, 17, model=95, credits_used=12550)
    found = _drawn(parse_body(body, NOW, "endpoint"), NOW + 90, plan="max", problem="Oh.")
    origin = {
        "state": "fresh",
        "source": "endpoint",
        "as_of": "2027-01-15T08:00:00Z",
        "age_seconds": 90,
    }
    assert found == {
        "schema": 1,
        "now": "2027-01-15T08:01:30Z",
        "account": "/default",
        "plan": "max",
        **origin,
        "line": "5h 42% 2h11m · 7d 17% · Fable 95%!",
        "limits": [
            {
                "key": "five_hour", "label": "5h", "percent": 42.6,
                "resets_at": "2027-01-15T10:13:00Z", "resets_in_seconds": 7890,
                "window_seconds": 18000, "runs_out_at": None,
                "severity": "normal", "active": False, **origin,
            },
            {
                "key": "seven_day", "label": "7d", "percent": 17.0,
                "resets_at": "2027-01-18T20:00:00Z", "resets_in_seconds": 302310,
                "window_seconds": 604800, "runs_out_at": None,
                "severity": "normal", "active": False, **origin,
            },
            {
                "key": "scope:fable", "label": "Fable", "percent": 95.0,
                "resets_at": "2027-01-18T20:00:00Z", "resets_in_seconds": 302310,
                "window_seconds": 604800, "runs_out_at": "2027-01-15T12:25:15Z",
                "severity": "critical", "active": True, **origin,
            },
        ],
        "credits": {
            "used_minor": 12550, "limit_minor": 50000, "currency": "USD", "exponent": 2,
            "percent": 25.0, "severity": "normal", "resets_at": None, "reason": None, **origin,
        },
        "problem": "Oh.",
    }  # fmt: skip


def test_nothing_known() -> None:
    """Without a reading every name is present, with null or empty values, never 0."""
    assert _drawn(None) == {
        "schema": 1, "now": "2027-01-15T08:00:00Z", "account": "/default", "plan": None,
        "state": "unknown", "source": None, "as_of": None, "age_seconds": None, "line": "",
        "limits": [], "credits": None, "problem": None,
    }  # fmt: skip


def test_the_state_of_each_number() -> None:
    """Fresh, then stale after two TTLs, then reset, with the number null; then gone."""
    usage = parse_body(usage_body(NOW, five_hour_left=HOUR, seven_day_left=DAY), NOW, "endpoint")
    for later, states in (
        (0, ["fresh", "fresh", "fresh"]),
        (600, ["fresh", "fresh", "fresh"]),
        (601, ["stale", "stale", "stale"]),
        (HOUR, ["reset", "reset", "stale"]),
        (DAY - 1, ["reset", "reset", "stale"]),
        (DAY, ["unknown"]),
    ):
        found = _drawn(usage, NOW + later)
        assert [found["state"], *(limit["state"] for limit in found["limits"])] == states
        for limit in found["limits"]:
            gone = limit["state"] == "reset"
            assert (limit["percent"] is None) == (limit["resets_at"] is None) == gone
            assert (limit["resets_in_seconds"] is None) == gone


def test_the_whole_is_as_new_as_its_newest_number() -> None:
    """The overall source and age are those of the newest number."""
    asked = parse_body(usage_body(NOW - 200), NOW - 200, "endpoint")
    pushed = replace(asked.limits[1], as_of=NOW, source="statusline")
    found = _drawn(replace(asked, limits=(asked.limits[0], pushed)))
    assert (found["source"], found["age_seconds"]) == ("statusline", 0)
    assert [(x["source"], x["age_seconds"]) for x in found["limits"]] == [
        ("endpoint", 200),
        ("statusline", 0),
    ]


def test_a_source_is_named_without_the_session() -> None:
    """The source does not tell which session reported a number."""
    usage = parse_body(usage_body(NOW), NOW, "statusline:0b5c")
    found = _drawn(usage)
    assert found["source"] == found["limits"][0]["source"] == "statusline"


def test_it_is_ascii_on_one_line() -> None:
    """Any locale can print it, even a directory's name that is not UTF-8."""
    text = draw_json(
        parse_body(usage_body(NOW), NOW, "endpoint"),
        NOW,
        STYLE,
        account="/caf\udce9/模型\n",
        plan="",
        problem="",
    )
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text)["account"] == "/caf\udce9/模型\n"


@thorough
@given(usages(label=hostile_texts) | st.none(), st.integers(-60, 2 * DAY), hostile_texts)
def test_the_schema_holds_for_any_usage(usage: Usage | None, later: int, text: str) -> None:
    """For any usage the names are complete, times are ISO 8601, and unknown is null."""
    now = NOW + later
    found = _drawn(usage, now, account=text, plan=text, problem=text)
    assert set(found) == KEYS
    assert found["schema"] == 1
    assert found["line"] == plain(draw_line(usage, now, STYLE))
    numbers = [*found["limits"], *filter(None, [found["credits"]])]
    for limit in found["limits"]:
        assert set(limit) == LIMIT_KEYS
        assert (limit["percent"] is None) == (limit["state"] == "reset")
        assert (limit["resets_in_seconds"] is None) == (limit["resets_at"] is None)
        assert limit["resets_at"] is None or limit["resets_in_seconds"] > 0
    if found["credits"]:
        assert set(found["credits"]) == CREDITS_KEYS
    for number in numbers:
        assert number["state"] in ("fresh", "stale", "reset")
        assert 0 <= number["age_seconds"] < DAY
    for value in _times(found):
        assert value is None or re.fullmatch(ISO, value)
    assert (found["as_of"] is None) == (not numbers)
    assert (found["state"] == "unknown") == (not numbers)


def _times(value: object) -> list[Any]:
    """The values of all times, at any depth."""
    if isinstance(value, list):
        return [time for each in value for time in _times(each)]
    if isinstance(value, dict):
        own = [
            value[name] for name in ("now", "as_of", "resets_at", "runs_out_at") if name in value
        ]
        return own + [time for each in value.values() for time in _times(each)]
    return []


@pytest.mark.parametrize(
    ("seconds", "text"), [(NOW, "2027-01-15T08:00:00Z"), (NOW + 0.9, "2027-01-15T08:00:00Z")]
)
def test_times_are_utc_to_the_second(seconds: float, text: str) -> None:
    """Times are in UTC in any local time zone, rounded down to the second."""
    with time_zone("Asia/Kathmandu"):
        assert iso(seconds) == text
