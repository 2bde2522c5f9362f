"""The same line in the markup of each host."""

from __future__ import annotations

from typing import Protocol

from claude_status.render.claude_names import BREAK, in_pieces
from claude_status.render.colours import BY_DEFAULT, HOSTS, Colour, Colours, index_of
from claude_status.render.segments import IN_ASCII, MARK, Line, Piece, runs
from claude_status.render.status_bars import i3bar, polybar, waybar, xbar
from claude_status.render.style import CRITICAL, WARNING

ASCII = str.maketrans(IN_ASCII)
NUMBER = "%0123456789"  # the last character of a number, but never of a bar
# What zsh prints nothing for; by it the snippet knows the level of a number, whatever its colour
ZSH_LEVELS = {WARNING: "%{%}", CRITICAL: "%{%}%{%}"}


class Dialect(Protocol):
    """How a host has a line written; the colours are by default those of that host."""

    def __call__(self, line: Line, colours: Colours = ..., /) -> str:
        """The line in the language of the host."""


def plain(line: Line, _colours: Colours = BY_DEFAULT) -> str:
    """Plain text, for pipes and terminals without colour; a critical number has a mark instead."""
    return "".join(piece.text + (MARK if _is_critical(piece) else "") for piece in line)


def _is_critical(piece: Piece) -> bool:
    return piece.colour == CRITICAL and piece.text[-1:] in NUMBER


def ascii_only(line: Line, _colours: Colours = BY_DEFAULT) -> str:
    """Plain text, for terminals that support only ASCII."""
    return plain(line).translate(ASCII).encode("ascii", "replace").decode("ascii")


def ansi(line: Line, colours: Colours = BY_DEFAULT) -> str:
    """SGR colours; only what was set is reset, so that a bold prompt and its background stay."""
    return "".join(_in_sgr(text, colour, "{}") for text, colour, _ in runs(line, colours))


def claude(line: Line, colours: Colours = BY_DEFAULT) -> str:
    """SGR colours that end with each part, since Claude Code's own line may leave it out."""
    return BREAK.text.join(ansi(part, colours) for part in in_pieces(line))


def bash(line: Line, colours: Colours = BY_DEFAULT) -> str:
    """SGR colours between the bytes that mark them as zero-width for readline."""
    return "".join(_in_sgr(text, colour, "\001{}\002") for text, colour, _ in runs(line, colours))


def zsh(line: Line, colours: Colours = BY_DEFAULT) -> str:
    """Zsh's prompt escapes; it has none for dim, so that one is SGR without a width."""
    return "".join(
        _in_zsh(text.replace("%", "%%"), colour) + ZSH_LEVELS.get(level, "")
        for text, colour, level in runs(line, colours)
    )


def tmux(line: Line, colours: Colours = HOSTS["tmux"]) -> str:
    """The styles of tmux's own formats; each is followed by the style before it."""
    return "".join(_in_tmux(text, colour) for text, colour, _ in runs(line, colours))


# What is drawn, each into its own file, since each may have its own template. Two hosts use the
# same as a terminal; all fall back on plain or ascii if nothing else can be shown.
DIALECTS: dict[str, Dialect] = {
    "plain": plain,
    "ascii": ascii_only,
    "ansi": ansi,
    "bash": bash,
    "zsh": zsh,
    "fish": ansi,
    "starship": ansi,
    "tmux": tmux,
    "claude": claude,
    "waybar": waybar,
    "i3bar": i3bar,
    "polybar": polybar,
    "xbar": xbar,
}


def _in_sgr(text: str, colour: Colour, frame: str) -> str:
    """A text between the codes that begin and end its colour, each in a frame."""
    begin = ["1"] * colour.bold + ["2"] * colour.dim
    end = ["22"] * bool(begin)
    if colour.name:
        begin.append(_sgr_of(colour.name))
        end.append("39")
    if not begin:
        return text
    codes = (frame.format(f"\033[{';'.join(code)}m") for code in (begin, end))
    return f"{next(codes)}{text}{next(codes)}"


def _sgr_of(name: str) -> str:
    index = index_of(name)
    if index is None:
        return "38;2;" + ";".join(str(int(name[at : at + 2], 16)) for at in (1, 3, 5))
    if index < 16 and not name.isdecimal():
        return str(30 + index if index < 8 else 82 + index)
    return f"38;5;{index}"


def _in_zsh(text: str, colour: Colour) -> str:
    if colour.dim:
        text = f"%{{\033[2m%}}{text}%{{\033[22m%}}"
    if colour.name:
        index = index_of(colour.name)
        has_name = index is not None and index < 8 and not colour.name.isdecimal()
        name = colour.name if has_name or index is None else index
        text = f"%F{{{name}}}{text}%f"
    return f"%B{text}%b" if colour.bold else text


def _in_tmux(text: str, colour: Colour) -> str:
    grounds = (("fg", colour.name), ("bg", colour.on))
    style = [f"{ground}={_in_tmux_words(name)}" for ground, name in grounds if name]
    style += ["bold"] * colour.bold + ["dim"] * colour.dim
    if not style:
        return text
    # what was pushed is restored only after an explicit reset
    return f"#[push-default]#[{','.join(style)}]{text}#[default]#[pop-default]"


def _in_tmux_words(name: str) -> str:
    return f"colour{name}" if name.isdecimal() else name.replace("-", "")
