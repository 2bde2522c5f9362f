"""Whether the line is in what a terminal was sent (pure).

No screen is emulated: everything in the output that moves, colours or names is removed, and then
all blanks, since shells jump over some. If the line was drawn, it is in what is left.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from claude_status.doctor.trial import Look

SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours and movements
    r"|\x1b[\]P_^X].*?(?:\x07|\x1b\\)"  # OSC and its like: titles, marks
    r"|\x1b[ -/]*[0-~]",
    re.DOTALL,
)
NOTHING = re.compile(r"[\s\x00-\x1f\x7f]+")
ZSH = re.compile(r"%F\{[^}]*\}|%[fBb]|%\{[^%]*%\}|%(%)")


def squeeze(output: str) -> str:
    """The characters of an output that can be seen, without blanks."""
    return NOTHING.sub("", SEQUENCES.sub("", output))


def shown_text(dialect: str, frame: str) -> str:
    """The same of a frame in a shell's dialect."""
    return squeeze(ZSH.sub(r"\1", frame) if dialect == "zsh" else frame)


def is_in(texts: Collection[str], output: str) -> bool:
    """Whether one of these texts, squeezed, can be seen in an output."""
    seen = squeeze(output)
    return any(text in seen for text in texts)


def first_prompt(texts: Collection[str], look: Look) -> int:
    """Which prompt is the first to have one of these texts, squeezed; 0 where it does not last.

    What is drawn again decides: a greeting that shows the line is written once, and no prompt.
    """
    if not is_in(texts, look.again if squeeze(look.again) else look.first):
        return 0
    return 1 if is_in(texts, look.first) else 2
