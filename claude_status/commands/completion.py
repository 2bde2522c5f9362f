"""``claude-status completion``: the completions of a shell, made from the parser by shtab."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from claude_status.look import need


def run(arguments: argparse.Namespace) -> int:
    """Print the completion script of one shell."""
    need("shtab")
    import shtab

    from claude_status.cli import HOSTS, build_parser

    parser = build_parser()
    for action in _arguments(parser):
        if (
            action.dest == "host"
        ):  # which may be left out, and argparse cannot say so beside choices
            action.choices = HOSTS
    print(shtab.complete(parser, arguments.shell))
    return 0


def _arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Every argument of the parser and of its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _arguments(command)
