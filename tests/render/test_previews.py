"""The line in miniature: what stands at the right end of a prompt or a bar stands at its end."""

from __future__ import annotations

import pytest

from claude_status.render.previews import preview
from claude_status.render.segments import Piece
from claude_status.settings.settings import Settings

LINE = (Piece("5h "), Piece("42%", "warning"))
COLOURS = Settings().style("tmux", "").colours


@pytest.mark.parametrize("host", ["zsh", "fish"])
def test_a_right_prompt_leaves_the_last_column_free(host: str) -> None:
    """Zsh and fish put nothing into the last column; without a gap they leave out the line."""
    left = len(preview(host, LINE, COLOURS, 5)[1])
    row = preview(host, LINE, COLOURS, left + 8)[1]
    assert row.plain.endswith(" 5h 42%")
    assert len(row) == left + 7
    assert "5h" not in preview(host, LINE, COLOURS, left + 7)[1].plain


def test_a_bar_is_as_wide_as_the_screen() -> None:
    """The bar of tmux ends in the last column, with the line's numbers in the bar's own colours."""
    bar = preview("tmux", LINE, COLOURS, 40)[1]
    assert len(bar) == 40
    assert bar.plain.endswith("5h 42% 12:04 ")
    assert "color(16) on color(220)" in {str(span.style) for span in bar.spans}
