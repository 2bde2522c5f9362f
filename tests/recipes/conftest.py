"""Programs that CI does not install are driven only on request."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the real programs unless ``-m recipes`` asks for them."""
    left_out = collection_path.name == "test_real_programs.py"
    return True if left_out and "recipes" not in config.option.markexpr else None
