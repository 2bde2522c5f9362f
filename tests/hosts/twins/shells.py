"""The shells that a property is promised for, where it is not each of the three."""

from __future__ import annotations

import pytest

AGES = pytest.mark.parametrize(
    "shell", ["bash", "bash 4.4", "bash 3.2", "zsh", "fish"], indirect=True
)
# An idle prompt of bash cannot be redrawn.
REDRAWS = pytest.mark.parametrize("shell", ["zsh", "fish"], indirect=True)
# In fish a builtin cannot be replaced by a function, and `$_` is something else.
POSIX = pytest.mark.parametrize("shell", ["bash", "zsh"], indirect=True)
