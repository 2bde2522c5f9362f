"""Redraws the bars of the user's tmux at once, if the line has changed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping

from claude_status.frames_read import detach
from claude_status.sources.presence import is_our_socket, socket_of

# A hanging server cannot keep this waiting: the whole process group ends with the script.
SCRIPT = """\
redraw() {
  tmux -S "$1" list-clients -F '#{session_id} #{client_name}' |
    while IFS=' ' read -r session client; do
      { tmux -S "$1" show-options -g; tmux -S "$1" show-options -t "$session"; } </dev/null |
        grep -q claude-status && tmux -S "$1" refresh-client -S -t "$client" </dev/null
    done
}
{ sleep 2; kill 0; } &
servers=
for socket do
  redraw "$socket" &
  servers="$servers $!"
done
wait $servers
kill 0
"""


def redraw_bars(environ: Mapping[str, str]) -> None:
    """Redraw the bars of each running server of the user's, in the background; start no server.

    Those are the one that this was started in, and tmux's default one, as Claude Code may well run
    outside both. A bar without the line is left alone: redrawing it would run whatever else it
    shows.
    """
    sockets = [socket for socket in dict.fromkeys(_sockets(environ)) if is_our_socket(socket)]
    if not sockets:
        return
    with contextlib.suppress(OSError, ValueError):
        detach(["/bin/sh", "-c", SCRIPT, "sh", *sockets], environ)


def _sockets(environ: Mapping[str, str]) -> Iterator[str]:
    yield socket_of(environ)
    folder = environ.get("TMUX_TMPDIR") or "/tmp"  # noqa: S108 - where tmux has it
    yield f"{folder}/tmux-{os.getuid()}/default"
