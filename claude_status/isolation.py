"""Variables that a directory may set, but that must not decide whom to trust or what to load."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

# OpenSSL reads these when it is first loaded, or when a context is created. A key log would let a
# proxy that only forwards bytes read the login; a configuration or a module can run code.
DROPPED = (
    "OPENSSL_CONF",
    "OPENSSL_ENGINES",
    "OPENSSL_MODULES",
    "SSLKEYLOGFILE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
)

_dropped: dict[str, str] = {}


def drop() -> None:
    """Remove them from this process's environment; to be called before ``ssl`` is imported."""
    for name in DROPPED:
        if name in os.environ:
            _dropped[name] = os.environ.pop(name)
    # If the launcher has not started this. `site` has made the relative entries absolute.
    entries = os.environ.get("PYTHONPATH")
    if entries is not None and not sys.flags.ignore_environment:
        relative = {os.path.abspath(path) for path in entries.split(os.pathsep) if path[:1] != "/"}
        sys.path[:] = [path for path in sys.path if path not in relative | {""}]


def for_the_user(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program that we run for the user, with the dropped variables again."""
    theirs = {**_dropped, **environ}
    base = theirs.pop("CLAUDE_STATUS_USERBASE", None)  # from the launcher, which set another
    if base is not None:
        theirs.pop("PYTHONUSERBASE", None)
    return {**theirs, "PYTHONUSERBASE": base} if base else theirs
