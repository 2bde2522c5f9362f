"""What only zsh has: psvar, a segment for powerlevel10k, plugins, and prompts that expand."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from tests.conftest import SHELL
from tests.hosts.prompts import Shell
from tests.hosts.shells import TEXTS, draw, refreshed
from tests.support import until

PLAIN = TEXTS["plain"]
HOOK = "__claude_status_hook\n"


@pytest.fixture
def zsh(home: Path) -> Shell:
    """The zsh of this machine."""
    return Shell("zsh", home)


@pytest.mark.parametrize(
    ("env", "bare"),
    [
        ({}, PLAIN),
        ({"LC_ALL": "C"}, TEXTS["ascii"]),
        ({"NO_COLOR": "1"}, PLAIN),
        ({"STARSHIP_SHELL": "zsh"}, PLAIN),
    ],
    ids=str,
)
def test_psvar_has_the_line_without_colours(
    zsh: Shell, env: dict[str, str], bare: str, home: Path
) -> None:
    """psvar has the bare text, whichever dialect the variable has."""
    draw(home)
    show = "print -rn -- \"[$psvar[97]]\"; print -Pn '(%(97V.%97v.no))'"
    assert zsh.run(zsh.sourcing() + HOOK + show, env) == f"[{bare}]({bare})"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("%F{red}100%%%f", "100%"),
        ("%%f %%F{red}", "%f %F{red}"),
        ("%F{green}1%%%f%F{red}%%%%%f", "1%%%"),
        ("~%F{yellow}5%%%f", "~5%"),
    ],
)
def test_the_bare_text_loses_only_colour(zsh: Shell, text: str, bare: str, home: Path) -> None:
    """The text in psvar is what the coloured line shows, character by character."""
    draw(home, (-60, text))
    assert zsh.run(zsh.sourcing() + HOOK + 'print -rn -- "$psvar[97]"') == bare


def test_a_readonly_psvar_is_left_alone(zsh: Shell, home: Path) -> None:
    """If psvar is readonly, the variable is still set, and nothing is printed."""
    draw(home)
    assert zsh.prompts(before="typeset -ra psvar\n") == f"<{zsh.text()}>"


@pytest.mark.parametrize("option", ["prompt_subst", "no_prompt_subst"])
@pytest.mark.parametrize("bang", ["prompt_bang", "no_prompt_bang"])
def test_psvar_needs_no_option(zsh: Shell, bang: str, option: str, home: Path) -> None:
    """Through psvar the line is in the prompt whatever the options, and is never expanded."""
    draw(home, (-60, "1%% $(id) `id` %%n !! \\$HOME"))
    with zsh.session(f"setopt {option} {bang}\nPS1='%(97V.%97v.)> '\n") as screen:
        screen.until("1% $(id) `id` %n !! \\$HOME>")


@pytest.mark.parametrize(
    ("number", "percent", "seen"),
    [
        ("%F{red}94%%%f%{%}%{%}", 94, "red"),
        ("%B%F{#d75f00}94%%%f%b%{%}%{%}", 94, "d75f00"),
        ("%F{166}71%%%f%{%}", 71, "d75f00"),
        ("71%%%{%}", 71, "default"),
        ("42%%", 42, "default"),
    ],
)
def test_colours_without_prompt_subst(
    zsh: Shell, number: str, percent: int, seen: str, home: Path
) -> None:
    """In a prompt that is not expanded, the line has the colour of its highest number."""
    draw(home, (-60, f"%F{{244}}5h %f{number}%F{{244}} 2h13m%f"))
    with zsh.session("PROMPT='%(98V.%F{%98v}.%(99V.%F{%99v}.))%97v%f > '\n") as screen:
        screen.until(f"5h {percent}% 2h13m >")
        assert screen.colours(f"{percent}%") == {seen}


@pytest.mark.parametrize("bang", ["setopt", "unsetopt"])
def test_the_mark_of_a_critical_number_is_no_history(zsh: Shell, bang: str, home: Path) -> None:
    """Without colours, the mark of a critical number is not taken for a history expansion."""
    draw(home, (-60, "5h 94%! 2h13m"))
    rc = f"setopt prompt_subst\n{bang} prompt_bang\nPROMPT='$CLAUDE_STATUS > '\n"
    with zsh.session(rc, {"NO_COLOR": "1"}) as screen:
        screen.until("5h 94%* 2h13m >")


def test_a_command_in_two_lines_is_not_disturbed(zsh: Shell, home: Path) -> None:
    """A continuation prompt is not redrawn; the next prompt has the new line."""
    draw(home, refresh=-1)
    gate = zsh.hold((-1, "new"))
    with zsh.session(zsh.traits.left + "PS2='%_> '\n") as screen:
        screen.until("17%>")
        screen.send("for i in 1; do\nprint a")
        screen.until("for> print a")
        gate.touch()
        until(lambda: not (home / "new").exists())
        screen.send("b\ndone\n")
        text = screen.until("\nnew>")
        assert text == f"{PLAIN}> for i in 1; do\nfor> print ab\nfor> done\nab\nnew>"


def test_the_pipe_of_a_refresh_is_closed(zsh: Shell, home: Path) -> None:
    """The pipe that reports the end of a refresh is closed after it."""
    draw(home, refresh=-1)
    gate = zsh.hold((-1, "new"))
    with zsh.session(zsh.traits.left) as screen:
        screen.until("17%>")
        screen.send("before=(/proc/$$/fd/*)\n")
        screen.until(lambda text: text.count("17%>") == 2)
        gate.touch()
        screen.until("new>")
        screen.send("after=(/proc/$$/fd/*); print $(($#before - $#after)) closed\n")
        screen.until("\n1 closed")


def test_it_is_an_oh_my_zsh_plugin(zsh: Shell, home: Path) -> None:
    """Linked as a plugin, and sourced from a function with arguments, the snippet works alike."""
    draw(home, refresh=-1)
    plugin = home / "claude-status.plugin.zsh"
    plugin.symlink_to(zsh.snippet)
    env = {"PATH": f"{zsh.program.parent}:{os.environ['PATH']}"}
    script = f"setopt warn_create_global; load() {{ source {plugin} }}; load plugins/x\n"
    assert zsh.run(script + HOOK + zsh.show, env) == f"<{zsh.text()}>"
    assert refreshed(zsh.program, home)


# What plugin managers do with the clone: zinit sources what its `pick` finds, from a function with
# many locals, while it watches what is defined; antidote sources a path at the top of a file.
ZINIT = r"""
zinit() {
  [[ $1 == light ]] || { typeset -g pick=${(Q)2#pick}; return }
  local ___user=% ___plugin=$2 ___pdir_path=$2 ___mode=$1 ZERO
  local -a reply
  builtin set --
  functions[compdef]=':'
  functions[autoload]='builtin autoload "$@"'
  setopt localoptions extended_glob warn_create_global typeset_silent no_aliases
  reply=( $___pdir_path/${~pick}(DN) )
  ZERO=${reply[1]}
  builtin source "$ZERO"
  unfunction compdef autoload
}
"""
CLONE = "/path/to/the/clone"


@pytest.mark.parametrize("manager", ["zinit", "antidote"])
def test_plugin_managers(zsh: Shell, manager: str, home: Path) -> None:
    """Loaded as the documentation says, the snippet works, and finds the program on PATH."""
    draw(home)
    lines = (SHELL.parent / "docs/hosts.md").read_text().splitlines()
    own = [line for line in lines if line.startswith(("zinit ice", "zinit light", CLONE))]
    assert len(own) == 3
    clone = shlex.quote(str(SHELL.parent))
    if manager == "zinit":
        rc = ZINIT + "\n".join(own[:2]).replace(CLONE, clone)
    else:
        rc = f"source {own[2].replace(f'{CLONE} path:', f'{clone}/')}\n"
    rc += "\nsetopt prompt_subst; PROMPT='mine> ' RPROMPT='$CLAUDE_STATUS'\n"
    environ = {"PATH": f"{zsh.program.parent}:{os.environ['PATH']}"}
    with zsh.session(rc, environ, alone=True, columns=300) as screen:
        screen.until(PLAIN)
        screen.send('print -r -- "<$__claude_status_program>"\n')
        screen.until(f"\n<{zsh.program}>")


def test_hooks_of_others_stay(zsh: Shell) -> None:
    """The hook runs once, after those that are there, however often the file is sourced."""
    script = f"precmd_functions=(one two)\n{zsh.sourcing() * 2}print $precmd_functions"
    assert zsh.run(script) == "one two __claude_status_hook\n"


P10K = """
p10k() {
  [[ $1 == segment ]]; shift
  local opt cond=1 text state colour; local -i expand
  while getopts ':s:b:f:i:c:t:reh' opt; do
    case $opt in s) state=$OPTARG ;; c) cond=$OPTARG ;; t) text=$OPTARG ;; e) expand=1 ;;
      f) colour=$OPTARG ;; *) print -u2 bad $opt ;; esac
  done
  [[ -z ${(e)cond} ]] || print -rP -- "$state $colour ${(e)text}"
}
"""


@pytest.mark.parametrize(
    ("text", "segment"),
    [
        (TEXTS["zsh"], f"WARNING yellow {PLAIN}\n"),
        ("%F{green}1%%%f", "NORMAL green 1%\n"),
        ("%F{244}5h %f1%%%{%}%{%} %F{166}%%F%f%{%}", "CRITICAL red 5h 1% %F\n"),
        ("", ""),
    ],
)
def test_the_segment_of_powerlevel10k(zsh: Shell, text: str, segment: str, home: Path) -> None:
    """A stand-in for `p10k segment` gets the text, and a state for its highest colour."""
    draw(home, (-60, text))
    script = P10K + zsh.sourcing() + HOOK + "setopt ksh_arrays\nprompt_claude_status"
    assert zsh.run(script) == segment
