"""Hypothesis strategies for the pure core, and how many examples are tried."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

from claude_status.model.usage import SESSION, WEEK, WINDOW_SECONDS, Credits, Limit, Usage, order
from claude_status.render.colours import BRIGHT, COLOUR_NAMES, Colour, Colours
from claude_status.render.style import Style

NOW = 1_800_000_000  # a full minute
HOUR, DAY = 3600, 86400
LABELS = {SESSION: "5h", WEEK: "7d"}
SOURCES = ("endpoint", "claude_json", "statusline", "statusline:one", "statusline:two")

# The same examples in every run, without a time limit, as the machine may be slow.
thorough = settings(derandomize=True, deadline=None, max_examples=100)
quick = settings(thorough, max_examples=40)

severities = st.sampled_from([None, "normal", "warning", "critical"])
percentages = st.floats(0, 1000) | st.integers(0, 100).map(float) | st.just(42.6)
hostile_texts = st.text(max_size=60) | st.text(
    "\\`$#%\"'\x1b\x00\x01\x02\x07\n\r\t\u202e\u2066\u05d0\u6a21\uff41\U0001f600\u0301(){}[]!;&|<>~*?"
    "aZ09 .-+_",
    max_size=60,
)


# Seconds of age, whole and with a fraction, often none at all
ages = st.just(0.0) | st.floats(0, 26 * HOUR) | st.integers(0, 26 * HOUR).map(float)
resets = st.none() | st.integers(-3 * DAY // 60, 8 * DAY // 60).map(lambda n: NOW + n * 60)


@st.composite
def limits(draw: st.DrawFn, key: str, label: st.SearchStrategy[str], until: float = NOW) -> Limit:
    """A limit with this key, from any source and of any age, true at ``until`` or before."""
    return Limit(
        key=key,
        label=LABELS.get(key) or draw(label),
        percent=draw(percentages),
        resets_at=draw(resets),
        as_of=until - draw(ages),
        source=draw(st.sampled_from(SOURCES)),
        severity=draw(severities),
        active=draw(st.booleans()),
        window=WINDOW_SECONDS.get(key),
    )


@st.composite
def paid_use(draw: st.DrawFn, until: float = NOW) -> Credits:
    """Credits as any body may give them: at least one amount is known."""
    amounts = st.integers(0, 10**9)
    used = draw(st.none() | amounts)
    return Credits(
        used=used,
        limit=draw(amounts) if used is None else draw(st.none() | amounts),
        currency=draw(st.sampled_from(["USD", "EUR", "GBP", "JPY", "KWD", "XXX"])),
        exponent=draw(st.integers(0, 6)),
        percent=draw(st.none() | percentages),
        as_of=until - draw(ages),
        source=draw(st.sampled_from(SOURCES[:2])),
        severity=draw(severities),
    )


@st.composite
def usages(
    draw: st.DrawFn,
    source: str = "endpoint",
    scoped: int = 3,
    label: st.SearchStrategy[str] = hostile_texts,
) -> Usage:
    """A usage with any of the known windows, up to ``scoped`` other limits, perhaps credits."""
    as_of = NOW - draw(ages)
    keys = draw(st.lists(st.sampled_from([SESSION, WEEK]), unique=True))
    names = draw(st.lists(st.sampled_from("abcdef"), unique=True, max_size=scoped))
    keys += [f"scope:{name}" for name in names]
    return Usage(
        source=source,
        as_of=as_of,
        limits=tuple(sorted((draw(limits(key, label, as_of)) for key in keys), key=order)),
        credits=draw(st.none() | paid_use(as_of)),
        rows_as_of=draw(st.just(0.0) | ages.map(lambda age: as_of - age)),
        unknown_keys=tuple(draw(st.lists(st.sampled_from(["tangelo", "nimbus"]), unique=True))),
    )


colour_names = (
    st.sampled_from([*COLOUR_NAMES, *(BRIGHT + name for name in COLOUR_NAMES)])
    | st.integers(0, 255).map(str)
    | st.integers(0, 0xFFFFFF).map("#{:06x}".format)
)
colours = st.builds(
    Colour, st.just("") | colour_names, st.booleans(), st.booleans(), st.just("") | colour_names
)
palettes = st.builds(Colours, colours, colours, colours, colours, colours)

TEMPLATES = (
    "",
    "{5h}",
    "5h {5h} {5h.pace} {5h.reset} · 7d {7d} {7d.pace} {7d.reset} · {model} · {credits} · {age}",
    "{7d.ahead} {7d.reset} · {plan} left",
    "電 {5h} · no name",
)


def styles(templates: tuple[str, ...] = TEMPLATES) -> st.SearchStrategy[Style]:
    """Any settings of the line, from very narrow to wide."""
    return st.builds(
        Style,
        ttl=st.sampled_from([180, 300, 301, 600, DAY]),
        thresholds=st.sampled_from([(70, 90), (0.5, 1000), (50, 50)]),
        max_width=st.just(60) | st.integers(1, 120),
        template=st.sampled_from(templates),
        label=st.sampled_from(["", "work"]),
        plan=st.sampled_from(["", "max"]),
    )


# Bodies: values of every kind in every place, in the shape of a body or in any other

ISO_TIMES = (
    "2027-01-15T10:13:20.123456+00:00", "2027-01-15T10:13:20+00:00", "2027-01-15T10:13:20Z",
    "2027-01-15T10:13:20.5Z", "2027-01-15T10:13:20", "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59", "2099-01-01T00:00:00Z", "soon", "", "\ud800",
)  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(10**400), 10**15, 0, 42, 1.0, 42.6, -0.0])
    | st.floats()
    | st.sampled_from(["42", "USD", "EUR", "critical", "session", "weekly_all", *ISO_TIMES])
    | st.text(max_size=10)
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=8,
)


def _some(fields: dict[str, st.SearchStrategy[object]]) -> st.SearchStrategy[object]:
    return st.fixed_dictionaries({}, optional=fields) | anything


_window = _some({"utilization": scalars, "resets_at": scalars})
_money = _some({"amount_minor": scalars, "currency": scalars, "exponent": scalars})
_row = _some(
    {
        "kind": scalars,
        "group": scalars,
        "percent": scalars,
        "severity": scalars,
        "resets_at": scalars,
        "scope": _some({"model": _some({"id": scalars, "display_name": scalars})}),
        "is_active": scalars,
    }
)
bodies = _some(
    {
        "five_hour": _window,
        "seven_day": _window,
        "seven_day_opus": _window,
        "seven_day_sonnet": _window,
        "tangelo": anything,
        "limits": st.lists(_row, max_size=4) | anything,
        "extra_usage": _some(
            {
                "is_enabled": scalars,
                "monthly_limit": scalars,
                "used_credits": scalars,
                "utilization": scalars,
                "currency": scalars,
                "decimal_places": scalars,
            }
        ),
        "spend": _some({"enabled": scalars, "used": _money, "limit": _money, "percent": scalars}),
    }
)
