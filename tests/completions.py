"""Make the completions from the parser: ``python -m tests.completions`` after a change of options.

They are made in advance, so that users do not need the library.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from pathlib import Path

import shtab

from claude_status.cli import PLACES, build_parser
from claude_status.install.program import COMPLETIONS
from tests.conftest import SHELL


def completion(shell: str) -> str:
    """The completion script of one shell."""
    parser = build_parser()
    for action in _arguments(parser):
        # the host is optional, which argparse cannot combine with choices
        if action.dest == "host" and not action.choices:
            action.choices = PLACES
    lines = io.StringIO(shtab.complete(parser, shell))
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Every argument of the parser and of its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _arguments(command)


if __name__ == "__main__":
    for shell, name in COMPLETIONS.items():
        path = Path(SHELL, name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(completion(shell))
