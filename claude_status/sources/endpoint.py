"""The usage endpoint of the API: one request with limits of time and size (imports requests)."""

from __future__ import annotations

import json
import ssl
import threading
import zlib
from queue import Empty, SimpleQueue
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from claude_status.errors import AskError
from claude_status.sources.api_base import check_base, is_loopback
from claude_status.sources.retry_after import retry_after

PATH = "/api/oauth/usage"

_LONGEST = 1 << 20
_CONNECT_SECONDS = 5.0
_REFUSALS = ("authentication_error", "permission_error")
_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (requests.exceptions.ProxyError, "The proxy cannot reach the API: check https_proxy."),
    (
        requests.exceptions.SSLError,
        "The API's certificate cannot be verified: if your company uses a proxy, set `ca_bundle` "
        "to its CA certificate.",
    ),
    (requests.exceptions.Timeout, "The API took too long to answer."),
    (requests.exceptions.ConnectionError, "The API cannot be reached: check the network."),
    (requests.exceptions.InvalidHeader, "The API could not be asked: check `user_agent`."),
    (requests.exceptions.RequestException, "The API could not be asked."),
    (OSError, "The API could not be asked: check the setting `ca_bundle`."),
    (Exception, "The API's answer broke off, or it could not be asked."),
)


class _Session(requests.Session):
    """A session that ignores redirects: requests would read a redirect's body to its end."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Never redirect, whatever the answer says."""


class _SystemStore(HTTPAdapter):
    """Also trusts the certificates in the system's own store."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make connections with the system's store."""
        super().init_poolmanager(*args, ssl_context=_system_context(), **options)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Make connections through a proxy with the system's store."""
        return super().proxy_manager_for(proxy, ssl_context=_system_context(), **options)


def _system_context() -> ssl.SSLContext:
    """A context that verifies as the system does; raises AskError if the extra is missing."""
    try:
        import truststore
    except ImportError:
        message = '`ca_bundle = "system"` needs truststore: install claude-status-prompt[system].'
        raise AskError("transient", message) from None
    context: ssl.SSLContext = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return context


def fetch_usage(
    base: str, token: str, user_agent: str, ca_bundle: str = "", *, deadline: float = 10.0
) -> dict[str, object]:
    """The endpoint's answer, parsed but otherwise as received (NaN and all).

    ``ca_bundle`` is a file of certificates to trust instead of certifi's, or ``system``.
    ``deadline`` limits the whole call in seconds, including the name look-up and a slow server.
    Raises AskError; SettingsError for a base that the token must not be sent to.
    """
    base = check_base(base)
    answers: SimpleQueue[dict[str, object] | AskError] = SimpleQueue()

    def attempt() -> None:
        answers.put(_attempt(base, token, user_agent, ca_bundle, deadline))

    # A socket's timeout restarts with every byte, and a name look-up has none: only another thread
    # can be abandoned. It ends with its connection, or with the process.
    thread = threading.Thread(target=attempt, name="claude-status-ask", daemon=True)
    try:
        thread.start()
        answer = answers.get(timeout=deadline)
    except RuntimeError:
        raise AskError("transient", "The system has no thread left to ask the API with.") from None
    except Empty:
        raise AskError("transient", f"The API did not answer within {deadline:g} s.") from None
    thread.join()
    if isinstance(answer, AskError):
        raise answer
    return answer


def _attempt(
    base: str, token: str, user_agent: str, ca_bundle: str, deadline: float
) -> dict[str, object] | AskError:
    """The result of one request; raises nothing, since an exception may quote the header."""
    try:
        return _ask(base, token, user_agent, ca_bundle, deadline)
    except AskError as error:
        return error
    except Exception as error:
        sentences = (sentence for kind, sentence in _TROUBLES if isinstance(error, kind))
        return AskError("transient", next(sentences))


def _ask(
    base: str, token: str, user_agent: str, ca_bundle: str, deadline: float
) -> dict[str, object]:
    """Send the request, and interpret its answer."""
    headers = {
        "Content-Type": "application/json",
        "anthropic-beta": "oauth-2025-04-20",
        "User-Agent": user_agent,
        "Accept-Encoding": "gzip",
    }

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    with _Session() as session:
        # The environment may set proxies, which see nothing without a certificate, but not which
        # certificates are trusted. Loopback means this machine: no proxy may see the call.
        session.trust_env = False
        session.proxies = {} if is_loopback(base) else get_environ_proxies(base)
        if ca_bundle == "system":
            session.mount("https://", _SystemStore())
        elif ca_bundle:
            session.verify = ca_bundle
        with session.get(
            base + PATH,
            headers=headers,
            auth=sign,  # a plain header would be overridden by ~/.netrc
            timeout=(min(_CONNECT_SECONDS, deadline), deadline),
            allow_redirects=False,
            stream=True,
        ) as response:
            return _understood(response)


def _understood(response: requests.Response) -> dict[str, object]:
    """The usage in this answer; raises AskError for every other answer."""
    status = response.status_code
    if status == 429:
        message = "The API says there were too many requests (429)."
        wish = retry_after(response.headers)
        raise AskError("throttled", message, retry_after=wish)
    if status not in (200, 401, 403):
        message = f"The API answered with status {status} instead of the usage."
        raise AskError("transient", message)
    body = _parsed(response)
    trouble = body.get("error") if body else None
    if status == 200 and body is not None and not trouble and body.get("type") != "error":
        return body
    if status != 200 and isinstance(trouble, dict) and trouble.get("type") in _REFUSALS:
        message = f"The API refuses the login ({status}): open Claude Code, or log in with /login."
        raise AskError("unauthorized", message)
    message = f"Something else answered instead of the API ({status}): check for a login page."
    raise AskError("transient", message)


def _parsed(response: requests.Response) -> dict[str, object] | None:
    """The JSON object in the answer's body; None if it is something else."""
    try:
        value = json.loads(_body(response))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _body(response: requests.Response) -> bytes:
    """The decompressed body, up to the size that an answer can have.

    Decompressed here, since requests would decompress a bomb completely. A body that is too long is
    truncated, and so does not parse; nor does one in an encoding that was not requested.
    """
    data = b""
    while piece := response.raw.read(_LONGEST - len(data), decode_content=False):
        data += piece
    if response.headers.get("Content-Encoding", "").lower() == "gzip":
        return zlib.decompressobj(wbits=31).decompress(data, _LONGEST)
    return data
