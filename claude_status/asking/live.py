"""What ``watch`` shows, read again whenever the frames have been redrawn."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from claude_status.asking.diagnosis import Asked, Scene, take_scene
from claude_status.asking.due import refresh_if_due
from claude_status.asking.past import limits_seen, of_past, read_past
from claude_status.asking.pictures import known_in, picture
from claude_status.asking.snapshot import Snapshot, next_due
from claude_status.errors import CacheError
from claude_status.model.usage import SESSION, WEEK, WINDOW_SECONDS, Limit
from claude_status.paths import Account
from claude_status.render.burnup import of_days, of_window
from claude_status.render.chart import Chart
from claude_status.render.lately import Event, lately
from claude_status.render.outlook import local_time
from claude_status.render.report import Report, ticking
from claude_status.render.words import duration, in_words
from claude_status.settings.settings import Settings
from claude_status.store.history import DAY, Point

KEPT = 30  # days that are read
RECENT = 8  # of them, in which the windows are that were reset lately
RANGES: Mapping[str, int | None] = {"window": None, "day": 1, "week": 7, "month": KEPT}
PAST = {SESSION: "past 5 hours", WEEK: "past 7 days"}


class LiveView:
    """One account as it is at each moment; nothing is read while its frames stay the same."""

    def __init__(self, account: Account, settings: Settings, environ: Mapping[str, str]) -> None:
        self._account = account
        self._environ = environ
        self._drawn: object = self  # unlike anything that the frames can be
        self._scene: Scene | None = None
        self._shown = Snapshot(account, settings, 0)
        self._points: list[Point] = []
        self._alerts: list[tuple[float, str]] = []
        self._charts: tuple[object, list[Chart]] = (None, [])
        self._events: tuple[object, list[Event]] = (None, [])

    def look(self, now: float) -> None:
        """Read what is new; starts a refresh in the background if a prompt would."""
        refresh_if_due(self._account, now, prompt=True, environ=self._environ)
        drawn = self._frames()
        if drawn != self._drawn:
            self._drawn = drawn
            self._scene = take_scene(self._environ, now, Path(sys.argv[0]))
            self._shown = known_in(self._scene) or self._shown
            with contextlib.suppress(CacheError, OSError):  # which the picture reports
                self._points, self._alerts = read_past(self._account, now - KEPT * DAY, now)

    def report(self, now: float) -> Report:
        """The limits at ``now``."""
        return picture(self._shown, now, span=_span)

    def charts(self, span: str, now: float) -> list[Chart]:
        """The session's and the week's use over one of the ranges; redrawn each minute."""
        key = span, *self._moment(now)
        if key != self._charts[0]:
            found = (self._chart(limit, span, now) for limit in self._limits())
            self._charts = key, [chart for chart in found if chart]
        return self._charts[1]

    def events(self, now: float) -> list[Event]:
        """What happened lately; where alerts are sent, they say which thresholds were passed."""
        key = self._moment(now)
        if key != self._events[0]:
            shown = self._shown
            own = () if shown.settings.alerts else shown.settings.thresholds
            points = [point for point in self._points if point.time > now - RECENT * DAY]
            limits = limits_seen(shown.usage, points)
            found = lately(limits, points, self._alerts, shown.asking, now, thresholds=own)
            self._events = key, found
        return self._events[1]

    def next_call(self, now: float) -> str:
        """When the API is asked next; "" where the picture says that it cannot be."""
        asked = self._scene.asked if self._scene else None
        if asked is None:
            return "no source is ever asked"
        if not isinstance(asked, Asked):
            return "no call without a login"
        due = next_due(self._shown.at(now), asked.login)
        if due.never:
            return "no call with this login"
        if due.is_now(now):
            return "next call now"
        return f"next call in {in_words(due.at - now, ticking)} ({local_time(due.at, now)})"

    @property
    def thresholds(self) -> tuple[float, float]:
        """From which percentages on a chart is a warning, and critical."""
        return self._shown.settings.thresholds

    def _moment(self, now: float) -> tuple[object, ...]:
        """A key that stays the same as long as nothing has to be computed again."""
        return self._drawn, int(now) // 60

    def _limits(self) -> list[Limit]:
        seen = limits_seen(self._shown.usage, self._points)
        return [limit for limit in seen if limit.key in (SESSION, WEEK)]

    def _chart(self, limit: Limit, span: str, now: float) -> Chart | None:
        shown, days = self._shown.at(now), RANGES[span]
        if days:
            (found,) = of_past([limit], shown, self._points, days) or (None,)
            return found and replace(found, words=f"{_past(days)}, {found.words}")
        chart = of_window(limit, self._points, now, shown.settings.style("plain", ""))
        if chart:
            return replace(chart, words="this window")
        since = now - WINDOW_SECONDS[limit.key]
        chart = of_days(limit, self._points, since, now, shown.settings.ttl)
        return chart and replace(chart, words=PAST[limit.key])

    def _frames(self) -> object:
        """Something that changes whenever the frames do."""
        with contextlib.suppress(OSError):
            info = (self._account.frames / "plain").stat()
            return info.st_ino, info.st_ctime_ns
        return None


def _span(seconds: float) -> str:
    """The time until a reset: to the second on its last day."""
    return ticking(seconds) if seconds < DAY else duration(seconds)


def _past(days: int) -> str:
    return "past 24 hours" if days == 1 else f"past {days} days"
