from __future__ import annotations

import math
import re
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.frames.strip import Strip, draw_strip, write_strip
from claude_status.model.usage import SESSION, Limit, Usage
from claude_status.render.dialects import DIALECTS, plain
from claude_status.render.line import draw_line
from claude_status.render.segments import Piece
from claude_status.render.style import Style
from claude_status.sources.body import parse_body
from tests.bodies import usage_body
from tests.strategies import DAY, HOUR, NOW, styles, thorough, usages
from tests.support import time_zone

DEFAULT = Style()
COUNTED = 12 * 60  # seconds; the strip counts down the minutes for no longer
MAX_FRAMES = 40
READER_LINES, MAX_LINE = 64, 1000  # a reader's limits for a file and for a line
moments = st.lists(st.integers(0, 25 * HOUR) | st.integers(0, 1300), min_size=8, max_size=8)


def _strip(usage: Usage | None, style: Style = DEFAULT, now: int = NOW) -> list[tuple[int, str]]:
    return [(when, plain(line)) for when, line in draw_strip(usage, now, style)]


def _read(text: str, now: int) -> str:
    """What a shell shows of a file of frames: the text of the last one whose time has come."""
    frames = text.removesuffix("\n").split("\n")
    shown = ""
    for frame in frames[: READER_LINES - 1]:
        when, _, text = frame.partition(" ")
        if int(when) > now:
            break
        shown = text
    return shown


def _counting_until(usage: Usage | None, style: Style, drawn: int = NOW) -> int:
    """When clock time replaces the countdown: after two TTLs, but at most twelve minutes."""
    session = usage.find(SESSION) if usage else None
    if session is None:
        return drawn + COUNTED
    return min(drawn + COUNTED, math.floor(session.as_of + 2 * style.ttl) + 1)


def _is_cut(strip: Strip) -> bool:
    return len(strip) == MAX_FRAMES and strip[-1][1] == ()


# The form


@thorough
@given(usages() | st.none(), styles(), st.integers(-DAY, DAY))
def test_the_form_of_a_strip(usage: Usage | None, style: Style, later: int) -> None:
    """1 to 40 frames, ascending, from a minute ago to an empty one within a day."""
    now = NOW + later
    strip = draw_strip(usage, now, style)
    times = [when for when, _ in strip]
    assert 1 <= len(strip) <= MAX_FRAMES
    assert times == sorted(set(times))
    assert all(type(when) is int for when in times)
    assert times[0] == now - 60
    assert strip[-1][1] == ()
    assert times[-1] <= max(now, NOW) + DAY


@thorough
@given(usages() | st.none(), styles())
def test_no_frame_repeats_the_one_before(usage: Usage | None, style: Style) -> None:
    """Every frame but the first is a change."""
    strip = draw_strip(usage, NOW, style)
    if not _is_cut(strip):
        assert all(one[1] != other[1] for one, other in pairwise(strip))


@thorough
@given(usages() | st.none(), styles())
def test_the_file_of_a_strip(usage: Usage | None, style: Style) -> None:
    """There is one line for each frame, in every dialect, within a reader's limits."""
    strip = draw_strip(usage, NOW, style)
    for dialect in DIALECTS.values():
        text = write_strip(strip, dialect)
        assert text.endswith("\n")
        frames = text.removesuffix("\n").split("\n")
        assert [frame.partition(" ")[0] for frame in frames] == [str(when) for when, _ in strip]
        assert [frame.partition(" ")[2] for frame in frames] == [dialect(line) for _, line in strip]
        assert len(frames) < READER_LINES
        assert max(len(line.encode()) for line in frames) <= MAX_LINE


# What a reader shows


def _assert_shown(usage: Usage | None, style: Style, drawn: int, moments: list[int]) -> None:
    """Fail unless the strip shows at each moment what the line, redrawn then, would say."""
    strip = draw_strip(usage, drawn, style)
    text = write_strip(strip, DIALECTS["plain"])
    counting_until = _counting_until(usage, style, drawn)
    for now in moments:
        if now < drawn - 60 or (_is_cut(strip) and now >= strip[-1][0]):
            assert _read(text, now) == ""
        else:
            moment = max(now, drawn)
            line = draw_line(usage, moment, style, minutes=moment < counting_until)
            assert _read(text, now) == plain(line)


@thorough
@given(usages() | st.none(), styles(), st.integers(0, 60), moments)
def test_a_reader_shows_the_line_of_the_moment(
    usage: Usage | None, style: Style, second: int, moments: list[int]
) -> None:
    """At any time the frames show what the line would say if it was redrawn then."""
    times = [when for when, _ in draw_strip(usage, NOW + second, style)]
    changes = [when + around for when in times for around in (-1, 0, 1)]
    _assert_shown(usage, style, NOW + second, [*(NOW + later for later in moments), *changes])


@pytest.mark.parametrize(
    "template", ["", "{7d} {7d.reset} · {age}", "{5h.reset} {7d.ahead} · {model} · {credits}"]
)
@pytest.mark.parametrize("ttl", [180, 300, 2000])
@pytest.mark.parametrize("age", [0.0, 0.5, 590.25, 5000.0])
def test_every_change_comes_at_its_second(template: str, ttl: int, age: float) -> None:
    """Marks, ages, resets and the end appear in the right second, in no other."""
    body = usage_body(NOW, 42, 17, model=95, credits_used=49000, seven_day_left=30 * HOUR)
    asked = parse_body(body, NOW - age, "endpoint")
    session, week, model = asked.limits
    pushed = replace(week, as_of=week.as_of - 700.75)
    both = replace(asked, limits=(session, pushed, model))
    for usage in (asked, both, replace(asked, limits=(pushed,)), replace(asked, limits=())):
        numbers = [*usage.limits, usage.credits]
        dates = [number.as_of for number in numbers if number]
        resets = [limit.resets_at for limit in usage.limits if limit.resets_at]
        changes = [
            *(date + later for date in dates for later in (2 * ttl, HOUR, 5 * HOUR, DAY)),
            *(reset - before for reset in resets for before in (0, DAY)),
        ]
        moments = [math.floor(change) + around for change in changes for around in (-1, 0, 1, 2)]
        style = Style(ttl=ttl, template=template, max_width=99)
        _assert_shown(usage, style, NOW, [now for now in moments if now >= NOW])


@thorough
@given(usages(label=st.just("x")), st.sampled_from([180, 300, 1800]), moments)
def test_frames_are_honest(usage: Usage, ttl: int, moments: list[int]) -> None:
    """A number is marked exactly if older than two TTLs, and gone at its reset or after 24 h."""
    strip = _strip(usage, Style(ttl=ttl, max_width=10_000))
    # the first frame begins a little early, for clocks that are behind, with the text of now
    for now in [*(NOW + later for later in moments), *(max(when, NOW) for when, _ in strip)]:
        text = next(text for when, text in reversed(strip) if when <= now)
        for label, key in (("5h", SESSION), ("7d", "seven_day")):
            shown = re.search(rf"(?:^| · ){label} (~?)(\d+)%", text)
            limit = usage.find(key)
            if shown:
                assert limit is not None
                assert now - limit.as_of < DAY
                assert limit.resets_at is None or now < limit.resets_at
                assert (shown[1] == "~") == (now - limit.as_of > 2 * ttl)
                assert int(shown[2]) == math.floor(limit.percent)


@thorough
@given(st.integers(1, 5 * HOUR), st.sampled_from([180, 300, 301, 600, DAY]), st.floats(0, 1300))
def test_the_countdown_is_right_to_the_minute(left: int, ttl: int, age: float) -> None:
    """Until two TTLs or twelve minutes have passed, each second shows the minutes left."""
    ends = (NOW + left) // 60 * 60
    usage = Usage("endpoint", NOW, (Limit(SESSION, "5h", 42, ends, NOW - age, "endpoint"),))
    style = Style(ttl=ttl)
    text = write_strip(draw_strip(usage, NOW, style), DIALECTS["plain"])
    counting = range(NOW, min(_counting_until(usage, style), ends), 7)
    for now in counting:
        minutes = (ends - now) // 60
        left_text = f"{minutes // 60}h{minutes % 60:02}m" if minutes >= 60 else f"{minutes}m"
        assert _read(text, now) == f"5h 42% {left_text}".replace(" 0m", " <1m")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_a_strip_in_full(zone: str) -> None:
    """The complete strip of one reading, from the countdown to the empty line."""
    body = usage_body(NOW, five_hour_left=2 * HOUR + 10 * 60, seven_day_left=3 * HOUR)
    with time_zone(zone):
        strip = _strip(parse_body(body, NOW, "endpoint"))
        reset = time.strftime("%H:%M", time.localtime(NOW + 2 * HOUR + 10 * 60))
    assert strip == [
        (NOW - 60, "5h 42% 2h10m · 7d 17%"),
        *((NOW + 60 * n + 1, f"5h 42% 2h{9 - n:02}m · 7d 17%") for n in range(10)),
        (NOW + 601, f"5h ~42% until {reset} · 7d ~17%"),
        (NOW + HOUR, f"5h ~42% until {reset} · 7d ~17% · 1h ago"),
        (NOW + 2 * HOUR, f"5h ~42% until {reset} · 7d ~17% · 2h ago"),
        (NOW + 2 * HOUR + 600, "5h – · 7d ~17% · 2h ago"),
        (NOW + 3 * HOUR, "5h – · 7d –"),
        (NOW + DAY, ""),
    ]


def test_nothing_known_is_one_empty_frame() -> None:
    """Without a reading the strip is one empty frame."""
    assert draw_strip(None, NOW, Style()) == [(NOW - 60, ())]
    assert write_strip([(NOW, ())], plain) == f"{NOW} \n"


def test_an_old_reading_has_clock_time_at_once() -> None:
    """A strip that begins after two TTLs shows clock time from the start."""
    usage = parse_body(usage_body(NOW), NOW, "endpoint")
    first = _strip(usage, now=NOW + 601)[0][1]
    assert re.fullmatch(r"5h ~42% until \d\d:\d\d · 7d ~17%", first)
    assert _strip(usage, now=NOW + 2 * DAY) == [(NOW + 2 * DAY - 60, "")]


@thorough
@given(usages(scoped=2), styles(("",)), st.integers(0, DAY))
def test_no_real_reading_is_cut_short(usage: Usage, style: Style, later: int) -> None:
    """A reading whose numbers are all of one time, as the endpoint's, is drawn for 20 hours."""
    limits = tuple(replace(limit, as_of=NOW) for limit in usage.limits)
    paid = replace(usage.credits, as_of=NOW) if usage.credits else None
    usage = replace(usage, as_of=NOW, limits=limits, credits=paid)
    strip = draw_strip(usage, NOW, style)
    text = write_strip(strip, DIALECTS["plain"])
    now = NOW + min(later, 20 * HOUR)
    line = draw_line(usage, now, style, minutes=now < _counting_until(usage, style))
    assert _read(text, now) == plain(line)


def test_minutes_are_counted_down_for_at_most_twelve() -> None:
    """With a long TTL the clock time comes earlier, so that the frames suffice."""
    usage = parse_body(usage_body(NOW, seven_day=None), NOW, "endpoint")
    strip = _strip(usage, Style(ttl=DAY), now=NOW + 30)
    reset = time.strftime("%H:%M", time.localtime(NOW + 2 * HOUR + 13 * 60))
    assert strip[:14] == [
        (NOW - 30, "5h 42% 2h12m"),
        *((NOW + 60 * n + 1, f"5h 42% 2h{12 - n:02}m") for n in range(1, 13)),
        (NOW + 30 + 720, f"5h 42% until {reset}"),
    ]


def test_more_changes_than_frames_end_empty() -> None:
    """A strip too short for all changes ends with an empty frame, not with an old text."""
    limits = tuple(
        Limit(f"scope:m{n:02}", f"M{n}", 99, NOW + 60 * n, NOW, "endpoint") for n in range(1, 45)
    )
    usage = Usage("endpoint", NOW, limits)
    strip = draw_strip(usage, NOW, DEFAULT)
    assert len(strip) == MAX_FRAMES
    text = write_strip(strip, DIALECTS["plain"])
    cut = strip[-1][0]
    for now in range(NOW, cut, 60):
        line = draw_line(usage, now, DEFAULT, minutes=now < NOW + COUNTED)
        assert _read(text, now) == plain(line) != ""
    assert _read(text, cut) == ""


def test_as_many_changes_as_frames_are_all_drawn() -> None:
    """A strip with exactly as many changes as frames is complete."""
    limits = tuple(
        Limit(f"scope:m{n:02}", f"M{n}", 99, NOW + 60 * n, NOW, "endpoint") for n in range(1, 40)
    )
    strip = draw_strip(Usage("endpoint", NOW, limits), NOW, Style(ttl=DAY, max_width=1000))
    assert len(strip) == MAX_FRAMES
    assert [when for when, _ in strip] == [NOW - 60, *(NOW + 60 * n for n in range(1, 40))]
    assert plain(strip[-2][1]).startswith("M39 ")


def test_a_frame_too_long_for_a_reader() -> None:
    """It loses its colours; if it is still too long, it is empty."""
    many = tuple(Piece("9% ", "normal") for _ in range(200))
    for name, dialect in DIALECTS.items():
        frame = write_strip([(NOW, many)], dialect).removesuffix("\n")
        assert len(frame) <= MAX_LINE
        # a JSON object contains the line more than once
        assert frame.count("9%") == (0 if name in ("waybar", "i3bar") else 200), name
        room = MAX_LINE - len(f"{NOW} ")
        for size, shown in ((room, room), (room + 1, 0)):
            huge = (Piece("9" * size, "normal"),)
            frame = write_strip([(NOW, huge)], dialect).removesuffix("\n")
            assert frame == f"{NOW} " + "9" * (0 if name in ("waybar", "i3bar") else shown)
