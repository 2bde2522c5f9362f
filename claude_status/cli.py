"""The command line: what may be typed, and which module does it.

Exit status: 0 for anything that a prompt calls. Elsewhere 0 done, 1 no reading can be had, 2 a
wrong call. An error is one sentence on stderr, never a traceback.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence

from claude_status import __version__
from claude_status.commands.argument_types import columns, days, percentage, seconds
from claude_status.errors import ClaudeStatusError, SettingsError

HOSTS = ("bash", "zsh", "fish", "starship", "tmux", "claude")
PLACES = (*HOSTS, "claude-hooks")  # where install can put something
BARS = ("waybar", "i3bar", "polybar", "xbar")
FORMATS = ("plain", "ascii", "ansi", *HOSTS, *BARS, "json", "prometheus")


def main(argv: Sequence[str]) -> int:
    """Run one command and return its exit status."""
    try:
        arguments = build_parser().parse_args(argv)
    except SystemExit as end:
        if end.code and argv[:1] == ["hook"]:  # argparse's 2 would block every prompt
            return 1
        raise
    module, _, function = arguments.run.partition(":")
    try:
        run = getattr(importlib.import_module(f"claude_status.{module}"), function)
        return int(run(arguments))
    except ClaudeStatusError as error:
        sentence = str(error)
        status = 2 if isinstance(error, SettingsError) else arguments.failure
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:  # its text may hold anything, so only its name is printed
        sentence = f"Something went wrong ({type(error).__name__}): please report it."
        status = arguments.failure
    print(f"claude-status: {sentence}", file=sys.stderr)
    return status


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; each names its ``module:function`` as ``run``."""
    parser = argparse.ArgumentParser(
        prog="claude-status", description="How much of your Claude plan is used."
    )
    parser.add_argument("--version", action="version", version=f"claude-status {__version__}")
    parser.add_argument("--format", choices=FORMATS, help="what to print the line for")
    parser.add_argument("--max-width", type=columns, metavar="N", help="columns the line may take")
    parser.add_argument(
        "--prompt", action="store_true", help="the line is for a prompt, not for a status bar"
    )
    parser.add_argument("--all", action="store_true", help="with prometheus: every account here")
    parser.add_argument("--output", metavar="FILE", help="with prometheus: the file to replace")
    parser.set_defaults(run="commands.line:run", failure=1)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, run: str, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        added.set_defaults(run=run)
        return added

    show = command("show", "commands.show:run", "the full picture: every limit, its reset and pace")
    show.add_argument("--all", action="store_true", help="every account here, without asking")
    command("watch", "commands.watch:run", "the full picture, live, until q is pressed")
    history = command("history", "commands.history:run", "how use grew, as a chart")
    history.add_argument("--days", type=days, metavar="N", help="the past N days, 1 to 90")
    form = history.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="columns: time, key, percent, resets_at")
    form.add_argument("--json", action="store_true", help="the same as one JSON object")
    statusline = command(
        "statusline", "statusline.command:command", "Claude Code's status line, fed by its hook"
    )
    statusline.add_argument("--wrap", metavar="COMMAND", help="draw ours beside that of a command")
    refresh = command("refresh", "commands.refresh:run", "ask now, if it is due")
    refresh.add_argument("--force", action="store_true", help="skip the TTL, never the back-off")
    doctor = command(
        "doctor", "commands.doctor:run", "what is there, what is wrong, and what to do about it"
    )
    doctor.epilog = (
        "Without an option, files are read and nothing is started. Exit status: 0 where numbers "
        "can come, with --shells where each shell that has the line shows it; else 1."
    )
    doctor.add_argument(
        "--shells", action="store_true", help="start each shell, and look whether it shows the line"
    )
    init = command("init", "commands.install:init", "print what to put into a host's own file")
    init.add_argument("host", choices=(*HOSTS, *BARS))
    _add_installs(command)
    command(
        "demo", "commands.demo:run", "a tour on made-up numbers: no login is needed, or touched"
    )
    check = command("check", "commands.gates:check", "for scripts: is a limit above a percentage")
    wait = command(
        "wait", "commands.gates:wait", "for scripts: sleep until limits are below a percentage"
    )
    check.epilog = (
        "Exit status: 0 if every limit is at or below it, 1 if one is above, 3 if a number is not "
        "known. Example: claude-status check --max 80 && ./expensive-job"
    )
    wait.epilog = (
        "Exit status: 0 once each limit is below it or was reset, 3 if no number is known, 4 after "
        "the timeout. Example: claude-status wait --below 100 --limit 5h && claude -p continue"
    )
    check.add_argument(
        "--max", type=percentage, required=True, metavar="PERCENT", help="the most that is allowed"
    )
    check.add_argument("--quiet", action="store_true", help="print no sentence")
    wait.add_argument(
        "--below", type=percentage, required=True, metavar="PERCENT", help="what to wait for"
    )
    wait.add_argument("--timeout", type=seconds, metavar="SECONDS", help="then exit with 4")
    for gate in (check, wait):
        gate.set_defaults(failure=3)  # what they say where nothing is known
        gate.add_argument("--limit", metavar="NAME", help="one limit, such as 5h or 7d; else all")
    _add_hook(command("hook", "commands.hook:run", "for Claude Code: know the limits, stop at one"))
    alert = command("alert", "commands.alert:run", "send a test alert")
    alert.add_argument("--test", action="store_true", required=True, help="send it")
    _add_config(command("config", "commands.config:run", "the settings, and where each comes from"))
    command(
        "looks", "commands.looks:run", "every preset of the line on your own numbers; choose one"
    )
    completion = command("completion", "commands.completion:run", "print a shell's completions")
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    return parser


def _add_installs(command: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    """``install`` and ``uninstall``."""
    for verb, text in (("install", "put the line into"), ("uninstall", "take the line out of")):
        of_some = f"{text} the files of some hosts; without any, list them"
        install = command(verb, f"commands.install:{verb}", of_some)
        install.add_argument("host", nargs="*", metavar="HOST", help=", ".join(PLACES))
        install.add_argument("--all", action="store_true", help="all hosts that are found")
        install.add_argument("--dry-run", action="store_true", help="only show what would change")
        if verb == "install":
            _add_thresholds(install, None, "with claude-hooks: ")
    install.add_argument("--purge", action="store_true", help="with --all: cache and settings too")


def _add_hook(hook: argparse.ArgumentParser) -> None:
    """The options of ``hook``."""
    hook.epilog = (
        "Exit status: 0 go on, 2 stop, 1 wrong usage. Neither wrong usage nor an unknown number "
        "stops anything. Example, as the command of a UserPromptSubmit hook: claude-status hook "
        "--max 95 --tell 70"
    )
    _add_thresholds(hook, float("inf"), "")


def _add_thresholds(parser: argparse.ArgumentParser, default: float | None, lead: str) -> None:
    """What the hooks of Claude Code go by."""
    for name, text in (("--max", "above it, stop"), ("--tell", "from it on, say so")):
        parser.add_argument(
            name, type=percentage, default=default, metavar="PERCENT", help=lead + text
        )


def _add_config(config: argparse.ArgumentParser) -> None:
    """The options and the subcommands of ``config``."""
    changes = config.add_subparsers(title="changes", metavar="CHANGE")
    for verb, run, text in (
        ("set", "commands.config:set_one", "change one setting, such as: set template bars"),
        ("unset", "commands.config:unset_one", "give one setting its default back"),
    ):
        change = changes.add_parser(verb, help=text, description=text[0].upper() + text[1:] + ".")
        change.set_defaults(run=run)
        change.add_argument("name", metavar="NAME", help="such as ttl, or hosts.tmux.template")
        if verb == "set":
            change.add_argument("value", metavar="VALUE", help="as TOML, or as plain text")
    config.add_argument("--init", action="store_true", help="write a commented settings file")
    config.add_argument("--check", action="store_true", help="say what is wrong in the file")
