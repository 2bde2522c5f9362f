from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.errors import AskError
from claude_status.model.memory import (
    JITTER,
    MAX_RETRY_AFTER,
    THROTTLED_SECONDS,
    Asking,
    after_answer,
    after_failure,
    before_call,
)
from claude_status.model.schedule import (
    ABSENT,
    BAR,
    CALL_SECONDS,
    NOBODY,
    PROMPT,
    RESET_LAG,
    SPARING,
    STEADY,
    Due,
    next_call,
    numbers,
    refresh_times,
)
from claude_status.model.usage import SESSION, STALE, WEEK, Credits, Limit, Usage
from claude_status.sources.body import parse_body
from tests.bodies import usage_body
from tests.strategies import DAY, HOUR, NOW, anything, thorough, usages

TTL = 300
USAGE = parse_body(usage_body(NOW), NOW, "endpoint")
ANSWERED = Asking(asked_at=NOW, answered_at=NOW)
readers = st.sampled_from([PROMPT, BAR, NOBODY])
chances = st.floats(0, 1)


def _due(asking: Asking, now: float, usage: Usage | None = USAGE, *, ttl: float = TTL,
         login: str = "a", force: bool = False, reader: str = PROMPT) -> Due:  # fmt: skip
    return next_call(asking, usage, now, ttl=ttl, login=login, force=force, reader=reader)


def _error(kind: str, retry_after: float | None = None) -> AskError:
    return AskError(kind, "It failed.", retry_after=retry_after)


def _failed(kind: str, times: int = 1, *, chance: float = 0.5, start: Asking = ANSWERED) -> Asking:
    """The memory after so many failures at NOW."""
    for _ in range(times):
        start = after_failure(start, _error(kind), NOW, login="a", chance=chance)
    return start


def _credits(used: int) -> Credits:
    return Credits(used, 500, "USD", 2, None, NOW, "endpoint")


def _usage(percent: float, as_of: float, source: str = "endpoint") -> Usage:
    ends = NOW + DAY
    limits = (
        Limit(SESSION, "5h", percent, ends, as_of, source),
        Limit(WEEK, "7d", percent, ends, as_of, source),
    )
    return Usage(source, as_of, limits)


# The TTL


def test_without_a_reading_a_call_is_due() -> None:
    """Without a reading a call is due at once, unless the last one was answered a moment ago."""
    assert _due(Asking(), NOW, None).is_now(NOW)
    assert _due(ANSWERED, NOW, None).at == NOW + 300
    assert _due(ANSWERED, NOW + 300, None).is_now(NOW + 300)


@thorough
@given(st.integers(180, DAY), chances)
def test_no_call_before_the_ttl(ttl: int, chance: float) -> None:
    """After an answer the next call is due one TTL later, give or take ten per cent."""
    asking = after_answer(ANSWERED, NOW, chance)
    usage = Usage("endpoint", NOW)
    due = _due(asking, NOW, usage, ttl=ttl)
    assert 0.9 * ttl - 1 <= due.at - NOW <= 1.1 * ttl + 1
    assert (due.never, due.is_backoff) == (False, False)
    assert not due.is_now(due.at - 0.001)
    assert _due(asking, due.at, usage, ttl=ttl).is_now(due.at)


def test_jitter_goes_both_ways() -> None:
    """Jitter makes the pause shorter or longer, so that machines do not stay in step."""
    answers = [after_answer(ANSWERED, NOW, chance) for chance in (0, 0.5, 1)]
    dues = [_due(answer, NOW, ttl=1000).at - NOW for answer in answers]
    assert dues == pytest.approx([900, 1000, 1100])


def test_force_skips_the_ttl() -> None:
    """A forced call does not wait for the TTL."""
    assert not _due(ANSWERED, NOW + 1).is_now(NOW + 1)
    assert _due(ANSWERED, NOW + 1, force=True).is_now(NOW + 1)


def test_an_answer_ends_every_back_off() -> None:
    """An answer clears all earlier failures."""
    assert after_answer(_failed("transient", 3), NOW, 0.5) == ANSWERED


def test_a_shortened_ttl_counts_at_once() -> None:
    """If the TTL is shortened from a day to five minutes, the next call moves forward."""
    usage = Usage("endpoint", NOW)
    assert _due(ANSWERED, NOW + TTL, usage, ttl=DAY).at == NOW + DAY
    assert _due(ANSWERED, NOW + TTL, usage).is_now(NOW + TTL)


# Who reads


@pytest.mark.parametrize(
    ("reader", "is_steady", "ttls"),
    [(PROMPT, False, 1), (PROMPT, True, STEADY), (BAR, False, STEADY), (BAR, True, STEADY),
     (NOBODY, False, ABSENT), (NOBODY, True, ABSENT)],
)  # fmt: skip
def test_the_reader_decides(reader: str, is_steady: bool, ttls: float) -> None:
    """A prompt asks early if the numbers change, a bar later, an unseen bar hardly ever."""
    asking = replace(ANSWERED, is_steady=is_steady)
    at = NOW + ttls * TTL
    assert _due(asking, NOW, _usage(42, NOW), reader=reader).at == pytest.approx(at)


@thorough
@given(chances, st.booleans(), st.sampled_from([PROMPT, BAR]))
def test_no_number_gets_old_while_somebody_looks(
    chance: float, is_steady: bool, reader: str
) -> None:
    """With any jitter, the next call comes before the numbers are two TTLs old."""
    asking = after_answer(ANSWERED, NOW, chance, is_steady=is_steady)
    due = _due(asking, NOW, _usage(42, NOW), reader=reader)
    assert not any(limit.state(due.at, TTL) == STALE for limit in _usage(42, NOW).limits)


@thorough
@given(st.sampled_from([ANSWERED, replace(ANSWERED, is_steady=True)]), st.floats(0, 2 * DAY))
def test_a_prompt_never_asks_later_than_a_bar(asking: Asking, later: float) -> None:
    """A call is due for a prompt no later than for a bar, and for that no later than unseen."""
    dues = [_due(asking, NOW + later, _usage(42, NOW), reader=r).at for r in (PROMPT, BAR, NOBODY)]
    assert dues == sorted(dues)


@pytest.mark.parametrize("seconds", [0, 3600, THROTTLED_SECONDS - 1])
def test_the_ttl_counts_double_for_hours_after_a_429(seconds: int) -> None:
    """For six hours after a 429 the TTL is doubled, since other machines may share the login."""
    now = NOW + seconds
    asking = after_answer(_failed("throttled"), now, 0.5)
    for reader, ttls in ((PROMPT, 2), (BAR, 2 * STEADY), (NOBODY, 2 * ABSENT)):
        due = _due(asking, now, _usage(42, now), reader=reader)
        assert due.at == pytest.approx(now + ttls * TTL)
    later = NOW + THROTTLED_SECONDS
    assert _due(after_answer(asking, later, 0.5), later, _usage(42, later)).at == later + TTL


def test_no_other_failure_doubles_the_ttl() -> None:
    """A network failure does not double the TTL."""
    asking = after_answer(_failed("transient", 5), NOW, 0.5)
    assert _due(asking, NOW, _usage(42, NOW)).at == NOW + TTL


def test_an_answer_without_numbers_is_asked_for_again_soon() -> None:
    """It waits one TTL, or 1.8 if that repeats, but never as long as an unseen bar."""
    for is_steady, prompt in ((False, 1), (True, STEADY)):
        empty = after_answer(ANSWERED, NOW, 0.5, is_steady=is_steady, reason="It is empty.")
        for usage in (None, _usage(42, NOW - 60), Usage("endpoint", NOW)):
            dues = [_due(empty, NOW, usage, reader=r).at - NOW for r in (PROMPT, BAR, NOBODY)]
            assert dues == pytest.approx([prompt * TTL, STEADY * TTL, STEADY * TTL])


def test_a_change_is_what_a_person_sees() -> None:
    """Whole per cent, ended windows and money count as changes; fractions and dates do not."""
    usage = _usage(42.2, NOW)
    assert numbers(usage, NOW) == numbers(_usage(42.9, NOW + 60, "statusline:one"), NOW)
    others = [None, _usage(43, NOW), Usage("endpoint", NOW), replace(usage, credits=_credits(5))]
    for other in others:
        assert numbers(other, NOW) != numbers(usage, NOW)
    assert numbers(usage, NOW + 2 * DAY) != numbers(usage, NOW)
    paid = [numbers(replace(usage, credits=_credits(used)), NOW) for used in (5, 6)]
    assert paid[0] != paid[1]


# A window's reset


def test_a_reset_skips_the_ttl_once() -> None:
    """A window that was reset since the last call makes one call due, and only one."""
    usage = parse_body(usage_body(NOW, five_hour_left=60), NOW, "endpoint")
    at = NOW + 60 + RESET_LAG
    assert not _due(ANSWERED, at - 1, usage).is_now(at - 1)
    assert _due(ANSWERED, at, usage).is_now(at)
    asked = replace(ANSWERED, asked_at=at + 1, answered_at=at + 1)
    for now in (at + 1, at + TTL):
        assert not _due(asked, now, usage).is_now(now)


@pytest.mark.parametrize("seconds", [1, 59, 60, 60 + RESET_LAG - 1])
def test_a_reset_is_waited_for(seconds: int) -> None:
    """The next call is due shortly after a reset that comes before the TTL ends."""
    usage = parse_body(usage_body(NOW, five_hour_left=60), NOW, "endpoint")
    due = _due(ANSWERED, NOW + seconds, usage)
    assert (due.at, due.is_now(NOW + seconds)) == (NOW + 60 + RESET_LAG, False)


def test_a_reset_of_any_other_window_does_not_skip_the_ttl() -> None:
    """Only the session and the week skip the TTL: other windows may be very short."""
    usage = parse_body(usage_body(NOW), NOW, "endpoint")
    ending = Limit("kind:minutely", "minutely", 1, NOW + 60, NOW, "endpoint")
    usage = replace(usage, limits=(*usage.limits, ending))
    assert _due(ANSWERED, NOW, usage).at == NOW + TTL
    assert _due(ANSWERED, NOW + TTL, usage, reader=NOBODY).is_now(NOW + TTL)


def test_a_reset_does_not_end_a_back_off() -> None:
    """A reset does not shorten the pause after a failure."""
    usage = parse_body(usage_body(NOW, five_hour_left=60), NOW, "endpoint")
    failed = _failed("throttled")
    due = _due(failed, NOW + 60 + RESET_LAG, usage)
    assert (due.at, due.is_backoff) == (failed.not_before, True)


# Failures


@pytest.mark.parametrize(
    ("times", "minutes"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (6, 60), (500, 60)]
)
def test_the_pause_after_429(times: int, minutes: int) -> None:
    """Without ``Retry-After``: 5, 10, 20, 40, then 60 min, give or take ten per cent."""
    pauses = [_failed("throttled", times, chance=c).not_before - NOW for c in (0, 0.5, 1)]
    assert pauses == pytest.approx([minutes * 54, minutes * 60, minutes * 66])


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [(0.5, 0.5), (5, 5), (1600, 1600), (3600, 3600), (3601, 3600), (1e9, 3600), (math.inf, 3600)],
)
def test_retry_after_is_obeyed(wish: float, seconds: float) -> None:
    """``Retry-After`` above 0 is taken as it is, up to an hour, after any number of failures."""
    for before in (ANSWERED, _failed("throttled", 7)):
        failed = after_failure(before, _error("throttled", wish), NOW, login="a", chance=1)
        assert failed.not_before == NOW + seconds


@pytest.mark.parametrize("wish", [None, 0, 0.0, -1, -math.inf, math.nan])
def test_an_invalid_retry_after_is_ignored(wish: float | None) -> None:
    """``Retry-After`` counts as missing if it is not a number of seconds above 0."""
    failed = after_failure(ANSWERED, _error("throttled", wish), NOW, login="a", chance=0.5)
    assert failed.not_before == NOW + 300


@pytest.mark.parametrize(
    ("times", "seconds"),
    [(1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (6, 900), (7, 900), (10_000, 900)],
)
def test_the_pause_after_another_failure(times: int, seconds: int) -> None:
    """Other failures pause for 30 s, doubling up to 15 min, and then stay there."""
    assert _failed("transient", times).not_before == NOW + seconds


@pytest.mark.parametrize("kind", ["throttled", "transient"])
def test_force_never_skips_a_back_off(kind: str) -> None:
    """Until the pause is over no call is due, forced or not."""
    failed = _failed(kind)
    for force in (False, True):
        for usage in (None, USAGE):
            due = _due(failed, failed.not_before - 1, usage, force=force)
            assert (due.at, due.is_backoff, due.why) == (failed.not_before, True, "It failed.")
            assert not due.is_now(failed.not_before - 1)
    # the reading is older than a TTL by now, or the person forces it
    now = max(failed.not_before, NOW + 2 * TTL)
    assert _due(failed, now).is_now(now)
    assert _due(failed, failed.not_before, force=True).is_now(failed.not_before)


def test_a_refused_login_is_not_tried_again() -> None:
    """After 401 or 403 no call is due, forced or not, until another login is stored."""
    failed = _failed("unauthorized")
    for now in (NOW, NOW + HOUR, NOW + 90 * DAY):
        for force in (False, True):
            due = _due(failed, now, force=force)
            assert due.never
            assert not due.is_now(now)
            assert "login" in due.why
    assert _due(failed, NOW + TTL, login="b").is_now(NOW + TTL)


def test_a_refused_login_stays_refused_through_other_failures() -> None:
    """Another failure does not clear a refused login; an answer does."""
    failed = _failed("transient", start=_failed("unauthorized"))
    assert _due(failed, NOW + DAY).never
    assert not _due(after_answer(failed, NOW, 0.5), NOW + DAY).never


def test_a_login_is_refused_without_a_pause() -> None:
    """A new login need not wait for the back-off of the refused one."""
    failed = _failed("unauthorized", start=_failed("throttled", 5))
    assert _due(failed, NOW + 1, None, login="b").is_now(NOW + 1)


def test_a_call_that_a_crash_cuts_short_has_failed() -> None:
    """The memory before a call is a back-off that lasts as long as a call may."""
    memory = before_call(ANSWERED, NOW)
    assert memory.failures == 1
    assert memory.not_before == NOW + CALL_SECONDS
    assert not _due(memory, NOW + 1, None, force=True).is_now(NOW + 1)
    assert before_call(memory, NOW).not_before == NOW + 2 * CALL_SECONDS
    assert not _due(before_call(_failed("unauthorized"), NOW), NOW + DAY, login="b").never


def test_failures_are_remembered() -> None:
    """A failure is remembered with its time, its number in a row and the error's sentence."""
    assert _failed("transient", 3).reason == "It failed."
    assert _failed("transient", 3).failures == 3
    assert _failed("transient", 3).asked_at == NOW


@thorough
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["throttled", "transient"]),
            st.none() | st.sampled_from([0.0, 60.0, 1600.0]),
            chances,
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_no_two_calls_are_close(
    failures: list[tuple[str, float | None, float, bool]],
) -> None:
    """Whatever fails, however often, calls are at least 30 s apart."""
    asking, now = Asking(), float(NOW)
    for kind, wish, chance, force in failures:
        due = _due(asking, now, None, force=force)
        assert not due.never
        assert due.at - now <= MAX_RETRY_AFTER * (1 + JITTER)
        made = max(now, due.at)
        assert made == now == NOW or made - now >= 30
        now = made
        asking = after_failure(asking, _error(kind, wish), now, login="a", chance=chance)


# Sources that cost nothing


def test_no_call_while_a_free_source_is_fresh() -> None:
    """While sessions report the numbers themselves, the endpoint is not asked."""
    push = _usage(42, NOW + TTL - 10, "statusline:one")
    due = _due(ANSWERED, NOW + TTL, push)
    assert (due.at, due.is_now(NOW + TTL)) == (NOW + 2 * TTL - 10, False)


def test_the_endpoint_is_asked_once_in_six_ttls_anyway() -> None:
    """Free sources lack the per-model rows, so the endpoint is still asked now and then."""
    last = NOW + SPARING * TTL
    push = _usage(42, last - 5, "statusline:one")
    assert not _due(ANSWERED, last - 1, push).is_now(last - 1)
    assert _due(ANSWERED, last, push).is_now(last)


def test_the_endpoints_own_numbers_are_no_free_source() -> None:
    """An answer of the endpoint does not delay the next call beyond the TTL with its jitter."""
    asking = after_answer(ANSWERED, NOW, 0)
    assert _due(asking, NOW + 1, _usage(42, NOW)).at == pytest.approx(NOW + 0.9 * TTL)


def test_half_known_is_not_known() -> None:
    """If a session reports only one window, the other is asked for when it is due."""
    usage = _usage(42, NOW)
    push = replace(usage.limits[0], as_of=NOW + TTL - 1, source="statusline:one")
    half = replace(usage, limits=(push, usage.limits[1]))
    assert _due(ANSWERED, NOW + TTL, half).is_now(NOW + TTL)


def test_a_bar_waits_longer_for_a_free_source() -> None:
    """For a bar, the last push delays a call as much as an answer would."""
    known = NOW + TTL - 10
    push = _usage(42, known, "statusline:one")
    assert _due(ANSWERED, NOW + TTL, push, reader=BAR).at == known + STEADY * TTL
    assert _due(ANSWERED, NOW + TTL, push, reader=NOBODY).at == NOW + ABSENT * TTL


def test_a_reset_makes_a_call_due_for_an_unseen_bar() -> None:
    """A reset makes a call due even if nobody sees the bar."""
    usage = parse_body(usage_body(NOW, five_hour_left=1800), NOW, "endpoint")
    at = NOW + 1800 + RESET_LAG
    assert _due(ANSWERED, NOW + TTL, usage, reader=NOBODY).at == at
    assert _due(ANSWERED, at, usage, reader=NOBODY).is_now(at)


# Clocks


@pytest.mark.parametrize("back", [61, HOUR, 30 * 365 * DAY])
def test_an_answer_from_the_future_delays_nothing(back: int) -> None:
    """After the clock was set back one call is due at once, the next one after the TTL."""
    asked = after_answer(ANSWERED, NOW + back, 0.5)
    for usage in (None, _usage(42, NOW - HOUR)):  # the reading from the future is dropped
        assert _due(asked, NOW, usage).is_now(NOW)
    assert not _due(after_answer(asked, NOW, 0.5), NOW + 1).is_now(NOW + 1)


@pytest.mark.parametrize("back", [1, 600, 2 * HOUR, 30 * 365 * DAY])
@pytest.mark.parametrize("kind", ["throttled", "transient"])
def test_a_back_off_survives_a_clock_set_back(kind: str, back: int) -> None:
    """A back-off starts again from the new time, once, and keeps its length."""
    failed = after_failure(ANSWERED, _error(kind, 3600), NOW, login="a", chance=0.5)
    now = NOW + 20 - back
    again = failed.at(now)
    end = _due(failed, now).at
    assert end - now == min(failed.pause, failed.pause - 20 + back)
    for later in (0, 10, end - now - 1):
        for force in (False, True):
            due = _due(again, now + later, force=force)
            assert (due.at, due.is_backoff) == (end, True)
    assert _due(again, end, force=True).is_now(end)


def test_a_clock_set_back_often_ends_no_back_off() -> None:
    """However often the clock is set back, no call is due before the back-off has ended."""
    failed, now = _failed("throttled"), float(NOW)
    for _ in range(5):
        now -= HOUR
        failed = failed.at(now)
        assert not _due(failed, now, force=True).is_now(now)
        assert failed.not_before == now + failed.pause
        now += failed.pause - 1
        assert not _due(failed, now, force=True).is_now(now)


def test_a_clock_set_back_leaves_the_hours_after_a_429() -> None:
    """The hours after a 429 then count from the new time."""
    asking = after_answer(_failed("throttled"), NOW, 0.5).at(NOW - DAY)
    assert asking.throttled_at == NOW - DAY


def test_a_clock_corrected_by_up_to_a_minute() -> None:
    """A small step back does not make a call due right after an answer."""
    assert not _due(ANSWERED, NOW - 1).is_now(NOW - 1)
    assert [ANSWERED.at(NOW - back).answered_at for back in (0, 60, 61)] == [NOW, NOW, 0]


def test_a_clock_that_was_set_forward() -> None:
    """After a long sleep a call is due."""
    assert _due(ANSWERED, NOW + 90 * DAY).is_now(NOW + 90 * DAY)


askings = st.builds(
    Asking,
    asked_at=st.floats(0, 2 * NOW),
    pause=st.floats(-NOW, 2 * NOW),
    answered_at=st.floats(0, 2 * NOW),
    jitter=st.floats(-2, 2),
    is_steady=st.booleans(),
    throttled_at=st.floats(0, 2 * NOW),
    failures=st.integers(0, 10**6),
    reason=st.text(max_size=5),
    refused_login=st.sampled_from([None, "a", "b"]),
)


@thorough
@given(askings, st.none() | usages(label=st.just("x")), st.integers(180, DAY), st.booleans(),
       readers)  # fmt: skip
def test_no_wait_is_endless(
    asking: Asking, usage: Usage | None, ttl: int, force: bool, reader: str
) -> None:
    """Whatever is remembered, the next call is due within the longest pause, or never."""
    due = _due(asking, NOW, usage, ttl=ttl, force=force, reader=reader)
    assert due.never == (asking.refused_login == "a")
    if not due.never:
        assert due.at - NOW <= max(MAX_RETRY_AFTER, ABSENT * 2 * ttl) * (1 + JITTER) + 60
        assert due.why or due.is_backoff
    if due.is_backoff:
        assert due.at == asking.at(NOW).not_before > NOW


# The next refresh


dues = st.builds(Due, st.floats(-NOW, 2 * NOW), st.just("x"), st.booleans(), st.booleans())


@thorough
@given(dues, dues, st.floats(NOW - DAY, NOW + DAY), readers)
def test_the_next_refresh_is_soon_but_not_at_once(
    bar: Due, prompt: Due, now: float, reader: str
) -> None:
    """Readers refresh again after 15 s to 5 min, when the call is due if that is in between.

    Only a prompt after a bar may refresh at once.
    """
    soonest = 15 if reader == PROMPT else 0
    times = refresh_times(bar, prompt, now, reader)
    for at, due, least in zip(times, (bar, prompt), (15, soonest), strict=True):
        assert type(at) is int
        assert math.floor(now) + least <= at <= now + 300
        if not due.never and now + least <= due.at <= now + 300:
            assert at == math.floor(due.at)


def test_a_bar_that_asks_nothing_hides_no_due_call_from_a_prompt() -> None:
    """After a bar's refresh that asked nothing, the next prompt refreshes at once."""
    now = NOW + 2 * TTL
    bar, prompt = (_due(ANSWERED, now, _usage(42, NOW), reader=r) for r in (NOBODY, PROMPT))
    times = refresh_times(bar, prompt, now, NOBODY)
    assert times.prompt <= now < times.bar


def test_a_login_is_waited_for() -> None:
    """If no call is due until the login changes, the login is checked every five minutes."""
    never = Due(NOW, "no login", never=True)
    for reader in (PROMPT, BAR, NOBODY):
        assert refresh_times(never, never, NOW, reader) == (NOW + 300, NOW + 300)


# The memory


@thorough
@given(askings)
def test_the_memory_is_read_back(asking: Asking) -> None:
    """The memory is read back as it was written."""
    assert Asking.load(asking.dump()) == asking


@pytest.mark.parametrize(
    "text",
    [
        None, "", "{", "[]", "5", "null", '"x"', '{"asked": 5}', '{"asked_at": "5"}',
        '{"asked_at": true}', '{"jitter": NaN}', '{"pause": 1e999}', '{"pause": null}',
        '{"failures": 1.5}', '{"failures": "1"}', '{"failures": true}', '{"reason": 5}',
        '{"refused_login": 5}', "{" * 100_000, "[" * 100_000,
    ],
    ids=lambda text: str(text)[:20],
)  # fmt: skip
def test_a_memory_that_cannot_be_read_is_an_empty_one(text: str | None) -> None:
    """An unreadable memory, or one with a value of the wrong type, counts as empty."""
    assert Asking.load(text) == Asking()


@thorough
@given(anything)
def test_no_memory_is_too_strange(value: object) -> None:
    """With any JSON value in the row, the next call can be decided."""
    due = _due(Asking.load(json.dumps(value)), NOW)
    assert isinstance(due, Due)
