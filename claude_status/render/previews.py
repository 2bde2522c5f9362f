"""The line as the screen of a host would show it, in miniature (drawn by rich)."""

from __future__ import annotations

from rich.text import Text

from claude_status.render.colours import Colour, Colours
from claude_status.render.segments import Line, runs

BAR = "black on green"  # that tmux comes with


def coloured(line: Line, colours: Colours) -> Text:
    """The line in its colours."""
    return Text.assemble(*((text, style_of(colour)) for text, colour, _ in runs(line, colours)))


def style_of(colour: Colour) -> str:
    """A colour in the words of rich."""
    words = ["bold"] * colour.bold + ["dim"] * colour.dim
    words += [_word(colour.name)] * bool(colour.name) + [f"on {_word(colour.on)}"] * bool(colour.on)
    return " ".join(words)


def _word(name: str) -> str:
    return f"color({name})" if name.isdecimal() else name.replace("-", "_")


def preview(host: str, line: Line, colours: Colours, columns: int) -> list[Text]:
    """What a person would see there: a prompt, a bar, Claude Code's last line."""
    shown = coloured(line, colours)
    prompts = {
        "bash": Text.assemble(shown, " ", ("~/work", "blue"), " $ "),
        "starship": Text.assemble(("work", "cyan"), " on ", ("main", "magenta"), " ", shown, " ❯ "),
        "zsh": _apart(Text.assemble(("~/work", "blue"), " ❯ "), shown, columns),
        "fish": _apart(Text.assemble(("~/work", "blue"), "> "), shown, columns),
        "tmux": _bar(shown, columns),
        "claude": Text.assemble("  ", shown),
    }
    return [Text(host, "dim"), prompts[host]]


def _apart(left: Text, right: Text, columns: int) -> Text:
    """Two texts at the ends of a line; the left one alone where there is no room."""
    gap = columns - left.cell_len - right.cell_len - 1
    return Text.assemble(left, " " * gap, right) if gap > 0 else left


def _bar(shown: Text, columns: int) -> Text:
    """tmux's default bar."""
    bar = _apart(Text("[0] 0:zsh*"), shown + Text(" 12:04 "), columns + 1)
    bar.stylize_before(BAR)
    return bar
