"""Many processes at the same moment, and all processes of a user."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Set
from contextlib import suppress
from pathlib import Path

from tests.support import User

PROC = os.path.isdir("/proc/self")


def crowd(user: User, count: int, command: list[str]) -> str:
    """Run so many processes at the same moment; returns all that they print."""
    gate = user.home / "gate"
    os.mkfifo(gate)
    script = (
        "count=$1 gate=$2; shift 2\n"
        'while [ "$count" -gt 0 ]; do\n'
        '  ( : <"$gate"; exec "$@" ) || echo "status $?" &\n'
        "  count=$((count - 1))\n"
        "done\n"
        "echo ready; wait\n"
    )
    process = subprocess.Popen(
        ["/bin/sh", "-c", script, "sh", str(count), str(gate), *command], env=user.environ,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    writer = os.open(gate, os.O_RDWR)  # late ones find it open
    try:
        output, _ = process.communicate(timeout=500)
    finally:
        os.close(writer)
        process.kill()
        process.wait()
    gate.unlink()
    return output


def idle(user: User) -> bool:
    """Whether no process of this user is left."""
    return not list(processes(user))


def process_ids() -> set[str]:
    """The ids of all processes; none without /proc."""
    return {name for name in os.listdir("/proc") if name.isdigit()} if PROC else set()


def processes(user: User, besides: Set[str] = frozenset()) -> Iterator[tuple[bytes, bytes]]:
    """The arguments and the environment of every process whose HOME is this user's."""
    for number in process_ids() - besides:
        with suppress(OSError):
            environ = Path("/proc", number, "environ").read_bytes()
            if f"HOME={user.home}".encode() in environ.split(b"\0"):
                yield Path("/proc", number, "cmdline").read_bytes(), environ
