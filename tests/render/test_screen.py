"""The full picture in colour, before it is printed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from claude_status.model.usage import Usage
from claude_status.render.picture_colours import BARS, SHARES
from claude_status.render.report import Report, report
from claude_status.render.screen import _bar, draw_screen
from claude_status.render.style import Style
from tests.render.test_report import STYLES
from tests.render.test_text import PICTURE, SESSION
from tests.strategies import NOW, thorough, usages


def texts(lines: list[Text]) -> list[str]:
    """The lines without their colours."""
    return [line.plain.rstrip() for line in lines]


def bar(filled: float, elapsed: float | None = None) -> str:
    """A session's bar of 95 columns."""
    return _bar(replace(SESSION, filled=filled, elapsed=elapsed), 95).plain


@pytest.mark.parametrize(
    ("filled", "full"), [(0.0, 0.0), (0.004, 0), (0.99, 94), (1.0, 95), (1.12, 95), (0.5, 47.5)]
)
def test_a_bar_is_rounded_down(filled: float, full: float) -> None:
    """A bar is full only from 100% on, and never longer."""
    drawn = bar(filled)
    assert drawn.count("━") + drawn.count("╸") / 2 == full
    assert len(drawn) == 95


@pytest.mark.parametrize(("elapsed", "place"), [(0.0, 0), (0.5, 47), (0.9999, 94), (1.0, 94)])
def test_the_mark_of_time_stays_in_the_bar(elapsed: float, place: int) -> None:
    """The mark is at the time elapsed, from the first column to the last."""
    assert bar(0.3, elapsed).index("│") == place


def test_a_line_for_each_limit_where_there_is_room() -> None:
    """On a wide screen and on one of 80 columns a limit is one line; in a low window a block."""
    assert len(draw_screen(PICTURE, 200)) == 8
    assert texts(draw_screen(PICTURE, 80))[2:7] == [
        f"{'used   resets in       outlook':>67}",
        "▸ session (5h) ━━━━━━━━━━│━━────────  62%   2h30m (15:40)   runs out about 14:20",
        f"  week (7d) {'–   was reset':>41}",
        "",
        "  session (5h): endpoint, just now · week (7d): endpoint, 3h00m ago",
    ]
    assert texts(draw_screen(PICTURE, 80, 30))[2:5] == [
        f"session (5h){'resets in 2h30m (15:40)':>68}",
        "━" * 37 + "│" + "━" * 8 + "╸" + "─" * 28 + "  62%",
        f"12 points ahead of pace, runs out about 14:20{'endpoint, just now':>35}",
    ]


def test_one_origin_is_said_once() -> None:
    """If all numbers have the same origin, it is given once, without their names."""
    rows = tuple(replace(row, origin="endpoint, just now") for row in PICTURE.rows)
    below = texts(draw_screen(replace(PICTURE, rows=rows), 80))[5:7]
    assert below == ["", "  endpoint, just now"]


def test_low_screens() -> None:
    """As lines get fewer the limits stay, while the title and what is below them go."""
    first_lines = {n: texts(draw_screen(PICTURE, 60, n, "q quits"))[0] for n in range(1, 20)}
    titled = [n for n, first in first_lines.items() if first == "Claude usage · max plan"]
    assert titled == list(range(5, 20))
    for lines in range(2, 20):
        drawn = "\n".join(texts(draw_screen(PICTURE, 60, lines, "q quits")))
        assert "62%" in drawn
        assert "was reset" in drawn
        assert ("Something is wrong" in drawn) == (lines >= 3)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (49, []),
        (50, ["resets in"]),
        (97, ["resets in"]),
        (98, ["resets in", "ahead of pace"]),
        (119, ["resets in", "ahead of pace"]),
        (120, ["resets in", "ahead of pace", "endpoint"]),
    ],
)
def test_a_low_screen_has_the_words_that_fit(columns: int, words: list[str]) -> None:
    """In one line a limit has its reset first, then the pace, then the origin."""
    (line,) = (line for line in texts(draw_screen(PICTURE, columns, 4)) if "62%" in line)
    known = ["resets in", "ahead of pace", "endpoint"]
    assert [word for word in known if word in line] == words


@thorough
@given(
    usage=usages(scoped=2),
    style=STYLES,
    columns=st.integers(36, 250),
    lines=st.integers(1, 60),
    problem=st.sampled_from(["", "Something is wrong: do this."]),
)
def test_it_fits(usage: Usage, style: Style, columns: int, lines: int, problem: str) -> None:
    """Whatever there is to show, it keeps to its lines and columns."""
    picture = report(usage, NOW, style, problem)
    drawn = draw_screen(picture, columns, lines, "q quits")
    assert len(drawn) <= lines
    assert max(line.cell_len for line in drawn) <= columns
    if lines >= len(picture.rows):
        joined = "\n".join(texts(drawn))
        assert all(row.share in joined for row in picture.rows)


@thorough
@given(usage=usages(), style=STYLES, columns=st.integers(20, 250))
def test_no_other_colours(usage: Usage, style: Style, columns: int) -> None:
    """Only the colours of pictures, bold and dim are used, and never a background."""
    picture = report(usage, NOW, style, "Something is wrong: do this.")
    allowed = {"", "bold", "dim", "none", *BARS.values(), *SHARES.values()}
    for line in draw_screen(picture, columns):
        assert {str(span.style) for span in line.spans} | {str(line.style)} <= allowed


def test_nothing_to_show() -> None:
    """Without a number there is a sentence, with the problem below."""
    empty = Report("Claude usage", (), "no data yet", "Something is wrong: do this.")
    assert texts(draw_screen(empty, 80)) == [
        "Claude usage", "", "no data yet", "", "! Something is wrong: do this.",
    ]  # fmt: skip


def test_a_problem_stands_apart() -> None:
    """A blank line separates a problem from the key to the picture."""
    drawn = texts(draw_screen(replace(PICTURE, problem="Something is wrong: do this."), 100))
    assert drawn[drawn.index("! Something is wrong: do this.") + 1] == ""
    assert drawn[-1].startswith("│ time elapsed")
