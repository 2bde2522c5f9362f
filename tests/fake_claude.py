"""A stand-in for Claude Code's program that speaks the control protocol of ``claude -p``.

claude = FakeClaude(tmp_path, claude_json)
claude.hears(usage_body(now))   # the API answers; Claude Code reports and records it
claude.hears(None)              # the API refuses; the record is reported, without its age
claude.does("hangs")            # or it behaves in one of the ways below
...
assert len(claude.calls()) == 1

Like Claude Code 2.1.330 it writes its record into ``.claude.json`` after the answer, and keeps it
for a minute. Run as a program it follows ``script.json`` beside it, and records its calls in
``calls``.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RECORD_SECONDS = 60
ENDLESS = b"x" * 65536


class FakeClaude:
    """The program ``claude`` in ``folder``, and the calls it got."""

    def __init__(self, folder: Path, claude_json: Path) -> None:
        """Install the program, which uses ``claude_json`` and knows no usage at first."""
        self.folder = folder / "claude-bin"
        self.folder.mkdir()
        self.program = self.folder / "claude"
        self.program.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" -S -I "{__file__}" "{self.folder}" "$@"\n'
        )
        self.program.chmod(0o755)
        self._script: dict[str, object] = {"claude_json": str(claude_json), "does": "answers"}
        self.hears(None)

    def hears(self, body: Mapping[str, object] | None) -> None:
        """Have the API give Claude Code this body from now on, or refuse."""
        self._tell(body=body)

    def does(self, what: str) -> None:
        """From now on, behave like one of the functions below."""
        self._tell(does=what)

    def renews(self, login: Path, record: Mapping[str, object]) -> None:
        """Renew the login when asked, as Claude Code does with an expired one."""
        self._tell(login=[str(login), record])

    def recorded(self, body: Mapping[str, object], age: float) -> None:
        """Record this usage as of so many seconds ago."""
        self._script["body"] = body
        _write_record(self._script, age)

    def calls(self) -> list[dict[str, Any]]:
        """Each call: ``argv``, ``environ``, ``cwd``, its ``files``, ``pid``, ``sid``."""
        path = self.folder / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def _tell(self, **what: object) -> None:
        self._script.update(what)
        (self.folder / "script.json").write_text(json.dumps(self._script))


def main(folder: Path, argv: list[str]) -> None:
    """Run as Claude Code once."""
    call = {
        "argv": argv,
        "environ": dict(os.environ),
        "cwd": os.getcwd(),
        "files": os.listdir("."),
        "pid": os.getpid(),
        "sid": os.getsid(0),
    }
    with (folder / "calls").open("a") as calls:
        calls.write(json.dumps(call) + "\n")
    script = json.loads((folder / "script.json").read_text())
    request = json.loads(sys.stdin.readline())
    BEHAVIOURS[script["does"]](script, request, folder)


def answers(script: dict[str, Any], request: dict[str, Any], _folder: Path) -> None:
    """Answer, and at the end of the input record the usage."""
    is_open = not select.select([0], [], [], 0.05)[0]  # Claude Code ends at the end of its input
    if "login" in script:
        path, record = script["login"]
        Path(path).write_text(json.dumps(record))
    say(type="system", subtype="init", session_id="1")
    record = _record(script)
    limits = script["body"] if record is None else record
    if is_open and request["request"].get("subtype") == "get_usage":
        _respond(request, {"subscription_type": "max", "rate_limits_available": True,
                           "rate_limits": limits})  # fmt: skip
    sys.stdin.read()
    if script["body"] is not None and record is None:
        _write_record(script)


def keeps_no_record(script: dict[str, Any], request: dict[str, Any], _folder: Path) -> None:
    """Behave like Claude Code 2.1.197, which keeps no record."""
    _respond(request, {"rate_limits_available": True, "rate_limits": script["body"]})


def has_no_plan(_script: dict[str, Any], request: dict[str, Any], _folder: Path) -> None:
    """Be logged in with an API key, or not at all."""
    _respond(request, {"rate_limits_available": False, "rate_limits": None})


def is_too_old(_script: dict[str, Any], request: dict[str, Any], _folder: Path) -> None:
    """Behave like Claude Code 2.1.150."""
    response = {"subtype": "error", "request_id": request["request_id"],
                "error": "Unsupported control request subtype: get_usage"}  # fmt: skip
    say(type="control_response", response=response)


def babbles(script: dict[str, Any], request: dict[str, Any], folder: Path) -> None:
    """Print other things, then answer."""
    sys.stdout.write("not JSON\n\n[1, 2]\n" + "[" * 20000 + "\n")
    say(type="control_response", response=None)
    say(type="control_response", response=[1])
    wrong = {"subtype": "success", "request_id": "another", "response": {"rate_limits": {}}}
    say(type="control_response", response=wrong)
    answers(script, request, folder)


def answers_oddly(_script: dict[str, Any], request: dict[str, Any], _folder: Path) -> None:
    """Answer in another shape."""
    say(type="control_response", response={"subtype": "success", "response": [],
                                           "request_id": request["request_id"]})  # fmt: skip


def ends(_script: dict[str, Any], _request: dict[str, Any], _folder: Path) -> None:
    """Exit without printing anything."""


def hangs(_script: dict[str, Any], _request: dict[str, Any], folder: Path) -> None:
    """Hang and ignore signals, with a child that hangs, too."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-S", "-I", "-c", "input()"], stdin=subprocess.PIPE)
    (folder / "child").write_text(str(child.pid))
    while True:
        signal.pause()


def drips(_script: dict[str, Any], _request: dict[str, Any], _folder: Path) -> None:
    """Print one character after the other, but never a line."""
    while True:
        os.write(1, b" ")
        time.sleep(0.01)


def floods(_script: dict[str, Any], _request: dict[str, Any], _folder: Path) -> None:
    """Print without end."""
    while True:
        os.write(1, ENDLESS)


def say(**message: object) -> None:
    """Print one line of the protocol."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _respond(request: dict[str, Any], answer: dict[str, object]) -> None:
    response = {"subtype": "success", "request_id": request["request_id"], "response": answer}
    say(type="control_response", response=response)


def _record(script: dict[str, Any]) -> dict[str, object] | None:
    """The recorded usage, while it may be reported."""
    state = _state(script)
    record = state.get("cachedUsageUtilization") or {"fetchedAtMs": 0}
    age = time.time() - record["fetchedAtMs"] / 1000
    oldest = RECORD_SECONDS if script["body"] is not None else 3600
    return record["utilization"] if age < oldest else None


def _write_record(script: dict[str, Any], age: float = 0) -> None:
    state = _state(script)
    account = state.setdefault("oauthAccount", {"accountUuid": "made-up"})["accountUuid"]
    state["cachedUsageUtilization"] = {
        "fetchedAtMs": int((time.time() - age) * 1000),
        "accountUuid": account,
        "utilization": script["body"],
    }
    Path(script["claude_json"]).write_text(json.dumps(state, indent=2))


def _state(script: dict[str, Any]) -> dict[str, Any]:
    path = Path(script["claude_json"])
    return json.loads(path.read_text()) if path.exists() else {}  # type: ignore[no-any-return]


BEHAVIOURS = {
    each.__name__: each
    for each in (
        answers,
        answers_oddly,
        babbles,
        drips,
        ends,
        floods,
        hangs,
        has_no_plan,
        is_too_old,
        keeps_no_record,
    )
}

if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
