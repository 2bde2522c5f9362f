from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.model.usage import SESSION, WEEK, Credits, Limit, Usage
from claude_status.render.dialects import ascii_only
from claude_status.render.line import draw_line
from claude_status.render.segments import Line, Piece, width
from claude_status.render.style import Style
from claude_status.render.words import duration, plain_label, shown_percent
from claude_status.sources.body import parse_body
from tests.bodies import usage_body
from tests.strategies import DAY, HOUR, NOW, hostile_texts, quick, styles, thorough, usages

pytestmark = pytest.mark.usefixtures("utc")
STYLE = Style()
MINUTE = 60
PARTS = re.compile(r"(5h|7d) (~?)(?:(\d+)%|–)(?: (<?[\dhmd]+|until \d\d:\d\d))?")


def _usage(*limits: Limit, paid: Credits | None = None) -> Usage:
    return Usage("endpoint", NOW, limits, paid)


def _limit(percent: float, *, key: str = SESSION, ends: int | None = NOW + 2 * HOUR + 13 * MINUTE,
           as_of: float = NOW, **others: object) -> Limit:  # fmt: skip
    label = {SESSION: "5h", WEEK: "7d"}.get(key, key.removeprefix("scope:"))
    return replace(Limit(key, label, percent, ends, as_of, "endpoint"), **others)


def _bare(line: Line) -> str:
    return "".join(piece.text for piece in line)


def _text(
    usage: Usage | None, now: float = NOW, style: Style = STYLE, *, minutes: bool = True
) -> str:
    return _bare(draw_line(usage, now, style, minutes=minutes))


WEEKLY = _limit(17.9, key=WEEK, ends=NOW + 3 * DAY)
PAID = Credits(12550, 50000, "USD", 2, 25.1, NOW, "endpoint")


# What it says


def test_the_line_of_the_documentation() -> None:
    """The session with its countdown, then the week, as documented."""
    assert _text(parse_body(usage_body(NOW), NOW, "endpoint")) == "5h 42% 2h13m · 7d 17%"


def test_nothing_known_is_an_empty_line() -> None:
    """Without a reading, or with an empty one, the line is empty, not 0%."""
    assert draw_line(None, NOW, STYLE) == draw_line(_usage(), NOW, STYLE) == ()


@pytest.mark.parametrize(
    ("percent", "text"),
    [(0, "0%"), (0.99, "0%"), (1.0, "1%"), (42.6, "42%"), (99.7, "99%"), (100, "100%"),
     (137.9, "137%")],
)  # fmt: skip
def test_percentages_are_rounded_down(percent: float, text: str) -> None:
    """99.7 is shown as 99%, as in Claude Code."""
    assert shown_percent(percent) == text
    assert _text(_usage(_limit(percent, ends=None))) == f"5h {text}"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1, "<1m"), (59.9, "<1m"), (60, "1m"), (3599, "59m"), (3600, "1h00m"), (7980, "2h13m"),
     (86399, "23h59m"), (86400, "1d"), (90000, "1d1h"), (7 * DAY - 1, "6d23h")],
)  # fmt: skip
def test_spans_of_time_are_rounded_down(seconds: float, text: str) -> None:
    """The time left is never shown as longer than it is."""
    assert duration(seconds) == text
    assert (
        _text(_usage(_limit(42, ends=NOW + DAY)), NOW + DAY - 1 - MINUTE) == "5h ~42% 1m · 23h ago"
    )


def test_only_the_session_counts_down() -> None:
    """Only the session has a countdown, and only with a reset."""
    assert _text(_usage(_limit(42), WEEKLY)) == "5h 42% 2h13m · 7d 17%"
    assert _text(_usage(_limit(42, ends=None), WEEKLY)) == "5h 42% · 7d 17%"
    assert _text(_usage(WEEKLY)) == "7d 17%"


def test_the_reset_as_clock_time() -> None:
    """Without a countdown the reset is shown in local time."""
    assert _text(_usage(_limit(42), WEEKLY), minutes=False) == "5h 42% until 10:13 · 7d 17%"


def test_a_window_past_its_reset() -> None:
    """From its reset on a window shows no number, no mark and no countdown."""
    usage = _usage(_limit(42), WEEKLY)
    ends = NOW + 2 * HOUR + 13 * MINUTE
    style = Style(ttl=DAY)
    assert _text(usage, ends - 1, style) == "5h 42% <1m · 7d 17% · 2h ago"
    assert _text(usage, ends, style) == "5h – · 7d 17% · 2h ago"
    assert _text(usage, ends) == "5h – · 7d ~17% · 2h ago"
    assert _text(_usage(_limit(42)), ends) == "5h –"


@pytest.mark.parametrize(("seconds", "mark"), [(0, ""), (600, ""), (600.1, "~"), (3599, "~")])
def test_a_number_older_than_two_ttls_is_marked(seconds: float, mark: str) -> None:
    """A number is marked after two TTLs, not at two TTLs."""
    assert _text(_usage(_limit(42, ends=None)), NOW + seconds) == f"5h {mark}42%"
    assert _text(_usage(_limit(42, ends=None)), NOW + seconds, Style(ttl=DAY)) == "5h 42%"


def test_the_age_from_one_hour_on() -> None:
    """The age is in full hours, that of the oldest number shown; a dash has none."""
    usage = _usage(_limit(42, ends=None), replace(WEEKLY, as_of=NOW - HOUR))
    assert _text(usage, NOW - 1) == "5h 42% · 7d ~17%"
    assert _text(usage, NOW) == "5h 42% · 7d ~17% · 1h ago"
    assert _text(usage, NOW + 2 * HOUR - 1) == "5h ~42% · 7d ~17% · 2h ago"
    over = _usage(_limit(42, ends=NOW, as_of=NOW - 5 * HOUR), WEEKLY)
    assert _text(over) == "5h – · 7d 17%"


def test_a_number_a_day_old_is_gone() -> None:
    """After 24 h neither a number nor the dash of its window is shown."""
    for ends in (None, NOW + HOUR):
        usage = _usage(_limit(42, ends=ends), replace(WEEKLY, as_of=NOW + HOUR))
        assert "5h" in _text(usage, NOW + DAY - 1)
        assert _text(usage, NOW + DAY) == "7d ~17% · 23h ago"
    assert _text(usage, NOW + DAY + HOUR) == ""


def test_a_scoped_limit_joins_when_it_binds() -> None:
    """A model's week is shown if it is active, or from the upper threshold on."""
    fable = _limit(10, key="scope:Fable", ends=None)
    for limit, shown in (
        (fable, False),
        (replace(fable, active=True), True),
        (replace(fable, percent=89.9), False),
        (replace(fable, percent=90), True),
        (replace(fable, percent=95, resets_at=NOW), False),
        (replace(fable, active=True, as_of=NOW - DAY), False),
    ):
        text = _text(_usage(_limit(42, ends=None), limit))
        assert text == "5h 42%" + (f" · Fable {int(limit.percent)}%" if shown else "")
    assert _text(_usage(fable), style=Style(thresholds=(5, 10))) == "Fable 10%"


def test_credits_join_when_they_bind_or_are_all_there_is() -> None:
    """Beside other limits, credits are shown only from the upper threshold on."""
    assert _text(_usage(paid=PAID)) == "credits $125.50/$500"
    assert _text(_usage(_limit(42, ends=None), paid=PAID)) == "5h 42%"
    bound = replace(PAID, percent=90)
    assert _text(_usage(_limit(42, ends=None), paid=bound)) == "5h 42% · credits $125.50/$500"
    assert _text(_usage(_limit(42, ends=None), paid=replace(PAID, percent=None))) == "5h 42%"
    assert _text(_usage(paid=PAID), NOW + 2 * HOUR) == "credits ~$125.50/$500 · 2h ago"
    assert _text(_usage(paid=PAID), NOW + DAY) == ""


# Colours


@pytest.mark.parametrize(
    ("percent", "severity", "colour"),
    [
        (69.9, None, "normal"),
        (70, None, "warning"),
        (89.9, None, "warning"),
        (90, None, "critical"),
        (95, "normal", "critical"),
        (75, "critical", "critical"),
        (95, "warning", "critical"),
        (5, "critical", "critical"),
        (5, "warning", "warning"),
    ],
)
def test_the_servers_severity_only_raises_the_colour(
    percent: float, severity: str | None, colour: str
) -> None:
    """Only the number is coloured, by the thresholds or by a higher severity."""
    line = draw_line(_usage(_limit(percent, severity=severity)), NOW, STYLE)
    assert [piece.colour for piece in line] == ["", colour, ""]
    paid = replace(PAID, percent=percent, severity=severity)
    assert draw_line(_usage(paid=paid), NOW, STYLE)[1].colour == colour
    assert draw_line(_usage(_limit(percent, ends=NOW)), NOW, STYLE)[1].colour == ""


@pytest.mark.parametrize("severity", [None, "normal", "warning", "critical"])
@pytest.mark.parametrize(("percent", "colour"), [(49, "normal"), (50, "warning"), (60, "critical")])
def test_thresholds_of_the_users_own_decide_alone(
    percent: float, severity: str | None, colour: str
) -> None:
    """With the user's own thresholds the server's severity has no effect."""
    style = replace(STYLE, thresholds=(50, 60), own_thresholds=True)
    line = draw_line(_usage(_limit(percent, severity=severity)), NOW, style)
    assert line[1].colour == colour


# Width

FULL = _usage(
    _limit(42),
    WEEKLY,
    _limit(91, key="scope:Fable", ends=None),
    _limit(92, key="scope:Opus", ends=None),
    _limit(93, key="scope:Tiny", ends=None),
    paid=replace(PAID, percent=95),
)


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        (82, "5h 42% 2h13m · 7d 17% · Fable 91% · Opus 92% · Tiny 93% · credits $125.50/$500"),
        (81, "5h 42% 2h13m · 7d 17% · Fable 91% · Opus 92% · Tiny 93%"),
        (58, "5h 42% 2h13m · 7d 17% · Fable 91% · Opus 92% · Tiny 93%"),
        (57, "5h 42% 2h13m · 7d 17% · Fable 91% · Opus 92%"),
        (46, "5h 42% 2h13m · 7d 17% · Fable 91% · Opus 92%"),
        (45, "5h 42% 2h13m · 7d 17% · Fable 91%"),
        (33, "5h 42% 2h13m · 7d 17%"),
        (21, "5h 42% 2h13m · 7d 17%"),
        (20, "5h 42% · 7d 17%"),
        (15, "5h 42% · 7d 17%"),
        (14, "5h 42%"),
        (6, "5h 42%"),
        (5, ""),
    ],
)
def test_what_is_dropped_first(columns: int, text: str) -> None:
    """First the credits are dropped, then the models' weeks, the countdown, the week."""
    assert _text(FULL, style=Style(max_width=columns)) == text


def test_credits_that_do_not_fit() -> None:
    """An account with only credits has an empty line if they do not fit."""
    assert _text(_usage(paid=PAID), style=Style(max_width=20)) == "credits $125.50/$500"
    assert _text(_usage(paid=PAID), style=Style(max_width=19)) == ""


def test_the_accounts_label_comes_first() -> None:
    """The label comes first, counts towards the width, and is never shown alone."""
    style = Style(label="work", max_width=22)
    assert _text(_usage(_limit(42), WEEKLY), style=style) == "work · 5h 42% · 7d 17%"
    assert _text(_usage(), style=style) == _text(None, style=style) == ""
    assert _text(_usage(_limit(42)), NOW + DAY, style) == ""


def test_the_width_is_that_of_the_widest_dialect() -> None:
    """Wide characters take two columns; in ASCII the pound sign takes four."""
    assert width((Piece("電池 "), Piece("ok"))) == 7
    assert width((Piece("£5 · –"),)) == len("GBP 5 - -")


@thorough
@given(usages(label=hostile_texts), styles(), st.integers(0, 25 * HOUR), st.booleans())
def test_no_line_is_too_wide(usage: Usage, style: Style, later: int, minutes: bool) -> None:
    """At any time the line fits, also in ASCII, and has no blanks at its ends."""
    line = draw_line(usage, NOW + later, style, minutes=minutes)
    assert width(line) <= style.max_width
    assert len(_bare(line)) <= style.max_width
    assert len(ascii_only(line)) <= style.max_width
    assert _bare(line) == _bare(line).strip()


# Whatever comes


@thorough
@given(usages(label=st.just("x")), st.sampled_from([180, 300, 3000]), st.integers(-60, 25 * HOUR))
def test_every_number_is_shown_as_it_is(usage: Usage, ttl: int, later: int) -> None:
    """Marked exactly if old, a dash exactly if over, absent exactly if gone or unknown."""
    now = NOW + later
    text = _text(usage, now, Style(ttl=ttl, max_width=10_000))
    parts = {match[1]: match.groups()[1:] for match in PARTS.finditer(text)}
    for key, label in ((SESSION, "5h"), (WEEK, "7d")):
        limit = usage.find(key)
        if limit is None or now - limit.as_of >= DAY:
            assert label not in parts
            continue
        mark, percent, reset = parts[label]
        is_over = limit.resets_at is not None and limit.resets_at <= now
        assert (percent is None) == is_over
        if not is_over:
            assert int(percent) == math.floor(limit.percent)
            assert (mark == "~") == (now - limit.as_of > 2 * ttl)
            assert (reset is not None) == (key == SESSION and limit.resets_at is not None)


@quick
@given(usages(), st.sampled_from([180, 300]), st.integers(0, 25 * HOUR))
def test_an_age_stands_exactly_from_one_hour_on(usage: Usage, ttl: int, later: int) -> None:
    """The line has an age exactly if its oldest number is at least an hour old."""
    style = Style(ttl=ttl, thresholds=(0, 0), max_width=10_000)
    text = _text(usage, NOW + later, style)
    now = NOW + later
    shown: list[Limit | Credits] = [
        limit
        for limit in usage.limits
        if now - limit.as_of < DAY and not (limit.resets_at is not None and limit.resets_at <= now)
    ]
    paid = usage.credits
    if paid and now - paid.as_of < DAY and (paid.percent is not None or not usage.limits):
        shown.append(paid)
    oldest = max((now - one.as_of for one in shown), default=0)
    expected = [f"{int(oldest // HOUR)}h ago"] if oldest >= HOUR else []
    assert [part for part in text.split(" · ") if part.endswith(" ago")] == expected


@thorough
@given(hostile_texts)
def test_a_label_keeps_only_harmless_characters(text: str) -> None:
    """A label is reduced to ASCII letters, digits, blanks and ``.+_-``."""
    assert re.fullmatch(r"[A-Za-z0-9 .+_-]*", plain_label(text))
    limit = _limit(95, key="scope:x", ends=None, label=text)
    assert re.fullmatch(
        r"(\?|[A-Za-z0-9 .+_-]+) 95%", _text(_usage(limit), style=Style(max_width=99))
    )


def test_a_limit_is_never_without_a_name() -> None:
    """If a label has no safe character, a question mark takes its place."""
    for label in ("", "模型", "\x1b", "$#", " "):
        limit = _limit(95, key="scope:x", ends=None, label=label)
        assert _text(_usage(limit)) == "? 95%"
