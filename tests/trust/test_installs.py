"""The attacks on Python again, on each kind of install and each supported Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_packaging import PYTHONS, clone, run
from tests.trust.plants import ATTACKS, PLAIN, plant

UV = (sys.executable, "-m", "uv")
KINDS = ("venv", "editable", "user", "pipx", "uv")
COMMANDS = ("config", "statusline", "refresh --force", "demo")


def install(kind: str, python: str, folder: Path) -> Path:
    """Install the sources in this way for this Python; returns the launcher's path."""
    sources, bins = clone(folder), folder / "the bin"
    if kind == "user":
        base = folder / "the base"
        python = PLAIN if python == sys.executable else python
        options = ["--user", "--quiet", "--no-warn-script-location"]
        # distributions' own Pythons require this
        where = {"PYTHONUSERBASE": str(base), "PIP_BREAK_SYSTEM_PACKAGES": "1"}
        run([python, "-m", "pip", "install", *options, sources], **where)
        return base / "bin/claude-status"
    if kind == "pipx":
        where = {"PIPX_HOME": str(folder / "pipx"), "PIPX_BIN_DIR": str(bins)}
        command = [sys.executable, "-m", "pipx", "install", "--quiet", "--python", python, sources]
        run(command, PIPX_MAN_DIR=str(folder), **where)
        return bins / "claude-status"
    if kind == "uv":
        where = {"UV_TOOL_DIR": str(folder / "uv"), "UV_TOOL_BIN_DIR": str(bins)}
        run([*UV, "tool", "install", "--quiet", "--python", python, sources], **where)
        return bins / "claude-status"
    venv = folder / "the venv"
    run([*UV, "venv", "--quiet", "--python", python, venv])
    what = ["--editable", sources] if kind == "editable" else [sources]
    run([*UV, "pip", "install", "--quiet", "--python", venv / "bin/python", *what])
    return venv / "bin/claude-status"


@pytest.mark.installs
@pytest.mark.pythons
@pytest.mark.timeout(600)
@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_directory_runs_code_in_an_install(
    home: Path, tmp_path: Path, kind: str, version: str
) -> None:
    """No attack runs code or breaks a command, in any kind of install."""
    launcher = install(kind, PYTHONS[version], tmp_path)
    ran = plant(tmp_path / "repository", PYTHONS[version])
    environ = {"PATH": os.defpath, "HOME": str(home), "LANG": "C.UTF-8"}
    succeeded = []
    for attack, variables in ATTACKS.items():
        for words in COMMANDS:
            done = subprocess.run(
                [launcher, *words.split()], cwd=ran.parent, env={**environ, **variables},
                input="{}", capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            expected = int(words == "refresh --force")  # there is no login
            if ran.exists() or done.returncode != expected or "Traceback" in done.stderr:
                succeeded.append((attack, words, done))
                ran.unlink(missing_ok=True)
    assert succeeded == []
