"""Whether the line is found in a terminal's output, whatever is in between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.doctor.seen import first_prompt, is_in, shown_text, squeeze
from claude_status.doctor.trial import Look
from tests.hosts.shells import TEXTS

LINE = {shown_text("plain", TEXTS["plain"])}
INVISIBLE = (
    "\x1b[0;32m", "\x1b[38;2;1;2;3m", "\x1b[K", "\x1b[40C", "\x1b[?2004h", "\x1b[>4;1m", "\x1b(B",
    "\x1b=", "\x1b]0;5h 1%\x07", "\x1b]133;A\x1b\\",
    "\x1bP+q544e\x1b\\", "\x01", "\x02", "\x0f", "\r", "\n", " ",
)  # fmt: skip


@given(st.lists(st.sampled_from(INVISIBLE), max_size=4), st.lists(st.integers(0, 20), max_size=4))
def test_invisible_sequences_hide_nothing(sequences: list[str], places: list[int]) -> None:
    """Colours, movements, titles and blanks anywhere in the line do not hide it."""
    output = TEXTS["plain"]
    for sequence, place in zip(sequences, sorted(places, reverse=True), strict=False):
        output = output[:place] + sequence + output[place:]
    assert is_in(LINE, f"greeting\r\n{output}mine> ")


@pytest.mark.parametrize(
    "other", ["5h 43% 2h13m · 7d 17%", "5h 42% 2h13m", "\x1b]0;5h 42% 2h13m · 7d 17%\x07"]
)
def test_another_line_is_not_it(other: str) -> None:
    """Other numbers, a part of the line, or the window's title do not count."""
    assert not is_in(LINE, f"{other} mine> ")


@pytest.mark.parametrize("dialect", ["bash", "zsh", "fish", "starship", "plain"])
def test_the_dialects_look_alike(dialect: str) -> None:
    """Without its markup, each dialect's frame is what a person sees."""
    assert {shown_text(dialect, TEXTS[dialect])} == LINE


def test_invisible_sequences_are_removed() -> None:
    """Nothing is left of sequences that only move or colour."""
    assert squeeze("".join(INVISIBLE)) == ""


@pytest.mark.parametrize(
    ("first", "again", "expected"),
    [
        ("LINE> ", "\r\nLINE> ", 1),
        ("mine> ", "^C\r\nLINE> ", 2),
        ("LINE\r\nmine> ", "^C\r\nmine> ", 0),
        ("LINE> ", "\x1b[K", 1),
        ("mine> ", "", 0),
    ],
)
def test_the_prompt_that_lasts(first: str, again: str, expected: int) -> None:
    """What was drawn again decides; if nothing was, the first prompt does."""
    first, again = (text.replace("LINE", TEXTS["ansi"]) for text in (first, again))
    assert first_prompt(LINE, Look(first, again, "bash", waits=True)) == expected
