from __future__ import annotations

import json
import math
from collections.abc import Mapping

import pytest
from hypothesis import given

from claude_status.model.usage import SESSION, WEEK, WINDOW_SECONDS, Credits, Limit, Usage
from claude_status.sources.body import MAX_ROWS, parse_body
from claude_status.sources.pools import MAX_POOLS
from tests.bodies import usage_body
from tests.strategies import DAY, HOUR, NOW, anything, bodies, thorough

ENDS = "2027-01-15T10:13:20.123456+00:00"
ENDS_AT = NOW + 2 * HOUR + 13 * 60


def _parse(body: object) -> Usage:
    return parse_body(body, NOW, "endpoint")


def _window(percent: object, resets_at: object = ENDS) -> dict[str, object]:
    return {"utilization": percent, "resets_at": resets_at}


def _row(kind: object, percent: object, **others: object) -> dict[str, object]:
    return {"kind": kind, "percent": percent, "resets_at": ENDS, "scope": None, **others}


def _scoped(name: object, percent: object, **others: object) -> dict[str, object]:
    scope = {"model": {"id": None, "display_name": name}, "surface": None}
    return _row("weekly_scoped", percent, group="weekly", scope=scope, **others)


def _percents(usage: Usage) -> dict[str, float]:
    return {limit.key: limit.percent for limit in usage.limits}


def _credits(body: Mapping[str, object]) -> Credits:
    found = _parse(body).credits
    assert found is not None
    return found


# Known shapes


def test_the_older_keys() -> None:
    """A body of March 2026: windows by key, a model's own week, no rows."""
    usage = _parse(
        {
            "five_hour": _window(48.0),
            "seven_day": _window(64.0, "2027-01-20T06:00:00.521764+00:00"),
            "seven_day_oauth_apps": None,
            "seven_day_opus": None,
            "seven_day_sonnet": _window(2.0, "2027-01-20T07:00:00.521773+00:00"),
            "iguana_necktie": None,
            "extra_usage": {
                "is_enabled": True,
                "monthly_limit": 1000,
                "used_credits": 0.0,
                "utilization": None,
            },
        }
    )
    assert _percents(usage) == {SESSION: 48, WEEK: 64, "scope:sonnet": 2}
    assert usage.find(SESSION) == Limit(
        SESSION, "5h", 48, ENDS_AT, NOW, "endpoint", window=WINDOW_SECONDS[SESSION]
    )
    assert [limit.label for limit in usage.limits] == ["5h", "7d", "Sonnet"]
    assert [limit.window for limit in usage.limits] == [5 * HOUR, 7 * DAY, 7 * DAY]
    assert usage.credits == Credits(0, 1000, "USD", 2, 0, NOW, "endpoint")
    assert usage.rows_as_of == 0
    assert usage.unknown_keys == ()


def test_the_rows() -> None:
    """A body of July 2026: rows with a severity and a mark for the active one."""
    usage = _parse(usage_body(NOW, 0, 58, model=100, five_hour_left=2 * HOUR))
    assert _percents(usage) == {SESSION: 0, WEEK: 58, "scope:fable": 100}
    fable = usage.limits[2]
    assert (fable.label, fable.severity, fable.active, fable.window) == (
        "Fable", "critical", True, 7 * DAY,
    )  # fmt: skip
    assert [limit.active for limit in usage.limits] == [False, False, True]
    assert usage.find(SESSION).resets_at == NOW + 2 * HOUR  # type: ignore[union-attr]
    assert usage.credits is None
    assert usage.rows_as_of == NOW
    assert usage.unknown_keys == ()


def test_a_missing_week() -> None:
    """If the week is missing it is unknown, and the rest is read."""
    usage = _parse(usage_body(NOW, 7, None, model=39))
    assert _percents(usage) == {SESSION: 7, "scope:fable": 39}


def test_rows_are_the_truth_for_models() -> None:
    """If there are rows, even an empty list, the older per-model keys do not count."""
    old = {"seven_day": _window(9), "seven_day_opus": _window(50), "limits": []}
    assert _percents(_parse(old)) == {WEEK: 9}
    assert _percents(_parse({**old, "limits": None})) == {WEEK: 9, "scope:opus": 50}


def test_a_list_with_an_unread_row_is_not_complete() -> None:
    """Only a list whose rows were all read removes models that it lacks."""
    rows = usage_body(NOW, 0, 58, model=None)["limits"]
    for unread, as_of in (("session", NOW), ("weekly_scoped", 0), (None, 0), ([], 0)):
        assert _parse({"limits": [*rows, _row(unread, None)]}).rows_as_of == as_of
    assert _parse({"limits": [*rows, "x"]}).rows_as_of == 0
    assert _parse({"limits": [_row("weekly_scoped", 1)] * 51}).rows_as_of == 0


def test_a_window_outranks_its_row() -> None:
    """A window's own key outranks its row, as in Claude Code.

    The row fills in what is null there, and gives the severity and the active mark.
    """
    row = _row("session", 10, severity="warning", is_active=True)
    usage = _parse({"five_hour": _window(9), "limits": [row]})
    assert _percents(usage) == {SESSION: 9}
    assert (usage.limits[0].severity, usage.limits[0].active) == ("warning", True)
    for nothing in (None, _window(None)):
        assert _percents(_parse({"five_hour": nothing, "limits": [row]})) == {SESSION: 10}
    assert _percents(_parse({"five_hour": _window(9), "limits": [_row("session", None)]})) == {
        SESSION: 9
    }


@pytest.mark.parametrize("scope", [{}, {"model": None, "surface": None}, "Fable", {"model": {}}])
def test_a_scoped_row_is_never_the_session_or_the_week(scope: object) -> None:
    """A limit on a part of the usage is not the session or the week, named or not."""
    rows = [_row(kind, 99, scope=scope) for kind in ("session", "weekly_all")]
    found = _percents(_parse({"limits": rows}))
    assert not {SESSION, WEEK} & set(found)


def test_a_new_kind_is_kept_under_its_name() -> None:
    """A row of an unknown kind is a limit of its own, labelled with the kind."""
    usage = _parse({"limits": [_row("monthly_all", 12, group="monthly")]})
    assert [(x.key, x.label, x.window) for x in usage.limits] == [
        ("kind:monthly_all", "monthly all", None)
    ]


def test_a_row_knows_its_window_without_its_group() -> None:
    """The session and the week have their length even without a group."""
    usage = _parse({"limits": [_row("session", 1), _row("weekly_all", 2, group=7)]})
    assert [limit.window for limit in usage.limits] == [5 * HOUR, 7 * DAY]


@pytest.mark.parametrize(
    ("scope", "label"),
    [
        ({"model": {"id": "claude-x", "display_name": "Fable"}, "surface": None}, "Fable"),
        ({"model": {"id": "claude-x", "display_name": None}}, "claude-x"),
        ({"model": {"id": "claude-x", "display_name": "\x1b\x00"}}, "claude-x"),
        ({"model": None, "surface": "cowork"}, "cowork"),
        ({"model": "Fable", "surface": "cowork"}, "Fable"),
        ({"model": None, "surface": {"display_name": "Cowork"}}, "Cowork"),
        ({"model": {"id": 5, "display_name": ["x"]}, "surface": {}}, "weekly scoped"),
        ("Fable", "weekly scoped"),
    ],
)
def test_the_name_of_a_scope(scope: object, label: str) -> None:
    """A scoped limit has its model's name, else its id, else its surface."""
    row = _row("weekly_scoped", 5, scope=scope)
    assert [limit.label for limit in _parse({"limits": [row]}).limits] == [label]


def test_of_two_rows_with_one_name_the_higher_counts() -> None:
    """A full limit is not hidden by an emptier one with the same name, in any order."""
    rows = [_scoped("Opus", 10), _scoped("Opus", 95), _scoped("opus", 20)]
    for order in (rows, rows[::-1]):
        assert _percents(_parse({"limits": order})) == {"scope:opus": 95}


def test_an_enterprise_account_has_only_credits() -> None:
    """With every window null and credits on, there are no limits, and nothing is at 0%."""
    usage = _parse(usage_body(NOW, None, None, credits_used=12550))
    assert usage.limits == ()
    assert usage.credits == Credits(12550, 50000, "USD", 2, 25, NOW, "endpoint", "normal")


# Numbers


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (1.0, 1),
        (0.99, 0.99),
        (42.6, 42.6),
        (100, 100),
        (137.5, 137.5),
        (0.29 * 100, 28.999999999999996),
    ],
)
def test_percentages_are_per_cent(value: float, expected: float) -> None:
    """1.0 is one per cent, and more than 100 is possible, in both shapes."""
    usage = _parse({"five_hour": _window(value), "limits": [_row("weekly_all", value)]})
    assert _percents(usage) == {SESSION: expected, WEEK: expected}


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        False,
        "42",
        [42],
        {},
        math.nan,
        math.inf,
        -math.inf,
        -1,
        1e9,
        10**400,
        1785000000,
    ],
)
def test_an_invalid_percentage_is_unknown(value: object) -> None:
    """A limit with an invalid percentage is unknown, not 0%; the others are read."""
    usage = _parse(
        {
            "five_hour": _window(value),
            "seven_day": _window(17),
            "limits": [_scoped("Opus", value), _scoped("Sonnet", 3)],
        }
    )
    assert _percents(usage) == {WEEK: 17, "scope:sonnet": 3}


def test_a_missing_percentage_is_unknown() -> None:
    """A window or number that is null or absent is unknown, never 0%."""
    for window in (None, {}, {"resets_at": ENDS}, [], "five_hour"):
        assert _parse({"five_hour": window}).limits == ()


@pytest.mark.parametrize(
    "value",
    [
        None, True, "", "soon", "\ud800", math.nan, 1e300, -5, 0, 10**400, [], {},
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1970-01-01T00:00:00Z",
        "2099-01-01T00:00:00Z", NOW * 1000,
    ],
)  # fmt: skip
def test_an_absurd_reset_does_not_affect_the_percentage(value: object) -> None:
    """An impossible reset is unknown; the percentage is read."""
    usage = _parse(
        {"five_hour": _window(42, value), "limits": [_row("weekly_all", 17, resets_at=value)]}
    )
    assert [(x.percent, x.resets_at) for x in usage.limits] == [(42, None), (17, None)]


@pytest.mark.parametrize("days", [-30, 0, 7, 31, 366])
def test_a_reset_within_a_year_is_possible(days: int) -> None:
    """A reset is accepted up to a year ahead, and also if it is past."""
    ends = NOW + days * DAY
    usage = _parse(
        {"five_hour": _window(42, ends), "limits": [_row("weekly_all", 5, resets_at=ends)]}
    )
    assert [limit.resets_at for limit in usage.limits] == [ends, ends]
    assert _parse({"five_hour": _window(42, NOW + 367 * DAY)}).limits[0].resets_at is None


def test_a_window_that_has_not_begun() -> None:
    """0% without a reset is a window that has not begun, and known."""
    assert _parse({"five_hour": _window(0, None)}).limits == (
        Limit(SESSION, "5h", 0, None, NOW, "endpoint", window=5 * HOUR),
    )


@pytest.mark.parametrize("value", ["Critical", "", None, 3, ["critical"], True])
def test_an_unknown_severity_is_left_to_the_thresholds(value: object) -> None:
    """An unknown severity is None."""
    usage = _parse({"limits": [_row("session", 95, severity=value)]})
    assert [limit.severity for limit in usage.limits] == [None]


@pytest.mark.parametrize("value", [1, "true", None, [True], {}])
def test_only_true_marks_the_active_row(value: object) -> None:
    """Only the boolean true is an active mark."""
    usage = _parse({"limits": [_row("session", 95, is_active=value)]})
    assert [limit.active for limit in usage.limits] == [False]


# Credits


@pytest.mark.parametrize(
    ("currency", "exponent", "expected"),
    [
        ("USD", 2, ("USD", 2)),
        ("eur", 2, ("EUR", 2)),
        ("JPY", 0, ("JPY", 0)),
        ("KWD", 3, ("KWD", 3)),
        ("USD", 2.0, ("USD", 2)),
        ("USD", 0, ("USD", 0)),
        (None, None, ("USD", 2)),
        ("JPY", None, ("JPY", 0)),
        ("KWD", "3", ("KWD", 3)),
        ("VND", None, ("VND", 0)),
        ("BHD", None, ("BHD", 3)),
        ("JPY", 7, ("JPY", 0)),
        ("USD", -1, ("USD", 2)),
        ("USD", True, ("USD", 2)),
        ("USD", 2.5, ("USD", 2)),
        ("USD", math.nan, ("USD", 2)),
        ("TOKENS", 2, ("XXX", 2)),
        ("€", 2, ("XXX", 2)),
        ("US$", 2, ("XXX", 2)),
        ("ＵＳＤ", 2, ("XXX", 2)),
        (5, None, ("XXX", 2)),
    ],
)
def test_the_unit_of_money(currency: object, exponent: object, expected: tuple[str, int]) -> None:
    """Decimal places are as given, else the currency's; an invalid currency is not dollars."""
    old = _credits(
        {
            "extra_usage": {
                "is_enabled": True,
                "used_credits": 512,
                "currency": currency,
                "decimal_places": exponent,
            }
        }
    )
    money = {"amount_minor": 512, "currency": currency, "exponent": exponent}
    new = _credits({"spend": {"enabled": True, "used": money}})
    for found in (old, new):
        assert (found.used, found.limit) == (512, None)
        assert (found.currency, found.exponent) == expected


@pytest.mark.parametrize("value", [None, True, "true", 1, [], math.nan])
def test_credits_count_unless_they_are_switched_off(value: object) -> None:
    """Amounts without the switch count; only the boolean false switches them off."""
    money = {"amount_minor": 512, "currency": "USD", "exponent": 2}
    extra = {"is_enabled": value, "used_credits": 512, "monthly_limit": 1000}
    assert _credits({"extra_usage": extra}).used == 512
    assert _credits({"spend": {"enabled": value, "used": money}}).used == 512
    off = {
        "extra_usage": {**extra, "is_enabled": False},
        "spend": {"enabled": False, "used": money},
    }
    assert _parse(off).credits is None
    assert _parse({**off, "spend": {"used": money}}).credits is None


def test_a_share_alone_counts() -> None:
    """A ``spend`` with nothing but a percentage is a number of the credits."""
    found = _credits({"spend": {"percent": 45}})
    assert (found.used, found.limit, found.percent) == (None, None, 45)


def test_credits_that_are_spent() -> None:
    """If credits are off because they are spent, that is known, without a percentage."""
    extra = {"is_enabled": False, "disabled_reason": "out_of_credits", "used_credits": 500}
    found = _credits({"extra_usage": extra})
    assert (found.used, found.percent, found.reason) == (500, None, "out of usage credits")


def test_credits_over_their_limit() -> None:
    """Without the server's own percentage, more than the limit is 100 %."""
    extra = {"is_enabled": True, "used_credits": 1200, "monthly_limit": 1000}
    assert _credits({"extra_usage": extra}).percent == 100
    assert _credits({"extra_usage": {**extra, "utilization": 120}}).percent == 120


def test_credits_have_a_reset_of_their_own() -> None:
    """The credits have their own reset, if the server gives one."""
    extra = {"is_enabled": True, "used_credits": 1, "resets_at": ENDS}
    assert _credits({"extra_usage": extra}).resets_at == ENDS_AT


# Pools


@pytest.mark.parametrize(
    ("key", "value", "label", "percent"),
    [
        ("seven_day_cowork", {"utilization": 12}, "cowork", 12),
        ("seven_day_oauth_apps", {"utilization": 3}, "oauth apps", 3),
        ("tangelo", {"utilization": 99}, "tangelo", 99),
        ("cinder_cove", {"limit_dollars": 50, "used_dollars": 20}, "Claude Code credit", 40),
        ("wattle_ember", {"limit_dollars": 50, "remaining_dollars": 5}, "Fable credit", 90),
        ("new", {"limit_dollars": 10, "used_dollars": 20}, "new", 100),
        ("new", {"limit": {"amount_minor": 200}, "used": {"amount_minor": 50}}, "new", 25),
    ],
)
def test_a_pool_is_a_limit(key: str, value: object, label: str, percent: float) -> None:
    """Anything with a utilization, or with dollars used of an amount, is a limit."""
    usage = _parse({key: value})
    (pool,) = usage.limits
    assert (pool.key, pool.label, pool.percent) == (f"pool:{label.lower()}", label, percent)
    assert usage.unknown_keys == ()


@pytest.mark.parametrize(
    "value",
    [None, 5, "x", [], {}, {"utilization": None}, {"limit_dollars": 50}, {"used_dollars": 3},
     {"limit_dollars": 0, "used_dollars": 0}, {"utilization": -1}, {"utilization": 10**6}],
)  # fmt: skip
def test_without_usage_there_is_no_pool(value: object) -> None:
    """No number is invented for a key that does not tell its usage."""
    assert _parse({"tangelo": value, "promo_credits": [value]}).limits == ()


def test_promotional_credits() -> None:
    """Each promotion is a pool with its own name, and ends when it expires."""
    promos = [
        {"name": "launch", "limit_dollars": 100, "used_dollars": 25, "expires_at": ENDS},
        {"amount": 10, "remaining": 4},
        "nonsense",
    ]
    usage = _parse({"promo_credits": promos})
    assert [(x.label, x.percent, x.resets_at) for x in usage.limits] == [
        ("promo credits", 60, None), ("promo launch", 25, ENDS_AT),
    ]  # fmt: skip


def test_pools_do_not_fill_the_screen() -> None:
    """Of a thousand pools only the most used are kept."""
    found = _parse({f"pool_{n}": {"utilization": n / 10} for n in range(1000)}).limits
    assert sorted(pool.percent for pool in found) == [n / 10 for n in range(1000)][-MAX_POOLS:]


@pytest.mark.parametrize(
    ("body", "as_of"),
    [
        ({"extra_usage": {"is_enabled": False}}, NOW),
        ({"spend": {"enabled": False}, "extra_usage": None}, NOW),
        ({"extra_usage": None}, 0),
        ({"extra_usage": {"is_enabled": None}}, 0),
        ({"extra_usage": {"is_enabled": 0}}, 0),
        ({}, 0),
    ],
)
def test_credits_are_off_only_if_the_body_says_so(body: object, as_of: float) -> None:
    """Credits that are not mentioned may still exist."""
    usage = _parse(body)
    assert (usage.credits, usage.no_credits_as_of) == (None, as_of)


def test_amounts_beside_an_off_switch_are_ignored() -> None:
    """Zeros beside a switch that is off do not replace the amounts beside one that is on."""
    money = {"amount_minor": 0, "currency": "USD", "exponent": 2}
    off = {"used": money, "limit": money, "percent": 0, "severity": "normal", "enabled": False}
    extra = {"is_enabled": True, "used_credits": 512, "monthly_limit": 1000}
    found = _credits({"extra_usage": extra, "spend": off})
    assert found == Credits(512, 1000, "USD", 2, 51.2, NOW, "endpoint")
    spend = {"enabled": True, "used": {**money, "amount_minor": 7}}
    found = _credits({"extra_usage": {**extra, "is_enabled": False}, "spend": spend})
    assert found == Credits(7, None, "USD", 2, None, NOW, "endpoint")


def test_spend_outranks_extra_usage() -> None:
    """Each amount comes from the newer key if it is there, else from the older."""
    extra = {"is_enabled": True, "used_credits": 512, "monthly_limit": 1000, "utilization": 51.2}
    used = {"amount_minor": 600, "currency": "USD", "exponent": 2}
    found = _credits(
        {"extra_usage": extra, "spend": {"enabled": True, "used": used, "percent": 60}}
    )
    assert found == Credits(600, 1000, "USD", 2, 60, NOW, "endpoint")
    found = _credits({"extra_usage": extra, "spend": {"enabled": True, "percent": None}})
    assert found == Credits(512, 1000, "USD", 2, 51.2, NOW, "endpoint")


def test_amounts_in_two_currencies_are_not_compared() -> None:
    """A limit in another currency is unknown, and so is the percentage."""
    spend = {
        "enabled": True,
        "used": {"amount_minor": 500, "currency": "EUR", "exponent": 2},
        "limit": {"amount_minor": 1000, "currency": "USD", "exponent": 2},
    }
    assert _credits({"spend": spend}) == Credits(500, None, "EUR", 2, None, NOW, "endpoint")


@pytest.mark.parametrize(
    "value", [None, True, "512", -1, 1e15, math.nan, math.inf, 10**400, [], {"amount_minor": 5}]
)
def test_an_invalid_amount_is_unknown(value: object) -> None:
    """An invalid amount is unknown, not zero; without any amount there are no credits."""
    extra = {"is_enabled": True, "used_credits": value, "monthly_limit": 1000}
    assert _credits({"extra_usage": extra}) == Credits(None, 1000, "USD", 2, None, NOW, "endpoint")
    assert _parse({"extra_usage": {**extra, "monthly_limit": value}}).credits is None


def test_a_limit_of_zero_has_no_share() -> None:
    """A limit of zero gives no percentage."""
    extra = {"is_enabled": True, "used_credits": 0, "monthly_limit": 0}
    assert _credits({"extra_usage": extra}).percent is None


@pytest.mark.parametrize(("given", "shown"), [(512.49, 512), (512.5, 513), (12550.7, 12551)])
def test_fractions_of_a_cent_are_rounded(given: float, shown: int) -> None:
    """Fractions are rounded as in Claude Code: $125.507 is $125.51."""
    extra = {"is_enabled": True, "used_credits": given}
    assert _credits({"extra_usage": extra}).used == shown


# Anything else


@pytest.mark.parametrize("body", [None, [], "{}", 5, math.nan, True, b"{}", {}])
def test_an_invalid_body_is_an_empty_reading(body: object) -> None:
    """An invalid body is an empty reading with its time."""
    assert _parse(body) == Usage("endpoint", NOW)


def test_unknown_keys_are_named_and_not_shown() -> None:
    """An unknown key is listed under a clean, short name, unless its value is null."""
    usage = _parse({"tangelo": None, "\x1b[31mred": 1, "x" * 500: {}, "five_hour": None})
    assert usage.limits == ()
    assert usage.unknown_keys == ("[31mred", "x" * 40)


def test_ten_thousand_rows_and_keys() -> None:
    """A body of any size gives a bounded usage that includes the windows."""
    body: dict[str, object] = {f"key_{n}": _window(n) for n in range(10_000)}
    body |= {"five_hour": _window(42), "limits": [_scoped(f"M{n}", 5) for n in range(10_000)]}
    usage = _parse(body)
    assert usage.find(SESSION) is not None
    assert len(usage.limits) == MAX_ROWS + 1 + MAX_POOLS
    assert len(usage.unknown_keys) == MAX_ROWS


def test_deep_nesting() -> None:
    """Deeply nested values in every place are unknown, and the rest is read."""
    deep = json.loads("[" * 900 + "]" * 900)
    row = _row(deep, deep, scope={"model": deep}, severity=deep, group=deep)
    body = {"five_hour": _window(deep, deep), "limits": [row, deep], "spend": deep, "x": deep}
    usage = _parse({**body, "seven_day": _window(17)})
    assert _percents(usage) == {WEEK: 17}


@thorough
@given(bodies | anything)
def test_no_body_is_too_strange(body: object) -> None:
    """Any body gives a usage whose values are all in range."""
    usage = _parse(body)
    assert (usage.source, usage.as_of) == ("endpoint", NOW)
    assert len({limit.key for limit in usage.limits}) == len(usage.limits)
    for limit in usage.limits:
        assert 0 <= limit.percent <= 1000
        assert limit.resets_at is None or limit.resets_at % 60 == 0
        assert limit.resets_at is None or limit.resets_at <= NOW + 366 * DAY
        assert (limit.as_of, limit.source) == (NOW, "endpoint")
    if usage.credits:
        assert usage.credits.exponent in range(7)
        assert len(usage.credits.currency) == 3
        for amount in (usage.credits.used, usage.credits.limit):
            assert amount is None or 0 <= amount < 1e15


@thorough
@given(bodies, bodies)
def test_one_value_never_spoils_another(body: object, other: object) -> None:
    """A valid session and week are read, whatever else is in the body."""
    strange = other if isinstance(other, dict) else {}
    strange = {**strange, **body} if isinstance(body, dict) else strange
    usage = _parse({**strange, "five_hour": _window(42), "seven_day": _window(17)})
    assert _percents(usage).items() >= {SESSION: 42, WEEK: 17}.items()
