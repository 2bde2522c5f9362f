"""``claude-status completion``: print the completions of a shell, to be installed by hand."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from claude_status.install.program import COMPLETIONS, parts


def run(arguments: argparse.Namespace) -> int:
    """Print the completion script of one shell; raises PartsError where it is missing."""
    file = parts(sys.argv[0], os.environ).snippet(COMPLETIONS[arguments.shell])
    print(Path(file).read_text(), end="")
    return 0
