"""The colours of the full pictures, as rich names them and as escapes.

A warning and a critical number have the colours of the line, which can be read on light grounds
and on dark ones, as a theme's yellow cannot. Bars have the theme's green below that, percentages
no colour: thin strokes in green are hard to read on white.
"""

from __future__ import annotations

from claude_status.render.colours import BY_DEFAULT

_LOUD = {"warning": BY_DEFAULT.warning.name, "critical": BY_DEFAULT.critical.name}

BARS = {"normal": "green", **{x: f"color({name})" for x, name in _LOUD.items()}, "": "none"}
SHARES = {"normal": "bold", **{x: f"bold color({name})" for x, name in _LOUD.items()}, "": "bold"}
SGR = {"normal": "32", **{x: f"38;5;{name}" for x, name in _LOUD.items()}, "bold": "1", "dim": "2"}
