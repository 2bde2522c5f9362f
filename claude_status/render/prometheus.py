"""The usage in Prometheus' text exposition format, for node_exporter's textfile collector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from claude_status.model.pace import present_pace
from claude_status.model.usage import Credits, Limit, Usage

PREFIX = "claude_status"
METRICS = {
    "limit_used_ratio": "Share of the limit that is used.",
    "limit_reset_timestamp_seconds": "When the limit's window is reset.",
    "limit_runs_out_timestamp_seconds": "When it is used up at this pace.",
    "limit_reading_timestamp_seconds": "When the share was true.",
    "credits_used": "Credits that are used, in the currency's main unit.",
    "credits_limit": "Credits that may be used, in the currency's main unit.",
    "up": "Whether any number is known.",
}


class Sample(NamedTuple):
    """One value of a metric; the metric's name is without the prefix."""

    metric: str
    labels: dict[str, str]
    value: float


def draw_prometheus(usages: Mapping[str, Usage | None], now: float, ttl: float) -> str:
    """The metrics of some accounts by their names, grouped as the format demands.

    Shares are ratios (1 is a full limit), times epoch seconds. A limit whose window has been reset
    since, or that is too old to be shown, has no sample: in Prometheus, too, unknown is not 0.
    """
    samples = [x for name, usage in usages.items() for x in _samples(usage, now, name, ttl)]
    lines = []
    for metric, text in METRICS.items():
        found = [sample for sample in samples if sample.metric == metric]
        if found:
            lines += [f"# HELP {PREFIX}_{metric} {text}", f"# TYPE {PREFIX}_{metric} gauge"]
        lines += map(_line, found)
    return "".join(f"{line}\n" for line in lines)


def _samples(usage: Usage | None, now: float, account: str, ttl: float) -> Iterator[Sample]:
    """Every sample of one account."""
    own = {"account": _readable(account)}
    shown = usage.shown_at(now) if usage else None
    known = [number for number in shown.numbers() if not number.is_over(now)] if shown else []
    for number in known:
        if isinstance(number, Limit):
            yield from _limit(number, now, own, ttl)
        else:
            yield from _credits(number, own)
    yield Sample("up", own, float(bool(known)))


def _limit(limit: Limit, now: float, own: dict[str, str], ttl: float) -> Iterator[Sample]:
    labels = {**own, "limit": limit.key, "label": limit.label}
    yield Sample("limit_used_ratio", labels, limit.percent / 100)
    if limit.resets_at is not None:
        yield Sample("limit_reset_timestamp_seconds", labels, float(limit.resets_at))
    pace = present_pace(limit, now, ttl)
    if pace and pace.runs_out_at is not None:
        yield Sample("limit_runs_out_timestamp_seconds", labels, float(pace.runs_out_at))
    dated = {**labels, "source": limit.origin}
    yield Sample("limit_reading_timestamp_seconds", dated, limit.as_of)


def _credits(credit: Credits, own: dict[str, str]) -> Iterator[Sample]:
    labels = {**own, "currency": credit.currency}
    for metric, amount in (("credits_used", credit.used), ("credits_limit", credit.limit)):
        if amount is not None:
            yield Sample(metric, labels, amount / 10**credit.exponent)


def _line(sample: Sample) -> str:
    pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in sample.labels.items())
    return f"{PREFIX}_{sample.metric}{{{pairs}}} {sample.value!r}"


def _readable(path: str) -> str:
    """A path as UTF-8, as the format demands, whatever its bytes and the locale it was read in."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
