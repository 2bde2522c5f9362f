"""``claude-status --format prometheus``: metrics, on stdout or as a file that a collector reads."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from claude_status.asking.due import refresh_if_due
from claude_status.asking.snapshot import take_snapshot
from claude_status.commands.output import replace_file
from claude_status.errors import SettingsError
from claude_status.paths import Account, accounts, environ_of, locate
from claude_status.render.prometheus import draw_prometheus
from claude_status.terminal import place


def run(arguments: argparse.Namespace) -> int:
    """Write what is known of this account, or of all, and refresh it if that is due."""
    own, settings = place(os.environ, warn=sys.stderr.isatty())
    now = time.time()
    known = list(_everyone(own)) if arguments.all else [(own, os.environ)]
    usages = {each.name: take_snapshot(each, settings, now).usage for each, _ in known}
    data = draw_prometheus(usages, now, settings.ttl).encode()  # UTF-8, whatever the locale says
    if arguments.output is None:
        sys.stdout.buffer.write(data)
    else:
        replace_file(Path(arguments.output), data)
    prompt = arguments.prompt or sys.stdout.isatty()
    for account, environ in known:
        if account == own or account.config_dir.exists():  # else it was removed
            refresh_if_due(account, now, prompt=prompt, environ=environ)
    return 0


def _everyone(own: Account) -> Iterator[tuple[Account, Mapping[str, str]]]:
    """Each account in the cache with its environment; if there is none, the current account.

    A current account that was never used is left out, so that no series reports it as down.
    """
    for name in list(accounts(own.cache)) or [own.name]:
        environ = environ_of(os.environ, name)
        with contextlib.suppress(SettingsError):  # a name that is refused is nobody's account
            yield locate(environ), environ
