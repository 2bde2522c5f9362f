from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.body import parse_body
from claude_status.errors import AskError
from claude_status.policy import (
    CALL_SECONDS,
    JITTER,
    MAX_RETRY_AFTER,
    RESET_LAG,
    SPARING,
    Asking,
    Due,
    after_answer,
    after_failure,
    before_call,
    next_call,
    next_refresh,
)
from claude_status.usage import SESSION, WEEK, Limit, Usage
from tests.bodies import usage_body
from tests.strategies import DAY, HOUR, NOW, anything, thorough, usages

TTL = 300
USAGE = parse_body(usage_body(NOW), NOW, "endpoint")
ANSWERED = Asking(asked_at=NOW, next_due=NOW + TTL)
chances = st.floats(0, 1)


def _due(asking: Asking, now: float, usage: Usage | None = USAGE, *, ttl: float = TTL,
         login: str = "a", force: bool = False, idle: bool = False) -> Due:  # fmt: skip
    return next_call(asking, usage, now, ttl=ttl, login=login, force=force, idle=idle)


def _error(kind: str, retry_after: float | None = None) -> AskError:
    return AskError(kind, "It failed.", retry_after=retry_after)


def _failed(kind: str, times: int = 1, *, chance: float = 0.5, start: Asking = ANSWERED) -> Asking:
    """The memory after so many failures, the last of them at NOW."""
    for _ in range(times):
        start = after_failure(start, _error(kind), NOW, login="a", chance=chance)
    return start


def _usage(percent: float, as_of: float, source: str = "endpoint") -> Usage:
    ends = NOW + DAY
    limits = (
        Limit(SESSION, "5h", percent, ends, as_of, source),
        Limit(WEEK, "7d", percent, ends, as_of, source),
    )
    return Usage(source, as_of, limits)


# The TTL


def test_nothing_known_is_asked_for() -> None:
    """Without a reading a call is due at once, unless the last one has just been answered.

    An answer that left no reading, for whatever reason, would leave none at once again.
    """
    assert _due(Asking(), NOW, None).is_now(NOW)
    assert _due(ANSWERED, NOW, None).at == NOW + 300
    assert _due(ANSWERED, NOW + 300, None).is_now(NOW + 300)


@thorough
@given(st.integers(180, DAY), chances)
def test_no_call_before_the_ttl(ttl: int, chance: float) -> None:
    """After an answer the next call is due a TTL later, give or take ten per cent."""
    asking = after_answer(NOW, ttl, chance)
    assert 0.9 * ttl - 1 <= asking.next_due - NOW <= 1.1 * ttl + 1
    usage = Usage("endpoint", NOW)
    due = _due(asking, NOW, usage, ttl=ttl)
    assert (due.at, due.never, due.is_backoff) == (asking.next_due, False, False)
    assert not due.is_now(asking.next_due - 0.001)
    assert _due(asking, asking.next_due, usage, ttl=ttl).is_now(asking.next_due)


def test_jitter_goes_both_ways() -> None:
    """Chance makes the pause shorter as well as longer, so that machines do not keep step."""
    dues = [after_answer(NOW, 1000, chance).next_due - NOW for chance in (0, 0.5, 1)]
    assert dues == pytest.approx([900, 1000, 1100])


def test_force_skips_the_ttl() -> None:
    """A person who forces a call need not wait for the TTL."""
    assert not _due(ANSWERED, NOW + 1).is_now(NOW + 1)
    assert _due(ANSWERED, NOW + 1, force=True).is_now(NOW + 1)


def test_an_answer_ends_every_back_off() -> None:
    """Nothing of earlier failures is left after a reading."""
    assert after_answer(NOW, TTL, 0.5) == ANSWERED


def test_a_ttl_that_is_shortened_holds_at_once() -> None:
    """A call that was put off by a day is due once the TTL of five minutes is over."""
    asking = Asking(asked_at=NOW, next_due=NOW + DAY)
    assert _due(asking, NOW + 3600).is_now(NOW + 3600)
    assert _due(asking, NOW + 1).at == pytest.approx(NOW + 1.1 * TTL)


# A window's reset


def test_a_reset_skips_the_ttl_once() -> None:
    """A window that has been reset since the last call makes one due, and only one."""
    usage = parse_body(usage_body(NOW, five_hour_left=60), NOW, "endpoint")
    at = NOW + 60 + RESET_LAG
    assert not _due(ANSWERED, at - 1, usage).is_now(at - 1)
    assert _due(ANSWERED, at, usage).is_now(at)
    asked = replace(ANSWERED, asked_at=at + 1, next_due=at + 1 + TTL)
    for now in (at + 1, at + TTL):
        assert not _due(asked, now, usage).is_now(now)


@pytest.mark.parametrize("seconds", [1, 59, 60, 60 + RESET_LAG - 1])
def test_a_reset_is_waited_for(seconds: int) -> None:
    """The next call is due shortly after a reset that comes before the TTL's end."""
    usage = parse_body(usage_body(NOW, five_hour_left=60), NOW, "endpoint")
    due = _due(ANSWERED, NOW + seconds, usage)
    assert (due.at, due.is_now(NOW + seconds)) == (NOW + 60 + RESET_LAG, False)


def test_a_reset_of_any_other_window_does_not_skip_the_ttl() -> None:
    """How short such a window is, nobody knows: one that ends every minute would be asked about."""
    usage = parse_body(usage_body(NOW), NOW, "endpoint")
    ending = Limit("kind:minutely", "minutely", 1, NOW + 60, NOW, "endpoint")
    usage = replace(usage, limits=(*usage.limits, ending))
    assert _due(ANSWERED, NOW, usage).at == NOW + TTL
    assert _due(ANSWERED, NOW + TTL, usage, idle=True).is_now(NOW + TTL)


def test_a_reset_does_not_end_a_back_off() -> None:
    """No window's end shortens the pause after a failure."""
    usage = parse_body(usage_body(NOW, five_hour_left=60), NOW, "endpoint")
    failed = _failed("throttled")
    due = _due(failed, NOW + 60 + RESET_LAG, usage)
    assert (due.at, due.is_backoff) == (failed.not_before, True)


# Failures


@pytest.mark.parametrize(
    ("times", "minutes"), [(1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (6, 60), (500, 60)]
)
def test_the_pause_after_429(times: int, minutes: int) -> None:
    """Without a wish of the server: 5, 10, 20, 40, then 60 min, give or take ten per cent."""
    pauses = [_failed("throttled", times, chance=c).not_before - NOW for c in (0, 0.5, 1)]
    assert pauses == pytest.approx([minutes * 54, minutes * 60, minutes * 66])


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [(0.5, 0.5), (5, 5), (1600, 1600), (3600, 3600), (3601, 3600), (1e9, 3600), (math.inf, 3600)],
)
def test_retry_after_is_a_wish_that_is_granted(wish: float, seconds: float) -> None:
    """A wish above 0 is taken as it is, up to an hour, however often it failed before."""
    for before in (ANSWERED, _failed("throttled", 7)):
        failed = after_failure(before, _error("throttled", wish), NOW, login="a", chance=1)
        assert failed.not_before == NOW + seconds


@pytest.mark.parametrize("wish", [None, 0, 0.0, -1, -math.inf, math.nan])
def test_retry_after_that_says_nothing(wish: float | None) -> None:
    """0 means nothing, and neither does what is no number of seconds."""
    failed = after_failure(ANSWERED, _error("throttled", wish), NOW, login="a", chance=0.5)
    assert failed.not_before == NOW + 300


@pytest.mark.parametrize(
    ("times", "seconds"),
    [(1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (6, 900), (7, 900), (10_000, 900)],
)
def test_the_pause_after_another_failure(times: int, seconds: int) -> None:
    """30 s, doubling up to 15 min, for ever."""
    assert _failed("transient", times).not_before == NOW + seconds


@pytest.mark.parametrize("kind", ["throttled", "transient"])
def test_force_never_skips_a_back_off(kind: str) -> None:
    """Until the pause is over there is no call, whoever wants one; then there is."""
    failed = _failed(kind)
    for force in (False, True):
        for usage in (None, USAGE):
            due = _due(failed, failed.not_before - 1, usage, force=force)
            assert (due.at, due.is_backoff, due.why) == (failed.not_before, True, "It failed.")
            assert not due.is_now(failed.not_before - 1)
    # the reading is older than a TTL by now, or the person forces it
    now = max(failed.not_before, ANSWERED.next_due)
    assert _due(failed, now).is_now(now)
    assert _due(failed, failed.not_before, force=True).is_now(failed.not_before)


def test_a_refused_login_is_not_tried_again() -> None:
    """After 401 or 403 there is no call, forced or not, until another login is stored."""
    failed = _failed("unauthorized")
    for now in (NOW, NOW + HOUR, NOW + 90 * DAY):
        for force in (False, True):
            due = _due(failed, now, force=force)
            assert due.never
            assert not due.is_now(now)
            assert "login" in due.why
    assert _due(failed, NOW + TTL, login="b").is_now(NOW + TTL)


def test_a_refused_login_stays_refused_through_other_failures() -> None:
    """Another login's failures do not make the refused one good; its answer forgets all."""
    failed = _failed("transient", start=_failed("unauthorized"))
    assert _due(failed, NOW + DAY).never
    assert not _due(after_answer(NOW, TTL, 0.5), NOW + DAY).never


def test_a_login_is_refused_without_a_pause() -> None:
    """A new login need not wait for what the old one brought about."""
    failed = _failed("unauthorized", start=_failed("throttled", 5))
    assert _due(failed, NOW + 1, None, login="b").is_now(NOW + 1)


def test_a_call_that_a_crash_cuts_short_has_failed() -> None:
    """What is remembered before the call is a back-off that outlasts nothing but the call."""
    memory = before_call(ANSWERED, NOW)
    assert memory.failures == 1
    assert memory.not_before == NOW + CALL_SECONDS
    assert not _due(memory, NOW + 1, None, force=True).is_now(NOW + 1)
    assert before_call(memory, NOW).not_before == NOW + 2 * CALL_SECONDS
    assert not _due(before_call(_failed("unauthorized"), NOW), NOW + DAY, login="b").never


def test_failures_are_told() -> None:
    """What came in the place of a reading is remembered in the error's words."""
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
    """Whatever fails how often, calls made as soon as they are due are 30 s apart or more."""
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
    """As long as sessions tell the numbers themselves, the endpoint is not asked."""
    push = _usage(42, NOW + TTL - 10, "statusline:one")
    due = _due(ANSWERED, NOW + TTL, push)
    assert (due.at, due.is_now(NOW + TTL)) == (NOW + 2 * TTL - 10, False)


def test_once_in_six_ttls_the_endpoint_is_asked_all_the_same() -> None:
    """The per-model rows are in no free source, so they are not left to it for ever."""
    last = NOW + SPARING * TTL
    push = _usage(42, last - 5, "statusline:one")
    assert not _due(ANSWERED, last - 1, push).is_now(last - 1)
    assert _due(ANSWERED, last, push).is_now(last)


def test_the_endpoints_own_numbers_are_no_free_source() -> None:
    """An answer does not put off the next call beyond the TTL that chance has made."""
    asking = after_answer(NOW, TTL, 0)
    assert _due(asking, NOW + 1, _usage(42, NOW)).at == pytest.approx(NOW + 0.9 * TTL)


def test_half_known_is_not_known() -> None:
    """Where a session tells only one window anew, the other is asked for when it is due."""
    usage = _usage(42, NOW)
    push = replace(usage.limits[0], as_of=NOW + TTL - 1, source="statusline:one")
    half = replace(usage, limits=(push, usage.limits[1]))
    assert _due(ANSWERED, NOW + TTL, half).is_now(NOW + TTL)


# A machine at rest


def test_an_idle_machine_is_asked_for_less_often() -> None:
    """Where Claude Code has not been used since, six TTLs pass between two calls."""
    due = _due(ANSWERED, NOW + TTL, _usage(42, NOW), idle=True)
    assert (due.at, due.is_now(NOW + TTL)) == (NOW + SPARING * TTL, False)
    assert _due(ANSWERED, NOW + SPARING * TTL, _usage(42, NOW), idle=True).is_now(due.at)


def test_nothing_is_spared_near_a_limit() -> None:
    """Above 90% idleness counts for nothing; at 90% it still does."""
    now = NOW + TTL
    assert _due(ANSWERED, now, _usage(90.1, NOW), idle=True).is_now(now)
    assert not _due(ANSWERED, now, _usage(90, NOW), idle=True).is_now(now)


def test_nothing_is_spared_after_a_reset() -> None:
    """On an idle machine too a window's reset makes a call due."""
    usage = parse_body(usage_body(NOW, five_hour_left=HOUR), NOW, "endpoint")
    due = _due(ANSWERED, NOW + TTL, usage, ttl=3600, idle=True)
    assert due.at == NOW + HOUR + RESET_LAG
    assert _due(ANSWERED, due.at, usage, idle=True).is_now(due.at)


# Clocks


def test_a_clock_that_was_set_back() -> None:
    """A call or a back-off from a far future is not waited for."""
    for years in (1, 30):
        future = NOW + years * 365 * DAY
        asked = after_answer(future, TTL, 0.5)
        failed = after_failure(Asking(), _error("throttled"), future, login="a", chance=1)
        assert _due(asked, NOW).is_now(NOW)
        assert _due(failed, NOW).is_now(NOW)


def test_a_ttl_that_ends_in_a_far_future() -> None:
    """Whatever is remembered of it, no TTL is waited for longer than it can last."""
    asking = replace(ANSWERED, next_due=NOW + 30 * DAY)
    assert _due(asking, NOW, Usage("endpoint", NOW)).at == pytest.approx(NOW + 1.1 * TTL)


def test_a_clock_that_was_put_right_by_a_second() -> None:
    """A small step back does not make a call due that has just been made."""
    assert not _due(ANSWERED, NOW - 1).is_now(NOW - 1)


def test_a_clock_that_was_set_forward() -> None:
    """After a long sleep a call is due, once."""
    assert _due(ANSWERED, NOW + 90 * DAY).is_now(NOW + 90 * DAY)


askings = st.builds(
    Asking,
    asked_at=st.floats(0, 2 * NOW),
    next_due=st.floats(0, 2 * NOW),
    not_before=st.floats(0, 2 * NOW),
    failures=st.integers(0, 10**6),
    reason=st.text(max_size=5),
    refused_login=st.sampled_from([None, "a", "b"]),
)


@thorough
@given(askings, st.none() | usages(label=st.just("x")), st.integers(180, DAY), st.booleans(),
       st.booleans())  # fmt: skip
def test_no_wait_is_endless(
    asking: Asking, usage: Usage | None, ttl: int, force: bool, idle: bool
) -> None:
    """Whatever is remembered, the next call is due within the longest pause, or never is."""
    due = _due(asking, NOW, usage, ttl=ttl, force=force, idle=idle)
    assert due.never == (asking.refused_login == "a")
    if not due.never:
        assert due.at - NOW <= max(MAX_RETRY_AFTER * (1 + JITTER), SPARING * ttl + 60)
        assert due.why or due.is_backoff
    if due.is_backoff:
        assert due.at == asking.not_before > NOW


# The next refresh


@thorough
@given(
    st.builds(Due, st.floats(0, 2 * NOW), st.just("x"), st.booleans(), st.booleans()),
    st.floats(NOW - DAY, NOW + DAY),
)
def test_the_next_refresh_is_soon_but_not_at_once(due: Due, now: float) -> None:
    """A reader looks again after 15 s to 5 min, when the call is due if that lies between."""
    at, prompt = next_refresh(due, now)
    assert at == prompt
    assert type(at) is int
    assert math.floor(now) + 15 <= at <= now + 300
    if not due.never and now + 15 <= due.at <= now + 300:
        assert at == math.floor(due.at)


def test_a_login_is_waited_for() -> None:
    """Where no call is due at all, the login is looked at every five minutes."""
    assert next_refresh(Due(NOW, "no login", never=True), NOW) == (NOW + 300, NOW + 300)


# The memory


@thorough
@given(askings)
def test_the_memory_is_read_back(asking: Asking) -> None:
    """What is written is read back equal."""
    assert Asking.load(asking.dump()) == asking


@pytest.mark.parametrize(
    "text",
    [
        None, "", "{", "[]", "5", "null", '"x"', '{"asked": 5}', '{"asked_at": "5"}',
        '{"asked_at": true}', '{"next_due": NaN}', '{"not_before": 1e999}', '{"not_before": null}',
        '{"failures": 1.5}', '{"failures": "1"}', '{"failures": true}', '{"reason": 5}',
        '{"refused_login": 5}', "{" * 100_000, "[" * 100_000,
    ],
    ids=lambda text: str(text)[:20],
)  # fmt: skip
def test_a_memory_that_cannot_be_read_is_an_empty_one(text: str | None) -> None:
    """What was not written here, or holds a value of another type, is forgotten."""
    assert Asking.load(text) == Asking()


@thorough
@given(anything)
def test_no_memory_is_too_strange(value: object) -> None:
    """Whatever stands in the row, there is a memory by which can be decided."""
    due = _due(Asking.load(json.dumps(value)), NOW)
    assert isinstance(due, Due)
