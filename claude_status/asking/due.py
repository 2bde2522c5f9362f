"""Starts a refresh in the background, if one is due, as every reader does."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from claude_status.errors import CacheError
from claude_status.frames_read import kick, read_frame
from claude_status.paths import Account, make_private


def refresh_if_due(
    account: Account, now: float, *, prompt: bool, environ: Mapping[str, str]
) -> None:
    """Start a refresh of the account that ``environ`` names, if one is due; never raises.

    ``prompt`` says that a person is looking, so that it is due earlier. ``now`` in epoch seconds.
    """
    home = str(account.home)
    if read_frame(home, "plain", now, prompt=prompt, login=str(account.login))[1]:
        with contextlib.suppress(CacheError):
            make_private(account)
            kick(home, now, prompt=prompt, environ=environ)
