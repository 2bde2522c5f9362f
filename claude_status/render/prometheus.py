"""The usage in Prometheus' text exposition format, for node_exporter's textfile collector."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_status.model.pace import present_pace
from claude_status.model.usage import Credits, Usage

PREFIX = "claude_status"
Samples = Sequence[tuple[dict[str, str], float]]


def draw_prometheus(usage: Usage | None, now: float, account: str, ttl: float) -> str:
    """The metrics of one account, shares as ratios (1 is a full limit), times in epoch seconds.

    A limit whose window has been reset since, or that is too old to be shown, has no sample:
    in Prometheus, too, unknown is not 0.
    """
    own = {"account": account}
    shown = usage.shown_at(now) if usage else None
    limits = [limit for limit in shown.limits if not limit.is_over(now)] if shown else []
    credit = shown.credits if shown and shown.credits and not shown.credits.is_over(now) else None
    each = [({**own, "limit": limit.key, "label": limit.label}, limit) for limit in limits]
    shares = [(labels, limit.percent / 100) for labels, limit in each]
    resets = [(labels, float(x.resets_at)) for labels, x in each if x.resets_at is not None]
    ends = [
        (labels, float(pace.runs_out_at))
        for labels, limit in each
        if (pace := present_pace(limit, now, ttl)) and pace.runs_out_at is not None
    ]
    dates = [({**labels, "source": limit.origin}, limit.as_of) for labels, limit in each]
    lines = [
        *_metric("limit_used_ratio", "Share of the limit that is used.", shares),
        *_metric("limit_reset_timestamp_seconds", "When the limit's window is reset.", resets),
        *_metric("limit_runs_out_timestamp_seconds", "When it is used up at this pace.", ends),
        *_metric("limit_reading_timestamp_seconds", "When the share was true.", dates),
    ]
    lines += _credits(credit, own) if credit else []
    lines += _metric("up", "Whether any number is known.", [(own, float(bool(limits or credit)))])
    return "\n".join(lines) + "\n"


def _credits(credit: Credits, own: dict[str, str]) -> Iterator[str]:
    labels = {**own, "currency": credit.currency}
    unit = 10**credit.exponent
    for name, text, amount in (
        ("credits_used", "Credits that are used, in the currency's main unit.", credit.used),
        ("credits_limit", "Credits that may be used, in the currency's main unit.", credit.limit),
    ):
        yield from _metric(name, text, [] if amount is None else [(labels, amount / unit)])


def _metric(name: str, text: str, samples: Samples) -> Iterator[str]:
    if samples:
        yield f"# HELP {PREFIX}_{name} {text}"
        yield f"# TYPE {PREFIX}_{name} gauge"
    for labels, value in samples:
        pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{PREFIX}_{name}{{{pairs}}} {value!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
