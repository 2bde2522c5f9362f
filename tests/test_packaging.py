"""The package as installed by pip, pipx and uv, and on every supported Python.

The installers need their registry, so these tests need a network, or the installers' caches.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from claude_status import __version__
from claude_status.install.program import COMPLETIONS
from tests.conftest import ROOT
from tests.support import until

NOT_IN_A_CLONE = shutil.ignore_patterns(
    ".git", ".venv", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis"
)
SNIPPETS = {
    "claude-status.bash", "claude-status.fish", "claude-status.tmux", "claude-status.zsh",
    "claude-status-place.fish", "claude-status-place.zsh",
    "starship.toml", "statusline.json", "completions/_claude-status",
    "completions/claude-status.bash", "completions/claude-status.fish",
}  # fmt: skip
WHERE = "import claude_status; print(claude_status.__path__[0])"
MARKS = ("CLAUDE", "PYTHON", "VIRTUAL_ENV", "PIPX_", "UV_TOOL", "XDG_")


def run(command: Sequence[str | Path], **more: str) -> str:
    """Run a command without traces of this environment; returns what it prints."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(MARKS)}
    done = subprocess.run(
        command, env={**environ, **more}, cwd="/", stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


def clone(folder: Path) -> Path:
    """The sources as in a fresh clone, in a folder with a blank in its name."""
    target = folder / "the sources"
    shutil.copytree(ROOT, target, ignore=NOT_IN_A_CLONE)
    return target


@dataclass(frozen=True)
class Installed:
    """The sources, the folder of the commands, and the interpreter they run with."""

    sources: Path
    folder: Path
    python: Path

    def run(self, home: Path, *arguments: str) -> str:
        """Run ``claude-status`` as a user who has its folder on PATH."""
        environ = {"PATH": f"{self.folder}:{os.defpath}", "HOME": str(home), "LANG": "C.UTF-8"}
        done = subprocess.run(
            ["claude-status", *arguments], env=environ, cwd=home, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
            executable=str(self.folder / "claude-status"),
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout


# Installing


def by_pip(folder: Path, *options: str) -> Installed:
    """``pip install .`` into a virtual environment."""
    sources, venv = clone(folder), folder / "the venv"
    run([sys.executable, "-m", "venv", venv])
    run([venv / "bin/pip", "install", "--quiet", *options, sources])
    return Installed(sources, venv / "bin", venv / "bin/python")


def by_pip_editable(folder: Path) -> Installed:
    """``pip install -e .`` into a virtual environment."""
    return by_pip(folder, "--editable")


def by_pipx(folder: Path) -> Installed:
    """``pipx install .``."""
    sources, home, links = clone(folder), folder / "pipx home", folder / "the links"
    where = {"PIPX_HOME": str(home), "PIPX_BIN_DIR": str(links), "PIPX_MAN_DIR": str(folder)}
    run([sys.executable, "-m", "pipx", "install", "--quiet", sources], **where)
    return Installed(sources, links, home / "venvs/claude-status-prompt/bin/python")


def by_uv(folder: Path) -> Installed:
    """``uv tool install .``."""
    sources, tools, links = clone(folder), folder / "uv tools", folder / "the links"
    where = {"UV_TOOL_DIR": str(tools), "UV_TOOL_BIN_DIR": str(links)}
    command = [sys.executable, "-m", "uv", "tool", "install", "--quiet"]
    run([*command, "--python", sys.executable, sources], **where)
    return Installed(sources, links, tools / "claude-status-prompt/bin/python")


INSTALLERS: Mapping[str, Callable[[Path], Installed]] = {
    "pip": by_pip,
    "pip -e": by_pip_editable,
    "pipx": by_pipx,
    "uv": by_uv,
}


@pytest.fixture(scope="module")
def installing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Installed]]]:
    """All installations, running at the same time."""
    with ThreadPoolExecutor() as pool:
        yield {
            name: pool.submit(install, tmp_path_factory.mktemp("installed"))
            for name, install in INSTALLERS.items()
        }


@pytest.fixture(params=INSTALLERS)
def installed(
    request: pytest.FixtureRequest, installing: dict[str, Future[Installed]]
) -> Installed:
    """The result of one of the installers."""
    return installing[request.param].result()


pytestmark = pytest.mark.timeout(600)


@pytest.mark.installs
def test_command_prints_its_version(installed: Installed, home: Path) -> None:
    """The launcher finds the Python program through the installer's links."""
    assert installed.run(home, "--version") == f"claude-status {__version__}\n"


@pytest.mark.installs
def test_launcher_is_unchanged(installed: Installed) -> None:
    """The launcher is the same sh script, executable, beside ``claude-status-py``."""
    launcher = installed.folder / "claude-status"
    assert launcher.read_bytes() == (installed.sources / "shell/claude-status").read_bytes()
    assert launcher.read_bytes().startswith(b"#!/bin/sh\n")
    assert os.access(launcher, os.X_OK)
    assert os.access(installed.folder / "claude-status-py", os.X_OK)


@pytest.mark.installs
def test_shell_files_are_installed(installed: Installed) -> None:
    """Every snippet is where the program expects it, unchanged, under a lasting path."""
    script = (
        "from claude_status.install.program import parts; print(parts('', {'PATH': '/bin'}).folder)"
    )
    printed = run([installed.python, "-c", script], PATH=f"{installed.folder}:{os.defpath}")
    folder = Path(printed.strip())
    assert not folder.is_relative_to(ROOT)
    assert "python3" not in str(folder)
    for name in SNIPPETS:
        assert (folder / name).read_bytes() == (installed.sources / "shell" / name).read_bytes()


@pytest.mark.installs
def test_command_by_the_name_of_its_package(installed: Installed, home: Path) -> None:
    """``claude-status-prompt`` runs the launcher through the installer's links."""
    command = [str(installed.folder / "claude-status-prompt"), "--version"]
    assert run(command, HOME=str(home)) == f"claude-status {__version__}\n"


@pytest.mark.installs
def test_package_is_installed_whole(installed: Installed) -> None:
    """Every module of the sources is installed, and the marker of types."""
    package = Path(run([installed.python, "-c", WHERE]).strip())
    sources = installed.sources / "claude_status"
    for path in [*sources.rglob("*.py"), sources / "py.typed"]:
        assert (package / path.relative_to(sources)).read_bytes() == path.read_bytes()


@pytest.mark.installs
def test_nothing_else_is_installed(installed: Installed) -> None:
    """Nothing but the package, its metadata, commands and shell files is installed."""
    editable = Path(run([installed.python, "-c", WHERE]).strip()).is_relative_to(installed.sources)
    script = (
        "from importlib.metadata import files; print(*files('claude-status-prompt'), sep='\\n')"
    )
    names = run([installed.python, "-c", script]).splitlines()
    tops = {name.partition("/")[0] for name in names if not name.startswith("..")}
    ours = r"claude_status|claude_status_prompt-.*\.dist-info|__editable__.*|__pycache__"
    assert [top for top in tops if not re.fullmatch(ours, top)] == []
    completions = {f"completions/{Path(name).name}" for name in COMPLETIONS.values()}
    shared = [] if editable else sorted(SNIPPETS | completions)
    assert sorted(name for name in names if name.startswith("..")) == [
        "../../../bin/claude-status",
        "../../../bin/claude-status-prompt",
        "../../../bin/claude-status-py",
        *(f"../../../share/claude-status/{name}" for name in shared),
    ]  # fmt: skip


@pytest.mark.installs
def test_demo_runs_from_there(installed: Installed, home: Path) -> None:
    """The demo runs with nothing but what the installer brought."""
    printed = installed.run(home, "demo")
    assert "7 refreshes made 6 calls" in printed
    assert list(home.iterdir()) == []


@pytest.mark.installs
def test_line_starts_its_refresh(installed: Installed, home: Path) -> None:
    """Without frames, the one-shot has Python create the cache and the frames."""
    assert installed.run(home) == ""
    frames = home / ".cache/claude-status/at/default/@/frames/plain"
    until(frames.exists)
    assert frames.read_text().startswith("claude-status 2 ")


def by_uv_with(python: str, installed: Installed) -> None:
    """``uv tool install --reinstall .`` with another Python, in the same place."""
    tools = installed.python.parents[2]
    where = {"UV_TOOL_DIR": str(tools), "UV_TOOL_BIN_DIR": str(installed.folder)}
    command = [sys.executable, "-m", "uv", "tool", "install", "--quiet", "--reinstall"]
    run([*command, "--python", python, installed.sources], **where)


@pytest.mark.installs
@pytest.mark.pythons
def test_installation_survives_another_python(tmp_path: Path, home: Path) -> None:
    """After a change of Python, the paths that ``install`` wrote still exist."""
    other = next((PYTHONS[version] for version in others()), sys.executable)
    installed = by_uv(tmp_path)
    installed.run(home, "install", "bash")
    by_uv_with(other, installed)
    named = re.findall(r"'(/[^']+)'", (home / ".bashrc").read_text())
    assert len(named) > 1
    assert [path for path in named if not os.path.exists(path)] == []


# Every Python


def test_old_python_is_refused_in_one_sentence() -> None:
    """A Python before 3.10, such as that of macOS, gets one sentence with what to do."""
    script = "import runpy, sys; sys.version_info = (3, 9); runpy.run_module('claude_status')"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"claude-status: Python 3\.10 .*3\.9: .*uv tool install.*\n", done.stderr)


CORE = (
    "tests/model", "tests/sources/test_body.py", "tests/frames/test_strip.py",
    *(f"tests/render/test_{name}.py" for name in ("line", "template", "dialects", "json", "money")),
)  # fmt: skip
CORE_NEEDS = ("hypothesis", "prometheus-client", "pytest", "pytest-timeout")
OWN = "{}.{}".format(*sys.version_info)


def pythons() -> dict[str, str]:
    """The CPythons 3.10 to 3.13 on this machine, by version: pyenv's, and those on PATH."""
    found = {OWN: sys.executable}
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    kept = kept if os.access(kept, os.R_OK) else Path("/nowhere")
    for version in ("3.10", "3.11", "3.12", "3.13"):
        on_path = shutil.which(f"python{version}")
        candidates = [*kept.glob(f"{version}.*/bin/python"), *([on_path] if on_path else [])]
        python = next((path for path in candidates if is_cpython(path, version)), None)
        if python:
            found.setdefault(version, str(python))
    return found


def is_cpython(path: Path | str, version: str) -> bool:
    """Whether this can be run, unlike some shims, and has the version of its name."""
    script = "import sys; print(sys.implementation.name, '%d.%d' % sys.version_info[:2])"
    try:
        done = subprocess.run([path, "-c", script], capture_output=True, text=True, check=False)
    except OSError:  # another user's
        return False
    return done.stdout.split() == ["cpython", version]


def others() -> list[str]:
    """The versions besides the one that runs these tests; that one if it is alone."""
    return sorted(set(PYTHONS) - {OWN}) or [OWN]


PYTHONS = pythons()


def run_core(folder: Path, python: str) -> str:
    """Run the core of the tests in a new environment of this Python; returns pytest's output."""
    sources, venv = clone(folder), folder / "the venv"
    uv = [sys.executable, "-m", "uv"]
    run([*uv, "venv", "--quiet", "--no-python-downloads", "--python", python, venv])
    run([*uv, "pip", "install", "--quiet", "--python", venv / "bin/python", sources, *CORE_NEEDS])
    tests = [str(sources / name) for name in CORE]
    # with CI, Hypothesis uses the same examples each time, without a time limit
    return run([venv / "bin/python", "-m", "pytest", "-p", "no:cacheprovider", *tests], CI="true")


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[str]]]:
    """The core of the tests on each Python, as many at once as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {
            version: pool.submit(run_core, tmp_path_factory.mktemp("python"), PYTHONS[version])
            for version in others()
        }


@pytest.mark.installs
@pytest.mark.pythons
@pytest.mark.parametrize("version", others())
def test_core_passes_on_every_python(version: str, core: dict[str, Future[str]]) -> None:
    """The tests of the pure core pass on each supported CPython."""
    assert re.search(r"^\d+ passed", core[version].result(), re.MULTILINE)
