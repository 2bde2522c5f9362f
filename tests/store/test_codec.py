from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.frames.strip import draw_strip, write_strip
from claude_status.model.merge import merge
from claude_status.model.usage import Usage
from claude_status.render.dialects import DIALECTS
from claude_status.render.line import Style
from claude_status.sources.body import parse_body
from claude_status.store.codec import dump, load
from tests.bodies import usage_body
from tests.strategies import NOW, anything, bodies, quick, thorough, usages

USAGE = parse_body(usage_body(NOW, 42.6, 17, model=95, credits_used=512), NOW, "endpoint")


def _changed(*path: str | int, to: object) -> str:
    """A reading's text with one value replaced."""
    rows = json.loads(dump({"endpoint": USAGE}))
    place = rows
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return json.dumps(rows)


@quick
@given(usages(), usages(source="statusline:one"))
def test_what_is_written_is_read_back(one: Usage, other: Usage) -> None:
    """Readings are read back as they were, from one line of strict JSON."""
    readings = {usage.source: usage for usage in (one, other)}
    text = dump(readings)
    assert load(text) == readings
    assert "\n" not in text
    json.loads(text, parse_constant=pytest.fail)


@quick
@given(bodies)
def test_whatever_was_parsed_is_read_back(body: object) -> None:
    """A reading of any body is read back as it was."""
    usage = parse_body(body, NOW, "endpoint")
    assert load(dump({"endpoint": usage})) == {"endpoint": usage}


def test_nothing_is_no_reading() -> None:
    """A missing row, an empty one and an empty list hold no readings."""
    assert load(None) == load("") == load("[]") == load(dump({})) == {}


@pytest.mark.parametrize(
    "text",
    [
        "{", "null", "5", "true", '"x"', "{}", "[5]", "[null]", "[[]]", "[{}]", '["source"]',
        '[[["source", "x"]]]', "\x00", "\ud800", "[" * 100_000, "NaN", "1e999",
    ],
    ids=lambda text: ascii(text[:12]),
)  # fmt: skip
def test_invalid_text_holds_no_readings(text: str) -> None:
    """Text that was not written here holds no readings, without an exception."""
    assert load(text) == {}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ((0, "source"), [None, 5, ["x"], {}]),
        ((0, "as_of"), [None, "5", True, float("nan"), float("inf"), 10**400, []]),
        ((0, "rows_as_of"), [None, "5", float("nan")]),
        ((0, "limits"), [None, 5, "x", {}, [5], [None], {"key": 5}, [{}], [[]]]),
        ((0, "credits"), [5, "x", [], {}]),
        ((0, "unknown_keys"), [None, 5, [5], [None]]),
        ((0, "added"), [5]),
        ((0, "limits", 0, "key"), [None, 5]),
        ((0, "limits", 0, "label"), [None, 5, ["x"]]),
        ((0, "limits", 0, "percent"), [None, "42", True, float("nan"), float("inf")]),
        ((0, "limits", 0, "resets_at"), ["soon", 5.5, True, float("nan"), NOW + 1, 10**30]),
        ((0, "limits", 0, "as_of"), [None, "5", float("-inf")]),
        ((0, "limits", 0, "severity"), [5, ["normal"], "blue"]),
        ((0, "limits", 0, "active"), [None, 1, "true"]),
        ((0, "limits", 0, "window"), ["5h", 5.5, True]),
        ((0, "limits", 0, "added"), [5]),
        ((0, "credits", "used"), ["5", 5.5, True]),
        ((0, "credits", "currency"), [None, 5]),
        ((0, "credits", "exponent"), [None, "2", 2.5, -1, 10**9]),
        ((0, "credits", "severity"), [5, "blue"]),
        ((0, "credits", "percent"), ["5", True, float("nan")]),
    ],
)
def test_a_value_of_another_type_is_no_reading(
    path: tuple[str | int, ...], values: list[object]
) -> None:
    """A reading with a value of the wrong type, or an unknown field, is ignored."""
    for value in values:
        expected = load(_changed(*path, to=[]) if value == {} and path[-1] == "limits" else "")
        assert load(_changed(*path, to=value)) == expected, value


def test_a_missing_value_is_no_reading() -> None:
    """A reading without a required field is ignored."""
    for name in ("source", "as_of", "limits", "credits", "unknown_keys"):
        rows = json.loads(dump({"endpoint": USAGE}))
        del rows[0][name]
        assert load(json.dumps(rows)) == {}


def _anywhere(value: object) -> st.SearchStrategy[object]:
    """The same JSON value with something else in one place."""
    if isinstance(value, list) and value:
        return st.integers(0, len(value) - 1).flatmap(
            lambda n: _anywhere(value[n]).map(lambda new: [*value[:n], new, *value[n + 1 :]])
        )
    if isinstance(value, dict) and value:
        return st.sampled_from(sorted(value)).flatmap(
            lambda key: _anywhere(value[key]).map(lambda new: {**value, key: new})
        )
    return anything


@thorough
@given(_anywhere(json.loads(dump({"endpoint": USAGE}))))
def test_what_was_read_back_can_be_drawn(rows: object) -> None:
    """Any changed row can be merged and drawn without an exception."""
    found = load(json.dumps(rows))
    strip = draw_strip(merge(found.values()), NOW, Style())
    assert [write_strip(strip, dialect) for dialect in DIALECTS.values()]


@thorough
@given(st.text() | anything.map(json.dumps))
def test_no_text_is_too_strange(text: str) -> None:
    """Any text can be loaded without an exception."""
    assert isinstance(load(text), dict)


def test_two_readings_of_one_source_are_one() -> None:
    """Of several readings of one source, the last counts."""
    rows = json.loads(dump({"endpoint": USAGE}))
    assert load(json.dumps(rows * 2)) == {"endpoint": USAGE}
