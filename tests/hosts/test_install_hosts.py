"""What a user sees after ``install``, in the real programs."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from claude_status.cli import main
from tests.conftest import program
from tests.hosts.installed import LINE, RC, SHELLS, THEIRS, last_row
from tests.screen import Screen


@pytest.fixture
def user(owner: Path) -> Path:
    """A home whose prompts have the line once it is installed."""
    return owner


def prompt(screen: Screen, text: str = "mine> ") -> str:
    """The row of the last prompt, once there is one that ends in ``text``."""
    return screen.until(text.strip()).splitlines()[-1]


class TestShells:
    """The line is in the prompt of shells started after install, and not after uninstall."""

    @pytest.mark.parametrize("shell", SHELLS)
    def test_the_next_shell_shows_it(self, shell, opened):
        """After ``install`` a new shell shows the line beside the user's own prompt."""
        assert main(["install", shell]) == 0
        with opened(shell) as screen:
            screen.until(LINE)
            assert "mine>" in prompt(screen)
            assert LINE in prompt(screen)

    @pytest.mark.parametrize("shell", SHELLS)
    def test_uninstalled(self, shell, opened):
        """After ``uninstall`` a new shell has only the user's own prompt."""
        main(["install", shell])
        main(["uninstall", shell])
        with opened(shell) as screen:
            assert prompt(screen) == "mine>"

    @pytest.mark.parametrize("shell", SHELLS)
    def test_the_package_is_gone(self, shell, opened, user, capfd):
        """Without the snippet, a new shell says so in one sentence and has the user's prompt."""
        main(["install", shell])
        for name in (RC[shell], ".config/fish/conf.d/claude-status.fish"):
            path = user / name
            if path.exists():
                path.write_text(path.read_text().replace("/shell/claude-status.", "/gone/x."))
        with opened(shell) as screen:
            text = screen.until("mine>").replace("\n", "").replace(" ", "")
            assert text.endswith("isgone:installitagain,orremovethisblock.mine>")
            screen.send("echo status $?\n" if shell != "fish" else "echo status $status\n")
            screen.until("\nstatus 0")

    @pytest.mark.parametrize("shell", SHELLS)
    def test_a_place_of_their_own(self, shell, opened, user):
        """Where the prompt names CLAUDE_STATUS, the line is there and nowhere else."""
        place = {
            "bash": "PS1='[$CLAUDE_STATUS] mine> '\n",
            "zsh": "setopt prompt_subst\nPROMPT='[$CLAUDE_STATUS] mine> '\n",
            "fish": 'function fish_prompt; echo -n "[$CLAUDE_STATUS] mine> "; end\n',
        }
        with (user / RC[shell]).open("a") as file:
            file.write(place[shell])
        main(["install", shell])
        with opened(shell) as screen:
            screen.until(LINE)
            assert prompt(screen) == f"[{LINE}] mine>"

    @pytest.mark.parametrize("shell", SHELLS)
    def test_colours(self, shell, opened, user):
        """The line has its colours where the shell's options allow them in a prompt."""
        if shell == "zsh":
            (user / ".zshrc").write_text("setopt prompt_subst\n" + THEIRS["zsh"])
        main(["install", shell])
        with opened(shell) as screen:
            screen.until(LINE)
            assert screen.colours("42%") == {"green"}

    def test_long_input_in_bash(self, opened):
        """Long input wraps where it should, since the colours have no width."""
        main(["install", "bash"])
        with opened("bash") as screen:
            screen.until("mine>")
            screen.send("#" + "x" * 70)
            row = f"{LINE} mine> #" + "x" * 70
            screen.until(lambda text: "".join(text.splitlines()) == row)

    @pytest.mark.parametrize("shell", ["zsh", "fish"])
    def test_beside_a_right_prompt_of_theirs(self, shell, opened, user):
        """The user's right prompt stays at the edge, with the line before it."""
        right = {
            "zsh": "RPROMPT=theirs\n",
            "fish": "function fish_right_prompt; echo -n theirs; end\n",
        }
        with (user / RC[shell]).open("a") as file:
            file.write(right[shell])
        main(["install", shell])
        with opened(shell) as screen:
            screen.until(LINE)
            assert prompt(screen).endswith(f"{LINE} theirs")

    def test_a_right_prompt_of_theirs_sees_what_failed(self, opened, user):
        """In fish, the user's right prompt sees `$status` and `$pipestatus` of the last command."""
        theirs = 'function fish_right_prompt; echo -n "[$status $pipestatus]"; end\n'
        with (user / RC["fish"]).open("a") as file:
            file.write(theirs)
        main(["install", "fish"])
        with opened("fish") as screen:
            screen.until("[0 0]")
            screen.send("true | false\n")
            screen.until(f"{LINE} [1 0 1]")

    def test_bash_without_promptvars(self, opened, user):
        """A bash that expands nothing in prompts does not show the name of the variable."""
        (user / ".bashrc").write_text("shopt -u promptvars\n" + THEIRS["bash"])
        main(["install", "bash"])
        with opened("bash") as screen:
            assert prompt(screen) == "mine>"

    def test_scripts_see_no_prompt(self, user, capfd):
        """When bash reads the file for a script, nothing is printed and PS1 stays unset."""
        main(["install", "bash"])
        capfd.readouterr()
        script = '. ~/.bashrc; echo "[${PS1-unset}]"'
        (user / ".bashrc").write_text((user / ".bashrc").read_text().replace(THEIRS["bash"], ""))
        assert os.spawnl(os.P_WAIT, program("bash"), "bash", "-euc", script) == 0
        assert capfd.readouterr() == ("[unset]\n", "")

    def test_powerlevel10k_gets_a_segment(self, opened, user):
        """With powerlevel10k, the segment is added to its list once."""
        (user / ".zshrc").write_text(
            THEIRS["zsh"] + "p10k() { : }\n_POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=(status)\n"
        )
        main(["install", "zsh"])
        with opened("zsh") as screen:
            screen.until("mine>")
            screen.send("print -r -- $POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS, $RPROMPT.; . ~/.zshrc\n")
            screen.until("\nstatus claude_status, .")
            screen.send(". ~/.zshrc; print -r -- again $POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS\n")
            screen.until("\nagain status claude_status\n")

    @pytest.mark.parametrize(
        ("shell", "number", "expected"),
        [
            ("bash", 0, f"{LINE} mine>"),
            ("bash", 1, f"mine>{LINE:>75}"),
            ("zsh", 0, f"mine>{LINE:>74}"),
            ("zsh", 1, f"{LINE} mine>"),
            ("zsh", 2, f"mine>{LINE:>74}"),
            ("fish", 0, f"mine>{LINE:>75}"),
        ],
    )
    def test_what_init_shows(self, shell, number, expected, opened, capsys):
        """Each way that the comments of ``init`` show does show the line."""
        assert main(["init", shell]) == 0
        line, *comments = capsys.readouterr().out.splitlines()
        ways = [[]]
        for comment in comments:
            if comment.startswith("#   "):
                ways[-1].append(comment.removeprefix("#   "))
            elif ways[-1]:
                ways.append([])
        with Path(RC[shell]).open("a") as file:
            file.write("\n".join([line, *ways[number], ""]))
        with opened(shell) as screen:
            screen.until(LINE)
            assert prompt(screen) == expected


class TestTmux:
    """The line is in the status bar of the next server."""

    @pytest.fixture
    def tmux(self) -> Iterator[list[str]]:
        """The first words of a call of a server that ends with the test."""
        with tempfile.TemporaryDirectory() as folder:  # a socket's path must be short
            words = [program("tmux"), "-S", f"{folder}/socket"]
            yield words
            subprocess.run([*words, "kill-server"], check=False, stderr=subprocess.DEVNULL)

    @pytest.fixture
    def attached(self, user: Path, tmux: list[str]) -> Callable[[], Screen]:
        """Starts that server with the user's tmux.conf, and attaches to it."""
        bare = {"HOME": str(user), "PATH": os.environ["PATH"], "TERM": "xterm-256color"}
        bare |= {"LANG": "C.UTF-8", "SHELL": "/bin/sh"}
        return lambda: Screen([*tmux, "new-session", "sleep 60"], bare, columns=100)

    def bar(self, screen: Screen) -> str:
        """The status bar."""
        return screen.row(23)

    def test_beside_the_bar_that_is_there(self, attached):
        """In tmux's default bar, the line is at the end, in full and in colour."""
        assert main(["install", "tmux"]) == 0
        with attached() as screen:
            screen.until(LINE)
            assert self.bar(screen).endswith(f" {LINE}")
            assert "[0]" in self.bar(screen)
            assert screen.colours("42%") == {"green"}

    def test_a_place_of_their_own(self, attached, user):
        """Where the user has placed the line, it is there and nowhere else."""
        (user / ".tmux.conf").write_text("set -g status-right '<#{claude_status}> mine'\n")
        main(["install", "tmux"])
        with attached() as screen:
            screen.until(LINE)
            assert self.bar(screen).endswith(f"<{LINE}> mine")

    def test_read_again(self, attached, user, tmux):
        """Reading the file a second time adds nothing."""
        main(["install", "tmux"])
        with attached() as screen:
            screen.until(LINE)
            again = [
                "source-file",
                str(user / ".tmux.conf"),
                ";",
                "set",
                "-g",
                "status-left",
                "again",
            ]
            subprocess.run([*tmux, *again], check=True)
            screen.until("again")
            assert self.bar(screen).count("42%") == 1

    def test_the_account_of_the_shell(self, attached, user, monkeypatch):
        """A server without the variables shows the account and the cache of ``install``."""
        elsewhere = user / 'it\'s "#S" $HOME'
        (user / ".cache").rename(elsewhere)
        monkeypatch.setenv("XDG_CACHE_HOME", str(elsewhere))
        main(["install", "tmux"])
        with attached() as screen:
            screen.until(LINE)

    def test_the_package_is_gone(self, attached, user):
        """Without the script there is no message, and the bar is the user's."""
        (user / ".tmux.conf").write_text("set -g status-right mine\n")
        main(["install", "tmux"])
        path = user / ".tmux.conf"
        path.write_text(path.read_text().replace("/shell/claude-status.", "/gone/x."))
        with attached() as screen:
            screen.until("mine")
            assert self.bar(screen).endswith("mine")
            assert screen.text().strip() == self.bar(screen)


THEMES = {  # what frameworks do at each prompt
    "bash, in PROMPT_COMMAND": """\
theme() { PS1='theirs> '; }
PROMPT_COMMAND="theme${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
""",
    "bash, as a further element": """\
theme() { PS1='theirs> '; }
PROMPT_COMMAND+=(theme)
""",
    "bash, by bash-preexec": """\
bash_preexec_imported=defined
theme() { PS1='theirs> '; }
precmd_functions+=(theme)
run() { local each; for each in "${precmd_functions[@]}"; do $each; done; }
PROMPT_COMMAND="run${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
""",
    "zsh, RPROMPT in precmd": """\
theme() { PROMPT='theirs> '; RPROMPT=right; }
precmd_functions+=(theme)
""",
    "zsh, by sections, as spaceship": """\
setopt prompt_subst
spaceship::section() { print -rn -- "$3" }
spaceship::right() { local each; for each in $SPACESHIP_RPROMPT_ORDER; do spaceship_$each; done }
theme() { PROMPT='theirs> '; RPROMPT='$(spaceship::right)' }
precmd_functions+=(theme)
""",
    "zsh, with prompt_subst": """\
setopt prompt_subst
theme() { PROMPT='theirs> '; RPROMPT= }
precmd_functions+=(theme)
""",
}


@pytest.mark.parametrize("below", [False, True], ids=["above", "below"])
@pytest.mark.parametrize("name", THEMES)
def test_a_theme_that_rebuilds_the_prompt(
    user: Path, opened: Callable[..., Screen], name: str, below: bool
) -> None:
    """Whichever is read first, the line is there once, from the second prompt on at the latest."""
    shell, theme = name.partition(",")[0], THEMES[name]
    rc = user / RC[shell]
    rc.write_text(theme)
    assert main(["install", shell]) == 0
    if below:
        rc.write_text(f"{rc.read_text().removeprefix(theme)}\n{theme}")
    with opened(shell) as screen:
        screen.until("theirs>")
        screen.send("true\n")
        screen.until(lambda text: LINE in last_row(text))
        screen.send("false\n")
        screen.send("echo status $?.\n")
        screen.until("status 1.")
        assert last_row(screen.until(lambda text: LINE in last_row(text))).count(LINE) == 1


@pytest.mark.parametrize(
    ("shell", "lines"),
    [
        ("bash", "mine() { echo \"<$CLAUDE_STATUS>\"; }\nPS1='$(mine) mine> '\n"),
        (
            "zsh",
            "setopt prompt_subst\nmine() { print \"<$CLAUDE_STATUS>\" }\nPROMPT='$(mine) mine> '\n",
        ),
    ],
    ids=["bash", "zsh"],
)
def test_a_prompt_whose_function_has_it(
    user: Path, opened: Callable[..., Screen], shell: str, lines: str
) -> None:
    """Where a function that the prompt calls shows the line, it is not shown a second time."""
    (user / RC[shell]).write_text(lines)
    assert main(["install", shell]) == 0
    with opened(shell) as screen:
        screen.until("mine>")
        screen.send("true\n")
        row = last_row(screen.until(lambda text: text.count("mine>") == 2))
        assert row.count("5h") == 1


# Like ble.sh: from `ble-attach` on, it draws the prompt itself, with its own hooks before
# PROMPT_COMMAND, and hides PS1 and PROMPT_COMMAND in between.
BLE = r"""
BLE_VERSION=0.4.0 hooks=()
blehook() {
  local hook=${1#*=} each kept=()
  for each in "${hooks[@]}"; do [[ $each == "$hook" ]] || kept+=("$each"); done
  case $1 in
    PRECMD+-=*) hooks=("$hook" "${kept[@]}") ;;
    PRECMD!=*) hooks=("${kept[@]}" "$hook") ;;
    *) return 1 ;;
  esac
}
ble/prompt/clear() { drawn=; }
ble/textarea#render() {
  local each
  [[ -z $drawn ]] || return 0
  PS1=$saved_prompt PROMPT_COMMAND=$saved_command
  for each in "${hooks[@]}"; do (exit $last); $each; done
  (exit $last); eval "$PROMPT_COMMAND"
  saved_prompt=$PS1 saved_command=$PROMPT_COMMAND
  each=${PS1@P}; printf '\r\e[K%s' "${each//[$'\001\002']}"
  PS1= PROMPT_COMMAND='last=$?; ble/textarea#render; ble/prompt/clear; (exit $last)' drawn=1
}
ble/util/buffer.flush() { :; }
ble-attach() {
  BLE_ATTACHED=1 saved_prompt=$PS1 saved_command=${PROMPT_COMMAND-} last=0 drawn=
  ble/textarea#render
}
"""
ATTACH = "[[ ! ${BLE_VERSION-} ]] || ble-attach\n"


@pytest.mark.parametrize("below", [False, True], ids=["above", "below"])
@pytest.mark.parametrize("theme", ["", "PROMPT_COMMAND=theme\n"], ids=["plain", "theme"])
def test_ble_sh_as_its_readme_has_it(
    user: Path, opened: Callable[..., Screen], *, theme: str, below: bool
) -> None:
    """With our block above ``ble-attach`` or below, each prompt has the line once."""
    theirs = f"{BLE}theme() {{ PS1='theirs> '; }}\ntheme\n{theme}"
    rc = user / RC["bash"]
    rc.write_text(theirs + ATTACH * below)
    assert main(["install", "bash"]) == 0
    if not below:
        rc.write_text(rc.read_text() + ATTACH)
    with opened("bash") as screen:
        screen.until(f"{LINE} theirs>")
        screen.send("(exit 3)\n")
        screen.until(lambda text: text.count("theirs>") == 2)
        screen.send("echo status $?.\n")
        screen.until("status 3.")
        text = screen.until(lambda text: text.count("theirs>") == 3)
        assert text.count(f"{LINE} theirs>") == text.count("5h") == 3
