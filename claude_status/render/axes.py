"""The times below a chart, in even steps of the local clock (pure)."""

from __future__ import annotations

import time

HOUR = 3600
DAY = 24 * HOUR
DAY_FORM, DAY_COLUMNS = "%d %b", 6  # how a day is written, and how wide that is
APART = 2  # columns between two labels
MINUTES = (15, 30, 60, 120, 180, 360, 720)  # between two times of a day
DAYS = (1, 2, 3, 7, 14, 28)
Mark = tuple[float, str]  # epoch seconds, label


def times_of(since: float, until: float, columns: int) -> list[Mark]:
    """Times between two others, as close together as the labels fit in so many columns.

    Hours or fractions of one, else midnights.
    """
    for minutes in MINUTES:
        marks = _marks(since, until, minutes, "%H:%M" if until - since <= DAY else "%a %H:%M")
        if minutes * 60 >= DAY / 2 and until - since > 2 * DAY:
            break
        if _fit(marks, minutes * 60, until - since, columns):
            return marks
    form = "%a %d" if until - since <= 9 * DAY else DAY_FORM
    for days in DAYS:
        marks = _marks(since, until, days * 24 * 60, form)
        if _fit(marks, days * DAY, until - since, columns):
            break
    return marks


def _fit(marks: list[Mark], step: float, span: float, columns: int) -> bool:
    widest = max((len(label) for _, label in marks), default=0)
    return step / span * columns >= widest + APART


def _marks(since: float, until: float, minutes: int, form: str) -> list[Mark]:
    """Every so many minutes by the local clock, from the midnight before ``since``."""
    year, month, day, *_ = time.localtime(since)
    count = int((until - since + 2 * DAY) / (60 * minutes)) + 1
    moments = (
        time.mktime((year, month, day, 0, number * minutes, 0, 0, 0, -1)) for number in range(count)
    )
    # a dict, since an hour that the clock skips would appear twice
    inside = dict.fromkeys(moment for moment in moments if since <= moment <= until)
    return [(moment, time.strftime(form, time.localtime(moment))) for moment in inside]
