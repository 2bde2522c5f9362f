"""The tmux script and the plain call in a real tmux, as seen by attached clients."""

from __future__ import annotations

import contextlib
import itertools
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from claude_status.render.colours import colours_of
from claude_status.render.dialects import DIALECTS
from claude_status.render.segments import Piece
from tests.conftest import SHELL, program
from tests.screen import Screen

SCRIPT = SHELL / "claude-status.tmux"
TOKEN = "#{claude_status}"
NUMBERS = itertools.count()


class Tmux:
    """A tmux server of our own, with a minimal environment, as if started by a desktop."""

    def __init__(self, home: Path, sockets: str) -> None:
        """Start the server with one session."""
        self.path = program("tmux")
        self.home = home
        self.name = f"claude-status-{os.getpid()}-{next(NUMBERS)}"
        self.env = {"HOME": str(home), "PATH": os.environ["PATH"], "TMUX_TMPDIR": sockets}
        self.env["SHELL"] = "/bin/sh"  # some users have one with permissions for nobody
        self("new-session", "-d", "-s", "one", "-x", "80", "-y", "5", "exec sleep 1000")
        for name, value in {"status-interval": "1", "status-right-length": "60"}.items():
            self("set-option", "-g", name, value)
        for name in ("status-left", "window-status-format", "window-status-current-format"):
            self("set-option", "-g", name, "")

    def __call__(self, *words: str) -> str:
        """Run one command of tmux and return what it prints."""
        argv = [self.path, "-u", "-L", self.name, "-f", "/dev/null", *words]
        done = subprocess.run(argv, env=self.env, capture_output=True, text=True, check=True)
        return done.stdout

    def option(self, name: str) -> str:
        """The value of a global option."""
        return self("show-option", "-gv", name).removesuffix("\n")

    def install(self, launcher: Path | str, before: str = "") -> None:
        """Run the script as ~/.tmux.conf does."""
        self("run-shell", f"{before} {shlex.quote(str(SCRIPT))} {shlex.quote(str(launcher))}")

    def attach(self, columns: int = 80) -> Screen:
        """Attach a client on a terminal."""
        env = {**self.env, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        argv = [self.path, "-u", "-L", self.name, "attach-session", "-t", "one"]
        return Screen(argv, env, columns=columns, lines=6)


@pytest.fixture
def tmux(home: Path) -> Iterator[Tmux]:
    """A server that ends with the test; the path of its socket has to be short."""
    with tempfile.TemporaryDirectory(prefix="tmux", dir="/tmp") as sockets:
        server = Tmux(home, sockets)
        try:
            yield server
        finally:
            server("kill-server")


def draw(cache: Path, text: str, directory: str = "/default", refresh: int = 3000) -> None:
    """Put one frame in place as the program does: by renaming."""
    frames = Path(f"{cache}/at{directory}/@/frames")
    frames.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = int(time.time())
    new = frames / "new"
    new.write_text(f"claude-status 2 {now + refresh} {now + refresh}\n{now - 60} {text}\n")
    new.rename(frames / "tmux")


@pytest.fixture
def cache(home: Path) -> Path:
    """The default cache, with a line in it."""
    path = home / ".cache/claude-status"
    draw(path, "5h #[fg=green]42%#[default] 2h13m")
    return path


def launcher(folder: Path, python: str = "") -> Path:
    """The real program in ``folder``, with a stand-in for its Python part beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "claude-status"
    shutil.copy(SHELL / "claude-status", path)
    (folder / "claude-status-py").write_text(f"#!/bin/sh\n{python}\n")
    for file in folder.iterdir():
        file.chmod(0o755)
    return path


@pytest.fixture
def program_path(home: Path) -> Path:
    """The program in an ordinary place."""
    return launcher(home / "bin")


def test_line_stands_in_the_bar_in_its_colours(tmux: Tmux, cache: Path, program_path: Path) -> None:
    """The token becomes the line, in its colours, and the text around it stays."""
    tmux("set-option", "-g", "status-right", f"<{TOKEN}> 100%% #{{session_name}}")
    tmux.install(program_path)
    with tmux.attach() as screen:
        screen.until("<5h 42% 2h13m> 100% one")
        assert screen.row(5).endswith("<5h 42% 2h13m> 100% one")
        assert screen.colours("42%") == {"green"}
        assert screen.colours("2h13m") == screen.colours("one") != {"green"}


@pytest.mark.parametrize("segment", ["fg=blue,bg=white", "fg=blue,bg=white,bold"])
def test_a_segment_keeps_its_colours(
    tmux: Tmux, cache: Path, program_path: Path, segment: str
) -> None:
    """After each number the segment has its own colours, background and weight again."""
    line = (
        Piece("5h "), Piece("42%", "normal"), Piece(" 7d "), Piece("71%", "warning"),
        Piece(" Fable "), Piece("93%", "critical"),
    )  # fmt: skip
    own = {"normal": "dim 30", "warning": "bold yellow"}
    draw(cache, DIALECTS["tmux"](line, colours_of("tmux", own, {"critical": "bold 196"})))
    tmux("set-option", "-g", "status-right", f"#[{segment}]before {TOKEN} after")
    tmux.install(program_path)
    with tmux.attach() as screen:
        screen.until("before 5h 42% 7d 71% Fable 93% after")
        row = screen.display.buffer[5]
        looks = {
            word: {(cell.fg, cell.bg, cell.bold) for cell in map(row.__getitem__, span)}
            for word in ("before", "5h", "42%", "7d", "71%", "Fable", "93%", "after")
            for start in [screen.row(5).index(word)]
            for span in [range(start, start + len(word))]
        }
    around = {("blue", "white", "bold" in segment)}
    assert looks["before"] == looks["5h"] == looks["7d"] == looks["Fable"] == around
    assert looks["after"] == around
    assert looks["42%"] == {("008787", "white", "bold" in segment)}
    assert looks["71%"] == {("000000", "brown", True)}
    assert looks["93%"] == {("ff0000", "white", True)}


def test_plain_call_needs_no_script(tmux: Tmux, cache: Path, program_path: Path) -> None:
    """The call that the head of the script gives shows the line without the script."""
    line = next(line for line in SCRIPT.read_text().splitlines() if "set -ag" in line)
    words = shlex.split(line.removeprefix("#").replace("/path/to/bin", str(program_path.parent)))
    tmux("set-option", "-g", "status-right", "before")
    tmux(*words)
    with tmux.attach() as screen:
        screen.until("before 5h 42% 2h13m")


def test_both_sides_and_every_token(tmux: Tmux, cache: Path, program_path: Path) -> None:
    """Every token in status-left and status-right is replaced."""
    for name in ("status-left", "status-right"):
        tmux("set-option", "-g", name, f"{TOKEN}{TOKEN}|")
    tmux("set-option", "-g", "status-left-length", "60")
    tmux.install(program_path)
    with tmux.attach() as screen:
        screen.until(lambda text: text.count("5h 42% 2h13m5h 42% 2h13m|") == 2)


@pytest.mark.parametrize("value", ["no token", "no token\n", f"{TOKEN} with"])
def test_twice_is_once_and_no_token_is_nothing(tmux: Tmux, program_path: Path, value: str) -> None:
    """Without a token, as on a second run, every option stays the same."""
    tmux("set-option", "-g", "status-right", value)
    if TOKEN in value:
        tmux.install(program_path)
    before = tmux("show-options", "-g")
    assert "claude_status" not in before
    tmux.install(program_path)
    assert tmux("show-options", "-g") == before


@pytest.mark.parametrize(
    "value", ["ends with;", r"ends with\;", " é  ▶ ", "'\"$HOME\\ `x` ~", "##{x} %%H #[bg=red]"]
)
def test_rest_of_the_option_is_kept_to_the_letter(
    tmux: Tmux, program_path: Path, value: str
) -> None:
    """The text around the token is kept exactly."""
    given = value.removesuffix(";") + "\\;" if value.endswith(";") else value
    tmux("set-option", "-g", "status-right", TOKEN + given)
    assert tmux.option("status-right") == TOKEN + value
    tmux.install(program_path)
    assert tmux.option("status-right") == f"#('{program_path}' --format tmux)" + value


@pytest.mark.parametrize(("given", "after"), [("40", "100"), ("10", "100"), ("150", "150")])
def test_no_number_is_cut_off(tmux: Tmux, program_path: Path, given: str, after: str) -> None:
    """The side with the line is made at least long enough for it; the other stays."""
    tmux("set-option", "-g", "status-right", TOKEN)
    tmux("set-option", "-g", "status-right-length", given)
    tmux.install(program_path)
    assert tmux.option("status-right-length") == after
    assert tmux.option("status-left-length") == "10"


def test_a_script_run_by_hand_keeps_every_letter(tmux: Tmux, program_path: Path) -> None:
    """Run outside tmux and without a locale, the script keeps every character of the option."""
    wrapper = program_path.with_name("tmux")
    wrapper.write_text(f'#!/bin/sh\nexec {tmux.path} -L {tmux.name} "$@"\n')
    wrapper.chmod(0o755)
    tmux("set-option", "-g", "status-right", f"é ▶ {TOKEN}")
    env = {**tmux.env, "PATH": f"{wrapper.parent}:{tmux.env['PATH']}", "LC_ALL": "C"}
    subprocess.run([SCRIPT, program_path], env=env, check=True)
    assert tmux.option("status-right") == f"é ▶ #('{program_path}' --format tmux)"


@pytest.mark.parametrize(
    "name",
    ["a b", "50%H %% %", "#S#{pid}##(x)", 'it\'s "so"', ")", "((", "a,b}{", "$HOME`x`\\", "é;&|"],
)
@pytest.mark.parametrize("value", [f"<{TOKEN}>", f"#{{?session_name,<{TOKEN}>,no}}"])
def test_any_path_will_do(tmux: Tmux, home: Path, name: str, value: str) -> None:
    """Neither sh nor tmux interprets anything in a path, not even inside a condition."""
    cache = home / name / "cache"
    draw(cache, "here")
    tmux("set-option", "-g", "status-right", value)
    variable = f"CLAUDE_STATUS_CACHE_DIR={shlex.quote(str(cache))}"
    # run-shell expands formats, too, in which `##` is a `#`.
    script = shlex.quote(str(SCRIPT))
    command = f"{variable} {script} {shlex.quote(str(launcher(home / name)))}"
    tmux("run-shell", command.replace("#", "##"))
    with tmux.attach() as screen:
        screen.until("<here>")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CLAUDE_CONFIG_DIR", "/work"),
        ("CLAUDE_STATUS_CACHE_DIR", "HOME/elsewhere/claude-status"),
        ("XDG_CACHE_HOME", "HOME/elsewhere"),
    ],
)
def test_environment_is_written_into_the_call(
    tmux: Tmux, home: Path, cache: Path, variable: str, value: str
) -> None:
    """A variable set where the script runs, but not in the server, is put into the call."""
    draw(cache, "of /work", "/work")
    draw(home / "elsewhere/claude-status", "of elsewhere")
    tmux("set-option", "-g", "status-right", f"<{TOKEN}>")
    tmux.install(launcher(home / "bin"), f"{variable}={value.replace('HOME', str(home))}")
    assert variable not in tmux("show-environment", "-g")
    with tmux.attach() as screen:
        screen.until("<of /work>" if variable == "CLAUDE_CONFIG_DIR" else "<of elsewhere>")


def test_every_client_follows_the_frames(tmux: Tmux, cache: Path, program_path: Path) -> None:
    """Two clients of different widths show each new line."""
    tmux("set-option", "-g", "status-right", TOKEN)
    tmux.install(program_path)
    with tmux.attach(80) as wide, tmux.attach(60) as narrow:
        for text in ("5h 42% 2h13m", "5h 43% 2h12m", "5h – · 7d 17%"):
            draw(cache, text)
            wide.until(text)
            narrow.until(text)


def test_refresh_that_goes_on_does_not_freeze_the_bar(tmux: Tmux, home: Path, cache: Path) -> None:
    """While a refresh started by the bar is running, the bar shows new frames."""
    os.mkfifo(home / "go")
    started, go = home / "started", home / "go"
    path = launcher(home / "bin", f'echo "$*" >{started}\nread line <{go}')
    draw(cache, "old line", refresh=-1)
    tmux("set-option", "-g", "status-right", TOKEN)
    tmux.install(path)
    with tmux.attach() as screen:
        screen.until("old line")
        deadline = time.monotonic() + 20
        while not started.exists() and time.monotonic() < deadline:
            screen.pump(0.1)
        assert started.read_text() == "refresh --background --for bar\n"
        draw(cache, "new line")
        screen.until("new line")
    with contextlib.closing(os.fdopen(os.open(go, os.O_WRONLY | os.O_NONBLOCK), "w")) as pipe:
        pipe.write("\n")  # which fails unless the refresh was waiting


@pytest.mark.parametrize("argument", ["", "/gone/elsewhere", "bin/claude-status"])
def test_without_an_absolute_argument_path_decides(
    tmux: Tmux, program_path: Path, argument: str
) -> None:
    """Without an absolute path to the program, the one in an absolute folder on PATH is used."""
    tmux("set-option", "-g", "status-right", TOKEN)
    tmux.install(argument)
    assert tmux.option("status-right") == TOKEN
    tmux.install(argument, f"cd {program_path.parent} && PATH=.:$PATH")
    assert tmux.option("status-right") == TOKEN
    tmux.install(argument, f"PATH={program_path.parent}:$PATH")
    assert tmux.option("status-right") == f"#('{program_path}' --format tmux)"


def test_silence_without_the_program(tmux: Tmux, home: Path, cache: Path) -> None:
    """If the program is missing, the line is empty, and nothing is printed."""
    tmux("set-option", "-g", "status-right", f"<{TOKEN}>")
    for words in ("", str(home / "gone/claude-status")):
        tmux(
            "run-shell",
            f"{shlex.quote(str(SCRIPT))} {words} >{home}/said 2>&1; echo $? >>{home}/said",
        )
        assert (home / "said").read_text() == "0\n"
        with tmux.attach() as screen:
            screen.until("<>")
            assert screen.text().strip() == "<>"


def test_lint() -> None:
    """shellcheck and shfmt find nothing."""
    subprocess.run([program("shellcheck"), SCRIPT], check=True)
    subprocess.run([program("shfmt"), "-i", "2", "-ci", "-d", SCRIPT], check=True)


@pytest.mark.parametrize("side", ["", "right"])
@pytest.mark.parametrize("shell", ["dash", "bash", "busybox", "zsh"])
def test_any_sh_will_do(tmux: Tmux, program_path: Path, shell: str, side: str) -> None:
    """Each shell that may be sh sets the same option, and prints nothing."""
    conf = tmux.home / "tmux.conf"
    conf.touch()
    words = {"busybox": "busybox sh -eu", "zsh": "zsh --emulate sh -eu"}.get(shell, f"{shell} -eu")
    program(shell)
    folder = program_path.parent / "it's #(50%)"
    tmux("set-option", "-g", "status-right", f"<{TOKEN}\\;")
    tmux(
        "run-shell",
        f"{words} {shlex.quote(str(SCRIPT))} {shlex.quote(str(launcher(folder)))}"
        f" {side} {conf if side else ''}".replace("#", "##"),
    )
    number = {c: f"'\"$(printf '\\{ord(c):03o}')\"'" for c in "'#(%)"}
    quoted = "".join(number.get(c, c) for c in f"{folder}/claude-status")
    assert tmux.option("status-right") == f"<#('{quoted}' --format tmux);"
    assert tmux("show-hooks", "-g").count("[97]") == (3 if side else 0)
