"""The same line in the markup of each host."""

from __future__ import annotations

from collections.abc import Callable

from claude_status.render.segments import IN_ASCII, MARK, Line, Piece
from claude_status.render.status_bars import i3bar, polybar, waybar, xbar
from claude_status.render.style import CRITICAL

SGR = {"normal": "32", "warning": "33", "critical": "31"}
NAMES = {"normal": "green", "warning": "yellow", "critical": "red"}
ASCII = str.maketrans(IN_ASCII)
NUMBER = "%0123456789"  # the last character of a number, but never of a bar


def plain(line: Line) -> str:
    """Plain text, for pipes and terminals without colour; a critical number has a mark instead."""
    return "".join(piece.text + (MARK if _is_critical(piece) else "") for piece in line)


def _is_critical(piece: Piece) -> bool:
    return piece.colour == CRITICAL and piece.text[-1:] in NUMBER


def ascii_only(line: Line) -> str:
    """Plain text, for terminals that support only ASCII."""
    return plain(line).translate(ASCII).encode("ascii", "replace").decode("ascii")


def ansi(line: Line) -> str:
    """SGR colours; only the foreground is set and reset, so that bold stays bold."""
    return _coloured(line, lambda text, colour: f"\033[{SGR[colour]}m{text}\033[39m")


def bash(line: Line) -> str:
    """SGR colours between the bytes that mark them as zero-width for readline."""
    return _coloured(
        line, lambda text, colour: f"\001\033[{SGR[colour]}m\002{text}\001\033[39m\002"
    )


def zsh(line: Line) -> str:
    """Zsh's prompt escapes."""
    escaped = tuple(Piece(piece.text.replace("%", "%%"), piece.colour) for piece in line)
    return _coloured(escaped, lambda text, colour: f"%F{{{NAMES[colour]}}}{text}%f")


def tmux(line: Line) -> str:
    """The styles of tmux's own formats; with a background, since the bar's may have any colour.

    By default tmux's bar is green: green text would be invisible there, and yellow unreadable.
    Black on red is readable in every palette; white on red is not.
    """
    return _coloured(line, _on_bar)


# What is drawn, each into its own file, since each may have its own template. Three hosts use the
# same as a terminal; all fall back on plain or ascii if nothing else can be shown.
DIALECTS: dict[str, Callable[[Line], str]] = {
    "plain": plain,
    "ascii": ascii_only,
    "ansi": ansi,
    "bash": bash,
    "zsh": zsh,
    "fish": ansi,
    "starship": ansi,
    "tmux": tmux,
    "claude": ansi,
    "waybar": waybar,
    "i3bar": i3bar,
    "polybar": polybar,
    "xbar": xbar,
}


def _on_bar(text: str, colour: str) -> str:
    ground = {"warning": "fg=black,bg=yellow", "critical": "fg=black,bg=red"}.get(colour)
    if not ground:
        return text
    # what was pushed is restored only after an explicit reset
    return f"#[push-default]#[{ground}]{text}#[fg=default,bg=default]#[pop-default]"


def _coloured(line: Line, paint: Callable[[str, str], str]) -> str:
    return "".join(
        paint(piece.text, piece.colour) if piece.colour else piece.text for piece in line
    )
