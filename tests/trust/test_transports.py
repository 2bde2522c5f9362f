"""Hostile transports: any bytes are an answer or one sentence."""

from __future__ import annotations

import random
import re
import time

import pytest

from claude_status.errors import AskError
from claude_status.sources.endpoint import fetch_usage
from tests.bodies import usage_body
from tests.server import Answer, ApiServer, ok
from tests.support import TOKEN

COUNTS = [pytest.param(1, 60), pytest.param(2, 5000, marks=pytest.mark.soak)]
JUNK = (
    b"",
    b"\0",
    b"\r\n",
    b"\r\n\r\n",
    b"\xff" * 300,
    b"{",
    b"HTTP/1.1 200 OK\r\n",
    b"A: b\r\n" * 200,
)
HEADERS = (
    {"Content-Encoding": "gzip"}, {"Content-Encoding": "br"}, {"Transfer-Encoding": "chunked"},
    {"Content-Length": "-1"}, {"Content-Length": "99999"}, {"Content-Length": "x"},
    {"Retry-After": "1e9"}, {"Location": "http://127.0.0.1:9/"}, {"Set-Cookie": "a=b"},
    {"Content-Type": "text/html; charset=utf-7"}, {"Connection": "upgrade"},
)  # fmt: skip


def spoilt(chance: random.Random) -> Answer:
    """An answer with a fault in its status, its headers, its bytes or its end."""
    good = ok(usage_body(time.time()))
    status = chance.choice([200, 200, 200, 100, 204, 206, 301, 401, 429, 500, 600, 999])
    headers = chance.choice(HEADERS) if chance.random() < 0.4 else {}
    raw = bytearray(Answer(status, good.body, headers).raw())
    for _ in range(chance.randrange(4)):
        place = chance.randrange(len(raw) + 1)
        raw[place : place + chance.randrange(30)] = chance.choice(JUNK)
    if chance.random() < 0.3:
        del raw[chance.randrange(len(raw) + 1) :]
    return Answer(pieces=lambda stopping: iter([bytes(raw)]))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("seed", "count"), COUNTS)
def test_whatever_comes_is_an_answer_or_a_sentence(api: ApiServer, seed: int, count: int) -> None:
    """Only AskError is raised, with one sentence that does not contain the token."""
    chance = random.Random(seed)
    for _ in range(count):
        api.answer = spoilt(chance)
        raised = attempt(api)
        if raised is not None:
            assert re.fullmatch(r"[A-Z`][^\n]*[.?)]", str(raised)), raised
            assert TOKEN not in str(raised)
            assert raised.kind in ("transient", "throttled", "unauthorized")


def attempt(api: ApiServer) -> AskError | None:
    """The AskError that is raised, None for an answer; fails on anything else."""
    try:
        assert isinstance(fetch_usage(api.url, TOKEN, "test", deadline=1.0), dict)
    except AskError as error:
        return error
    return None
