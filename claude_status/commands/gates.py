"""``check`` and ``wait``: what scripts run before they start something large.

Exit status of ``check``: 0 at or below the percentage, 1 above it, 3 not known. Of ``wait``: 0 when
every limit is below it or has been reset, 3 not known, 4 timed out.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from claude_status.asking.snapshot import Snapshot, fresh_snapshot, take_snapshot
from claude_status.errors import SettingsError
from claude_status.frames_read import kick, read_frame
from claude_status.model.usage import CREDITS, FRESH, Limit
from claude_status.paths import Account
from claude_status.render.words import duration, plain_label, shown_percent
from claude_status.terminal import TYPED_SECONDS, end_after, place, say

ABOVE, UNKNOWN, TIMED_OUT = 1, 3, 4
LOOK_SECONDS = 2  # between two checks of the frames' time
BAR = 20  # columns


def check(arguments: argparse.Namespace) -> int:
    """Report whether the limits are at or below a percentage, by exit status and a sentence."""
    end_after(TYPED_SECONDS, UNKNOWN)
    account, settings = place(os.environ)
    snapshot = fresh_snapshot(account, settings, os.environ, time.time())
    status, sentence = judge(snapshot, arguments.max, arguments.limit)
    if status == UNKNOWN:
        say(sentence)
    elif not arguments.quiet:
        print(sentence)
    return status


def judge(snapshot: Snapshot, most: float, name: str | None) -> tuple[int, str]:
    """The exit status of ``check``, and why, in one sentence.

    Within a window usage only grows. So an old number above the percentage is still above it, while
    an old one below it proves nothing.
    """
    limits = _chosen(snapshot, name)
    now, ttl = snapshot.now, snapshot.settings.ttl
    above = [x for x in limits if x.millionths > most * 1_000_000 and not x.is_over(now)]
    if above:
        return ABOVE, f"{_named(above)}, which is above {most:g}%."
    unknown = [x for x in limits if x.state(now, ttl) != FRESH]
    if not limits or unknown:
        what = ", ".join(plain_label(x.label) for x in unknown) or name
        of_it = f" for {what}" if what else ""
        return UNKNOWN, f"No current number is known{of_it}. {snapshot.problem}".strip()
    return 0, f"{_named(limits)}, which is not above {most:g}%."


def wait(arguments: argparse.Namespace) -> int:
    """Sleep until the limits are below a percentage or reset; asks no more than a prompt would."""
    account, settings = place(os.environ)
    begun = time.monotonic()
    snapshot = fresh_snapshot(account, settings, os.environ, time.time())
    seen = _drawn_at(account)
    if not _chosen(snapshot, arguments.limit):
        say(judge(snapshot, arguments.below, arguments.limit)[1])
        return UNKNOWN
    show, status = sys.stderr.isatty(), 0
    try:
        while not _is_done(snapshot, arguments.below, arguments.limit):
            if arguments.timeout is not None and time.monotonic() - begun >= arguments.timeout:
                status = TIMED_OUT
                break
            if show:
                print(
                    f"\r\033[K{_progress(snapshot, arguments)}", end="", file=sys.stderr, flush=True
                )
            time.sleep(LOOK_SECONDS)
            now = time.time()
            if read_frame(str(account.home), "plain", now, prompt=True, login=str(account.login))[
                1
            ]:
                kick(str(account.home), now, prompt=True)
            snapshot = snapshot.at(now)
            if _drawn_at(account) != seen:
                seen = _drawn_at(account)
                newer = take_snapshot(account, settings, now)
                # if the store cannot be read once, the known numbers still count
                snapshot = newer if newer.usage else snapshot
            if not _chosen(snapshot, arguments.limit):
                say("No number is known any more: see claude-status doctor.")
                return UNKNOWN
    finally:
        if show:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
    if status == TIMED_OUT:
        say(f"Timed out: {_named(_chosen(snapshot, arguments.limit))}.")
    return status


def _chosen(snapshot: Snapshot, name: str | None) -> list[Limit]:
    """The limits that a name means, by label or key; all of them without one."""
    usage = snapshot.usage
    known = usage.shown_at(snapshot.now).gates() if usage else []
    if name is None or not known:
        return known
    wanted = name.lower()
    found = [limit for limit in known if wanted in (limit.label.lower(), limit.key)]
    if not found:
        names = ", ".join(plain_label(limit.label) for limit in known)
        raise SettingsError(f"Unknown limit {name!r}: choose one of {names}.")
    return found


def _is_done(snapshot: Snapshot, below: float, name: str | None) -> bool:
    now, ttl = snapshot.now, snapshot.settings.ttl
    return all(
        limit.is_over(now) or (limit.percent < below and limit.state(now, ttl) == FRESH)
        for limit in _chosen(snapshot, name)
    )


def _progress(snapshot: Snapshot, arguments: argparse.Namespace) -> str:
    """One line about the limit that will take longest."""
    now = snapshot.now
    waiting = [
        x for x in _chosen(snapshot, arguments.limit)
        if not x.is_over(now) and x.percent >= arguments.below
    ]  # fmt: skip
    last = max(waiting, key=lambda limit: limit.resets_at or 0, default=None)
    if last is None:
        return "waiting for a current number"
    text = f"{_named([last])}, waiting for less than {arguments.below:g}%"
    if last.resets_at is None or not last.window:
        return text
    left = last.resets_at - now
    filled = min(BAR, max(0, int(BAR * (1 - left / last.window))))
    return f"{text}  {'#' * filled}{'.' * (BAR - filled)}  resets in {duration(left)}"


def _named(limits: list[Limit]) -> str:
    return ", ".join(f"{_subject(x)} at {shown_percent(x.percent)}" for x in limits)


def _subject(limit: Limit) -> str:
    return f"{plain_label(limit.label)} {'are' if limit.key == CREDITS else 'is'}"


def _drawn_at(account: Account) -> int:
    """When the frames were last written, in nanoseconds; 0 if there are none."""
    try:
        return (account.frames / "plain").stat().st_ctime_ns
    except OSError:
        return 0
