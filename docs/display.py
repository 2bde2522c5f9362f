"""A terminal's screen that also knows dim text, which pyte leaves out."""

from __future__ import annotations

import pyte

DIM, NOT_BOLD, BLINK, NO_BLINK = 2, 22, 5, 25
COLOURS, LENGTHS = (38, 48), {5: 2, 2: 4}  # numbers that follow, and how many


class Display(pyte.Screen):
    """Keeps dim text as blinking text, which nothing of ours is."""

    def select_graphic_rendition(self, *attrs: int) -> None:
        """Set the attributes of what will be written."""
        known, rest = [], list(attrs)
        while rest:
            first = rest.pop(0)
            known.append({DIM: BLINK}.get(first, first))
            if first == NOT_BOLD:
                known.append(NO_BLINK)
            if first in COLOURS and rest:
                length = LENGTHS.get(rest[0], 1)
                known += rest[:length]
                del rest[:length]
        super().select_graphic_rendition(*known)
