"""The first picture: the line in Claude Code, at a zsh prompt and in the bar of tmux."""

from __future__ import annotations

import re
from collections.abc import Mapping

from docs.desk import SHOWN, desk
from docs.svg import THEMES, Mark, draw

TITLE = "Claude Code, zsh and tmux"
PLACES = ("Claude Code", "zsh", "tmux")  # from above
THINKING = 5  # seconds


def make(claude: str) -> Mapping[str, str]:
    """The picture for each theme, as SVG, drawn with that Claude Code."""
    drawn = {}
    for theme in THEMES:
        with desk(theme, claude, THINKING) as screen:
            rows = enumerate(screen.text().splitlines())
            found = [(y, match.span()) for y, row in rows for match in re.finditer(SHOWN, row)]
            marks = [Mark(y, *span, name) for name, (y, span) in zip(PLACES, found, strict=True)]
            drawn[theme] = draw(screen.display, TITLE, THEMES[theme], marks)
    return drawn
