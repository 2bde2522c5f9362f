"""Charts of how usage grew, as text: areas of windows and days, or a bar for each day.

They are drawn here, in block elements: a library for this would be a large part of what a person
installs, for a few eighths of a cell.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from claude_status.render.burnup import Burnup
from claude_status.render.peaks import Peaks
from claude_status.render.picture_colours import SGR
from claude_status.render.plot import (
    ABOVE,
    EVEN,
    LEADS,
    RANGE,
    Thresholds,
    bar_sizes,
    draw_burnup,
    draw_peaks,
    is_above,
    joined,
    text_of,
)
from claude_status.render.segments import Piece

LEAST_BESIDE = 63  # columns of a chart that shares its line with another
BETWEEN = Piece("    ")
COLUMNS = 30, 120  # of one chart: at least, at most
QUARTERS = 2, 4  # rows for 25%: at least, at most
AROUND = 4  # rows of a chart beside its plot
ASCII = str.maketrans("┤│┼─┬▁▂▃▄▅▆▇█·•░–▲", "||+-+...::::#-*/-^")
Chart = Burnup | Peaks


def draw_charts(
    charts: Sequence[Chart],
    notes: Sequence[str],
    size: tuple[int, int],
    kind: str,
    thresholds: Thresholds,
) -> str:
    """All charts with headings, then how to read them, then the notes.

    ``size`` is the screen's, in columns and lines; ``kind`` is ansi, plain or ascii.
    """
    columns, lines = size
    gap = len(BETWEEN.text)
    across = max(1, min(len(charts), (columns + gap) // (LEAST_BESIDE + gap)))
    width = max(COLUMNS[0], min(COLUMNS[1], (columns + gap) // across - gap))
    stacked = -(-len(charts) // across)
    spare = lines - len(notes) - 3
    quarter = max(QUARTERS[0], min(QUARTERS[1], (spare // stacked - AROUND) // 4))
    drawn = [draw_chart(chart, width, quarter, thresholds) for chart in charts]
    rows: list[list[Piece]] = []
    for number in range(0, len(drawn), across):
        rows += [*beside_each_other(drawn[number : number + across], width), []]
    room = min(columns, COLUMNS[1]) if across == 1 else columns
    foot = [*textwrap.wrap(legend(charts, width), room), *_notes(notes, room)]
    return "\n".join(_text(row, kind) for row in [*rows, *([Piece(line)] for line in foot)])


def draw_chart(chart: Chart, width: int, quarter: int, thresholds: Thresholds) -> list[list[Piece]]:
    """The rows of one chart with its heading; ``quarter`` rows are 25%."""
    draw = (
        draw_peaks(chart, width, quarter, thresholds)
        if isinstance(chart, Peaks)
        else draw_burnup(chart, width, quarter, thresholds)
    )
    return [*heading(chart, width), *draw]


def heading(chart: Chart, width: int) -> list[list[Piece]]:
    """The name and the words, on one line if they fit."""
    name = Piece(chart.name, "bold")
    if len(chart.name) + 2 + len(chart.words) <= width:
        return [[name, Piece(f"  {chart.words}")]]
    return [[name], *([Piece(f"  {line}")] for line in textwrap.wrap(chart.words, width - 2))]


def beside_each_other(charts: Sequence[list[list[Piece]]], width: int) -> list[list[Piece]]:
    """Charts side by side, with their axes on one line even if their headings differ in height."""
    height = max(map(len, charts))
    padded = [[*([[]] * (height - len(chart))), *chart] for chart in charts]
    rows = []
    for parts in zip(*padded, strict=True):
        row = list(parts[0])
        for part in parts[1:]:
            row += [Piece(" " * (width - len(text_of(row)))), BETWEEN, *part]
        rows.append(row)
    return rows


def legend(charts: Sequence[Chart], width: int) -> str:
    """How to read what is drawn."""
    parts = ["█ used"]
    bars = [chart for chart in charts if isinstance(chart, Peaks)]
    if bars:
        shared, _ = bar_sizes(len(bars[0].days), width)
        parts = [f"█ peak of {'each day' if shared == 1 else f'every {shared} days'}"]
    areas = [chart for chart in charts if isinstance(chart, Burnup)]
    if any(chart.even for chart in areas):
        parts.append(f"{EVEN} even pace")
    if any(chart.projection for chart in areas):
        parts += [f"{LEADS} at this rate", f"{RANGE} likely range"]
    if any(_goes_above(chart) for chart in charts):
        parts.append(f"{ABOVE} above 100%")
    return "   ".join([*parts, "blank: not known"]).replace(" ", "\xa0").replace("\xa0" * 3, "   ")


def _goes_above(chart: Chart) -> bool:
    if isinstance(chart, Peaks):
        return any(peak is not None and is_above(peak) for peak in chart.peaks)
    return any(is_above(percent) for run in chart.used for _, percent in run)


def _notes(notes: Sequence[str], room: int) -> list[str]:
    return [line for note in notes for line in textwrap.wrap(note, room)]


def _text(row: Sequence[Piece], kind: str) -> str:
    line = joined(row)
    if kind != "ansi":
        text = text_of(line).replace("\xa0", " ").rstrip()
        return (
            text.translate(ASCII).encode("ascii", "replace").decode() if kind == "ascii" else text
        )
    return "".join(
        f"\033[{SGR[piece.colour]}m{piece.text}\033[0m" if piece.colour else piece.text
        for piece in line
    ).replace("\xa0", " ")
