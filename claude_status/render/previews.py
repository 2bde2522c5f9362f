"""The line as the screen of a host would show it, in miniature (drawn by rich)."""

from __future__ import annotations

from rich.text import Text

from claude_status.render.screen import COLOURS
from claude_status.render.segments import Line

ON_BAR = {"warning": "black on yellow", "critical": "white on red"}


def coloured(line: Line) -> Text:
    """The line in the colours of a terminal."""
    return Text.assemble(*((piece.text, COLOURS[piece.colour]) for piece in line))


def preview(host: str, line: Line, columns: int) -> list[Text]:
    """What a person would see there: a prompt, a bar, Claude Code's last line."""
    shown = coloured(line)
    prompts = {
        "bash": Text.assemble(shown, " ", ("~/work", "blue"), " $ "),
        "starship": Text.assemble(("work", "cyan"), " on ", ("main", "magenta"), " ", shown, " ❯ "),
        "zsh": _apart(Text.assemble(("~/work", "blue"), " ❯ "), shown, columns),
        "fish": _apart(Text.assemble(("~/work", "blue"), "> "), shown, columns),
        "tmux": _bar(line, columns),
        "claude": Text.assemble("  ", shown),
    }
    return [Text(host, "dim"), prompts[host]]


def _apart(left: Text, right: Text, columns: int) -> Text:
    """Two texts at the ends of a line; the left one alone where there is no room."""
    gap = columns - left.cell_len - right.cell_len - 1
    return Text.assemble(left, " " * gap, right) if gap > 0 else left


def _bar(line: Line, columns: int) -> Text:
    """tmux's default bar."""
    pieces = ((piece.text, ON_BAR.get(piece.colour, "black on green")) for piece in line)
    right = Text.assemble(*pieces, (" 12:04 ", "black on green"))
    bar = _apart(Text("[0] 0:zsh*"), right, columns + 1)
    bar.stylize_before("black on green")
    return bar
