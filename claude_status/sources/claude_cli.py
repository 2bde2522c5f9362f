"""Claude Code itself, asked for its usage over the control protocol of ``claude -p``.

It asks the API with its own login, and renews that if needed; no token is read here. No model is
called and no session is kept. The request is published but marked experimental; tested with
Claude Code 2.1.197, 2.1.250 and 2.1.330.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from claude_status.errors import AskError
from claude_status.isolation import for_the_user
from claude_status.model.usage import CLAUDE_CLI, Usage
from claude_status.model.values import clean
from claude_status.sources.body import parse_body
from claude_status.sources.claude_json import read_state

ANSWER_SECONDS = 15.0  # until the answer
GRACE = 2.0  # seconds for Claude Code to exit by itself: it may be writing a renewed login
MAX_ANSWER = 1 << 20
RECORD_SECONDS = 300  # Claude Code may not rewrite its record before it is that old

_ID = "claude-status"
_QUESTION = {"subtype": "get_usage", "skip_behaviors": True}
_REQUEST = {"type": "control_request", "request_id": _ID, "request": _QUESTION}
_ARGUMENTS = (
    "-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose",
    "--no-session-persistence", "--strict-mcp-config", "--setting-sources", "project",
)  # fmt: skip
# With these, Claude Code uses an API key, a token or a provider that has no plan, or believes that
# it runs inside another session and refuses.
_NOT_PASSED_ON = ("ANTHROPIC_", "CLAUDE_CODE_OAUTH_", "CLAUDE_CODE_API_KEY_", "CLAUDE_CODE_USE_",
                  "CLAUDE_CODE_SIMPLE", "CLAUDECODE")  # fmt: skip
_QUIET = dict.fromkeys(("DISABLE_AUTOUPDATER", "DISABLE_TELEMETRY", "DISABLE_ERROR_REPORTING"), "1")


def find_claude(command: str, environ: Mapping[str, str]) -> str:
    """The absolute path of the program; raises AskError if there is none.

    ``command`` is its absolute path, or its name on PATH, whose relative folders are ignored.
    """
    folders = environ.get("PATH", "").split(os.pathsep)
    path = os.pathsep.join(folder for folder in folders if folder.startswith("/"))
    found = shutil.which(command, path=path)
    if found is None:
        where = "is not a program" if command.startswith("/") else "is not on PATH"
        raise AskError("transient", f"`{command}` {where}: set `claude_command` to Claude Code.")
    return found


def fetch_usage(
    program: str,
    claude_json: Path,
    environ: Mapping[str, str],
    asked_at: float,
    *,
    seconds: float = ANSWER_SECONDS,
) -> tuple[Usage, str]:
    """Ask Claude Code; its usage at ``asked_at`` (epoch seconds), and the plan's name or "".

    It takes at most ``seconds`` plus twice GRACE. Raises AskError, always ``transient``, also if
    Claude Code only repeats what it wrote to ``claude_json`` some time before.
    """
    before = _recorded_at(claude_json)
    try:
        body, plan = _understood(_ask(program, environ, seconds))
    except OSError as error:
        raise AskError("transient", f"{program} cannot be run ({error.strerror}).") from None
    as_of = _true_since(before, _recorded_at(claude_json), asked_at)
    return parse_body(body, as_of, CLAUDE_CLI), plan


def _recorded_at(claude_json: Path) -> float | None:
    """The date of Claude Code's own record of this account's usage, None if it has none."""
    state = read_state(claude_json, "")
    return state.usage.as_of if state and state.usage else None


def _true_since(before: float | None, after: float | None, asked_at: float) -> float:
    """The date of an answer, from that of Claude Code's record before and after it.

    If the API refuses, Claude Code silently answers from its record; it records what is new.
    Without a record it cannot have repeated anything.
    """
    if after is None:
        return asked_at
    if after == before and abs(asked_at - after) > RECORD_SECONDS:
        raise AskError("transient", "Claude Code itself has no newer numbers: see its /usage.")
    return min(after, asked_at)


def _ask(program: str, environ: Mapping[str, str], seconds: float) -> Mapping[str, object]:
    """Run Claude Code in an empty directory until it answers, and leave nothing behind."""
    with (
        tempfile.TemporaryDirectory(prefix="claude-status-", ignore_cleanup_errors=True) as empty,
        subprocess.Popen(
            [program, *_ARGUMENTS],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=empty,
            env=_environment(for_the_user(environ), empty),
            start_new_session=True,
        ) as process,
    ):
        stdin, stdout = process.stdin, process.stdout
        assert stdin and stdout  # noqa: S101, PT018 - both are pipes
        try:
            with contextlib.suppress(BrokenPipeError):
                stdin.write(json.dumps(_REQUEST).encode() + b"\n")
            return _answer(stdout, seconds)
        finally:
            stdin.close()
            _end(process.pid, stdout)


def _environment(environ: Mapping[str, str], folder: str) -> dict[str, str]:
    """Claude Code's environment: its plan's login, and ``folder`` for temporary files."""
    kept = {name: each for name, each in environ.items() if not name.startswith(_NOT_PASSED_ON)}
    return {**kept, **_QUIET, "TMPDIR": folder, "CLAUDE_CODE_TMPDIR": folder}


def _answer(stream: IO[bytes], seconds: float) -> Mapping[str, object]:
    """The response to our request, among whatever else is printed."""
    begun, size = b"", 0
    for piece in _pieces(stream, seconds):
        *lines, begun = (begun + piece).split(b"\n")
        for response in map(_response, lines):
            if response is not None:
                return response
        size += len(piece)
        if size > MAX_ANSWER:
            raise AskError("transient", "Too much output and no answer: is this Claude Code?")
    raise AskError("transient", "Claude Code exited without an answer: try `claude -p hello`.")


def _pieces(stream: IO[bytes], seconds: float) -> Iterator[bytes]:
    """What a program prints until its end; raises AskError once it has timed out."""
    deadline = time.monotonic() + seconds
    while select.select([stream], [], [], max(0, deadline - time.monotonic()))[0]:
        piece = os.read(stream.fileno(), 65536)
        if not piece:
            return
        yield piece
        if time.monotonic() > deadline:
            break
    raise AskError("transient", f"Claude Code did not answer within {seconds:g} s.")


def _response(line: bytes) -> Mapping[str, object] | None:
    """The response in one line of the protocol, None if it does not answer our request."""
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return None
    response = message.get("response") if isinstance(message, dict) else None
    if not isinstance(response, dict) or message.get("type") != "control_response":
        return None
    return response if response.get("request_id") == _ID else None


def _understood(response: Mapping[str, object]) -> tuple[Mapping[str, object], str]:
    """The limits in a response, and the plan's name; raises AskError if it has none."""
    answer = response.get("response")
    if response.get("subtype") != "success" or not isinstance(answer, dict):
        raise AskError("transient", "This Claude Code cannot report its usage: update it.")
    rates, plan = answer.get("rate_limits"), answer.get("subscription_type")
    if isinstance(rates, dict):
        # Claude Code adds a key of its own, which only repeats the rest.
        body = {key: value for key, value in rates.items() if key != "model_scoped"}
        return body, clean(plan) if isinstance(plan, str) else ""
    if answer.get("rate_limits_available") is False:
        raise AskError("transient", "Claude Code has no login to a plan: log in with /login.")
    raise AskError("transient", "Claude Code itself did not get the usage: see its /usage.")


def _end(group: int, stdout: IO[bytes]) -> None:
    """Let Claude Code exit by itself, then end what is left of its process group.

    Its first process has not been waited for yet, so the group's id cannot have been reused.
    """
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(AskError):
            list(_pieces(stdout, GRACE))
        with contextlib.suppress(OSError):
            os.killpg(group, number)
