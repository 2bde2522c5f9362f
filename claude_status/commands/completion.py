"""``claude-status completion``: the completions of a shell, made from the parser by shtab."""

from __future__ import annotations

import argparse

from claude_status.look import need


def run(arguments: argparse.Namespace) -> int:
    """Print the completion script of one shell."""
    need("shtab")
    import shtab

    from claude_status.cli import build_parser

    print(shtab.complete(build_parser(), arguments.shell))
    return 0
