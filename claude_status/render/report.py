"""What the full picture says about a usage, in words and shares, however it is then drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from claude_status.model.pace import elapsed_share
from claude_status.model.usage import CREDITS, SESSION, WEEK, Credits, Limit, Usage
from claude_status.render.money import money
from claude_status.render.outlook import binding, local_time, outlook, pace_words
from claude_status.render.segments import OVER
from claude_status.render.style import Style, colour_of
from claude_status.render.words import HOUR, duration, label_of, shown_percent, stale_mark

LIMIT_NAMES = {SESSION: "session (5h)", WEEK: "week (7d)"}
SPANS = {5 * HOUR: "5h", 7 * 24 * HOUR: "7d"}
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One limit, or the credits; every text is "" if there is nothing to say.

    ``share`` is the percentage as text, with its mark; ``filled`` the same as 0..1 for a bar,
    None without a number; ``elapsed`` how much of the window has passed, 0..1. ``colour`` is
    normal, warning, critical, or "". ``reset`` and ``outlook`` give state and pace in few columns;
    ``binds`` marks the limit that will be reached first.
    """

    name: str
    share: str
    colour: str
    filled: float | None
    elapsed: float | None
    state: str  # the reset, or the amounts of the credits
    pace: str
    origin: str
    reset: str = ""
    outlook: str = ""
    binds: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The full picture of one account; ``problem`` says what is wrong and what to do about it."""

    title: str
    rows: tuple[Row, ...]
    empty: str  # shown instead of rows, "" if there are some
    problem: str


def report(
    usage: Usage | None,
    now: float,
    style: Style,
    problem: str = "",
    *,
    name: str = "",
    span: Callable[[float], str] = duration,
) -> Report:
    """The picture at ``now``; ``name`` is the account's, ``span`` formats times until a reset."""
    plan = f"{style.plan} plan" if style.plan else ""
    title = " · ".join(part for part in ("Claude usage", name or style.label, plan) if part)
    rows = []
    if usage:
        shown = usage.shown_at(now)
        first = binding(shown.limits, now, style.ttl)
        rows = [_limit(one, now, style, span, first) for one in shown.limits]
        rows += [_credits(shown.credits, now, style, span)] if shown.credits else []
    empty = "" if rows else _empty(usage)
    return Report(printable(title), tuple(rows), empty, printable(problem))


def _empty(usage: Usage | None) -> str:
    """Why there are no rows: there is no number, or it is too old."""
    return "no numbers from the past 24 hours" if usage and usage.numbers() else "no data yet"


def ticking(seconds: float) -> str:
    """A span of time to the second: ``3d4h05m09s``, ``2h13m07s``, ``7m05s``, ``9s``."""
    whole = max(0, int(seconds))
    minutes, left = divmod(whole, MINUTE)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    units = [(days, "d"), (hours, "h"), (minutes, "m"), (left, "s")]
    while len(units) > 1 and not units[0][0]:
        units.pop(0)
    (first, unit), *rest = units
    return f"{first}{unit}" + "".join(
        f"{number}{mark}" if mark == "h" else f"{number:02}{mark}" for number, mark in rest
    )


def ago(as_of: float, now: float) -> str:
    """How old something is, in words."""
    seconds = max(0.0, now - as_of)
    return "just now" if seconds < MINUTE else f"{duration(seconds)} ago"


def printable(text: str) -> str:
    """Text without anything that a terminal could interpret as a control sequence."""
    return "".join(character if character.isprintable() else "?" for character in text)


def name_of(limit: Limit) -> str:
    """The long name of a limit: the session, the week, a model's week."""
    span = SPANS.get(limit.window or 0)
    return LIMIT_NAMES.get(limit.key) or label_of(limit) + (f" ({span})" if span else "")


def _limit(limit: Limit, now: float, style: Style, span: Callable[[float], str], first: str) -> Row:
    over = limit.is_over(now)
    return Row(
        name=name_of(limit),
        share=OVER if over else _mark(limit, now, style) + shown_percent(limit.percent),
        colour="" if over else colour_of(limit, style),
        filled=None if over else limit.percent / 100,
        elapsed=elapsed_share(limit, now),
        state="" if limit.resets_at is None else _reset_words(limit.resets_at, now, span),
        pace=pace_words(limit, now, style.ttl),
        origin=_origin(limit, now),
        reset=_short_reset(limit.resets_at, now, span),
        outlook=outlook(limit, now, style.ttl),
        binds=limit.key == first,
    )


def _credits(credit: Credits, now: float, style: Style, span: Callable[[float], str]) -> Row:
    over = credit.is_over(now)
    # the API reports 0 per cent of credits that have no limit
    unlimited = credit.limit is None and credit.used and not credit.percent
    known = credit.percent is not None and not over and not unlimited
    mark = _mark(credit, now, style)
    share = mark + shown_percent(credit.percent or 0) if known else OVER if over else ""
    words = [
        mark * (not known) + money(credit) if money(credit) and not over else "",
        credit.reason,
    ]
    if credit.resets_at is not None:
        words.append(_reset_words(credit.resets_at, now, span))
    return Row(
        name=CREDITS,
        share=share,
        colour=colour_of(credit, style) if known else "",
        filled=(credit.percent or 0) / 100 if known else None,
        elapsed=None,
        state=", ".join(word for word in words if word),
        pace="",
        origin=_origin(credit, now),
        reset=_short_reset(credit.resets_at, now, span),
        outlook=words[0] or credit.reason,
    )


def _reset_words(resets_at: int, now: float, span: Callable[[float], str]) -> str:
    if resets_at <= now:
        return "was reset"
    return f"resets in {span(resets_at - now)} ({local_time(resets_at, now)})"


def _short_reset(resets_at: int | None, now: float, span: Callable[[float], str]) -> str:
    if resets_at is None:
        return ""
    if resets_at <= now:
        return "was reset"
    return f"{span(resets_at - now)} ({local_time(resets_at, now)})"


def _mark(one: Limit | Credits, now: float, style: Style) -> str:
    return stale_mark(one, now, style.ttl)


def _origin(one: Limit | Credits, now: float) -> str:
    return f"{one.origin}, {ago(one.as_of, now)}"
