from __future__ import annotations

import gzip
import logging
import socket
import threading
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.errors import AskError, SettingsError
from claude_status.sources.api_base import DEFAULT_BASE
from claude_status.sources.endpoint import fetch_usage
from claude_status.sources.retry_after import retry_after
from tests import server
from tests.bodies import usage_body
from tests.server import Answer, ApiServer, ok, throttled
from tests.sources.errors import fit_to_print
from tests.tunnel import Tunnel, certificate

TOKEN = "sk-ant-oat01-MADE-UP"
AGENT = "claude-status/0.1.0"
DATE = "Sun, 01 Nov 2026 10:00:00 GMT"
PATIENCE = 20.0  # seconds, more than any answer on loopback takes

BROKEN_GZIP = {"Content-Encoding": "gzip"}
TRANSIENT = {
    "403 in HTML": server.html(403),
    "401 in HTML": server.html(401),
    "401 of another kind": server.error(401, "api_error", "?"),
    "401 with a list": Answer(401, b'[{"type": "authentication_error"}]'),
    "401 with a text": Answer(401, b'{"error": "authentication_error"}'),
    "407": Answer(407, b""),
    "404": server.error(404, "not_found_error", "?"),
    "500": server.SERVER_ERROR,
    "529": server.OVERLOADED,
    "204": Answer(204, b""),
    "206": Answer(206, b'{"five_hour": null}'),
    "HTML": server.html(200),
    "redirect": server.redirect("/api/oauth/usage"),
    "redirect to nowhere": server.redirect("http://[::bad/"),
    "endless redirect": server.ENDLESS_REDIRECT,
    "closed": server.CLOSED,
    "cut off": server.CUT_OFF,
    "no HTTP": Answer(pieces=lambda stopping: iter([b"\0\xff garbage\r\n\r\n"])),
    "endless": server.ENDLESS,
    "error in a 200": server.ERROR_IN_200,
    "other error in a 200": Answer(200, b'{"error": {"type": "rate_limit_error"}}'),
    "bare error in a 200": Answer(200, b'{"type": "error"}'),
    "text error in a 200": Answer(200, b'{"error": "no"}'),
    "list": Answer(200, b"[]"),
    "null": Answer(200, b"null"),
    "empty": Answer(200, b""),
    "deep": Answer(200, b"[" * 100_000),
    "latin-1": Answer(200, b'{"a": "\xe9"}'),
    "damaged gzip": Answer(200, b"\x1f\x8b\x08 damaged", BROKEN_GZIP),
    "cut gzip": Answer(200, gzip.compress(b'{"five_hour": null}')[:-12], BROKEN_GZIP),
    "not gzip": Answer(200, b'{"five_hour": null}', BROKEN_GZIP),
    "brotli": Answer(200, b"\x0b\x02\x80{}\x03", {"Content-Encoding": "br"}),
}
BROKEN_OFF = ("closed", "cut off", "no HTTP", "damaged gzip", "not gzip")
ALL = {
    **TRANSIENT,
    "401": server.UNAUTHORIZED,
    "403": server.FORBIDDEN,
    "429": throttled("5"),
    "429 in HTML": server.html(429),
}


def refused(answer: Answer, *, deadline: float = PATIENCE) -> AskError:
    """The error that this answer causes, after exactly one request."""
    with ApiServer(answer) as api:
        with pytest.raises(AskError) as caught:
            fetch_usage(api.url, TOKEN, AGENT, deadline=deadline)
        assert len(api.requests) == 1
    fit_to_print(caught.value)
    return caught.value


def test_one_request_with_the_headers_of_the_api() -> None:
    """There is one request, with the API's headers and the given user agent."""
    body = usage_body(0)
    with ApiServer(ok(body)) as api:
        assert fetch_usage(api.url, TOKEN, AGENT) == body
        ((path, headers),) = api.requests
    assert path == "/api/oauth/usage"
    assert headers.get_all("Authorization") == [f"Bearer {TOKEN}"]
    assert headers.get_all("Content-Type") == ["application/json"]
    assert headers.get_all("anthropic-beta") == ["oauth-2025-04-20"]
    assert headers.get_all("User-Agent") == [AGENT]
    assert headers.get_all("Cookie") is None


def test_values_come_as_they_are() -> None:
    """NaN, infinities, unknown keys and an empty object are returned as they are."""
    sent = b'{"five_hour": {"utilization": NaN}, "x": [Infinity, -Infinity], "error": null}'
    with ApiServer([Answer(200, sent), Answer(200, b"{}")]) as api:
        body = fetch_usage(api.url, TOKEN, AGENT)
        assert str(body) == ("{'five_hour': {'utilization': nan}, 'x': [inf, -inf], 'error': None}")
        assert fetch_usage(api.url, TOKEN, AGENT) == {}


def test_a_compressed_body_is_decompressed() -> None:
    """The API may compress its answer with gzip."""
    body = gzip.compress(b'{"five_hour": null}')
    with ApiServer(Answer(200, body, {"Content-Encoding": "gzip"})) as api:
        assert fetch_usage(api.url, TOKEN, AGENT) == {"five_hour": None}
        assert api.requests[0].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("answer", [server.UNAUTHORIZED, server.FORBIDDEN])
def test_the_api_itself_refuses_a_login(answer: Answer) -> None:
    """401 and 403 with the API's own JSON error mean that the login was refused."""
    error = refused(answer)
    assert error.kind == "unauthorized"
    assert f"({answer.status})" in str(error)
    assert error.retry_after is None


@pytest.mark.parametrize("name", TRANSIENT)
def test_everything_else_is_transient(name: str) -> None:
    """No other answer is taken for a reading or for a refused login."""
    answer = TRANSIENT[name]
    error = refused(answer)
    assert (error.kind, error.retry_after) == ("transient", None)
    assert str(answer.status) in str(error) or name in BROKEN_OFF


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (throttled(), None),
        (throttled("0"), None),
        (throttled("-5"), None),
        (throttled("5"), 5.0),
        (throttled("1600"), 1600.0),
        (throttled("2.5"), 2.5),
        (throttled("Sun, 01 Nov 2026 10:02:00 GMT", DATE), 120.0),
        (throttled("Sunday, 01-Nov-26 10:02:00 GMT", DATE), 120.0),
        (throttled("Sun, 01 Nov 2026 09:58:00 GMT", DATE), None),
        (throttled("Sun, 01 Nov 2026 10:02:00 GMT", "yesterday"), None),
        (throttled("soon"), None),
        (throttled("nan"), None),
        (throttled("inf"), None),
        (throttled("1e9"), None),
        (throttled("1_000"), None),
        (throttled("\xb2"), None),
        (throttled("9" * 400), None),
        (throttled(""), None),
        (server.html(429), None),
    ],
    ids=lambda value: None if value is None else str(getattr(value, "headers", value)),
)
def test_a_throttled_answer_says_how_long(answer: Answer, seconds: float | None) -> None:
    """Retry-After counts if it is a number of seconds above 0 or a future date."""
    error = refused(answer)
    assert (error.kind, error.retry_after) == ("throttled", seconds)


@given(value=st.text(), date=st.text() | st.just(DATE))
def test_any_retry_after_is_seconds_or_nothing(value: str, date: str) -> None:
    """Any header gives a number above 0 or None, without an exception."""
    seconds = retry_after({"Retry-After": value, "Date": date})
    assert seconds is None or 0 < seconds < float("inf")


def test_a_redirect_leads_nowhere() -> None:
    """A redirect is not followed."""
    with ApiServer() as other:
        error = refused(server.redirect(f"{other.url}/api/oauth/usage"))
        assert "status 302" in str(error)
        assert other.requests == []


@pytest.mark.parametrize(
    "answer", [server.DRIPPING_HEADER, server.DRIPPING_BODY], ids=["header", "body"]
)
def test_a_drip_ends_at_the_deadline(answer: Answer) -> None:
    """A server that drips is given up at the deadline, and the thread then ends."""
    before = set(threading.enumerate())
    error = refused(answer, deadline=0.5)
    assert error.kind == "transient"
    assert "0.5 s" in str(error)
    for thread in set(threading.enumerate()) - before:
        thread.join(20)
        assert not thread.is_alive()


def test_a_silent_server_ends_at_the_deadline() -> None:
    """A server that never answers is given up at the deadline."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(AskError) as caught:
            fetch_usage(base, TOKEN, AGENT, deadline=0.3)
    assert caught.value.kind == "transient"


def test_no_network_is_transient() -> None:
    """A refused connection is transient."""
    with pytest.raises(AskError) as caught:
        fetch_usage(closed_port(), TOKEN, AGENT)
    fit_to_print(caught.value)
    assert caught.value.kind == "transient"


def test_a_gzip_bomb_is_not_decompressed() -> None:
    """64 MiB in 64 KiB are cut at 1 MiB, without using much memory."""
    answer = server.gzip_bomb()
    assert len(answer.body) < 1 << 20
    with ApiServer(answer) as api:
        tracemalloc.start()
        try:
            with pytest.raises(AskError) as caught:
                fetch_usage(api.url, TOKEN, AGENT, deadline=PATIENCE)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert caught.value.kind == "transient"
    assert peak < 16 << 20


@pytest.mark.parametrize("name", ALL)
def test_no_log_holds_the_token(
    name: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """With every logger at DEBUG, no record has the token, and nothing is printed."""
    caplog.set_level(logging.DEBUG)
    refused(ALL[name])
    assert any(record.name.startswith("urllib3") for record in caplog.records)
    assert "MADE-UP" not in caplog.text
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("bad", ["\n", "\r\nX-Evil: 1", "\u20ac", "\ud800"])
def test_a_bad_header_is_an_ask_error(bad: str) -> None:
    """A token or user agent that would break a header is neither sent nor quoted."""
    with ApiServer() as api:
        for token, agent in ((TOKEN + bad, AGENT), (TOKEN, AGENT + bad)):
            with pytest.raises(AskError) as caught:
                fetch_usage(api.url, token, agent)
            fit_to_print(caught.value)
            assert caught.value.kind == "transient"
        assert api.requests == []


def test_a_token_goes_only_where_it_may() -> None:
    """An unchecked base is refused before anything is sent."""
    with pytest.raises(SettingsError):
        fetch_usage("http://evil.example", TOKEN, AGENT)


def test_no_proxy_sees_a_loopback_call(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call to loopback uses no proxy, whatever the environment says."""
    with ApiServer() as proxy, ApiServer() as api:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        fetch_usage(api.url, TOKEN, AGENT)
        assert (len(proxy.requests), len(api.requests)) == (0, 1)


def test_a_netrc_does_not_replace_the_token(home: Path) -> None:
    """On loopback, ``~/.netrc`` has no effect."""
    netrc(home, "127.0.0.1")
    with ApiServer() as api:
        fetch_usage(api.url, TOKEN, AGENT)
        assert api.requests[0].headers.get_all("Authorization") == [f"Bearer {TOKEN}"]


@pytest.fixture
def trusted(home: Path, tmp_path: Path) -> Path:
    """A certificate for the API's name, with its issuer in ``public.pem``."""
    return certificate(tmp_path)


def test_the_real_api_is_asked_through_a_proxy(
    home: Path, trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ``ca_bundle`` the call goes through a proxy, which sees only a CONNECT."""
    netrc(home, "api.anthropic.com")
    with Tunnel(trusted, ok({"five_hour": None})) as tunnel:
        monkeypatch.setenv("https_proxy", tunnel.url)
        bundle = str(trusted.with_name("public.pem"))
        assert fetch_usage(DEFAULT_BASE, TOKEN, AGENT, bundle) == {"five_hour": None}
    (outside,), (inside,) = tunnel.outside, tunnel.inside
    assert outside.startswith("CONNECT api.anthropic.com:443 ")
    assert "MADE-UP" not in outside
    assert inside.startswith("GET /api/oauth/usage HTTP/1.1\r\n")
    assert [line for line in inside.split("\r\n") if line.lower().startswith("auth")] == [
        f"Authorization: Bearer {TOKEN}"
    ]


def test_a_redirect_of_the_real_api_leads_nowhere(
    home: Path, trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A redirect from the API itself is not followed either."""
    with Tunnel(trusted, server.redirect("https://evil.example/")) as tunnel:
        monkeypatch.setenv("https_proxy", tunnel.url)
        with pytest.raises(AskError) as caught:
            fetch_usage(DEFAULT_BASE, TOKEN, AGENT, str(trusted.with_name("public.pem")))
    assert "status 302" in str(caught.value)
    assert len(tunnel.outside) == len(tunnel.inside) == 1


@pytest.mark.parametrize("host", ["api.anthropic.com", "evil.example"])
def test_an_invalid_certificate_gets_no_token(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """An unknown issuer or another host's name ends the call before anything is sent."""
    pem = certificate(tmp_path, host)
    bundle = str(tmp_path / "public.pem") if host == "evil.example" else ""
    with Tunnel(pem, ok({})) as tunnel:
        monkeypatch.setenv("https_proxy", tunnel.url)
        with pytest.raises(AskError, match=r"certificate.*`ca_bundle`") as caught:
            fetch_usage(DEFAULT_BASE, TOKEN, AGENT, bundle)
    fit_to_print(caught.value)
    assert (caught.value.kind, "".join(tunnel.inside)) == ("transient", "")


@pytest.mark.parametrize("bundle", ["/nonexistent/ca.pem", "/dev/null"])
def test_a_bad_ca_path_is_transient(
    home: Path, monkeypatch: pytest.MonkeyPatch, bundle: str
) -> None:
    """A missing or empty bundle is an AskError, not a bare OSError."""
    monkeypatch.setenv("https_proxy", closed_port())
    with pytest.raises(AskError) as caught:
        fetch_usage(DEFAULT_BASE, TOKEN, AGENT, bundle)
    fit_to_print(caught.value)
    assert caught.value.kind == "transient"


@pytest.mark.parametrize("proxy", ["http://jo:MADE-UP@127.0.0.1:1", "http://[bad", "socks9://x"])
def test_a_bad_proxy_is_transient(home: Path, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """A missing or invalid proxy is an AskError that does not quote its password."""
    monkeypatch.setenv("https_proxy", proxy)
    with pytest.raises(AskError) as caught:
        fetch_usage(DEFAULT_BASE, TOKEN, AGENT)
    fit_to_print(caught.value)
    assert caught.value.kind == "transient"


def netrc(home: Path, machine: str) -> None:
    """Write a ``~/.netrc`` with another login for ``machine``."""
    path = home / ".netrc"
    path.write_text(f"machine {machine} login jo password other\n")
    path.chmod(0o600)


def closed_port() -> str:
    """The URL of a loopback port without a server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
