"""``claude-status install``, ``uninstall`` and ``init``: our part of the user's files.

Exit status: 0 done, 1 a file could not be changed (and is unchanged), 2 there is no such host.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from claude_status.errors import ClaudeStatusError, SettingsError
from claude_status.install import bars, completions, link, purge, sides, snippets
from claude_status.install.backup import Keep
from claude_status.install.changes import Change, putting, taking
from claude_status.install.edits import ClaudeHooks
from claude_status.install.files import sweep
from claude_status.install.hosts import HOOKS, HOST_NAMES, SHELLS, Host, hosts
from claude_status.install.program import ByHand, Parts, parts
from claude_status.install.state import is_in, short, would_install, would_uninstall
from claude_status.terminal import say


def init(arguments: argparse.Namespace) -> int:
    """Print what to add to a host's file by hand."""
    text = bars.init if arguments.host in bars.TEXTS else snippets.init
    print(text(arguments.host, _parts()), end="")
    return 0


def install(arguments: argparse.Namespace) -> int:
    """Add our part to the files of some hosts; where none are named, list them all."""
    keep, ours, hooks = _keep(), _parts(), _hooks(arguments)
    sides.refuse(arguments.side, arguments.host, every=arguments.all)
    if not arguments.all and not arguments.host:
        return _list(lambda host: would_install(host, keep, ours), "install")
    names = _checked(arguments.host)
    if arguments.all:
        names |= {host.name for host in hosts(os.environ) if host.is_there}
    chosen = [
        replace(host, edit=hooks) if host.name == HOOKS else sides.on(arguments.side, host)
        for host in hosts(os.environ, names, hooked=bool(names & set(SHELLS)))
    ]

    made: list[Host] = []
    shown: dict[Path, bytes | None] = {}  # what a dry run would have made of a file so far

    def one(host: Host) -> None:
        path, own = host.files[0], keep.of_part(host.part)
        try:
            change = putting(path, host.edit, ours, own, shown)
        except ByHand as found:
            print(f"{host.name}: {short(path)} is left unchanged: {found}")
            return
        said = "already in" if change.is_none else "updated in" if change.is_update else "added to"
        _make(change, own, f"{host.name}: {said} {short(path)}", arguments.dry_run)
        if host.completion:
            more = putting(host.completion, completions.loader(host.name), ours, keep)
            _make(more, keep, "", arguments.dry_run)
        if arguments.dry_run:
            shown[change.found.path] = change.after
        elif not change.is_none:
            made.append(host)

    status = _each(chosen, one)
    if made and link.is_wanted(os.environ):
        print(link.make_link(os.environ, ours.program))
    for note in dict.fromkeys(note for host in made for note in host.notes(os.environ)):
        print(note)
    return status


def uninstall(arguments: argparse.Namespace) -> int:
    """Remove our part from the files of some hosts; where none are named, list them all."""
    if arguments.purge and not arguments.all:
        raise SettingsError("--purge removes everything: add --all.")
    keep = _keep()
    if not arguments.all and not arguments.host:
        return _list(lambda host: would_uninstall(host, keep), "uninstall")

    def one(host: Host) -> None:
        own = keep.of_part(host.part)
        changes = [taking(path, host.edit, own) for path in host.files]
        if host.completion:
            _make(
                taking(host.completion, completions.loader(host.name), keep),
                keep,
                "",
                arguments.dry_run,
            )
        if all(change.is_none for change in changes):
            print(f"{host.name}: not installed")
        for change in changes:
            note = f" ({change.note})" if change.note else ""
            said = f"{host.name}: removed from {short(change.path)}{note}"
            _make(change, own, "" if change.is_none else said, arguments.dry_run)

    names = _checked(arguments.host) | set(HOST_NAMES if arguments.all else ())
    status = _each(hosts(os.environ, names), one)
    others = set(HOST_NAMES) - names
    if not arguments.dry_run and not any(is_in(host, keep) for host in hosts(os.environ, others)):
        link.remove_link(os.environ)
    if arguments.purge and not status:
        for said in purge.everything(os.environ, dry_run=arguments.dry_run):
            print(said)
    return status


def _hooks(arguments: argparse.Namespace) -> ClaudeHooks:
    """The hooks with the percentages that were typed; raises SettingsError for useless ones."""
    most, tell = arguments.max, arguments.tell
    if (most, tell) != (None, None) and HOOKS not in arguments.host:
        raise SettingsError(f"--max and --tell are for {HOOKS}: name that host, too.")
    if most is not None and most >= 100:
        raise SettingsError("No limit is ever above 100%: use a lower --max, such as 95.")
    return ClaudeHooks(most, tell)


def _make(change: Change, keep: Keep, said: str, dry_run: bool) -> None:
    """Make a change and say so, or only show it."""
    if dry_run:
        sys.stdout.flush()
        sys.stdout.buffer.writelines(change.diff())
        return
    change.make(keep)
    if said:
        print(said)


def _each(chosen: list[Host], one: Callable[[Host], None]) -> int:
    """Do it for each host, even if others fail; first tidy up after killed runs."""
    status = 0
    files = [x for host in chosen for x in (*host.files, host.completion) if x]
    folders = {Path(os.path.realpath(file)).parent for file in files}
    for folder in (*folders, *_keep().folders()):
        sweep(folder)
    for host in chosen:
        try:
            one(host)
        except ClaudeStatusError as error:
            say(f"{host.name}: {error}")
            status = 1
    if not chosen:
        say(f"No host was found: name one or more of {', '.join(HOST_NAMES)}.")
        status = 1
    return status


def _list(state: Callable[[Host], str], verb: str) -> int:
    """Print the state of each host."""
    for host in hosts(os.environ):
        try:
            said = state(host)
        except ByHand as found:
            said = f"{short(host.files[0])}: {found}"
        except ClaudeStatusError as error:
            said = str(error)
        print(f"{host.name:<12} {said}")
    every = "--all for those in use" if verb == "install" else "--all"
    print(f"\nRun `claude-status {verb} HOST ...`, or {every}.")
    print("Add --dry-run to see the changes first.")
    return 0


def _checked(names: list[str]) -> set[str]:
    for name in names:
        if name in bars.TEXTS:
            raise SettingsError(f"Only you can add {name}: `claude-status init {name}` says how.")
        if name not in HOST_NAMES:
            raise SettingsError(f"Unknown host {name!r}: choose from {', '.join(HOST_NAMES)}.")
    return set(names)


def _keep() -> Keep:
    """Where to keep what is replaced; refused where root has the HOME of another user."""
    home = Path(os.environ.get("HOME", "/"))
    if os.geteuid() == 0 and home.exists() and home.stat().st_uid != 0:
        raise SettingsError("HOME belongs to another user: run this as that user, without sudo.")
    return Keep.of(os.environ)


def _parts() -> Parts:
    return parts(sys.argv[0], os.environ)
