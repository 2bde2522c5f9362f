"""What the full picture says: words, shares and marks, before anything is drawn."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.model.usage import MAX_AGE, SESSION, WEEK, WINDOW_SECONDS, Credits, Limit, Usage
from claude_status.render.outlook import pace_words
from claude_status.render.report import ago, name_of, report, ticking
from claude_status.render.style import Style
from claude_status.render.words import in_words
from tests.strategies import NOW, hostile_texts, thorough, usages
from tests.support import time_zone

pytestmark = pytest.mark.usefixtures("utc")
HOUR, DAY = 3600, 86400
STYLE = Style(ttl=300)
STYLES = st.builds(
    Style,
    ttl=st.sampled_from([180, 300, DAY]),
    thresholds=st.sampled_from([(70, 90), (0.5, 1000), (50, 50)]),
    label=st.sampled_from(["", "work"]),
    plan=st.sampled_from(["", "max"]),
)


def session(percent: float, left: float, *, age: float = 0) -> Limit:
    """A session that is reset in ``left`` seconds."""
    window = WINDOW_SECONDS[SESSION]
    return Limit(SESSION, "5h", percent, round(NOW + left), NOW - age, "endpoint", window=window)


def row(limit: Limit, now: float = NOW, style: Style = STYLE) -> object:
    """The row of an account with only this limit."""
    (only,) = report(Usage("endpoint", limit.as_of, (limit,)), now, style).rows
    return only


def test_a_limit_in_words() -> None:
    """A limit has its percentage, reset in relative and local time, pace, source and age."""
    shown = row(session(62.9, 2.5 * HOUR))
    assert shown.name == "session (5h)"
    assert shown.share == "62%"
    assert shown.state == f"resets in 2h30m ({time.strftime('%H:%M', time.gmtime(NOW + 9000))})"
    assert shown.pace.startswith("12 points ahead of pace, runs out about ")
    assert shown.origin == "endpoint, just now"
    assert shown.elapsed == 0.5


def test_an_old_number_is_marked() -> None:
    """After two TTLs the percentage is marked, and its age replaces the pace."""
    shown = row(session(62, 2.5 * HOUR, age=601))
    assert shown.share == "~62%"
    assert shown.pace == ""
    assert shown.origin == "endpoint, 10m ago"


def test_a_number_whose_window_was_reset_is_gone() -> None:
    """From the reset on there is no number, no bar, no pace and no colour."""
    limit = session(97, 60)
    shown = row(limit, limit.resets_at)
    assert (shown.share, shown.filled, shown.elapsed, shown.pace, shown.colour) == (
        "–",
        None,
        None,
        "",
        "",
    )
    assert shown.state == "was reset"


def test_a_number_of_yesterday_is_not_shown() -> None:
    """After 24 hours a number has no row, and a sentence says so."""
    week = Limit(WEEK, "7d", 42, NOW + DAY, NOW - MAX_AGE, "endpoint", window=7 * DAY)
    old = report(Usage("endpoint", week.as_of, (week,)), NOW, STYLE)
    assert (old.rows, old.empty) == ((), "no numbers from the past 24 hours")
    assert report(None, NOW, STYLE).empty == "no data yet"


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        (20, "will last: about 40% at the reset"),
        (48.9, "will last: about 97% at the reset"),
        (49.5, "on pace"),
        (50.9, "on pace"),
        (51.5, "1 point ahead of pace, runs out about {}"),
        (75, "25 points ahead of pace, runs out about {}"),
        (100, "used up"),
        (112, "used up"),
    ],
)
def test_pace_words(percent: float, words: str) -> None:
    """At half of the window, the words follow from the percentage alone."""
    full = NOW - 2.5 * HOUR + 2.5 * HOUR * 100 / percent
    step = 600 if full - NOW >= 2 * HOUR else 300
    clock = time.strftime("%H:%M", time.gmtime(full // step * step))
    assert pace_words(session(percent, 2.5 * HOUR), NOW, 300) == words.format(clock)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "less than a minute"), (59, "less than a minute"), (60, "1m"), (7980, "2h13m")],
)
def test_a_span_in_words(seconds: float, words: str) -> None:
    """In a sentence, less than a minute is in words, and no time is negative."""
    assert in_words(seconds) == words


def test_an_end_within_a_minute() -> None:
    """If usage runs out within a minute, no clock time is given."""
    limit = session(99.9, 2.5 * HOUR)
    assert pace_words(limit, NOW, 300) == "49 points ahead of pace, runs out about now"
    assert pace_words(limit, NOW + 300, 300) == "49 points ahead of pace, runs out about now"


def test_the_end_of_a_week_has_its_day() -> None:
    """A projection over days is rounded down to the hour, with its weekday."""
    week = Limit(WEEK, "7d", 60, NOW + 4 * DAY, NOW, "endpoint", window=7 * DAY)
    full = NOW + 2 * DAY  # 3 of 7 days took 60%
    expected = time.strftime("%a %H:%M", time.gmtime(full // HOUR * HOUR))
    assert pace_words(week, NOW, 300) == f"17 points ahead of pace, runs out about {expected}"


def test_half_hours_of_other_time_zones() -> None:
    """A full hour is one of the local clock, even half an hour off UTC."""
    week = Limit(WEEK, "7d", 60, NOW + 4 * DAY, NOW, "endpoint", window=7 * DAY)
    with time_zone("IST-5:30"):
        assert pace_words(week, NOW, 300).endswith(":00")


def test_credits_are_money() -> None:
    """Credits have amounts, and a percentage if that is known."""
    credit = Credits(12550, 50000, "USD", 2, 25.1, NOW, "endpoint")
    shown, unknown = (
        report(Usage("endpoint", NOW, (), one), NOW, STYLE).rows[0]
        for one in (credit, replace(credit, limit=None, percent=None, as_of=NOW - 601))
    )
    assert (shown.name, shown.share, shown.state) == ("credits", "25%", "$125.50/$500")
    assert (unknown.share, unknown.filled, unknown.state) == ("", None, "~$125.50")
    unlimited = replace(credit, limit=None, percent=0)  # as the API says it: 0% of nothing
    row = report(Usage("endpoint", NOW, (), unlimited), NOW, STYLE).rows[0]
    assert (row.share, row.filled, row.state) == ("", None, "$125.50")
    unused = report(Usage("endpoint", NOW, (), replace(credit, used=0, percent=0)), NOW, STYLE)
    assert (unused.rows[0].share, unused.rows[0].filled) == ("0%", 0)


def test_a_model_is_named_with_its_window() -> None:
    """A model's week is called by the model's name and its length."""
    limit = Limit("scope:fable", "Fable", 51, NOW + DAY, NOW, "endpoint", window=7 * DAY)
    assert name_of(limit) == "Fable (7d)"
    assert name_of(replace(limit, window=None)) == "Fable"


def test_the_title_names_label_and_plan() -> None:
    """The title has the account and the plan, as far as they are known."""
    assert report(None, NOW, STYLE).title == "Claude usage"
    named = replace(STYLE, plan="max", label="work")
    assert report(None, NOW, named).title == "Claude usage · work · max plan"
    assert report(None, NOW, named, name="~/.claude").title == "Claude usage · ~/.claude · max plan"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (59.9, "59s"),
        (60, "1m00s"),
        (7987, "2h13m07s"),
        (3 * DAY + 61, "3d0h01m01s"),
        (-5, "0s"),
    ],
)
def test_ticking(seconds: float, text: str) -> None:
    """A countdown to the second has every unit below its first, rounded down."""
    assert ticking(seconds) == text


def test_a_number_from_the_future_is_just_now() -> None:
    """With a clock slightly behind, no age is negative."""
    assert ago(NOW + 30, NOW) == "just now"


@thorough
@given(usage=usages(), style=STYLES, problem=hostile_texts, name=hostile_texts)
def test_nothing_that_moves_a_terminal(usage: Usage, style: Style, problem: str, name: str) -> None:
    """Whatever the API, the settings or an error contain, all texts are printable."""
    shown = report(usage, NOW, style, problem, name=name)
    texts = [shown.title, shown.problem, shown.empty]
    texts += [text for r in shown.rows for text in (r.name, r.share, r.state, r.pace, r.origin)]
    assert all(text.isprintable() for text in texts)


@thorough
@given(usage=usages(), style=STYLES, later=st.floats(0, 2 * DAY))
def test_no_number_that_is_gone(usage: Usage, style: Style, later: float) -> None:
    """At any time a row has a number only while its window is open, marked if old."""
    now = NOW + later
    limits = [limit for limit in usage.limits if now - limit.as_of < MAX_AGE]
    rows = report(replace(usage, credits=None), now, style).rows
    assert len(rows) == len(limits)
    for shown, limit in zip(rows, limits, strict=True):
        over = limit.resets_at is not None and limit.resets_at <= now
        old = now - limit.as_of > 2 * style.ttl
        assert shown.share == ("–" if over else f"{'~' if old else ''}{int(limit.percent)}%")
        assert not shown.pace or not (over or old)
