"""An API on loopback that counts its requests and can misbehave in every way a network can.

with ApiServer() as api:
    api.answer = throttled("5")            # one answer for all
    api.answer = [SERVER_ERROR, ok(body)]  # one after the other, then always the last
    api.answer = lambda request: ok(body)  # depending on the request
    ...
    assert len(api.requests) == 1
"""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from email.utils import formatdate
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from tests.bodies import usage_body


class Request(NamedTuple):
    """A request; the names of its ``headers`` are not case-sensitive."""

    path: str
    headers: Message


Pieces = Callable[[threading.Event], Iterator[bytes]]


@dataclass(frozen=True)
class Answer:
    """An answer; ``pieces``, if given, are sent raw instead, until the server stops."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Pieces | None = None

    def raw(self) -> bytes:
        """The whole answer as it is sent."""
        lines = {"Date": formatdate(usegmt=True), "Content-Length": str(len(self.body))}
        lines.update(self.headers)
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"HTTP/1.1 {self.status} X\r\n{head}\r\n".encode("latin-1") + self.body


Answers = Answer | Sequence[Answer] | Callable[[Request], Answer]


class ApiServer:
    """A real HTTP server at ``url``; ``requests`` lists the requests it got, in order."""

    def __init__(self, answer: Answers | None = None) -> None:
        """Give this answer, by default the usage of an ordinary account."""
        self.requests: list[Request] = []
        self.answer = answer or (lambda request: ok(usage_body(time.time())))
        self._seen = threading.Condition()
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def answer(self) -> Callable[[Request], Answer]:
        """What will be said to the next request."""
        return self._answer

    @answer.setter
    def answer(self, answer: Answers) -> None:
        if isinstance(answer, Answer):
            answer = [answer]
        if isinstance(answer, Sequence):
            *once, last = answer
            waiting = iter(once)
            self._answer: Callable[[Request], Answer] = lambda request: next(waiting, last)
        else:
            self._answer = answer

    def __enter__(self) -> ApiServer:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Cut every connection and wait for every thread."""
        self._stopping.set()
        self._server.shutdown()
        self._thread.join()
        with self._seen:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()

    def wait_for(self, count: int, seconds: float = 20.0) -> None:
        """Wait until there have been ``count`` requests."""
        with self._seen:
            if not self._seen.wait_for(lambda: len(self.requests) >= count, seconds):
                raise AssertionError(f"{len(self.requests)} requests came instead of {count}")

    def _record(self, request: Request) -> Answer:
        """Record the request, and choose its answer; a callable may take its time."""
        with self._seen:
            self.requests.append(request)
            choose = self._answer
            self._seen.notify_all()
        return choose(request)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        """The class of this server's handlers."""
        api = self

        class Handler(BaseHTTPRequestHandler):
            def setup(self) -> None:
                super().setup()
                with api._seen:
                    api._open.add(self.request)
                    if api._stopping.is_set():
                        self.request.shutdown(socket.SHUT_RDWR)

            def finish(self) -> None:
                with api._seen:
                    api._open.discard(self.request)
                with contextlib.suppress(OSError):
                    super().finish()

            def do_GET(self) -> None:
                answer = api._record(Request(self.path, self.headers))
                pieces = answer.pieces or (lambda stopping: iter([answer.raw()]))
                with contextlib.suppress(OSError):
                    for piece in pieces(api._stopping):
                        self.wfile.write(piece)

            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    super().handle()

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        return Handler


class _Server(ThreadingHTTPServer):
    """A server for many clients at once; closing it waits for all of them."""

    daemon_threads = False
    request_queue_size = 1024


# What the API answers, and what others may answer instead


def ok(body: object, **headers: str) -> Answer:
    """200 with a JSON body."""
    return Answer(200, json.dumps(body).encode(), {"Content-Type": "application/json", **headers})


def error(status: int, kind: str, message: str, **headers: str) -> Answer:
    """An error in the API's own words."""
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}
    return Answer(
        status, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
    )


def throttled(retry_after: str | None = None, date: str | None = None) -> Answer:
    """429, with or without ``Retry-After``, and a ``Date`` of its own if given."""
    given = {"Retry-After": retry_after, "Date": date}
    headers = {name: value for name, value in given.items() if value is not None}
    return error(429, "rate_limit_error", "Rate limited. Please try again later.", **headers)


def html(status: int) -> Answer:
    """An HTML page, as from captive portals and gateways."""
    page = b"<!doctype html><title>Welcome</title><p>Log in to this network.</p>"
    return Answer(status, page, {"Content-Type": "text/html"})


def redirect(url: str) -> Answer:
    """302 to another URL."""
    return Answer(302, b"", {"Location": url})


def _endless(head: bytes) -> Pieces:
    def pieces(stopping: threading.Event) -> Iterator[bytes]:
        yield head + b"Content-Type: application/json\r\n\r\n{"
        # More than a client may read, but not enough to exhaust the machine if it does.
        for _ in range(1024):
            yield b" " * 65536
        stopping.wait()

    return pieces


def _dripping(head: bytes, drop: bytes) -> Pieces:
    def pieces(stopping: threading.Event) -> Iterator[bytes]:
        yield head
        while not stopping.wait(0.01):
            yield drop

    return pieces


UNAUTHORIZED = error(401, "authentication_error", "OAuth token has expired.")
FORBIDDEN = error(403, "permission_error", "OAuth token lacks the scope user:profile")
SERVER_ERROR = error(500, "api_error", "Internal server error")
OVERLOADED = error(529, "overloaded_error", "Overloaded")
ERROR_IN_200 = error(200, "authentication_error", "Not what the status says")
ENDLESS = Answer(pieces=_endless(b"HTTP/1.1 200 OK\r\n"))
ENDLESS_REDIRECT = Answer(302, pieces=_endless(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n"))
DRIPPING_HEADER = Answer(pieces=_dripping(b"HTTP/1.1 200 OK\r\nX-Drip: ", b"d"))
DRIPPING_BODY = Answer(pieces=_dripping(b"HTTP/1.1 200 OK\r\n\r\n{", b" "))
CLOSED = Answer(pieces=lambda stopping: iter(()))
CUT_OFF = Answer(200, b'{"five_hour": null', {"Content-Length": "5000"})


@cache
def gzip_bomb() -> Answer:
    """A small JSON body that decompresses to 64 MiB of blanks."""
    body = gzip.compress(b"{" + b" " * (64 << 20) + b"}")
    return Answer(200, body, {"Content-Type": "application/json", "Content-Encoding": "gzip"})
