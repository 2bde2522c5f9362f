"""What ``doctor --shells`` sees in the real bash, zsh and fish, and what it leaves behind."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from claude_status.asking.diagnosis import take_scene
from claude_status.cli import main
from claude_status.doctor.findings import Finding, Grade
from claude_status.doctor.shells import check_shells
from tests.conftest import ROOT, SHELL, program
from tests.hosts.shells import TEXTS, draw, give_away
from tests.support import is_running, until

RC = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}
PROMPT = {
    "bash": "PS1='mine> '\n",
    "zsh": "PROMPT='mine> '\n",
    "fish": "set fish_greeting\nfunction fish_prompt; echo -n 'mine> '; end\n",
}
SHELLS = pytest.mark.parametrize("shell", RC)
ENOUGH = 3.0  # seconds for a shell that never shows a prompt

Place = Callable[..., Path]
Examine = Callable[[], dict[str, Finding]]


@pytest.fixture(autouse=True)
def user(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with fresh frames and a launcher that need not be run."""
    draw(home)
    (home / ".local/share/fish/generated_completions").mkdir(parents=True)
    launcher = tmp_path / "bin" / "claude-status"
    launcher.parent.mkdir()
    launcher.symlink_to(SHELL / "claude-status")
    monkeypatch.setattr(sys, "argv", [f"{launcher}-py"])
    for name in ("TMUX", "TMUX_PANE", "ZDOTDIR", "PROMPT_COMMAND", "BASH_ENV", "HISTFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(home)
    return home


@pytest.fixture
def place(user: Path, capsys: pytest.CaptureFixture[str]) -> Place:
    """Writes a shell's file with our block between the user's own lines."""

    def write(shell: str, above: str = "", below: str = "") -> Path:
        program(shell)
        file = user / RC[shell]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(PROMPT[shell] + above)
        assert main(["install", shell]) == 0
        capsys.readouterr()
        with file.open("a") as more:
            more.write(below)
        return file

    return write


@pytest.fixture
def examine() -> Examine:
    """Examines the shells; returns the findings by the shells' names."""

    def run(limit: float = 30) -> dict[str, Finding]:
        scene = take_scene(os.environ, time.time(), Path("/opt/made up/bin/claude-status"))
        return {finding.name: finding for finding in check_shells(scene, limit)}

    return run


@pytest.fixture
def left(user: Path) -> Iterator[Path]:
    """A file for the ids of what rc files start; all of that is killed after the test."""
    path = user / "left"
    path.touch()
    yield path
    for number in path.read_text().split():
        if is_running(int(number)):
            os.kill(int(number), signal.SIGKILL)


# Good ones


@SHELLS
def test_a_line_that_is_seen(shell: str, place: Place, examine: Examine) -> None:
    """After ``install`` the line is seen in the prompt; the other shells are only noted."""
    place(shell)
    found = examine()
    assert (found[shell].grade, found[shell].text) == (Grade.GOOD, "the line is in the prompt")
    assert {found[other].grade for other in set(RC) - {shell}} == {Grade.NOTE}


GOOD = {
    "bash, by hand": f"PS1='$CLAUDE_STATUS> '\n. '{SHELL}/claude-status.bash'\n",
    "bash, two rows": f"PS1='$CLAUDE_STATUS\\n> '\n. '{SHELL}/claude-status.bash'\n",
    "zsh, by hand": "setopt prompt_subst; PROMPT='$CLAUDE_STATUS> '\n"
    f". '{SHELL}/claude-status.zsh'\n",
    "zsh, without colours": f"RPROMPT='%97v'\n. '{SHELL}/claude-status.zsh'\n",
    "fish, by hand": f"source '{SHELL}/claude-status.fish'\n"
    "function fish_prompt; claude_status_prompt; echo; echo -n '> '; end\n",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_line_that_was_placed_by_hand(name: str, user: Path, examine: Examine) -> None:
    """Without our block, the snippet in the user's own prompt counts, too."""
    shell = name.partition(",")[0]
    program(shell)
    file = user / RC[shell]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(GOOD[name])
    assert examine()[shell].grade is Grade.GOOD


def test_a_theme_below_our_block(place: Place, examine: Examine) -> None:
    """In bash, with a theme loaded below the block, the line is in the second prompt."""
    theme = "theme() { PS1='theirs> '; }\nPROMPT_COMMAND=\"${PROMPT_COMMAND-}; theme\"\n"
    place("bash", below=theme)
    assert examine()["bash"].text == "the line is in the prompt, from the second on"


def test_a_snippet_that_is_read_late(user: Path, examine: Examine) -> None:
    """In zsh, a snippet that a plugin manager loads late shows in the second prompt."""
    program("zsh")
    (user / ".zshrc").write_text(
        "setopt prompt_subst; PROMPT='mine> ' RPROMPT='$CLAUDE_STATUS'\n"
        f"late() {{ zle -F $1; exec {{1}}<&-; . '{SHELL}/claude-status.zsh' }}\n"
        "exec {fd}< <(:); zle -F $fd late\n"
    )
    assert examine()["zsh"].text == "the line is in the prompt, from the second on"


@pytest.mark.parametrize("variables", [{"LC_ALL": "C"}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
@SHELLS
def test_every_dialect_is_known(
    shell: str, variables: dict[str, str], place: Place, examine: Examine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The line is also seen without UTF-8 or without colours."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    place(shell)
    assert examine()[shell].grade is Grade.GOOD


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_that_hands_over_to_tmux(
    shell: str, place: Place, examine: Examine, user: Path, left: Path
) -> None:
    """If the file starts tmux, the shell is examined inside it, and no server is left."""
    tmux = program("tmux")
    inside = f'[ -z "$TMUX" ] || {{ t=${{TMUX#*,}}; echo ${{t%%,*}} >>{left}; }}\n'
    file = place(shell, above=f'{inside}[ -n "$TMUX" ] || exec {tmux} -f /dev/null\n')
    found = examine()[shell]
    assert found.text == f"the line is in the prompt, inside the tmux that {file} starts"
    servers = [int(number) for number in left.read_text().split() if int(number)]
    until(lambda: not any(map(is_running, servers)))
    assert not list(user.glob("tmux*"))


# What takes the place

BAD = {
    "bash, the hook is thrown away": (
        "bash", "", "PROMPT_COMMAND='x=1'\n", ", line 10, sets PROMPT_COMMAND anew",
    ),
    "zsh, the hook is thrown away": (
        "zsh", "", "precmd_functions=()\nRPROMPT=\n", "sets precmd_functions anew",
    ),
    "bash, another shell": ("bash", "", "exec zsh -f\n", "zsh (HOME/.bashrc, line 10) has the"),
    "zsh, another program": ("zsh", "stty raw; exec cat\n", "", "cat (HOME/.zshrc, line 2) has"),
    "bash, a return above": ("bash", "return\n", "", "ends in line 2, above our block"),
    "zsh, a return above": ("zsh", "return\n", "", "ends in line 2, above our block"),
    "bash, an exit": ("bash", "", "exit 3\n", "ended before its first prompt, with status 3"),
    "fish, another shell": ("fish", "", "exec bash --norc\n", "bash (HOME/.config/fish"),
    "bash, below": ("bash", "", "shopt -u promptvars\n", "goes on below our block, in line 10"),
    "bash, a greeting alone": (
        "bash", "shopt -u promptvars\n", f"echo '{TEXTS['plain']}'\n", "goes on below our block",
    ),
    "fish, starship": (
        "fish", "", "# starship init\nfunction fish_right_prompt; true starship; end\n"
        "test -n x; or starship init fish\n", "starship draws the prompt, without the line",
    ),
    "zsh, a framework": (
        "zsh", "", "ZSH_THEME=x\nunset -m 'precmd_*'; RPROMPT=\nzle-line-init() { RPROMPT=; }\n"
        "zle -N zle-line-init\n", "oh-my-zsh draws the prompt",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_takes_the_place(name: str, place: Place, examine: Examine, user: Path) -> None:
    """If the line is not seen, the row names the file or program, and what to do."""
    shell, above, below, words = BAD[name]
    program("zsh")
    place(shell, above, below)
    found = examine()[shell]
    assert found.grade is Grade.WRONG
    assert words.replace("HOME", str(user)) in found.text
    assert found.advice


def test_a_file_that_is_read_below(place: Place, examine: Examine, user: Path) -> None:
    """A file that ~/.bashrc reads, and that removes the hook, is named."""
    (user / "prompt.sh").write_text("\n# mine\nPROMPT_COMMAND=true\n")
    place("bash", below="[ -z x ] && true\n. ~/prompt.sh\n")
    assert f"{user}/prompt.sh, line 3, sets PROMPT_COMMAND" in examine()["bash"].text


@SHELLS
def test_a_snippet_that_nothing_shows(shell: str, user: Path, examine: Examine) -> None:
    """If the snippet is read but no prompt shows the line, the row says so."""
    program(shell)
    file = user / RC[shell]
    file.parent.mkdir(parents=True, exist_ok=True)
    source = "source" if shell == "fish" else "."
    file.write_text(f"{PROMPT[shell]}{source} '{SHELL}/claude-status.{shell}'\n")
    found = examine()[shell]
    assert found.grade is Grade.WRONG
    assert f"init {shell}" in found.advice


@SHELLS
@pytest.mark.parametrize("kind", ["sleeps", "asks"])
def test_a_shell_without_a_prompt(
    shell: str, kind: str, place: Place, examine: Examine, user: Path
) -> None:
    """A shell that hangs or waits for input is given up, without any input."""
    ask = f'read answer; echo "[$answer]" >>{user}/answer\n'
    place(shell, above="sleep 1000\n" if kind == "sleeps" else ask)
    found = examine(ENOUGH)[shell]
    assert found.grade is Grade.WRONG
    if (shell, kind) != ("fish", "asks"):  # its `read` looks like a prompt
        assert f"no prompt within {ENOUGH:g} s" in found.text
        assert ("sleep (" in found.text) == (kind == "sleeps")
    assert not (user / "answer").exists()


def test_a_question_with_a_default(place: Place, examine: Examine, user: Path) -> None:
    """A question in readline is interrupted, not answered."""
    place("bash", above=f'read -e -i yes answer && echo "$answer" >>{user}/answer\n')
    assert examine()["bash"].grade is Grade.WRONG
    assert not (user / "answer").exists()


def test_no_reading_yet(place: Place, examine: Examine, user: Path) -> None:
    """Without a reading there is nothing to see, so no shell is started."""
    for file in user.rglob("frames/*"):
        file.unlink()
    place("bash", above=f"touch {user}/started\n")
    found = examine()["bash"]
    assert "no reading yet" in found.text
    assert not (user / "started").exists()


def test_a_shell_that_is_not_there(place: Place, examine: Examine, monkeypatch, tmp_path) -> None:
    """A shell that is not on PATH, and one without our part, have a row each."""
    place("zsh")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = examine()
    assert "zsh is not on PATH" in found["zsh"].text
    assert found["fish"].text == "it is not installed"
    assert {finding.grade for finding in found.values()} == {Grade.NOTE}


# No harm

HISTORIES = {
    "bash": (".bash_history", "HISTSIZE=5 PROMPT_COMMAND='history -a'\n"),
    "bash, by name": (
        ".bash_history",
        "HISTFILE=~/.bash_history HISTSIZE=50\nPROMPT_COMMAND='history -a; history -n'\n",
    ),
    "zsh": (
        ".zsh_history",
        "HISTFILE=~/.zsh_history SAVEHIST=5 HISTSIZE=5\nsetopt share_history extended_history\n",
    ),
    "zsh, as it is": (".zsh_history", "HISTFILE=~/.zsh_history SAVEHIST=5 HISTSIZE=5\n"),
    "fish": (".local/share/fish/fish_history", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
def test_the_history_stays(name: str, place: Place, examine: Examine, user: Path) -> None:
    """The history file keeps its content and date, even if it is too long for the settings."""
    shell = name.partition(",")[0]
    path, above = HISTORIES[name]
    file = user / path
    line = "- cmd: echo {0}\n  when: 17000000{0:02}\n" if shell == "fish" else "echo {0}\n"
    file.write_text("".join(line.format(number) for number in range(40)))
    os.utime(file, (1_700_000_000, 1_700_000_000))
    before = file.read_bytes()
    place(shell, above=above)
    assert examine()[shell].grade is Grade.GOOD
    assert (file.read_bytes(), int(file.stat().st_mtime)) == (before, 1_700_000_000)


STARTED = {
    "sleeps in front": ("sleep 1000 & echo $! >>LEFT; wait\n", False),
    "ignores that the window closes": (
        "sh -c 'trap \"\" HUP; echo $$ >>LEFT; exec sleep 1000'\n", False,
    ),
    "a shell that does": ("trap '' HUP; echo $$ >>LEFT; sleep 1000\n", False),
    "in the background": ("sleep 1000 & echo $! >>LEFT\n", False),
    "a daemon": ("setsid sh -c 'echo $$ >>LEFT; exec sleep 1000' &\n", True),
}  # fmt: skip


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize("what", STARTED)
def test_what_stays(
    what: str, shell: str, place: Place, examine: Examine, left: Path
) -> None:  # fmt: skip
    """What a shell started ends with its window; a daemon goes on."""
    lines, stays = STARTED[what]
    place(shell, above=lines.replace("LEFT", shlex.quote(str(left))))
    examine(ENOUGH)
    until(lambda: left.read_text().strip())
    started = [int(number) for number in left.read_text().split()]
    if stays:
        assert all(map(is_running, started))
    else:
        until(lambda: not any(map(is_running, started)))


def test_a_window_of_its_own(
    place: Place, examine: Examine, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell starts at home, outside tmux, in its own session, with SIGPIPE by default."""
    for name in ("TMUX", "TMUX_PANE", "STY", "CLAUDE_STATUS"):
        monkeypatch.setenv(name, "inherited")
    monkeypatch.setenv("MINE", "kept")
    monkeypatch.chdir("/")
    show = 'echo "$TMUX$TMUX_PANE$STY$CLAUDE_STATUS $MINE $PWD $COLUMNS $(trap)" >>~/seen\n'
    place("bash", above=f"shopt -s checkwinsize; (:)\n{show}echo $$ $(ps -o sid= $$) >>~/seen\n"
          "(exec yes) | true; echo ${PIPESTATUS[0]} >>~/seen\n")  # fmt: skip
    assert examine()["bash"].grade is Grade.GOOD
    first, ids, status = (user / "seen").read_text().splitlines()
    assert first == f" kept {user} 200 "
    assert len(set(ids.split())) == 1
    assert status == str(128 + signal.SIGPIPE)


def test_a_doctor_that_is_killed(place: Place, user: Path, left: Path) -> None:
    """If ``doctor`` is killed, the shell that it started ends, too."""
    place("bash", above=f"echo $$ >>{left}\nsleep 1000\n")
    command = [sys.executable, "-m", "claude_status", "doctor", "--shells"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as doctor:
        until(lambda: left.read_text().strip())
        doctor.kill()
    until(lambda: not is_running(int(left.read_text())))


def test_another_users_home(place: Place, examine: Examine, user: Path) -> None:
    """If HOME is another user's, as with sudo, none of its files is run."""
    place("bash", above=f"touch {user}/started\n")
    give_away(user)
    (found,) = examine().values()
    assert (found.grade, found.advice) == (Grade.WRONG, "run this as that user")
    assert not (user / "started").exists()


@SHELLS
def test_no_refresh_is_started_while_frames_are_fresh(
    shell: str, place: Place, examine: Examine, user: Path
) -> None:
    """The examination starts no refresh that a prompt would not start."""
    place(shell)
    assert examine()[shell].grade is Grade.GOOD
    assert not list(user.rglob("kick.*"))


# The command


def test_the_command(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """It prints a row for each shell and a sentence; the status says whether all is well."""
    place("bash")
    assert main(["doctor", "--shells"]) == 0
    assert capsys.readouterr().out.endswith("\n\nEach shell that has it shows the line.\n")
    place("zsh", below="precmd_functions=()\n")
    assert main(["doctor", "--shells"]) == 1
    out = capsys.readouterr().out
    assert out.endswith("\n\nNot every shell that has it shows the line.\n")
    assert "\N{CHECK MARK} bash  the line is in the prompt\n" in out


def test_the_command_without_any(capsys: pytest.CaptureFixture[str]) -> None:
    """If no shell has our part, nothing is wrong."""
    assert main(["doctor", "--shells"]) == 0
    assert capsys.readouterr().out.endswith("\n\nNo shell has the line.\n")


def test_the_plain_one_starts_no_shell(
    place: Place, user: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``doctor`` only reads files, and names the command that starts shells."""
    place("bash", above=f"touch {user}/started\n")
    main(["doctor"])
    assert "`claude-status doctor --shells`" in capsys.readouterr().out
    assert not (user / "started").exists()
