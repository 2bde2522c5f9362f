"""The first picture of the README, drawn with the real Claude Code of today."""

from __future__ import annotations

import pytest

from docs import desk
from docs.svg import THEMES
from tests.test_pictures import assert_below_claude_as_kept

pytestmark = [pytest.mark.real_claude, pytest.mark.timeout(300)]


@pytest.mark.parametrize("theme", THEMES)
def test_it_can_be_redrawn(theme: str, claude: str) -> None:
    """Claude Code has the question, the answer and the line, and the rest is as in the picture.

    The words of its own around them change with its versions, and are not compared.
    """
    with desk.desk(theme, claude) as screen:
        upper = "\n".join(screen.text().splitlines()[: -desk.ZSH_LINES - 2])
        assert desk.holds(upper, desk.QUESTION, desk.SAID, desk.SHOWN)
        assert_below_claude_as_kept(screen, theme)
