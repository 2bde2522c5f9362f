"""One call at a time for an account, by a lease in the store that ends by itself."""

from __future__ import annotations

import os
import time

from claude_status.model.schedule import CALL_SECONDS
from claude_status.store.database import Store

LEASE = "lease"
PATIENCE = 12  # seconds, in which another's call has its answer


def take_lease(store: Store, *, patient: bool) -> bool:
    """Take the lease; who is patient waits for the answer to another's call."""
    end = time.monotonic() + (PATIENCE if patient else 0)
    while not store.take_lease(LEASE, CALL_SECONDS):
        if time.monotonic() >= end or not _is_alive(store.read(LEASE)):
            return False
        time.sleep(0.05)
    return True


def _is_alive(holder: str | None) -> bool:
    """Whether the process that holds the lease still runs: one that was killed keeps no one."""
    try:
        os.kill(int(holder or 0), 0)
    except ProcessLookupError:
        return False
    except (OSError, ValueError, OverflowError):
        return True
    return True
