"""The colours of the line: how a setting names one, and the defaults.

The defaults are from the 256 colours that no theme changes, neither too light nor too dark to be
read on any background; a normal number has no colour of its own, and so the most contrast.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

COLOUR_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
BRIGHT = "bright-"
# xterm's values of the first 16, for bars that accept only #rrggbb
BASIC = (
    "#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
    "#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
)  # fmt: skip
STEPS = (0, 95, 135, 175, 215, 255)  # of each channel of the 216 colours that follow
BLACK, WHITE = "16", "231"  # of the 256, which no theme changes
NONE = "none"
KNOWN = (
    f"a name ({', '.join(COLOUR_NAMES)}, or {BRIGHT} before one), a number from 0 to 255, #rrggbb, "
    f"or {NONE}, with bold or dim before it"
)
_NAME = re.compile(f"(?:{BRIGHT})?(?:{'|'.join(COLOUR_NAMES)})|#[0-9a-f]{{6}}")


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour by its name, number or ``#rrggbb``, "" for none; ``on`` is its background."""

    name: str = ""
    bold: bool = False
    dim: bool = False
    on: str = ""

    def __str__(self) -> str:
        """As in the settings."""
        words = ["bold"] * self.bold + ["dim"] * self.dim + [self.name] * bool(self.name)
        return " ".join(words) or NONE


@dataclass(frozen=True, slots=True)
class Colours:
    """The colour of each kind of text; a label is everything but a number."""

    normal: Colour = Colour()
    warning: Colour = Colour()
    critical: Colour = Colour()
    label: Colour = Colour()
    stale: Colour = Colour()

    def of(self, level: str, *, is_old: bool = False) -> Colour:
        """The colour of a number of that level, or of a label ("").

        An old number is drawn as ``stale`` says; a warning stays one, in its colour, since use only
        grows within a window.
        """
        own: Colour = getattr(self, level or "label")
        if not level or not is_old or self.stale == Colour():
            return own
        name = self.stale.name or own.name if level == "normal" else own.name
        return replace(own, name=name, bold=self.stale.bold, dim=own.dim or self.stale.dim)

    def with_set(self, colours: Mapping[str, str]) -> Colours:
        """These colours, except those that a table of the settings sets."""
        return replace(self, **{kind: parse_colour(text) for kind, text in colours.items()})


KINDS = tuple(field.name for field in fields(Colours))
BY_DEFAULT = Colours(
    warning=Colour("166"), critical=Colour("196"), label=Colour("244"), stale=Colour("244")
)
NO_COLOURS = Colours()
# The ground of tmux's bar may be of any colour, so these have one of their own. Claude Code draws
# the whole line dim by itself, and the style sheet of waybar has a class for each level.
HOSTS: Mapping[str, Colours] = {
    "tmux": Colours(warning=Colour(BLACK, on="220"), critical=Colour(BLACK, on="196")),
    "claude": replace(BY_DEFAULT, label=Colour(), stale=Colour()),
    "waybar": NO_COLOURS,
}


def colours_of(host: str, shared: Mapping[str, str], own: Mapping[str, str]) -> Colours:
    """The colours of a host's line: its defaults, those set for all hosts, and its own.

    In tmux, a warning has the colour set for all hosts as its background, since the colour of the
    bar is unknown.
    """
    colours = HOSTS.get(host, BY_DEFAULT).with_set(shared)
    if host == "tmux":
        grounds = {kind: on_own_ground(getattr(colours, kind)) for kind in _LOUD & shared.keys()}
        colours = replace(colours, **grounds)
    return colours.with_set(own)


_LOUD = {"warning", "critical"}


def parse_colour(value: object) -> Colour:
    """A value of the settings as a colour; raises ValueError with the possible values."""
    words = str(value).lower().split() if isinstance(value, (str, int)) else []
    names = [word for word in words if word not in ("bold", "dim")]
    name = names[0] if names else NONE
    if isinstance(value, bool) or not words or len(names) > 1 or not _is_known(name):
        raise ValueError(f"{value!r} is no colour: use {KNOWN}")
    name = str(int(name)) if name.isdecimal() else name.replace(NONE, "")
    return Colour(name, "bold" in words, "dim" in words)


def _is_known(name: str) -> bool:
    is_number = name.isascii() and name.isdecimal() and len(name) <= 3 and int(name) < 256
    return is_number or name == NONE or _NAME.fullmatch(name) is not None


def on_own_ground(colour: Colour) -> Colour:
    """The colour as a background, with black or white letters, whichever is easier to read."""
    if not colour.name:
        return colour
    red, green, blue = (int(hexadecimal(colour.name)[at : at + 2], 16) for at in (1, 3, 5))
    is_light = 299 * red + 587 * green + 114 * blue > 1000 * 96
    return replace(colour, name=BLACK if is_light else WHITE, on=colour.name)


def index_of(name: str) -> int | None:
    """The number of a colour among the 256; None for one that is ``#rrggbb``."""
    if name.startswith("#"):
        return None
    if name.isdecimal():
        return int(name)
    return COLOUR_NAMES.index(name.removeprefix(BRIGHT)) + 8 * name.startswith(BRIGHT)


def hexadecimal(name: str) -> str:
    """A colour as ``#rrggbb``, with xterm's values of the first 16."""
    index = index_of(name)
    if index is None:
        return name
    if index < 16:
        return BASIC[index]
    if index >= 232:
        return f"#{8 + 10 * (index - 232):02x}" + 2 * f"{8 + 10 * (index - 232):02x}"
    channels = (index - 16) // 36, (index - 16) // 6 % 6, (index - 16) % 6
    return "#" + "".join(f"{STEPS[channel]:02x}" for channel in channels)
