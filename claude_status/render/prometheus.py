"""The usage in Prometheus' text exposition format, for node_exporter's textfile collector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from claude_status.model.memory import Asking
from claude_status.model.pace import present_pace
from claude_status.model.usage import Credits, Limit, Usage

PREFIX = "claude_status"
KINDS = ("throttled", "transient", "unauthorized")  # of a failure, as AskError names them
# The texts stay as they are: where two files disagree on one, node_exporter drops samples.
METRICS = {
    "limit_used_ratio": "Share of the limit that is used.",
    "limit_reset_timestamp_seconds": "When the limit's window is reset.",
    "limit_runs_out_timestamp_seconds": "When it is used up at this pace.",
    "limit_reading_timestamp_seconds": "When the share was true.",
    "credits_used": "Credits that are used, in the currency's main unit.",
    "credits_limit": "Credits that may be used, in the currency's main unit.",
    "credits_reset_timestamp_seconds": "When the credits' period ends.",
    "credits_reading_timestamp_seconds": "When the amounts were true.",
    "call_failures": "Calls that failed in a row, by the kind of the last failure.",
    "backoff_end_timestamp_seconds": "When the next call may be made, after one that failed.",
    "up": "Whether any number is known.",
}


class Known(NamedTuple):
    """What is known about an account, its name, and the state of its calls."""

    account: str
    usage: Usage | None
    asking: Asking = Asking()


class Sample(NamedTuple):
    """One value of a metric; the metric's name is without the prefix."""

    metric: str
    labels: dict[str, str]
    value: float


def draw_prometheus(known: Iterable[Known], user: str, now: float, ttl: float) -> str:
    """The metrics of some accounts of a user, grouped as the format demands.

    The user is a label, since two users of a machine may each have an account of that name. Shares
    are ratios (1 is a full limit), times epoch seconds. A limit whose window has been reset since,
    or that is too old to be shown, has no sample: in Prometheus, too, unknown is not 0.
    """
    samples = [sample for one in known for sample in _samples(one, user, now, ttl)]
    lines = []
    for metric, text in METRICS.items():
        found = [sample for sample in samples if sample.metric == metric]
        if found:
            lines += [f"# HELP {PREFIX}_{metric} {text}", f"# TYPE {PREFIX}_{metric} gauge"]
        lines += map(_line, found)
    return "".join(f"{line}\n" for line in lines)


def _samples(known: Known, user: str, now: float, ttl: float) -> Iterator[Sample]:
    """Every sample of one account."""
    own = {"user": _readable(user), "account": _readable(known.account)}
    shown = known.usage.shown_at(now) if known.usage else None
    numbers = [number for number in shown.numbers() if not number.is_over(now)] if shown else []
    for number in numbers:
        if isinstance(number, Limit):
            yield from _limit(number, now, own, ttl)
        else:
            yield from _credits(number, own)
    yield from _asking(known.asking.at(now), now, own)
    yield Sample("up", own, float(bool(numbers)))


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
    if credit.resets_at is not None:
        yield Sample("credits_reset_timestamp_seconds", labels, float(credit.resets_at))
    dated = {**labels, "source": credit.origin}
    yield Sample("credits_reading_timestamp_seconds", dated, credit.as_of)


def _asking(asking: Asking, now: float, own: dict[str, str]) -> Iterator[Sample]:
    for kind in KINDS:
        failures = asking.failures if kind == asking.kind else 0
        yield Sample("call_failures", {**own, "kind": kind}, float(failures))
    if asking.pause and asking.not_before > now:
        yield Sample("backoff_end_timestamp_seconds", own, asking.not_before)


def _line(sample: Sample) -> str:
    pairs = ",".join(f'{key}="{_escaped(text)}"' for key, text in sample.labels.items())
    return f"{PREFIX}_{sample.metric}{{{pairs}}} {sample.value!r}"


def _readable(path: str) -> str:
    """A path as UTF-8, as the format demands, whatever its bytes and the locale it was read in."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
