"""The same line in the language of each host."""

from __future__ import annotations

from collections.abc import Callable

from claude_status.render.segments import IN_ASCII, MARK, Line, Piece
from claude_status.render.status_bars import i3bar, polybar, waybar, xbar
from claude_status.render.style import CRITICAL

SGR = {"normal": "32", "warning": "33", "critical": "31"}
NAMES = {"normal": "green", "warning": "yellow", "critical": "red"}
ASCII = str.maketrans(IN_ASCII)
NUMBER = "%0123456789"  # how a number ends, and no bar


def plain(line: Line) -> str:
    """Text alone, for pipes and terminals without colour; a critical number has a mark instead."""
    return "".join(piece.text + (MARK if _is_critical(piece) else "") for piece in line)


def _is_critical(piece: Piece) -> bool:
    return piece.colour == CRITICAL and piece.text[-1:] in NUMBER


def ascii_only(line: Line) -> str:
    """Text alone, for terminals that know nothing but ASCII."""
    return plain(line).translate(ASCII).encode("ascii", "replace").decode("ascii")


def ansi(line: Line) -> str:
    """SGR colours; only the foreground is set and given back, so that bold stays bold."""
    return _coloured(line, lambda text, colour: f"\033[{SGR[colour]}m{text}\033[39m")


def bash(line: Line) -> str:
    """SGR colours between the bytes that tell readline what has no width."""
    return _coloured(
        line, lambda text, colour: f"\001\033[{SGR[colour]}m\002{text}\001\033[39m\002"
    )


def zsh(line: Line) -> str:
    """Zsh's prompt escapes."""
    escaped = tuple(Piece(piece.text.replace("%", "%%"), piece.colour) for piece in line)
    return _coloured(escaped, lambda text, colour: f"%F{{{NAMES[colour]}}}{text}%f")


def tmux(line: Line) -> str:
    """The styles of tmux's own formats; a ground of our own, since the bar's may be of any colour.

    The bar that tmux comes with is green: green letters would not be seen there, nor yellow read.
    Black on red can be read in every palette, as white on red cannot.
    """
    return _coloured(line, _on_bar)


# What is drawn, each into a file of its own, since each may have a template of its own. Three hosts
# speak what a terminal does; all fall back on plain or ascii where that is all that can be shown.
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
    # what is pushed comes back only after a reset of our own
    return f"#[push-default]#[{ground}]{text}#[fg=default,bg=default]#[pop-default]"


def _coloured(line: Line, paint: Callable[[str, str], str]) -> str:
    return "".join(
        paint(piece.text, piece.colour) if piece.colour else piece.text for piece in line
    )
