"""Where the login may be sent: the API itself, or a server on this very machine."""

from __future__ import annotations

import re

from claude_status.errors import SettingsError

DEFAULT_BASE = "https://api.anthropic.com"

_LOOPBACK = re.compile(r"http://(?:\[::1\]|([0-9.]+))(?::([1-9][0-9]{0,4}))?/?")
_REFUSED = (
    f"CLAUDE_STATUS_API_BASE is refused, since the login may only go to {DEFAULT_BASE} "
    "or to a literal loopback address such as http://127.0.0.1:8080: unset it."
)


def check_base(value: str | None) -> str:
    """The base URL of the API that ``value`` stands for, without a slash at its end.

    ``value`` is CLAUDE_STATUS_API_BASE; None and "" mean the real API. Names are refused, even
    ``localhost``, since they could resolve to any address. Raises SettingsError.
    """
    if not value or value.removesuffix("/") == DEFAULT_BASE:
        return DEFAULT_BASE
    match = _LOOPBACK.fullmatch(value)
    if match is None or int(match[2] or 80) > 65535 or not _is_ipv4_loopback(match[1]):
        raise SettingsError(_REFUSED)
    return value.removesuffix("/")


def is_loopback(base: str) -> bool:
    """Whether a base that ``check_base`` accepted is a server on this machine."""
    return base != DEFAULT_BASE


def _is_ipv4_loopback(address: str | None) -> bool:
    """Whether ``address`` is in 127.0.0.0/8; None stands for ``[::1]`` and is."""
    import ipaddress  # which the real API has no need of

    try:
        return address is None or ipaddress.IPv4Address(address).is_loopback
    except ValueError:
        return False
