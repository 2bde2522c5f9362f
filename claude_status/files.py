"""Opening files that others write, which may be anything."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


def open_at_once(path: Path) -> BinaryIO:
    """Open a file for reading without waiting for a FIFO or device. Raises OSError."""
    return open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK))
