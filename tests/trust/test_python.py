"""No directory can run code in our Python, even with variables that name it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from claude_status import isolation
from tests.conftest import ROOT, SHELL
from tests.server import ApiServer
from tests.support import User, until
from tests.trust.plants import ATTACKS, HARMLESS_ALONE, PLAIN, plant

FORMS = ("#!{python}\n", "#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n",
         "#!/bin/sh\n'''exec' '{python}' \"$0\" \"$@\"\n' '''\n",
         "#!/bin/sh\n'''exec' \"{python}\" -E \"$0\" \"$@\"\n' '''\n",
         "#!{python} -E\n", "#!{python} -sP\n", "#!/usr/bin/env python3\n")  # fmt: skip
CODE = "from claude_status.__main__ import entry\nentry()\n"


def install(folder: Path, form: str = FORMS[0]) -> Path:
    """Install the launcher and the program in a folder with a blank in its path."""
    folder.mkdir(parents=True)
    launcher, python = folder / "claude-status", folder / "claude-status-py"
    launcher.write_bytes((SHELL / "claude-status").read_bytes())
    python.write_text(form.format(python=sys.executable) + CODE)
    for path in (launcher, python):
        path.chmod(0o755)
    return launcher


def run(user: User, command: list[str], there: Path, attack: str = "directory", **more: str
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """Run a command in that directory with the attack's variables."""
    environ = {name: value for name, value in user.environ.items() if name != "PYTHONPATH"}
    environ["PATH"] = f"{Path(sys.executable).parent}:{environ['PATH']}"
    return subprocess.run(
        command, cwd=there, env={**environ, **ATTACKS[attack], **more}, check=False, input="{}",
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("attack", [name for name in ATTACKS if name not in HARMLESS_ALONE])
def test_the_attacks_are_real(home: Path, tmp_path: Path, attack: str) -> None:
    """Each attack runs code in a Python that is started normally."""
    ran = plant(tmp_path / "repository", PLAIN)
    command = [PLAIN, "-c", "import argparse"]
    run(User(home, ""), command, ran.parent, attack)
    assert ran.exists()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_directory_runs_no_code(
    home: Path, tmp_path: Path, api: ApiServer, attack: str, form: str
) -> None:
    """Started by the launcher, Python runs no code of the directory."""
    ran = plant(tmp_path / "repository", sys.executable)
    launcher = install(tmp_path / "a b" / "bin", form)
    done = run(User(home, api.url), ["sh", str(launcher), "config"], ran.parent, attack)
    assert (done.returncode, done.stderr) == (0, "")
    assert not ran.exists()


@pytest.mark.parametrize("words", [["statusline"], ["--format", "tmux"], ["demo"]])
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_code_runs_in_what_is_started_in_the_background(
    home: Path, tmp_path: Path, api: ApiServer, attack: str, words: list[str]
) -> None:
    """Nothing that a status line, a bar or the demo starts runs code of the directory."""
    ran = plant(tmp_path / "repository", sys.executable)
    launcher = install(tmp_path / "a b" / "bin")
    user = User(home, api.url)
    user.log_in()
    done = run(user, ["sh", str(launcher), *words], ran.parent, attack)
    assert (done.returncode, done.stderr) == (0, "")
    if words != ["demo"]:
        until(user.is_drawn)
    assert not ran.exists()


def test_the_program_called_directly_imports_nothing_from_a_directory(
    home: Path, tmp_path: Path, api: ApiServer
) -> None:
    """Called directly, it drops relative entries of PYTHONPATH before importing."""
    there = tmp_path / "repository"
    there.mkdir()
    ran = there / "ran"
    for name in ("argparse", "json", "select"):
        (there / f"{name}.py").write_text(f"open({str(ran)!r}, 'w')\n")
    python = install(tmp_path / "a b" / "bin").with_name("claude-status-py")
    for entries in ("", ":/x", ".", "./", "../repository"):
        command = [sys.executable, str(python), "config"]
        done = run(User(home, api.url), command, there, PYTHONPATH=entries)
        assert (done.returncode, done.stderr) == (0, "")
        assert not ran.exists()


@pytest.mark.parametrize("name", ["./claude-status", "../bin/claude-status"])
def test_the_users_packages_are_those_of_the_install(home: Path, tmp_path: Path, name: str) -> None:
    """The user packages are the program's own, even if it is called by a relative path."""
    folder = tmp_path / "base" / "bin"
    install(folder)
    python = folder / "claude-status-py"
    show = "import os\nprint(os.environ['PYTHONUSERBASE'], os.environ['CLAUDE_STATUS_USERBASE'])\n"
    python.write_text(f"#!{sys.executable}\n{show}")
    done = run(User(home, ""), ["sh", name, "config"], folder, PYTHONUSERBASE=".")
    base, theirs = done.stdout.split()
    assert os.path.realpath(base) == str(tmp_path / "base")
    assert theirs == "."


def test_the_users_programs_get_the_users_variables(
    home: Path, tmp_path: Path, api: ApiServer
) -> None:
    """A command run by --wrap has the user's own variables, and none of ours."""
    launcher = install(tmp_path / "bin")
    theirs = {"OPENSSL_CONF": "/theirs", "SSLKEYLOGFILE": "/keys", "PYTHONUSERBASE": "/base",
              "PYTHONPATH": "/path"}  # fmt: skip
    command = ["sh", str(launcher), "statusline", "--wrap", "env"]
    done = run(User(home, api.url), command, tmp_path, **theirs)
    lines = done.stdout.splitlines()
    assert {f"{name}={value}" for name, value in theirs.items()} <= set(lines)
    assert not [line for line in lines if line.startswith("CLAUDE_STATUS_USERBASE")]


@pytest.mark.parametrize("name", ["OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES"])
def test_openssl_is_loaded_without_a_directorys_variables(tmp_path: Path, name: str) -> None:
    """OpenSSL's variables are dropped before ssl is imported."""
    script = (
        "import sys, os\nfrom claude_status.isolation import drop\n"
        "assert 'ssl' not in sys.modules\ndrop()\nassert 'ssl' not in sys.modules\n"
        f"assert {name!r} not in os.environ\n"
    )
    environ = {**os.environ, name: str(tmp_path), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", script], env=environ, check=True)
    assert name in isolation.DROPPED
