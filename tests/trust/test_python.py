"""No directory can run code in our Python: what variables name there is not imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SHELL, program
from tests.server import ApiServer
from tests.support import User

ATTACKS = {
    "empty entry": {"PYTHONPATH": ":/x"},
    "relative entry": {"PYTHONPATH": "."},
    "bad home": {"PYTHONHOME": "/nonexistent"},
    "inspect": {"PYTHONINSPECT": "1", "PYTHONSTARTUP": "sitecustomize.py"},
    "user base": {"PYTHONUSERBASE": "."},
    "warnings": {"PYTHONWARNINGS": "error::antigravity.X", "BROWSER": "./browser"},
}
FORMS = ("#!{python}\n", "#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n",
         "#!/bin/sh\n'''exec' '{python}' \"$0\" \"$@\"\n' '''\n")  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_directory_runs_no_code(
    home: Path, tmp_path: Path, api: ApiServer, attack: str, form: str
) -> None:
    """The launcher starts Python so that none of its variables and no directory counts."""
    there = tmp_path / "repository"
    there.mkdir()
    ran = there / "ran"
    for name in ("sitecustomize", "usercustomize", "select", "argparse"):
        (there / f"{name}.py").write_text(f"open({str(ran)!r}, 'w')\n")
    browser = there / "browser"
    browser.write_text(f"#!/bin/sh\n: >'{ran}'\n")
    browser.chmod(0o755)
    major, minor = sys.version_info[:2]
    packages = there / "lib" / f"python{major}.{minor}" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "x.pth").write_text(f"import os; open({str(ran)!r}, 'w')\n")
    folder = tmp_path / "a b" / "bin"
    folder.mkdir(parents=True)
    (folder / "claude-status").write_bytes((SHELL / "claude-status").read_bytes())
    start = form.format(python=sys.executable)
    code = "from claude_status.__main__ import entry\nentry()\n"
    (folder / "claude-status-py").write_text(start + code)
    (folder / "claude-status-py").chmod(0o755)
    user = User(home, api.url)
    del user.environ["PYTHONPATH"]
    done = subprocess.run(
        [program("sh"), str(folder / "claude-status"), "config"], cwd=there, check=False,
        env={**user.environ, **ATTACKS[attack]}, capture_output=True, text=True, timeout=60,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert not ran.exists()
