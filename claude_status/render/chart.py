"""Charts of how use grew, as text (drawn by plotext)."""

from __future__ import annotations

import re
import textwrap
import time
from collections.abc import Sequence
from itertools import zip_longest

import plotext

from claude_status.render.burnup import Burnup
from claude_status.render.words import HOUR

DAY = 24 * HOUR
SIDE_BY_SIDE = 130  # columns from which on two charts share a line
BETWEEN = "    "
COLUMNS, LINES = (30, 100), (9, 18)  # of one chart: at least, at most
LABEL = 11  # columns for each time below a chart
HOURS, DAYS = (0.25, 0.5, 1, 2, 3, 6, 12), (1, 2, 7, 14, 30)  # between two of these times
COLOURS = {"normal": 2, "warning": 3, "critical": 1}  # of the eight
USED, EVEN, LEADS = "hd", "·", "•"
ASCII = str.maketrans("┌┐└┘┤├┬┴┼─│·•–▀", "+++++++++-|.o-#")


def draw_charts(burnups: Sequence[Burnup], columns: int, lines: int, kind: str) -> str:
    """All charts with headings and a legend; ``kind`` is ansi, plain or ascii."""
    beside = columns >= SIDE_BY_SIDE and len(burnups) > 1
    room = (columns - len(BETWEEN)) // 2 if beside else columns
    width = max(COLUMNS[0], min(COLUMNS[1], room))
    room = (lines if beside else lines // len(burnups)) - 5
    height = max(LINES[0], min(LINES[1], room))
    charts = [_chart(burnup, width, height, kind) for burnup in burnups]
    if beside:
        rows = [BETWEEN.join(row).rstrip() for row in zip_longest(*charts, fillvalue=" " * width)]
    else:
        rows = [line.rstrip() for chart in charts for line in (*chart, "")][:-1]
    leads = any(burnup.projection for burnup in burnups)
    legend = ["▀ used", f"{EVEN} even pace", *([f"{LEADS} at this rate"] if leads else [])]
    text = "\n".join([*rows, "", "   ".join(legend)])
    return text.translate(ASCII) if kind == "ascii" else text


def _chart(burnup: Burnup, width: int, height: int, kind: str) -> list[str]:
    """One chart with its heading; every line has the same width."""
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.limit_size(False, False)
    plotext.plot_size(width, height)
    plotext.xlim(burnup.since, burnup.until)
    plotext.ylim(0, burnup.highest)
    times = _times(burnup.since, burnup.until, width // LABEL)
    plotext.xticks([moment for moment, _ in times], [label for _, label in times])
    plotext.yticks([0, 25, 50, 75, 100], ["0%", "25%", "50%", "75%", "100%"])
    colour = COLOURS[burnup.colour]
    for run in burnup.even:
        plotext.plot(*zip(*run, strict=True), marker=EVEN)
    if burnup.projection:
        plotext.plot(*zip(*burnup.projection, strict=True), marker=LEADS, color=colour)
    for run in burnup.used:
        plotext.plot(*zip(*run, strict=True), marker="#" if kind == "ascii" else USED, color=colour)
    drawn = plotext.build().splitlines()
    if kind != "ansi":
        return [*_heading(burnup, width), *map(plotext.uncolorize, drawn)]
    # of plotext's palette of 256 colours only the eight are used, and can be named as such
    named = [re.sub(r"\033\[38;5;([0-7])m", r"\033[3\1m", line) for line in drawn]
    return [*_heading(burnup, width, "\033[1m", "\033[22m"), *named]


def _heading(burnup: Burnup, width: int, bold: str = "", normal: str = "") -> list[str]:
    """The name and the words, on one line where they fit in."""
    name, words = burnup.name, burnup.words
    room = width - len(name) - 2
    if len(words) <= room:
        return [f"{bold}{name}{normal}  {words:<{room}}"]
    return [f"{bold}{name}{normal}", *(f"  {line}" for line in textwrap.wrap(words, width - 2))]


def _times(since: float, until: float, most: int) -> list[tuple[float, str]]:
    """At most so many full hours, or midnights, to stand below the chart, with their labels."""
    year, month, day, *_ = time.localtime(since)
    span = int((until - since) / DAY) + 2
    midnights = [
        time.mktime((year, month, day + number, 0, 0, 0, 0, 0, -1)) for number in range(span)
    ]
    hour_form = "%H:%M" if until - since <= DAY else "%a %H:%M"
    day_form = "%a %d" if span <= 9 else "%d %b"
    choices = [
        *(
            (
                hour_form,
                [midnights[0] + number * hours * HOUR for number in range(int(span * 24 / hours))],
            )
            for hours in HOURS
        ),
        *((day_form, midnights[::days]) for days in DAYS),
    ]
    for form, moments in choices:
        labels = [
            (moment, time.strftime(form, time.localtime(moment)))
            for moment in moments
            if since <= moment <= until
        ]
        if len(labels) <= most:
            break
    return labels
