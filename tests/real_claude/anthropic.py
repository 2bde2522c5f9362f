"""A proxy on loopback that is the internet to Claude Code, with a stand-in for the API behind it.

with Anthropic(folder) as anthropic:
    claude = Popen(..., env={**environ, **anthropic.environ})
    anthropic.limits = {"5h": 42, "7d": 17}    # in the headers of each answer of the model
    anthropic.usage = ok(usage_body(now))      # the answer of the usage endpoint
    anthropic.wait_for("/v1/messages")

Nothing leaves the machine: every other host is refused.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.bodies import usage_body
from tests.server import Answer, error, ok
from tests.tunnel import certificate

API, LOGIN = "api.anthropic.com", "platform.claude.com"
ACCOUNT = "00000000-0000-0000-0000-000000000001"
ORGANIZATION = "00000000-0000-0000-0000-000000000002"
SAID = "Hello from loopback."
Block = Mapping[str, Any]  # in the content of a message
TEXT: Block = {"type": "text", "text": SAID}
LEFT = {"5h": 2 * 3600 + 15 * 60, "7d": 3 * 86400}  # seconds from the start until the resets


class Anthropic:
    """The API and the login server; ``requests`` are the paths requested, in order."""

    def __init__(self, folder: Path) -> None:
        """Create certificates in ``folder``, and prepare a proxy for clients that trust them."""
        self.requests: list[str] = []
        self.limits: Mapping[str, float] = {"5h": 42, "7d": 17}  # per cent
        self.left: Mapping[str, float] = LEFT
        self.usage = ok(usage_body(time.time()))
        self.said: list[
            tuple[float, float]
        ] = []  # times, and the percentage of the session sent then
        self.reply: Callable[[Mapping[str, Any]], Block] = lambda request: TEXT
        self._begun = int(time.time())  # the resets do not move
        self._seen = threading.Condition()
        self._tls = {}
        trusted = folder / "trusted.pem"
        with trusted.open("w") as file:
            for host in (API, LOGIN):
                (folder / host).mkdir()
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate(folder / host, host))
                self._tls[f"{host}:443"] = context
                file.write((folder / host / "public.pem").read_text())
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        proxy = f"http://127.0.0.1:{self._server.server_port}"
        self.environ = {
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), proxy),
            "NODE_EXTRA_CA_CERTS": str(trusted),
        }

    def __enter__(self) -> Anthropic:
        """Start listening."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def count(self, path: str) -> int:
        """How often a path was requested."""
        return self.requests.count(path)

    def answer(self, path: str, body: bytes) -> Answer:
        """The answer to one request."""
        with self._seen:
            self.requests.append(path)
            self._seen.notify_all()
        if path == "/v1/messages":
            return self._message(json.loads(body))
        if path == "/api/oauth/usage":
            return self.usage
        if path == "/api/oauth/profile":
            return ok(PROFILE)
        if path == "/v1/oauth/token":
            return ok(RENEWED)
        return error(404, "not_found_error", "There is no such thing here.")

    def wait_for(self, path: str, count: int = 1, seconds: float = 20) -> None:
        """Wait until a path has been requested this many times."""
        with self._seen:
            if not self._seen.wait_for(lambda: self.count(path) >= count, seconds):
                raise AssertionError(f"{path} was not asked for, but {self.requests}")

    def _message(self, request: Mapping[str, Any]) -> Answer:
        """The model's answer, as a stream if requested, with the limits in the headers."""
        block = self.reply(request)
        self.said.append((time.time(), self.limits["5h"]))
        headers = {"anthropic-ratelimit-unified-status": "allowed"}
        for window, percent in self.limits.items():
            name = f"anthropic-ratelimit-unified-{window}"
            headers[f"{name}-utilization"] = str(percent / 100)
            headers[f"{name}-reset"] = str(int(self._begun + self.left[window]))
            headers[f"{name}-status"] = "allowed"
        if request.get("stream"):
            events = _events(block)
            body = "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events)
            headers["Content-Type"] = "text/event-stream"
            return Answer(200, body.encode(), headers)
        message = {
            **MESSAGE,
            "content": [block],
            "stop_reason": _stop_reason(block),
        }
        return ok(message, **headers)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        """The handler class of this proxy."""
        anthropic = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_CONNECT(self) -> None:
                """Be the requested host, if it is one of ours."""
                context = anthropic._tls.get(self.path)
                if context is None:
                    self.send_error(403)
                    return
                self.send_response(200)
                self.end_headers()
                self.rfile.close()
                with context.wrap_socket(self.request, server_side=True) as self.connection:
                    self.rfile = self.connection.makefile("rb")
                    self.wfile = self.connection.makefile("wb", 0)
                    self.close_connection = False
                    while not self.close_connection:
                        self.handle_one_request()

            def do_GET(self) -> None:
                """Answer for the API."""
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = anthropic.answer(self.path.partition("?")[0], body)
                self.wfile.write(answer.raw())

            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

            def handle(self) -> None:
                """Ignore clients that hang up."""
                with contextlib.suppress(OSError):
                    super().handle()

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        return Handler


class _Server(ThreadingHTTPServer):
    """A server for many clients at once, which does not wait for those that stay connected."""

    daemon_threads = True
    block_on_close = False


PROFILE = {
    "account": {"uuid": ACCOUNT, "email": "jo@example.com", "has_claude_max": True},
    "organization": {"uuid": ORGANIZATION, "organization_type": "claude_max"},
}
RENEWED = {
    "token_type": "Bearer",
    "access_token": "sk-ant-oat01-Renewed_And-Made-Up",
    "refresh_token": "sk-ant-ort01-Renewed_And-Made-Up",
    "expires_in": 8 * 3600,
    "scope": "user:inference user:profile",
}
MESSAGE: dict[str, object] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "made-up",
    "content": [],
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 10, "output_tokens": 1},
}


def tool_use(name: str, arguments: Mapping[str, object]) -> Block:
    """The model's request to use a tool."""
    return {"type": "tool_use", "id": f"toolu_{uuid4().hex}", "name": name, "input": arguments}


def _stop_reason(block: Block) -> str:
    return "tool_use" if block["type"] == "tool_use" else "end_turn"


def _events(block: Block) -> Iterator[dict[str, object]]:
    """A message as the events of a stream."""
    yield {"type": "message_start", "message": {**MESSAGE, "id": f"msg_{uuid4().hex}"}}
    if block["type"] == "tool_use":
        start = {**block, "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
    else:
        start = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": block["text"]}
    yield {"type": "content_block_start", "index": 0, "content_block": start}
    yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    end = {"stop_reason": _stop_reason(block), "stop_sequence": None}
    yield {"type": "message_delta", "delta": end, "usage": {"output_tokens": 5}}
    yield {"type": "message_stop"}
