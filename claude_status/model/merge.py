"""Many readings into one truth.

Each source keeps its own: a reading joins the earlier ones of its source, and what all sources
know is merged when it is needed. Both are idempotent and do not depend on the order in which
readings arrive; only the time at which a number was true counts.

A *push* is a reading that a running session of Claude Code passes on. Its numbers may be old,
since an idle session repeats its last ones, and its date is a guess; an answer is dated to the
second. So a push never outweighs a later answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from claude_status.model.usage import PUSH, Credits, Limit, Usage, order

SAME_TIME = 60  # seconds within which two pushes count as simultaneous


def join(one: Usage, other: Usage) -> Usage:
    """Two readings of the same source as one, with the latest number of each limit.

    A limit that the later reading lacks keeps its number, even past its reset: it proves that
    earlier numbers are not the latest. Numbers too old to be shown are dropped.
    """
    newer = max(one, other, key=lambda usage: (usage.as_of, usage.unknown_keys))
    rows_as_of = max(one.rows_as_of, other.rows_as_of)
    best: dict[str, Limit] = {}
    for limit in (*one.limits, *other.limits):
        if _is_listed(limit, rows_as_of) and not limit.is_gone(newer.as_of):
            known = best.get(limit.key)
            best[limit.key] = limit if known is None else max(known, limit, key=_weight)
    return replace(
        newer,
        limits=tuple(sorted(best.values(), key=order)),
        credits=_latest_credits((one, other)),
        rows_as_of=rows_as_of,
        no_credits_as_of=max(one.no_credits_as_of, other.no_credits_as_of),
    )


def merge(readings: Iterable[Usage]) -> Usage | None:
    """What all sources together know, or None if nothing was ever read."""
    known = list(readings)
    if not known:
        return None
    asked = [usage for usage in known if not is_push(usage.source)]
    last_asked = max((usage.as_of for usage in asked), default=0.0)
    rows_as_of = max(usage.rows_as_of for usage in known)
    candidates: dict[str, list[Limit]] = {}
    for usage in known:
        for limit in usage.limits:
            if _is_listed(limit, rows_as_of):
                candidates.setdefault(limit.key, []).append(limit)
    last_of = {usage.source: usage.as_of for usage in known}
    best = [_with_severity(_pick(found), found) for found in candidates.values()]
    limits = [one for one in best if _stands(one, max(last_asked, last_of.get(one.source, 0)))]
    newest = max(known, key=lambda usage: (usage.as_of, usage.source))
    return Usage(
        source=newest.source,
        as_of=newest.as_of,
        limits=tuple(sorted(limits, key=order)),
        credits=_latest_credits(asked),
        rows_as_of=rows_as_of,
        no_credits_as_of=max((usage.no_credits_as_of for usage in asked), default=0.0),
        unknown_keys=tuple(sorted({key for usage in known for key in usage.unknown_keys})),
    )


def is_push(source: str) -> bool:
    """Whether a source is a running session that passes on its numbers."""
    return source.partition(":")[0] == PUSH


def _is_listed(limit: Limit, rows_as_of: float) -> bool:
    """Whether no later complete list of the other limits lacks this one."""
    return limit.as_of >= rows_as_of or not limit.key.startswith(("scope:", "kind:", "pool:"))


def _stands(limit: Limit, latest: float) -> bool:
    """Whether a number is still valid, given the time of the latest reading that counts.

    It is not if its window was over before that reading, which did not report a new one.
    """
    return limit.as_of >= latest or not limit.is_over(latest)


def _pick(found: list[Limit]) -> Limit:
    """Of the numbers for one limit, the last answer or a later push, in the latest window."""
    asked = [limit for limit in found if not is_push(limit.source)]
    best = max(asked, key=_weight, default=None)
    known = [
        limit
        for limit in found
        if limit is best or (is_push(limit.source) and (not best or limit.as_of > best.as_of))
    ]
    latest = max(limit.as_of for limit in known)
    known = [limit for limit in known if not limit.is_over(latest)] or known
    window = max(_window(limit) for limit in known)
    pushes = [limit for limit in known if is_push(limit.source) and _window(limit) == window]
    if not pushes and best:
        return best
    latest = max(limit.as_of for limit in pushes)
    return max(
        (limit for limit in pushes if limit.as_of > latest - SAME_TIME),
        key=lambda limit: (limit.percent, _weight(limit)),
    )


def _with_severity(limit: Limit, found: Iterable[Limit]) -> Limit:
    """The number with the last severity given for its window, if its own source gives none."""
    if limit.severity:
        return limit
    said = [one for one in found if one.severity and _window(one) == _window(limit)]
    last = max(said, key=_weight, default=limit)
    return replace(limit, severity=last.severity)


def _weight(limit: Limit) -> tuple[float, float, int, str, str, str]:
    """The later number weighs more; the rest only makes the choice independent of the order."""
    return (
        limit.as_of,
        limit.percent,
        _window(limit),
        limit.source,
        limit.severity or "",
        f"{limit.label}{limit.active}{limit.window}",
    )


def _window(limit: Limit) -> int:
    return limit.resets_at or 0


def _latest_credits(readings: Iterable[Usage]) -> Credits | None:
    """The credits that were true last, unless they were switched off since."""
    given = list(readings)
    off = max((usage.no_credits_as_of for usage in given), default=0.0)
    known = [usage.credits for usage in given if usage.credits and usage.credits.as_of > off]
    return max(known, key=lambda credit: (credit.as_of, repr(credit)), default=None)
