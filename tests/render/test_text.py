"""The full picture as plain text."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from claude_status.model.usage import Usage
from claude_status.render.report import Report, Row, report
from claude_status.render.style import Style
from claude_status.render.text import draw_report
from tests.render.test_report import STYLES
from tests.strategies import NOW, thorough, usages

SESSION = Row(
    name="session (5h)",
    share="62%",
    colour="normal",
    filled=0.62,
    elapsed=0.5,
    state="resets in 2h30m (15:40)",
    pace="12 points ahead of pace, runs out about 14:20",
    origin="endpoint, just now",
    reset="2h30m (15:40)",
    outlook="runs out about 14:20",
    binds=True,
)
WEEK = Row("week (7d)", "–", "", None, None, "was reset", "", "endpoint, 3h00m ago", "was reset")
PICTURE = Report("Claude usage · max plan", (SESSION, WEEK), "", "Something is wrong: do this.")


def test_a_line_for_each_limit() -> None:
    """Without a width each limit is one line, and the problem comes last."""
    assert draw_report(PICTURE).splitlines() == [
        "Claude usage · max plan",
        "  session (5h)  62%  ############........  resets in 2h30m (15:40)"
        " · 12 points ahead of pace, runs out about 14:20 · endpoint, just now",
        "  week (7d)       –                        was reset · endpoint, 3h00m ago",
        "Something is wrong: do this.",
    ]


def test_forty_columns() -> None:
    """In 40 columns the words are below the bar, as many on a line as fit."""
    assert draw_report(PICTURE, 40).splitlines() == [
        "Claude usage · max plan",
        "  session (5h)  62%  ###########........",
        "    resets in 2h30m (15:40)",
        "    12 points ahead of pace,",
        "    runs out about 14:20",
        "    endpoint, just now",
        "  week (7d)       –",
        "    was reset · endpoint, 3h00m ago",
        "Something is wrong: do this.",
    ]


def test_a_long_name_is_cut() -> None:
    """A long name is cut rather than its number."""
    row = replace(SESSION, name="a model with a very long name indeed", share="~1000%")
    assert draw_report(Report("", (row,), "", ""), 36).splitlines()[0] == (
        "  a model with a very   ~1000%  ##.."
    )


@thorough
@given(usage=usages(), style=STYLES, columns=st.integers(36, 200))
def test_no_line_is_too_long(usage: Usage, style: Style, columns: int) -> None:
    """At any width every line fits, and every word is present."""
    picture = report(usage, NOW, style, "Something is wrong: do this.")
    text = draw_report(picture, columns)
    assert max(map(len, text.splitlines())) <= columns
    words = [word.removesuffix("!") for word in text.split()]
    for row in picture.rows:
        for each in (row.name, row.share, row.state, row.pace, row.origin):
            assert set(each.split()) <= set(words) or len(each) > columns - 26
