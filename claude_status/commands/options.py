"""Options: types of the numeric ones, groups of them, and those of the line alone."""

from __future__ import annotations

import argparse

from claude_status.errors import SettingsError

LINE_OPTIONS = {  # by the parser's names for their values
    "format": "--format", "max_width": "--max-width", "prompt": "--prompt", "every": "--all",
    "output": "--output",
}  # fmt: skip


def columns(text: str) -> int:
    """One column or more."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of columns, such as 60")
    return value


def days(text: str) -> int:
    """A whole number; the command knows its bounds."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days") from None


def percentage(text: str) -> float:
    """A percentage, with or without ``%``: 0 to 1000, as usage can exceed a limit."""
    value = _number(text.removesuffix("%"))
    if value is None or value > 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a percentage, such as 90")
    return value


def seconds(text: str) -> float:
    """0 or more, and finite."""
    value = _number(text)
    if value is None or value >= 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return value


def add_sides(install: argparse.ArgumentParser) -> None:
    """Where ``install`` puts the line: None as it is now, or as is usual in the host."""
    sides = install.add_mutually_exclusive_group()
    for side in ("left", "right"):
        text = f"with zsh, fish or tmux: show the line at the {side}"
        sides.add_argument(f"--{side}", action="store_const", const=side, dest="side", help=text)


def add_thresholds(parser: argparse.ArgumentParser, default: float | None, lead: str) -> None:
    """The percentages at which Claude Code's hooks act."""
    for name, text in (
        ("--max", "stop Claude above this percentage"),
        ("--tell", "tell Claude the numbers from this percentage on"),
    ):
        parser.add_argument(
            name, type=percentage, default=default, metavar="PERCENT", help=lead + text
        )


def _number(text: str) -> float | None:
    """A finite number that is not negative; None for anything else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def refuse_misplaced(arguments: argparse.Namespace) -> None:
    """Refuse an option of the line before a command, which would ignore it.

    A status line must appear all the same.
    """
    values = vars(arguments)
    given = [text for name, text in LINE_OPTIONS.items() if values[name] not in (None, False)]
    if given and arguments.command not in (None, "statusline"):
        raise SettingsError(
            f"The option {given[0]} means nothing in front of {arguments.command}: leave it out, "
            f"or see claude-status {arguments.command} --help."
        )
