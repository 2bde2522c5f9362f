"""``claude-status --format prometheus``: metrics, on stdout or as a file that a collector reads."""

from __future__ import annotations

import contextlib
import os
import pwd
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from claude_status.asking.due import refresh_if_due
from claude_status.asking.snapshot import Snapshot, take_snapshot
from claude_status.errors import SettingsError
from claude_status.paths import Account, accounts, environ_of, locate
from claude_status.render.prometheus import Known, draw_prometheus
from claude_status.terminal import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace


def run(arguments: Namespace) -> int:
    """Write what is known of this account, or of all, and refresh it if that is due."""
    own, settings = place(os.environ, warn=sys.stderr.isatty())
    now = time.time()
    everyone = _everyone(own) if arguments.every else [(own, os.environ)]
    shown = [(take_snapshot(each, settings, now), environ) for each, environ in everyone]
    known = [
        Known(each.account.name, each.usage, each.asking)
        for each, _ in shown
        if each.account == own or _is_of_use(each)
    ]
    data = draw_prometheus(known, _user(), now, settings.ttl).encode()  # whatever the locale says
    if arguments.output is None:
        sys.stdout.buffer.write(data)
    else:
        from claude_status.commands.output import replace_file

        replace_file(Path(arguments.output), data)
    prompt = arguments.prompt or sys.stdout.isatty()
    for each, environ in shown:
        if each.account == own or each.account.config_dir.exists():  # else it was removed
            refresh_if_due(each.account, now, prompt=prompt, environ=environ)
    return 0


def _everyone(own: Account) -> Iterator[tuple[Account, Mapping[str, str]]]:
    """Each account in the cache with its environment; if there is none, the current account.

    A current account that was never used is left out, so that no series reports it as down.
    """
    for name in list(accounts(own.cache)) or [own.name]:
        environ = environ_of(os.environ, name)
        with contextlib.suppress(SettingsError):  # a name that is refused is nobody's account
            yield locate(environ), environ


def _is_of_use(shown: Snapshot) -> bool:
    """Whether an account exists or has numbers; a removed one must not be reported as down."""
    numbers = shown.usage.shown_at(shown.now).numbers() if shown.usage else []
    return bool(numbers) or shown.account.config_dir.exists()


def _user() -> str:
    """The user who runs this, by the system's list: a variable could name anyone."""
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # as in a container
        return str(number)
