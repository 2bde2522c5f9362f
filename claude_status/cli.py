"""The command line: what may be typed, and which module does it.

Exit status: 0 for anything that a prompt calls. Elsewhere 0 done, 1 no reading is available, 2
wrong usage. An error is one sentence on stderr, never a traceback.
"""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable, Sequence

from claude_status import __version__
from claude_status.commands import epilogs
from claude_status.commands.options import (
    add_sides,
    add_thresholds,
    columns,
    days,
    percentage,
    refuse_misplaced,
    seconds,
)
from claude_status.commands.parser import Parser
from claude_status.errors import attempt

SHELLS = ("bash", "zsh", "fish")
HOSTS = (*SHELLS, "starship", "tmux", "claude")
PLACES = (*HOSTS, "claude-hooks")  # where install can put something
BARS = ("waybar", "i3bar", "polybar", "xbar")
FORMATS = ("plain", "ascii", "ansi", *HOSTS, *BARS, "json", "prometheus")


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    try:
        arguments = build_parser().parse_args(argv)
    except SystemExit as end:
        if end.code and "hook" in argv:  # argparse's 2 would block every prompt, wherever it stands
            return 1
        raise
    module, _, function = arguments.run.partition(":")

    def run(arguments: argparse.Namespace) -> int:
        refuse_misplaced(arguments)
        return int(getattr(importlib.import_module(f"claude_status.{module}"), function)(arguments))

    usage = arguments.failure if arguments.command == "hook" else 2
    return attempt(run, arguments, failure=arguments.failure, usage=usage)


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; each names its ``module:function`` as ``run``."""
    parser = Parser(
        prog="claude-status",
        usage="claude-status [OPTION ...]\n       claude-status COMMAND ...",
        description="Show how much of your Claude plan is used. Without a command: on one line.",
        epilog=epilogs.PROGRAM,
    )
    parser.add_argument("--version", action="version", version=f"claude-status {__version__}")
    formats = f"what the output is for: {', '.join(FORMATS)}"
    parser.add_argument("--format", choices=FORMATS, metavar="FORMAT", help=formats)
    parser.add_argument(
        "--max-width", type=columns, metavar="N", help="the maximum width of the line, in columns"
    )
    parser.add_argument(
        "--prompt", action="store_true", help="refresh as for a prompt, not as for a status bar"
    )
    parser.add_argument(
        "--all", action="store_true", dest="every", help="with prometheus: include all accounts"
    )
    parser.add_argument("--output", metavar="FILE", help="with prometheus: write to this file")
    parser.set_defaults(run="commands.line:run", failure=1)
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", dest="command", prog=parser.prog
    )

    def command(name: str, run: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        added.set_defaults(run=run)
        return added

    show = command("show", "commands.show:run", "show every limit with its reset and pace")
    show.add_argument("--all", action="store_true", help="all accounts, as known, without asking")
    command("watch", "commands.watch:run", "show limits, charts and events, live")
    history = command("history", "commands.history:run", "chart usage over time")
    history.add_argument("--days", type=days, metavar="N", help="show the past N days (1 to 90)")
    form = history.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="print time, key, percent and resets_at")
    form.add_argument("--json", action="store_true", help="print the same as one JSON object")
    statusline = command(
        "statusline", "statusline.command:command", "print the status line for Claude Code"
    )
    statusline.add_argument(
        "--wrap", metavar="COMMAND", help="also run COMMAND, and print its output beside the line"
    )
    refresh = command("refresh", "commands.refresh:run", "ask for new numbers, if that is due")
    refresh.add_argument(
        "--force", action="store_true", help="ask even if that is not due; a back-off still holds"
    )
    doctor = command(
        "doctor", "commands.doctor:run", "check everything, and say what is wrong and what to do"
    )
    doctor.epilog, doctor.formatter_class = epilogs.DOCTOR, argparse.RawDescriptionHelpFormatter
    doctor.add_argument(
        "--shells", action="store_true", help="start each shell, and see if it shows the line"
    )
    init = command("init", "commands.install:init", "print what to add to a host's own file")
    places = (*HOSTS, *BARS)
    init.add_argument("host", choices=places, metavar="HOST", help=", ".join(places))
    _add_installs(command)
    command("demo", "commands.demo:run", "take a tour with made-up numbers; no login is used")
    check = command(
        "check", "commands.gates:check", "for scripts: test whether a limit is above a percentage"
    )
    wait = command(
        "wait", "commands.gates:wait", "for scripts: wait until the limits are below a percentage"
    )
    check.add_argument(
        "--max",
        type=percentage,
        required=True,
        metavar="PERCENT",
        help="the highest percentage allowed",
    )
    check.add_argument("--quiet", action="store_true", help="do not print the result")
    wait.add_argument(
        "--below",
        type=percentage,
        required=True,
        metavar="PERCENT",
        help="the percentage to wait for",
    )
    wait.add_argument("--timeout", type=seconds, metavar="SECONDS", help="stop waiting after this")
    for gate, epilog in ((check, epilogs.CHECK), (wait, epilogs.WAIT)):
        gate.epilog, gate.formatter_class = epilog, argparse.RawDescriptionHelpFormatter
        gate.set_defaults(failure=3)  # the status where nothing is known
        gate.add_argument(
            "--limit", metavar="NAME", help="one limit, such as 5h or 7d (default: all)"
        )
    _add_hook(command("hook", "commands.hook:run", "for Claude Code: report or enforce the limits"))
    alert = command("alert", "commands.alert:run", "send a test alert")
    alert.add_argument("--test", action="store_true", required=True, help="send it")
    _add_config(command("config", "commands.config:run", "list the settings, or change one"))
    command("looks", "commands.looks:run", "preview the presets with your numbers, and choose one")
    completion = command(
        "completion", "commands.completion:run", "print the completions that install adds"
    )
    completion.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    return parser


def _add_installs(command: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    """``install`` and ``uninstall``."""
    for verb, text in (("install", "add the line to"), ("uninstall", "remove the line from")):
        of_some = f"{text} the files of some hosts; without a host, list them"
        install = command(verb, f"commands.install:{verb}", of_some)
        install.add_argument("host", nargs="*", metavar="HOST", help=", ".join(PLACES))
        install.add_argument("--all", action="store_true", help="all hosts that are found")
        install.add_argument("--dry-run", action="store_true", help="only show what would change")
        if verb == "install":
            add_sides(install)
            add_thresholds(install, None, "with claude-hooks: ")
    install.add_argument(
        "--purge", action="store_true", help="with --all: also remove the cache and the settings"
    )


def _add_hook(hook: argparse.ArgumentParser) -> None:
    """The options of ``hook``."""
    hook.epilog, hook.formatter_class = epilogs.HOOK, argparse.RawDescriptionHelpFormatter
    add_thresholds(hook, float("inf"), "")


def _add_config(config: argparse.ArgumentParser) -> None:
    """The options and the subcommands of ``config``."""
    config.usage = (
        f"{config.prog} [--init | --check]\n"
        f"       {config.prog} set NAME VALUE\n       {config.prog} unset NAME"
    )
    changes = config.add_subparsers(title="changes", metavar="SUBCOMMAND", prog=config.prog)
    for verb, run, text in (
        ("set", "commands.config:set_one", "change a setting, for example: set template bars"),
        ("unset", "commands.config:unset_one", "go back to the default of a setting"),
    ):
        change = changes.add_parser(verb, help=text, description=text[0].upper() + text[1:] + ".")
        change.set_defaults(run=run)
        change.add_argument("name", metavar="NAME", help="such as ttl, or hosts.tmux.template")
        if verb == "set":
            change.add_argument("value", metavar="VALUE", help="TOML, or plain text")
    config.add_argument("--init", action="store_true", help="write a commented settings file")
    config.add_argument("--check", action="store_true", help="check the file, and redraw the line")
