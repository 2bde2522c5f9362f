"""The API of the demo: an HTTP server on loopback with made-up answers."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

THROTTLED = (429, "rate_limit_error", "Rate limited. Please try again later.")
WEEK_LEFT = 3.5 * 86400  # seconds until the made-up week ends
CREDITS = 50_000  # cents that can be paid in a month


class DemoApi:
    """Serves the usage endpoint at ``base`` inside the context; ``calls`` counts requests."""

    def __init__(self) -> None:
        self.calls = 0
        self._answer: tuple[int, Mapping[str, str], object] = (404, {}, {})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.base = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> DemoApi:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop, and close the socket."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def report(
        self,
        session: float,
        week: float,
        *,
        session_left: float,
        model: float | None = None,
        paid: int | None = None,
    ) -> None:
        """From now on, report these percentages; ``session_left`` in seconds.

        ``model`` is that of a model's week, ``paid`` the credits that were used, in cents of $500.
        """
        body = usage_body(
            time.time(), session, week, session_left=session_left, model=model, paid=paid
        )
        self._answer = 200, {}, body

    def throttle(self, seconds: int) -> None:
        """From now on, refuse calls for so many seconds."""
        status, kind, message = THROTTLED
        body = {"type": "error", "error": {"type": kind, "message": message}}
        self._answer = (status, {"Retry-After": str(seconds)}, body)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                api.calls += 1
                status, headers, body = api._answer
                content = json.dumps(body).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Print nothing: the screen belongs to the demo."""

        return Handler


def usage_body(
    now: float,
    session: float,
    week: float,
    *,
    session_left: float,
    model: float | None = None,
    paid: int | None = None,
) -> dict[str, object]:
    """The endpoint's body for these percentages, in its present shape."""
    rows = [
        _row("session", "session", session, now + session_left),
        _row("weekly_all", "weekly", week, now + WEEK_LEFT),
    ]
    if model is not None:
        scope = {"model": {"id": None, "display_name": "Fable"}, "surface": None}
        rows.append(_row("weekly_scoped", "weekly", model, now + WEEK_LEFT, scope))
    return {
        "five_hour": {"utilization": session, "resets_at": rows[0]["resets_at"]},
        "seven_day": {"utilization": week, "resets_at": rows[1]["resets_at"]},
        "limits": rows,
        "spend": {
            "enabled": paid is not None,
            "used": _dollars(paid or 0),
            "limit": _dollars(CREDITS),
            "percent": 100 * (paid or 0) // CREDITS,
            "severity": "normal",
        },
    }


def _dollars(cents: int) -> dict[str, object]:
    return {"amount_minor": cents, "currency": "USD", "exponent": 2}


def _row(
    kind: str, group: str, percent: float, resets_at: float, scope: object = None
) -> dict[str, object]:
    severity = "critical" if percent >= 90 else "warning" if percent >= 70 else "normal"
    when = datetime.fromtimestamp(resets_at, timezone.utc).isoformat(timespec="microseconds")
    return {"kind": kind, "group": group, "percent": percent, "severity": severity,
            "resets_at": when, "scope": scope, "is_active": kind == "session"}  # fmt: skip
