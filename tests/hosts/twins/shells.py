"""Which shells a property is promised for, where that is not each of the three."""

from __future__ import annotations

import pytest

AGES = pytest.mark.parametrize(
    "shell", ["bash", "bash 4.4", "bash 3.2", "zsh", "fish"], indirect=True
)
# An idle prompt of bash cannot be drawn again.
REDRAWS = pytest.mark.parametrize("shell", ["zsh", "fish"], indirect=True)
# In fish builtins cannot be functions, and `$_` is another thing.
POSIX = pytest.mark.parametrize("shell", ["bash", "zsh"], indirect=True)
