"""What the frames say about a usage: a strip for each dialect, and the gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from claude_status.frames.gates import GATE, draw_gates
from claude_status.frames.strip import Strip, draw_strip
from claude_status.model.usage import Usage
from claude_status.render.colours import NO_COLOURS
from claude_status.render.style import Style


def draw_view(
    usage: Usage | None, now: int, ttl: float, styles: Mapping[str, Style]
) -> dict[str, Strip]:
    """The strip of each dialect; most differ in nothing but colours, and so are drawn only once."""
    shapes = {name: replace(style, colours=NO_COLOURS) for name, style in styles.items()}
    drawn = {shape: draw_strip(usage, now, shape) for shape in set(shapes.values())}
    gates = draw_gates(usage, now, ttl)
    return {**{name: drawn[shape] for name, shape in shapes.items()}, GATE: gates}
