from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.model.usage import Usage
from claude_status.render.bars import bar
from claude_status.render.colours import NO_COLOURS
from claude_status.render.dialects import DIALECTS, ascii_only
from claude_status.render.line import draw_line
from claude_status.render.names import known_names
from claude_status.render.segments import Piece
from claude_status.render.style import Style
from claude_status.render.template import PRESETS, parse_template
from claude_status.sources.body import parse_body
from tests.bodies import usage_body
from tests.strategies import DAY, HOUR, NOW, quick, usages

pytestmark = pytest.mark.usefixtures("utc")
NAMES = [f"{{{name}}}" for name in [*known_names(), "fable", "fable.bar:3", "opus.reset"]]
BODY = usage_body(NOW, 80, 17, model=95, credits_used=12550)
USAGE = parse_body(BODY, NOW, "endpoint")


def _text(template: str, usage: Usage = USAGE, now: float = NOW, **others: object) -> str:
    style = replace(Style(template=template, plan="max", max_width=99), **others)
    return "".join(piece.text for piece in draw_line(usage, now, style))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{5h}", "80%"),
        ("{5h.reset}", "2h13m"),
        ("{5h.pace}", "+24"),
        ("{5h.ahead}", "⇡"),
        ("{5h.left}", "20%"),
        ("{5h.bar}", "████████░░"),
        ("{7d.bar:8}", "█▎░░░░░░"),
        ("{fable}", "95%"),
        ("{fable.left}", "5%"),
        ("{opus}", ""),
        ("{5h} | {opus} | {7d}", "80% | 17%"),
        ("{7d}", "17%"),
        ("{7d.reset}", "3d12h"),
        ("{7d.pace}", ""),
        ("{7d.ahead}", ""),
        ("{model}", "Fable 95%"),
        ("{credits}", "$125.50/$500"),
        ("{credits.left}", "75%"),
        ("{credits.bar}", "██▌░░░░░░░"),
        ("{credits.bar:4}", "█░░░"),
        ("{credits.reset}{credits.at}{credits.pace}{credits.out}", ""),
        ("{plan}", "max"),
        ("{age}", ""),
        ("{5h}{5h.ahead} ({5h.reset})", "80%⇡ (2h13m)"),
        ("Claude · {5h}", "Claude · 80%"),
        ("{5h} {7d.pace} {7d}", "80% 17%"),
        ("x {7d.pace} · {5h}", "80%"),
        ("{7d.pace} x {5h}", "x 80%"),
        ("{5h}x{7d.pace} y", "80%x y"),
        ("  {5h}  ", "80%"),
        (PRESETS["minimal"], "80%"),
        (
            PRESETS["full"],
            "5h 80% +24 2h13m ≈08:41 · 7d 17% 3d12h · Fable 95% · credits $125.50/$500 · max",
        ),
    ],
)
def test_each_name_has_its_value(template: str, text: str) -> None:
    """A name is replaced by its value; a part without any value is left out."""
    assert _text(template) == text


@pytest.mark.parametrize(
    ("percent", "cells", "drawn"),
    [
        (0, 4, "░░░░"),
        (1, 4, "░░░░"),
        (3.125, 4, "▏░░░"),
        (50, 4, "██░░"),
        (99.99, 4, "███▉"),
        (100, 4, "████"),
        (250, 4, "████"),
    ],
)
def test_a_bar_is_never_rounded_up(percent: float, cells: int, drawn: str) -> None:
    """A bar is rounded down to an eighth of a cell, and full from 100 % on."""
    assert bar(percent, cells) == drawn
    assert len(ascii_only((Piece(drawn),))) == cells


def test_clock_times_in_12_or_24_hours() -> None:
    """A reset as clock time, in 12 or 24 hours, with the weekday if a day or more away."""
    assert _text("{5h.at} · {7d.at}") == "10:13 · Mon 20:00"
    assert _text("{5h.at} · {7d.at}", clock=12) == "10:13am · Mon 8:00pm"


def test_a_projection_looks_like_one() -> None:
    """A projected end has a mark, and is left out once its number is old."""
    assert _text("{5h.out}") == "≈08:41"
    assert _text("{5h.out} {7d.out}", now=NOW + 601) == ""


def test_hidden_below_a_threshold() -> None:
    """The line is empty while every number is known to be below; an old one may be above."""
    low = parse_body(usage_body(NOW, 30, 17), NOW, "endpoint")
    assert _text("", low, hide_below=31) == ""
    assert _text("", low, hide_below=31, label="home") == ""
    assert _text("", low, hide_below=30) == "5h 30% 2h13m · 7d 17%"
    assert _text("", low, now=NOW + 601, hide_below=31) == "5h ~30% 2h02m · 7d ~17%"
    assert _text("", USAGE, hide_below=90) != ""  # a model's week


def test_old_numbers() -> None:
    """A template marks old numbers and hides ended ones, like the default line."""
    template = "{5h} {5h.reset} {5h.pace} · {7d} {7d.reset} · {credits} · {age}"
    assert _text(template, now=NOW + 601) == "~80% 2h02m · ~17% 3d11h · ~$125.50/$500"
    assert _text(template, now=NOW + 2 * HOUR) == "~80% 13m · ~17% 3d10h · ~$125.50/$500 · 2h ago"
    assert _text(template, now=NOW + 3 * HOUR) == "– · ~17% 3d9h · ~$125.50/$500 · 3h ago"
    assert _text(template, now=NOW + DAY) == ""
    assert _text("Claude · {plan}", now=NOW + DAY) == ""


def test_parts_are_dropped_from_the_end() -> None:
    """In few columns the first parts are kept, whole."""
    template = "5h {5h} · 7d {7d} · {plan}"
    for columns, text in ((21, "5h 80% · 7d 17% · max"), (20, "5h 80% · 7d 17%"), (14, "5h 80%")):
        assert _text(template, max_width=columns) == text
    assert _text(template, max_width=5) == ""


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{5hh}", "did you mean {5h}?"),
        ("{5h.rest}", "did you mean {5h.reset}?"),
        ("{credit}", "did you mean {credits}?"),
        ("{Frobnicate}", "the names are 5h, 5h.left"),
        ("{5h.bar:41}", "at most 40 cells"),
        ("{5h:3}", "did you mean"),
        ("{}", "the names are"),
        *((f"{{5h}} {sign}", "without") for sign in "{}\\`$#%'\""),
        *((f"{{5h}} {sign}", "one line") for sign in "\n\t\x1b\x00\u202e"),
    ],
)
def test_a_template_that_cannot_be_used(template: str, words: str) -> None:
    """An unknown name is reported with the nearest; special characters are refused."""
    with pytest.raises(ValueError, match=r"^[ -~]+$") as caught:
        parse_template(template)
    assert words in str(caught.value)


@quick
@given(
    st.lists(
        st.sampled_from([*(f"{{{name}}}" for name in known_names()), " · ", " ", "x", "("])
    ).map("".join),
    usages(),
    st.integers(0, 25 * HOUR),
)
def test_any_template_draws_any_usage(template: str, usage: Usage, later: int) -> None:
    """Names in any order make a line without an exception or blanks at its ends."""
    text = _text(template, usage, NOW + later, max_width=500)
    assert text == text.strip()
    assert "{" not in text


def test_credits_have_what_a_limit_has() -> None:
    """Credits have a reset as countdown and clock time, and a bar; spent ones are full."""
    assert USAGE.credits
    ends = replace(USAGE.credits, resets_at=NOW + 26 * HOUR)
    usage = replace(USAGE, credits=ends)
    assert _text("{credits.reset} · {credits.at}", usage, clock=24) == "1d2h · Sat 10:00"
    spent = replace(USAGE, credits=replace(ends, percent=None, reason="out of usage credits"))
    assert _text("{credits.left} {credits.bar:2}", spent) == "0% ██"
    assert _text("{credits.left}", replace(USAGE, credits=None)) == ""


def test_claude_codes_names_are_empty_in_other_hosts() -> None:
    """Names for Claude Code's own line are valid in every template, but empty elsewhere."""
    for name in ("model", "context", "cost", "dir", "branch"):
        assert parse_template(f"{{claude.{name}}}")
        assert _text(f"{{5h}} · {{claude.{name}}}") == "80%"
    with pytest.raises(ValueError, match=r"did you mean \{claude\.model\}"):
        parse_template("{claude.modell}")


def test_braces_of_a_label_are_no_names() -> None:
    """In Claude Code's line, braces in a label become round brackets."""
    line = (Piece("{x} 5h"), Piece("{m}"))
    assert DIALECTS["claude"](line, NO_COLOURS) == "(x) 5h{m}"
