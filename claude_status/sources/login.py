"""What a valid login is, and what is wrong with a stored record that is not one (pure)."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import NoReturn

from claude_status.errors import LoginError

SCOPE = "user:profile"
# States in which there is no login to be sent, so that Claude Code may stand in
NO_LOGIN = ("missing", "blank", "only_mcp", "expired", "no_scope")

_TOKEN = re.compile(r"[!-~]{1,8192}")
_PLAN = re.compile(r"[A-Za-z0-9_-]{1,32}")
_SENTENCES = {
    "missing": "There is no Claude Code login in {place}: run `claude` and log in with /login.",
    "blank": "Claude Code could not renew the login in {place} and emptied it: "
    "run `claude` and log in again with /login.",
    "only_mcp": "{place} holds logins for MCP servers but none for Claude: "
    "run `claude` and log in with /login.",
    "expired": "The Claude Code login in {place} has expired: open Claude Code, which renews it.",
    "no_scope": "The Claude Code login in {place} lacks the scope user:profile, as one made by "
    "`claude setup-token` does, and cannot read usage: run `claude` and log in with /login.",
    "unreadable": "{place} cannot be read: make it yours (chown), with mode 600 (chmod).",
    "malformed": "{place} does not contain a valid Claude Code login: "
    "run `claude` and log in again with /login.",
}


@dataclass(frozen=True)
class Login:
    """A login that can read usage now; times in epoch seconds, None if unknown.

    ``origin`` is ``file`` or ``keychain``. ``fingerprint`` changes when the stored login changes,
    and contains nothing of the token. A login is not shown, and cannot be pickled or copied.
    """

    token: str = field(repr=False)
    expires_at: float | None
    plan: str | None
    origin: str
    fingerprint: str

    def __reduce__(self) -> NoReturn:
        """Refuse: no cache, queue or copy may hold a token."""
        raise TypeError("a login stays where it was read")


def login_error(state: str, place: str, fingerprint: str = "") -> LoginError:
    """The error for ``state``, with a sentence about the ``place`` that was searched."""
    sentence = _SENTENCES[state].format(place=place)
    return LoginError(state, sentence[:1].upper() + sentence[1:], fingerprint)


def judge(stored: object, origin: str, place: str, now: float) -> Login:
    """The login in ``stored``, Claude Code's JSON, if it can read usage at ``now``.

    Raises LoginError, whose sentence names ``place`` and quotes nothing of what is stored.
    """
    if not isinstance(stored, dict):
        raise login_error("malformed", place)
    record = stored.get("claudeAiOauth")
    if record is None:
        raise login_error("only_mcp" if stored.get("mcpOAuth") else "missing", place)
    if not isinstance(record, dict):
        raise login_error("malformed", place)
    fingerprint = _fingerprint(record, origin)
    state = _obstacle(record, now)
    if state:
        raise login_error(state, place, fingerprint)
    expires_at, plan = record.get("expiresAt"), record.get("subscriptionType")
    return Login(
        token=record["accessToken"],
        expires_at=None if expires_at is None else expires_at / 1000,
        plan=plan if isinstance(plan, str) and _PLAN.fullmatch(plan) else None,
        origin=origin,
        fingerprint=fingerprint,
    )


def _obstacle(record: dict[str, object], now: float) -> str | None:
    """The state that makes this record invalid; None if it is a valid login."""
    token, expires_at, scopes = (
        record.get(name) for name in ("accessToken", "expiresAt", "scopes")
    )
    if token is None or token == "":
        return "blank"
    # A line break could end the header in which the token is sent.
    if not (isinstance(token, str) and _TOKEN.fullmatch(token)):
        return "malformed"
    if not (_is_time(expires_at) and _is_names(scopes)):
        return "malformed"
    if expires_at == 0:
        return "blank"
    if isinstance(scopes, list) and SCOPE not in scopes:
        return "no_scope"
    expired = isinstance(expires_at, (int, float)) and expires_at / 1000 <= now
    return "expired" if expired else None


def _is_time(value: object) -> bool:
    """Whether this is a possible ``expiresAt``: milliseconds, or nothing."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value is None
    return abs(value) < 1e17


def _is_names(value: object) -> bool:
    """Whether this is a possible ``scopes``: a list of strings, or nothing."""
    if not isinstance(value, list):
        return value is None
    return all(isinstance(name, str) for name in value)


def _fingerprint(record: dict[str, object], origin: str) -> str:
    """What distinguishes one stored login from another; the tokens are not part of it."""
    names = ("expiresAt", "refreshTokenExpiresAt", "subscriptionType", "rateLimitTier")
    values = [record.get(name) for name in names]
    known = [value if isinstance(value, (str, int, float)) else None for value in values]
    return hashlib.sha256(json.dumps([origin, *known]).encode()).hexdigest()[:16]
