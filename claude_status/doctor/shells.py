"""``doctor --shells``: start each shell that has our part, and look whether the line is seen."""

from __future__ import annotations

import contextlib
import glob
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from claude_status.asking.diagnosis import Scene
from claude_status.doctor.culprits import Script, find_culprit, judge
from claude_status.doctor.findings import Finding, Grade, from_sentence
from claude_status.doctor.seen import first_prompt, is_in, shown_text
from claude_status.doctor.trial import LIMIT, Look, look_at
from claude_status.errors import SettingsError
from claude_status.frames_read import read_frame
from claude_status.install import next_steps, rc_files
from claude_status.install.hosts import SHELLS, hosts, is_installed
from claude_status.isolation import for_the_user
from claude_status.paths import accounts, environ_of, locate

INHERITED = ("TMUX", "TMUX_PANE", "STY", "CLAUDE_STATUS", "COLUMNS", "LINES", "PWD", "OLDPWD")
OURS = re.compile(r"claude[-_]status", re.IGNORECASE)
SOURCED = re.compile(r"^\s*(?:\.|source)\s+[\"']?(~|\$HOME|\$\{HOME\})?(/[^\s\"';&|]+)")

BLE = re.compile(r"\bble(?:\.sh|-attach)\b")  # which does not redraw its prompt on an interrupt


def check_shells(scene: Scene, limit: float = LIMIT) -> Iterator[Finding]:
    """A row for each shell: whether it shows the line, or what takes its place.

    ``limit`` is the time in seconds that each has for its first prompt.
    """
    try:
        files = {name: _file(scene.environ, name) for name in SHELLS}
        _refuse_another_home(rc_files.home(scene.environ))
    except SettingsError as error:
        yield from_sentence("shells", str(error), Grade.WRONG)
        return
    for shell, file in files.items():
        path = shutil.which(shell, path=scene.environ.get("PATH", os.defpath))
        if file is None:
            there = "it has no part of ours" if path else "it is not installed"
            advice = f"claude-status install {shell}" if path else ""
            yield Finding(shell, there, Grade.NOTE, advice)
        elif path is None:
            yield Finding(shell, f"{file} has our part, but {shell} is not on PATH", Grade.NOTE)
        elif not _texts(scene, shell, scene.now):
            text = "there is no reading yet, so there is nothing to see"
            yield Finding(shell, text, Grade.WRONG, "claude-status refresh")
        else:
            yield _examine(scene, shell, path, _scripts(scene.environ, shell, file), limit)


def _refuse_another_home(home: Path) -> None:
    """Run nobody else's files, as a root shell with a borrowed HOME would."""
    with contextlib.suppress(OSError):
        if home.stat().st_uid != os.geteuid():
            raise SettingsError(f"{home} is another user's home: run this as that user.")


def _examine(
    scene: Scene, shell: str, path: str, scripts: list[Script], limit: float
) -> Finding:  # fmt: skip
    def texts() -> set[str]:
        return _texts(scene, shell, scene.now) | _texts(scene, shell, time.time())

    def watch(environ: Mapping[str, str]) -> Look:
        interrupts = not any(BLE.search(line) for _, line in scripts[0].code())
        return look_at(
            path, environ, lambda text: is_in(texts(), text), interrupts=interrupts, limit=limit
        )

    with _environment(scene.environ) as environ:
        look = watch(environ)
        inside = ""
        if look.front == "tmux":  # see what the rest of the file does inside it
            inside = f", inside the tmux that {scripts[0].path} starts"
            look = watch({**environ, "TMUX": f"{environ['TMUX_TMPDIR']}/none,0,0"})
    found = judge(shell, scripts, look, first_prompt(texts(), look))
    if found is None:
        is_in_starship = bool(OURS.search(_text(rc_files.starship(scene.environ))))
        unnamed = next(next_steps.unnamed(scene.environ), "") if is_in_starship else ""
        return find_culprit(shell, scripts, starship=is_in_starship, unnamed=unnamed)
    return Finding(shell, found.text + inside, found.grade, found.advice)


@contextlib.contextmanager
def _environment(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a new window; a tmux that an rc file starts ends with it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        own = {k: v for k, v in for_the_user(environ).items() if k not in INHERITED}
        if own.get("TERM", "dumb") == "dumb":
            own["TERM"] = "xterm-256color"
        # On starting, Bash cuts a history that is too long, and macOS's Terminal keeps one for each
        # session. Unless the rc file names another file, neither touches the user's own.
        own |= {"HISTFILE": f"{folder}/history", "SHELL_SESSIONS_DISABLE": "1"}
        yield {**own, "TMUX_TMPDIR": folder}
        for socket in glob.glob(f"{folder}/tmux-*/*"):
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                command = ["tmux", "-S", socket, "kill-server"]
                subprocess.run(command, env=own, capture_output=True, timeout=5, check=False)


def _texts(scene: Scene, shell: str, now: float) -> set[str]:
    """What a shell may show at ``now``, whichever account its files choose."""
    if scene.snapshot is None:
        return set()
    texts = set()
    for name in accounts(scene.snapshot.account.cache):
        home = str(locate(environ_of(scene.environ, name)).home)
        for dialect in (shell, "starship", "plain", "ascii"):
            frame, _ = read_frame(home, dialect, now, prompt=True)
            texts.add(shown_text(dialect, frame))
    return texts - {""}


def _file(environ: Mapping[str, str], shell: str) -> Path | None:
    """The file of a shell that our part is in: the block, or a line that names the snippet."""
    (host,) = hosts(environ, (shell,))
    if is_installed(host):
        return next(file for file in host.files if OURS.search(_text(file)))
    files = _fish(environ) if shell == "fish" else list(host.files)
    for file in files:
        if any(OURS.search(line) for _, line in _script(file).code()):
            return file
    return None


def _scripts(environ: Mapping[str, str], shell: str, file: Path) -> list[Script]:
    """The file, and those that are read after our part, as far as they can be told."""
    if shell == "fish":
        return [_script(file), *(_script(other) for other in _fish(environ) if other != file)]
    script = _script(file)
    found = [script]
    for _, line in script.code(script.end_of_block):
        match = SOURCED.match(line)
        if match and not OURS.search(line):
            found.append(_script(Path((environ["HOME"] if match[1] else "") + match[2])))
    return found


def _fish(environ: Mapping[str, str]) -> list[Path]:
    """The files that fish reads, the one for prompts first."""
    folder = rc_files.fish(environ)
    return [folder / "config.fish", *sorted(folder.glob("conf.d/*.fish"))]


def _script(file: Path) -> Script:
    return Script(str(file), tuple(_text(file).splitlines()))


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode(errors="replace")
    except OSError:
        return ""
