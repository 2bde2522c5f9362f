"""The full picture of an account, with or without asking first."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from claude_status.asking.diagnosis import Scene, take_scene
from claude_status.asking.snapshot import Snapshot, fresh_snapshot
from claude_status.paths import accounts, cache_root, environ_of
from claude_status.render.report import Report, report
from claude_status.render.words import duration, in_words
from claude_status.terminal import place


def asked_snapshot(environ: Mapping[str, str]) -> Snapshot:
    """What is known after asking in the foreground, if a call is due."""
    account, settings = place(environ)
    return replace(fresh_snapshot(account, settings, environ, time.time()), now=time.time())


def known_snapshot(environ: Mapping[str, str], now: float) -> Snapshot | None:
    """What is known without asking; None if the environment names no account."""
    return known_in(take_scene(environ, now, Path(sys.argv[0])))


def known_in(scene: Scene) -> Snapshot | None:
    """What is known there, and what keeps it from being renewed."""
    return replace(scene.snapshot, problem=scene.obstacle) if scene.snapshot else None


def everyone(environ: Mapping[str, str], now: float) -> Iterator[tuple[str, Snapshot]]:
    """What is known about every account on this machine, with its label or its directory."""
    home = environ.get("HOME", "")
    for name in accounts(cache_root(environ)):
        shown = known_snapshot(environ_of(environ, name), now)
        if shown:
            place = str(shown.account.config_dir)
            short = f"~{place.removeprefix(home)}" if place.startswith(f"{home}/") else place
            yield shown.settings.labels.get(name) or short, shown


def picture(
    shown: Snapshot, now: float, *, name: str = "", span: Callable[[float], str] = duration
) -> Report:
    """What is known, in words, as it is at ``now``."""
    style = shown.settings.style("plain", shown.account.name, shown.plan)
    problem, asking = _sentence(shown.problem), shown.asking
    if problem == _sentence(asking.reason) and asking.not_before > now:
        problem += f" The next try is in {in_words(asking.not_before - now, span)}."
    return report(shown.usage, now, style, problem, name=name, span=span)


def _sentence(text: str) -> str:
    """A reason as a sentence."""
    return f"{text[0].upper()}{text[1:].rstrip('.')}." if text else ""
