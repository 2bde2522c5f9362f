"""The line in miniature, as each host would show it."""

from __future__ import annotations

import pytest

from claude_status.render.previews import preview
from claude_status.render.segments import Piece
from claude_status.settings.settings import Settings

LINE = (Piece("5h "), Piece("42%", "warning"))
COLOURS = Settings().style("tmux", "").colours


@pytest.mark.parametrize("host", ["zsh", "fish"])
def test_a_right_prompt_leaves_the_last_column_free(host: str) -> None:
    """zsh and fish leave the last column free, and the line out if it would touch the text."""
    left = len(preview(host, LINE, COLOURS, 5)[1])
    row = preview(host, LINE, COLOURS, left + 8)[1]
    assert row.plain.endswith(" 5h 42%")
    assert len(row) == left + 7
    assert "5h" not in preview(host, LINE, COLOURS, left + 7)[1].plain


def test_a_bar_is_as_wide_as_the_screen() -> None:
    """tmux's bar fills its width, with the line in tmux's own colours."""
    bar = preview("tmux", LINE, COLOURS, 40)[1]
    assert len(bar) == 40
    assert bar.plain.endswith("5h 42% 12:04 ")
    assert "color(16) on color(220)" in {str(span.style) for span in bar.spans}
