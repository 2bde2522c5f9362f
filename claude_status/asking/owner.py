"""Whose numbers these are, and which of them Claude Code's own files hold."""

from __future__ import annotations

import json

from claude_status.model.memory import Asking, after_answer
from claude_status.model.switch import MAX_WINDOWS, Owner, windows
from claude_status.model.usage import CLAUDE_JSON, ENDPOINT
from claude_status.paths import Account
from claude_status.settings.settings import Settings
from claude_status.sources.claude_json import read_state
from claude_status.sources.credentials import file_fingerprint
from claude_status.store import records
from claude_status.store.database import Store


def look_at_files(
    store: Store, account: Account, settings: Settings, now: float
) -> tuple[Owner, Owner]:
    """Read Claude Code's own files; returns whose the numbers were, and whose they are now.

    The numbers of the old account, and what was remembered about its calls, are dropped. For
    another organization of the same person, the file may still hold those of the last one.
    """
    with store.transaction():
        before = records.owner(store)
        login = file_fingerprint(account.login, now)
        is_new = login not in ("", before.login)
        known = "" if is_new else store.read(records.STATE) or ""
        state = read_state(account.claude_json, known)
        if state is None and not is_new:
            return before, before
        owner = before.seen(state.account if state else "", login, now, settings.ttl)
        if owner.since != before.since:
            _forget(store, owner, settings, now)
        if owner != before:
            store.write(records.OWNER, owner.dump())
        if state is None:
            return before, owner
        is_ours = state.usage and state.usage.as_of >= records.owned_since(store, now)
        if state.usage and is_ours and CLAUDE_JSON in settings.sources:
            records.add(store, state.usage, now)
        store.write(records.STATE, state.stamp)
    return before, owner


def _forget(store: Store, owner: Owner, settings: Settings, now: float) -> None:
    """Drop the numbers of another account, but remember its windows.

    If no account is named, it may be the same one: then its past is kept, and pushes are
    refused only if the endpoint can tell whose windows these are.
    """
    if owner.account or ENDPOINT in settings.sources:
        found = windows(records.readings(store, now).values())
        kept = dict.fromkeys([*records.former(store), *found])
        store.write(records.FORMER, json.dumps(list(kept)[-MAX_WINDOWS:]))
    skips = owner.skipped_at == owner.since
    records.forget(store, asking=skips, past=bool(owner.account))
    if owner.waits:  # with that login the answer would be for the previous account
        records.remember(store, after_answer(Asking(), owner.since, 0.5))
