"""Which numbers the line shows."""

from __future__ import annotations

from claude_status.model.usage import SESSION, WEEK, Credits, Limit, Usage
from claude_status.render.style import Style


def shown_limits(usage: Usage, now: float, style: Style) -> list[Limit]:
    """The limits that the line shows: the session, the week, and the others that bind."""
    return [
        limit for limit in usage.limits if limit.key in (SESSION, WEEK) or _binds(limit, now, style)
    ]


def shown_credits(usage: Usage, now: float, style: Style) -> Credits | None:
    """The credits, if they bind or are all that the account has."""
    credit = usage.credits
    if credit is None or credit.reason:
        return None
    binds = credit.percent is not None and credit.percent >= style.thresholds[1]
    return credit if binds or not usage.limits else None


def _binds(limit: Limit, now: float, style: Style) -> bool:
    return not limit.is_over(now) and (limit.active or limit.percent >= style.thresholds[1])
