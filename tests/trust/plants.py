"""A directory that tries to make Python run its code, and the variables that help it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PLAIN = os.path.realpath(sys.executable)  # outside any virtual environment
ATTACKS = {
    "empty entry": {"PYTHONPATH": ":/x"},
    "relative entry": {"PYTHONPATH": "."},
    "bad home": {"PYTHONHOME": "/nonexistent"},
    "inspect": {"PYTHONINSPECT": "1", "PYTHONSTARTUP": "sitecustomize.py"},
    "user base": {"PYTHONUSERBASE": "."},
    "warnings": {"PYTHONWARNINGS": "error::antigravity.X", "BROWSER": "./browser"},
    "compiled": {"PYTHONPYCACHEPREFIX": "compiled"},
    "directory": {},
}
# These have no effect on a plain Python that is started here, or need a terminal.
HARMLESS_ALONE = ("bad home", "inspect", "directory")
COMPILE = """
import argparse, importlib.util, os, py_compile, sys
sys.pycache_prefix = os.path.abspath('compiled')
target = importlib.util.cache_from_source(argparse.__file__)
mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
py_compile.compile('argparse.py', target, doraise=True, invalidation_mode=mode)
"""


def plant(there: Path, python: Path | str) -> Path:
    """Fill a new directory with code for every attack; returns the file that any of it creates."""
    there.mkdir()
    ran = there / "ran"
    code = f"open({str(ran)!r}, 'w')\n"
    browser = there / "browser"
    browser.write_text(f"#!/bin/sh\n: >'{ran}'\n")
    browser.chmod(0o755)
    ask = [python, "-IS", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    version = subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip()
    packages = there / "lib" / f"python{version}" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "x.pth").write_text(f"import os; {code}")
    (there / "argparse.py").write_text(code)
    subprocess.run([python, "-I", "-c", COMPILE], cwd=there, check=True)
    for name in ("sitecustomize", "usercustomize", "select"):
        (there / f"{name}.py").write_text(code)
    return ran
