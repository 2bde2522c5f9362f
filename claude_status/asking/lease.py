"""One call at a time for an account, by a lease in the store that expires by itself."""

from __future__ import annotations

import os
import time

from claude_status.model.schedule import CALL_SECONDS
from claude_status.store.database import Store

LEASE = "lease"
PATIENCE = 12  # seconds, enough for another process's call to be answered


def take_lease(store: Store, *, patient: bool) -> bool:
    """Take the lease; if ``patient``, wait for the answer to another process's call."""
    end = time.monotonic() + (PATIENCE if patient else 0)
    while not store.take_lease(LEASE, CALL_SECONDS):
        if time.monotonic() >= end or not _is_alive(store.read(LEASE)):
            return False
        time.sleep(0.05)
    return True


def _is_alive(holder: str | None) -> bool:
    """Whether the process that holds the lease is still running: nobody waits for a killed one."""
    try:
        os.kill(int(holder or 0), 0)
    except ProcessLookupError:
        return False
    except (OSError, ValueError, OverflowError):
        return True
    return True
