from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.model.values import EPOCHS, clean, minute, number, percentage, severity
from tests.strategies import NOW, anything, hostile_texts, thorough

MINUTE = datetime.fromtimestamp(NOW, timezone.utc)


@pytest.mark.parametrize(
    "value",
    [None, True, False, "42", "", [], {}, math.nan, math.inf, -math.inf, 10**400, -(10**400)],
)
def test_only_a_finite_number_is_a_number(value: object) -> None:
    """Anything but a finite number is unknown, booleans and huge integers included."""
    assert number(value) is None
    assert percentage(value) is None
    assert minute(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, 0.0), (1.0, 1.0), (0.5, 0.5), (42.6, 42.6), (100, 100.0), (137.5, 137.5), (1000, 1000.0)],
)
def test_a_percentage_is_taken_as_it_is(value: float, expected: float) -> None:
    """1.0 is one per cent, not a fraction, and more than 100 is possible."""
    assert percentage(value) == expected


@pytest.mark.parametrize("value", [-0.001, -1, 1000.1, 1_785_000_000, 1e308])
def test_an_impossible_percentage_is_unknown(value: float) -> None:
    """A negative number, or an epoch instead of a percentage, is unknown."""
    assert percentage(value) is None


def test_percentages_stay_as_they_were_received() -> None:
    """Floating-point noise is kept, since Claude Code rounds down what it got, too."""
    assert percentage(0.29 * 100) == 28.999999999999996
    assert percentage(math.nextafter(57, 0)) < 57


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-15T08:00:00+00:00",
        "2027-01-15T08:00:00.000000+00:00",
        "2027-01-15T07:59:59.682460+00:00",
        "2027-01-15T08:00:00.312+00:00",
        "2027-01-15T08:00:00.123456789+00:00",
        "2027-01-15T08:00:00Z",
        "2027-01-15T07:59:59.9Z",
        "2027-01-15T09:30:00+01:30",
        "2027-01-15T08:00:00",
        " 2027-01-15T08:00:00Z\n",
    ],
)
def test_a_reset_is_read_from_any_usual_iso_time(text: str) -> None:
    """With or without fraction, offset, Z and jitter, it is the same full minute."""
    assert minute(text) == NOW


@pytest.mark.parametrize("value", [NOW, float(NOW), NOW + 29.9, NOW - 30, NOW - 0.3])
def test_a_reset_is_read_from_epoch_seconds(value: float) -> None:
    """Epoch seconds are rounded to the minute, too."""
    assert minute(value) == NOW


@pytest.mark.parametrize(
    "value",
    [
        "", "soon", "42", "\ud800", "2027-01-15T25:00:00Z", "2027-13-15", "Z", ".", "12:00",
        "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "1970-01-01T00:00:00Z",
        "2101-01-01T00:00:00Z", 0, -1, 42.6, NOW * 1000, NOW * 10**6, 1e300,
    ],
)  # fmt: skip
def test_an_impossible_time_is_unknown(value: object) -> None:
    """Other text, milliseconds and the years of other centuries are unknown."""
    assert minute(value) is None


@thorough
@given(
    st.integers(EPOCHS[0] // 60 + 1, EPOCHS[1] // 60 - 1),
    st.floats(-29.9, 29.9),
    st.integers(-14 * 60, 14 * 60),
)
def test_jitter_does_not_move_a_reset(whole: int, jitter: float, offset: int) -> None:
    """A jitter of less than half a minute, in any time zone, gives the same reset."""
    zone = timezone(timedelta(minutes=offset))
    moment = datetime.fromtimestamp(whole * 60, timezone.utc) + timedelta(seconds=jitter)
    assert minute(moment.astimezone(zone).isoformat()) == whole * 60
    assert minute(whole * 60 + jitter) == whole * 60


@thorough
@given(anything)
def test_any_value_is_in_range_or_unknown(value: object) -> None:
    """Any JSON value is read as a value in range or as None, without an exception."""
    found = percentage(value)
    assert found is None or (type(found) is float and 0 <= found <= 1000)
    reset = minute(value)
    assert reset is None or (type(reset) is int and reset % 60 == 0)
    assert reset is None or EPOCHS[0] <= reset <= EPOCHS[1]
    assert severity(value) in (None, "normal", "warning", "critical")


@pytest.mark.parametrize("word", ["Critical", "exceeded", "", 1, None, ["critical"], True])
def test_an_unknown_severity_is_none(word: object) -> None:
    """An unknown word is no severity."""
    assert severity(word) is None


@thorough
@given(hostile_texts)
def test_a_name_is_printable_and_short(text: str) -> None:
    """A cleaned name is printable, can be encoded, and has at most 40 characters."""
    name = clean(text)
    assert name.isprintable()
    assert len(name) <= 40
    assert name == name.strip()
    assert name == clean(name)
    name.encode()


def test_a_name_keeps_its_characters() -> None:
    """An ordinary name is unchanged, and a huge one is cut."""
    assert clean("Claude Opus 4.5 (β)") == "Claude Opus 4.5 (β)"
    assert clean("x" * 10**7) == "x" * 40
