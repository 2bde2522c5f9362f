from __future__ import annotations

import random
from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.model.merge import is_push, join, merge
from claude_status.model.usage import SESSION, WEEK, Credits, Limit, Usage
from claude_status.sources.body import parse_body
from tests.bodies import usage_body
from tests.strategies import DAY, HOUR, NOW, quick, thorough

ENDS = NOW + 2 * HOUR  # of the open window
ONE, TWO = "statusline:one", "statusline:two"


def _at(*seconds: int) -> st.SearchStrategy[float]:
    return st.sampled_from([float(NOW + n) for n in seconds])


@st.composite
def usages(draw: st.DrawFn, source: str = "endpoint") -> Usage:
    """A reading with few different numbers at few different times, so that many coincide."""
    as_of = draw(_at(-DAY, -3600, -600, -90, -59, -30, 0))
    keys = draw(st.lists(st.sampled_from([SESSION, WEEK, "scope:opus"]), unique=True))
    found = [
        Limit(
            key,
            key,
            draw(st.sampled_from([0, 3, 42, 42.6])),
            draw(st.sampled_from([None, NOW - 4000, NOW - 60, ENDS, ENDS + 5 * HOUR])),
            as_of - draw(st.sampled_from([0, 0, 30, 600, DAY])),
            source,
            active=draw(st.booleans()),
        )
        for key in sorted(keys)
    ]
    paid = draw(
        st.none() | st.builds(Credits, *map(st.just, (5, None, "USD", 2, None, as_of, source)))
    )
    listed = as_of if draw(st.booleans()) else 0.0
    names = draw(st.sampled_from([(), ("tangelo",), ("nimbus",)]))
    off = as_of if paid is None and draw(st.booleans()) else 0.0
    return Usage(source, as_of, tuple(found), paid, listed, names, off)


def _limit(percent: float, as_of: float, source: str, *, ends: int | None = ENDS,
           key: str = SESSION) -> Limit:  # fmt: skip
    return Limit(key, "5h", percent, ends, as_of, source)


def _usage(source: str, percent: float, as_of: float, *, ends: int | None = ENDS) -> Usage:
    return Usage(source, as_of, (_limit(percent, as_of, source, ends=ends),))


def _asked(percent: float, as_of: float, *, ends: int | None = ENDS) -> Usage:
    return _usage("endpoint", percent, as_of, ends=ends)


def _shown(*readings: Usage) -> float | None:
    """The session's percentage after merging these readings."""
    merged = merge(readings)
    limit = merged.find(SESSION) if merged else None
    return limit.percent if limit else None


# Joining the readings of one source


@thorough
@given(usages(), usages(), usages())
def test_join_ignores_the_order(a: Usage, b: Usage, c: Usage) -> None:
    """Joining is commutative and associative, so the order of arrival does not matter."""
    assert join(a, b) == join(b, a)
    assert join(join(a, b), c) == join(a, join(b, c))


@thorough
@given(usages(), usages())
def test_join_is_idempotent(a: Usage, b: Usage) -> None:
    """A reading that arrives again later changes nothing."""
    joined = join(a, b)
    assert join(joined, a) == join(joined, b) == join(joined, joined) == joined


@quick
@given(st.lists(usages(), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_any_grouping_is_the_same(readings: list[Usage], chance: random.Random) -> None:
    """Readings that are shuffled, repeated or joined in groups give the same result."""
    expected = reduce(join, readings)
    groups = [*readings, *chance.choices(readings, k=3)]
    chance.shuffle(groups)
    while len(groups) > 1:
        one, other = (groups.pop(chance.randrange(len(groups))) for _ in range(2))
        groups.append(join(one, other))
    assert groups == [expected]


def test_a_reading_is_not_changed_by_itself() -> None:
    """A reading joined to itself loses nothing."""
    body = usage_body(NOW, 42, 17, model=95, credits_used=12550)
    usage = parse_body(body, NOW, "endpoint")
    assert join(usage, usage) == usage


def test_the_later_number_wins() -> None:
    """Within one window the later number counts, whether higher or lower."""
    for before, after in ((10, 42), (42, 10)):
        early, late = _asked(before, NOW - 600), _asked(after, NOW)
        assert _shown(join(early, late)) == after


def test_null_does_not_erase_an_open_window() -> None:
    """A later reading without an open window keeps its number, with its true age."""
    known = parse_body(usage_body(NOW, 42, 17, five_hour_left=HOUR), NOW, "endpoint")
    silent = parse_body({"five_hour": None, "seven_day": None}, NOW + 900, "endpoint")
    assert join(known, silent).limits == known.limits
    merged = merge([join(known, silent)])
    assert merged is not None
    assert merged.limits == known.limits
    assert merged.as_of == NOW + 900


def test_null_after_the_reset_erases() -> None:
    """A later reading without a new window drops the number of the one that is over."""
    silent = parse_body({"five_hour": None}, ENDS + 60, "endpoint")
    assert _shown(join(_asked(42, NOW), silent)) is None
    assert _shown(join(_usage(ONE, 42, NOW), replace(silent, source=ONE))) is None
    assert _shown(_usage(ONE, 42, NOW), silent) is None
    assert _shown(_asked(42, NOW), replace(silent, source="claude_json")) is None


def test_a_window_that_is_over_when_reported_is_kept() -> None:
    """A window already over when it is reported, by a slow clock, is still kept."""
    late = _asked(42, ENDS + 1)
    assert _shown(late) == _shown(join(late, late)) == 42
    assert _shown(_asked(42, ENDS), late) == 42


def test_a_past_window_does_not_bring_back_an_older_one() -> None:
    """A window that was moved forward and is over is not replaced by the one before."""
    first = _asked(42, NOW, ends=ENDS)
    moved = _asked(50, NOW + 60, ends=NOW + 600)
    silent = parse_body({"seven_day": None}, NOW + 900, "endpoint")
    for a, b, c in ((first, moved, silent), (silent, first, moved), (moved, silent, first)):
        assert _shown(join(join(a, b), c)) is None


def test_a_model_that_is_no_longer_listed_is_gone() -> None:
    """A later complete list without a scoped limit removes it, whatever source reported it."""
    known = parse_body(usage_body(NOW, 42, 17, model=95), NOW, "endpoint")
    listed = parse_body(usage_body(NOW + 300, 43, 17), NOW + 300, "endpoint")
    unlisted = parse_body({"five_hour": None}, NOW + 300, "endpoint")
    other = replace(known, source="claude_json")
    assert [x.key for x in join(known, listed).limits] == [SESSION, WEEK]
    for readings in ([join(known, listed)], [other, listed]):
        merged = merge(readings)
        assert merged is not None
        assert [x.key for x in merged.limits] == [SESSION, WEEK]
    assert [x.key for x in join(known, unlisted).limits] == [SESSION, WEEK, "scope:fable"]


def test_an_old_list_does_not_end_a_newer_limit() -> None:
    """A complete list that is older than a scoped limit does not remove it."""
    listed = parse_body(usage_body(NOW, 42, 17), NOW, "endpoint")
    known = parse_body(usage_body(NOW + 300, 43, 17, model=95), NOW + 300, "endpoint")
    assert join(listed, known).find("scope:fable") is not None


def test_a_source_does_not_grow_for_ever() -> None:
    """Numbers a day older than the last reading are dropped."""
    reading = _asked(1, NOW)
    for day in range(1, 90):
        new = replace(reading.limits[0], key=f"kind:{day}", as_of=NOW + day * DAY, resets_at=None)
        reading = join(reading, Usage("endpoint", new.as_of, (new,)))
        assert len(reading.limits) <= 2


def test_credits_are_those_of_the_latest_reading() -> None:
    """Credits that were switched off are gone; an older reading does not bring them back."""
    on = parse_body(usage_body(NOW, credits_used=12550), NOW, "endpoint")
    off = parse_body(usage_body(NOW + 300), NOW + 300, "endpoint")
    more = parse_body(usage_body(NOW + 600, credits_used=13000), NOW + 600, "endpoint")
    assert join(on, off).credits is None
    assert merge([join(off, on), replace(on, source="claude_json")]) == replace(
        off, as_of=NOW + 300, source="endpoint"
    )
    assert isinstance(join(more, on).credits, Credits)
    assert join(more, on).credits == more.credits


# Merging all sources


def test_nothing_read_is_nothing_known() -> None:
    """Without a reading there is no usage, not an empty one."""
    assert merge([]) is None


mixed = st.lists(
    st.sampled_from(["endpoint", "claude_json", "claude_cli", ONE, TWO]), unique=True, min_size=1
).flatmap(lambda names: st.tuples(*(usages(source=name) for name in names)))


@quick
@given(mixed, st.randoms(use_true_random=False))
def test_merge_ignores_the_order(readings: tuple[Usage, ...], chance: random.Random) -> None:
    """The order and the number of times in which sources are merged do not matter."""
    known = list(readings)
    shuffled = [*known, *chance.choices(known, k=2)]
    chance.shuffle(shuffled)
    assert merge(shuffled) == merge(known)


@quick
@given(mixed)
def test_merge_makes_nothing_up(readings: tuple[Usage, ...]) -> None:
    """Every merged limit is one that a source reported, unchanged and only once."""
    known = list(readings)
    merged = merge(known)
    assert merged is not None
    assert {*merged.limits} <= {limit for usage in known for limit in usage.limits}
    assert len({limit.key for limit in merged.limits}) == len(merged.limits)
    assert merged.as_of == max(usage.as_of for usage in known)
    assert merged.credits in [None, *(usage.credits for usage in known)]


@quick
@given(mixed, usages(source="statusline:three"))
def test_an_older_push_never_changes_an_answer(readings: tuple[Usage, ...], push: Usage) -> None:
    """A push that is not newer than an answer leaves all of its limits as they are."""
    known = list(readings)
    asked = [limit for usage in known if not is_push(usage.source) for limit in usage.limits]
    newest = {limit.key: max(one.as_of for one in asked if one.key == limit.key) for limit in asked}
    old = tuple(
        limit
        for limit in push.limits
        if limit.key in (SESSION, WEEK) and limit.as_of <= newest.get(limit.key, 0)
    )
    late = Usage(push.source, max((limit.as_of for limit in old), default=0), old)
    before, after = merge(known), merge([*known, late])
    assert before is not None
    assert after is not None
    assert after.limits == before.limits


def test_a_newer_push_wins_over_an_answer() -> None:
    """A push that is newer than the endpoint's answer counts, whether higher or lower."""
    for pushed in (43, 41):
        assert _shown(_asked(42, NOW), _usage(ONE, pushed, NOW + 1)) == pushed
        assert _shown(_asked(42, NOW), _usage(ONE, pushed, NOW)) == 42


def test_a_drop_in_mid_window_stays() -> None:
    """The endpoint's lower number stands against sessions that repeat the old one."""
    idle = [_usage(ONE, 42.6, NOW - 300), _usage(TWO, 42.6, NOW - 200)]
    reset = _asked(3, NOW)
    for before in (_asked(42, NOW - 900), _asked(42, NOW - 250)):
        assert _shown(before, *idle) == 42.6
        assert _shown(join(before, reset), *idle) == 3
        assert _shown(join(reset, before), *idle) == 3
    awake = _usage(TWO, 3.5, NOW + 60)
    assert _shown(reset, idle[0], awake) == 3.5


@pytest.mark.parametrize(("seconds", "expected"), [(0, 43), (1, 43), (59, 43), (60, 42), (600, 42)])
def test_of_two_simultaneous_pushes_the_higher_counts(seconds: int, expected: float) -> None:
    """Of pushes less than a minute apart the higher counts, otherwise the later."""
    earlier, later = _usage(ONE, 43, NOW), _usage(TWO, 42, NOW + seconds)
    assert _shown(earlier, later) == _shown(later, earlier) == expected
    assert _shown(earlier, replace(later, limits=(_limit(44, NOW + seconds, TWO),))) == 44


def test_a_later_window_replaces_an_earlier() -> None:
    """A push of an earlier window never outweighs a later one, whatever its date."""
    new = _usage(ONE, 2, ENDS + 60, ends=ENDS + 5 * HOUR)
    for dated in (NOW, ENDS + 30, ENDS + 59, ENDS + 61, ENDS + 600):
        stale = _usage(TWO, 99, dated)
        assert _shown(new, stale) == 2
        assert _shown(_asked(2, ENDS + 60, ends=ENDS + 5 * HOUR), stale) == 2
    assert _shown(_asked(99, NOW), new) == 2
    assert _shown(_asked(99, ENDS - 1), new, _usage(TWO, 98, ENDS - 2)) == 2


def test_a_window_that_has_not_begun_replaces_one_that_is_over() -> None:
    """A window without a reset yet counts as later than one that has ended."""
    fresh = ENDS + 120
    push = _usage(ONE, 0, fresh, ends=None)
    assert _shown(_asked(42, NOW), push) == 0
    assert _shown(_usage(TWO, 42, NOW), push) == 0
    assert _shown(_asked(0, fresh, ends=None), _usage(TWO, 42, fresh + 60)) == 0
    assert _shown(_asked(0, fresh, ends=None), _usage(TWO, 1, fresh + 60, ends=fresh + HOUR)) == 1


def test_a_push_without_a_reset_leaves_an_open_window() -> None:
    """A push without a reset removes neither the reset nor the number of an open window."""
    assert _shown(_asked(42, NOW), _usage(ONE, 0, NOW + 60, ends=None)) == 42


def test_each_limit_keeps_its_own_source_and_time() -> None:
    """A push renews its own windows; a model's week keeps the endpoint as its source."""
    asked = parse_body(usage_body(NOW, 42, 17, model=95), NOW, "endpoint")
    push = replace(
        _usage(ONE, 44, NOW + 200),
        limits=(
            _limit(44, NOW + 200, ONE, ends=asked.limits[0].resets_at),
            _limit(18, NOW + 200, ONE, ends=asked.limits[1].resets_at, key=WEEK),
        ),
    )
    merged = merge([asked, push])
    assert merged is not None
    assert [(x.percent, x.source, x.as_of) for x in merged.limits] == [
        (44, ONE, NOW + 200),
        (18, ONE, NOW + 200),
        (95, "endpoint", NOW),
    ]
    assert (merged.source, merged.as_of) == (ONE, NOW + 200)


def test_unknown_keys_of_all_sources_are_listed_once() -> None:
    """The unknown keys are those of all readings, sorted, each once."""
    one = Usage("endpoint", NOW, unknown_keys=("b", "a"))
    two = Usage("claude_json", NOW, unknown_keys=("c", "a"))
    merged = merge([one, two])
    assert merged is not None
    assert merged.unknown_keys == ("a", "b", "c")


@pytest.mark.parametrize(
    ("source", "expected"),
    [(ONE, True), ("statusline", True), ("endpoint", False), ("statuslines", False), ("", False)],
)
def test_what_a_push_is(source: str, expected: bool) -> None:
    """A push's source is ``statusline``, with or without a session's name after a colon."""
    assert is_push(source) is expected


def test_a_severity_is_kept_for_its_window() -> None:
    """A push without a severity keeps the API's severity within the same window."""
    asked = Limit(SESSION, "5h", 60, ENDS, NOW, "endpoint", severity="critical")
    pushed = Limit(SESSION, "5h", 61, ENDS, NOW + 100, ONE)
    later = replace(pushed, resets_at=ENDS + 5 * HOUR)
    for push, severity in ((pushed, "critical"), (later, None)):
        truth = merge([Usage("endpoint", NOW, (asked,)), Usage(ONE, NOW + 100, (push,))])
        assert truth
        assert (truth.limits[0].percent, truth.limits[0].severity) == (61, severity)
