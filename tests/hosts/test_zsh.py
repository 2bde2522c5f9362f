"""The snippet in the real zsh: what is on the screen, what is started, what is left alone."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import threading
import time
from pathlib import Path

import pytest

from tests.bodies import usage_body
from tests.conftest import SHELL, program
from tests.hosts.shells import (
    ODD_FILES,
    TEXTS,
    ZSH,
    account,
    all_ends,
    another,
    calls,
    draw,
    give_away,
    give_home,
    odd_file,
    plain_user,
    processes,
    refreshed,
    run,
    stand_in,
    strip,
    waiting,
)
from tests.screen import Screen
from tests.server import ApiServer, ok
from tests.support import User, until

SNIPPET = SHELL / "claude-status.zsh"
PLAIN = TEXTS["plain"]
SHOW = '\\builtin print -rn -- "<$CLAUDE_STATUS>"\n'
HOOK = "__claude_status_hook\n"


@pytest.fixture
def refresher(home: Path) -> Path:
    """A stand-in for the program."""
    return stand_in(home / "bin dir" / "claude-status")


def sourcing(program: Path | str) -> str:
    """The line for ~/.zshrc."""
    return f". {shlex.quote(str(SNIPPET))} {shlex.quote(str(program))}\n"


def zsh(script: str, env: dict[str, str] | None = None, *words: str) -> tuple[str, str, int]:
    """Run a script in a zsh without a terminal; its output, its errors and its status."""
    done = run(["zsh", "-f", *words, "-c", script], env)
    return done.stdout, done.stderr, done.returncode


def session(home: Path, rc: str, env: dict[str, str] | None = None, **size: int) -> Screen:
    """A zsh on a terminal with this ~/.zshrc, and nothing that it says at the start."""
    (home / ".zshrc").write_text(rc)
    environ = {**os.environ, "ZDOTDIR": str(home), **(env or {})}
    return Screen([program("zsh"), "--no-globalrcs", "-i"], environ, cwd=str(home), **size)


def redrawing(refresher: Path, home: Path, *frames: tuple[int, str]) -> Path:
    """Let the program wait at a gate, which is returned, and then draw these frames."""
    gate = home / "gate"
    (home / "new").write_text(strip(*frames))
    target = account(home) / "frames" / "zsh"
    stand_in(refresher, f"{waiting(gate)}; mv '{home}/new' '{target}'")
    return gate


def test_the_line_is_set_at_every_prompt(home: Path, refresher: Path) -> None:
    """The hook sets the variable and the psvar slot to what counts now, and starts nothing."""
    draw(home)
    show = "print -rn -- \"[$psvar[97]]\"; print -Pn '(%(97V.%97v.no))'"
    out = zsh(sourcing(refresher) + HOOK * 3 + SHOW + show)
    assert out == (f"<{TEXTS['zsh']}>[{PLAIN}]({PLAIN})", "", 0)
    assert calls(refresher) == []


def test_of_many_frames_the_one_that_counts(home: Path, refresher: Path) -> None:
    """Forward and back in time, and beyond the first page, it is the last frame that has come."""
    script = sourcing(refresher)
    pasts = (0, 1, 2, 39, 40, 20, 5, 6, 40)
    for number, past in enumerate(pasts):
        shift = 60 * past - 30
        text = strip(*((60 * at - shift, f"{'.' * 60}{at}") for at in range(40)), refresh=9999)
        (home / f"strip{number}").write_text(text)
        script += f"cat ~/strip{number} >~/.cache/claude-status/at/default/@/frames/zsh\n" + HOOK
        script += 'print -rn -- "<${CLAUDE_STATUS##*.}>"\n'
    account(home)
    wanted = "".join(f"<{past - 1}>" if past else "<>" for past in pasts)
    assert zsh(script) == (wanted, "", 0)


def test_a_page_ends_anywhere(home: Path, refresher: Path) -> None:
    """Wherever in a line the first page of the file ends, no half of a frame is taken for one."""
    frames = account(home) / "frames" / "zsh"
    script = sourcing(refresher)
    for length in range(40):
        text = strip((-90, "." * (940 + length)), (-60, "shown"), (60, "not yet"), refresh=99)
        (home / f"strip{length}").write_text(text)
        script += f"cat ~/strip{length} >{frames}; unset __claude_status_at\n{HOOK}{SHOW}"
    assert zsh(script) == ("<shown>" * 40, "", 0)


@pytest.mark.parametrize("rc", ZSH.values(), ids=ZSH)
@pytest.mark.parametrize("refresh", [3000, -1], ids=["fresh", "stale"])
def test_no_setting_of_the_user_is_troubled(
    rc: str, refresh: int, home: Path, refresher: Path
) -> None:
    """Sourced twice and run at prompts under odd settings: no word, the same settings, the line."""
    draw(home, refresh=refresh)
    options = "o=$(\\builtin setopt; \\builtin trap; \\builtin umask; \\builtin hash -d)\n"
    script = (
        f"{rc}\n{options}before=$o\n" + sourcing(refresher) * 2 + HOOK * 3 + options
        + '[[ "$before" == "$o" ]] || \\builtin echo "changed: $before: $o"\n' + SHOW
        + "\\builtin eval '\\builtin print -rn -- \"${(j:|:)precmd_functions}\"'\n"
    )  # fmt: skip
    (home / "script").write_text(script)
    done = run(["zsh", "-f", str(home / "script")])
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout == f"<{TEXTS['zsh']}>__claude_status_hook"
    assert refreshed(refresher, home) == (refresh < 0)


@pytest.mark.parametrize("kind", ODD_FILES)
def test_what_is_no_frames_is_not_shown(kind: str, home: Path, refresher: Path) -> None:
    """Whatever lies in the place of frames: an empty variable, no word, one refresh."""
    odd_file(draw(home) / "frames" / "zsh", kind)
    assert zsh(sourcing(refresher) + HOOK * 3 + SHOW) == ("<>", "", 0)
    assert refreshed(refresher, home)


@pytest.mark.parametrize("refresh", [3000, -1], ids=["fresh", "stale"])
def test_exit_status_comes_through(refresh: int, home: Path, refresher: Path) -> None:
    """What ran before the prompt has failed after it too, and for the hooks that follow."""
    draw(home, refresh=refresh)
    rc = sourcing(refresher) + "precmd_functions+=(mine); mine() { seen=$? }; PS1='$seen %?> '\n"
    with session(home, "setopt prompt_subst\n" + rc) as screen:
        screen.until("0 0>")
        screen.send("(exit 42)\n")
        screen.until("42 42>")
        screen.send('print "[$?]"\n')
        screen.until("[42]")


@pytest.mark.parametrize(
    ("env", "dialect"),
    [
        ({}, "zsh"),
        ({"LC_ALL": "C"}, "ascii"),
        ({"LANG": ""}, "ascii"),
        ({"LC_CTYPE": "en_US.utf8", "LANG": "C"}, "zsh"),
        ({"NO_COLOR": "1"}, "plain"),
        ({"TERM": "dumb"}, "plain"),
        ({"STARSHIP_SHELL": "zsh"}, "starship"),
        ({"STARSHIP_SHELL": "zsh", "NO_COLOR": "1"}, "plain"),
        ({"STARSHIP_SHELL": "bash"}, "zsh"),
    ],
    ids=str,
)
def test_the_dialect_is_what_can_be_shown(
    env: dict[str, str], dialect: str, home: Path, refresher: Path
) -> None:
    """The locale, NO_COLOR, TERM and starship decide; a prompt shows it as it is meant."""
    draw(home)
    starship = env.get("STARSHIP_SHELL") == "zsh"
    inner = "env | grep -a ^CLAUDE_STATUS= | wc -l; print -rn -- $psvar[97]"
    script = sourcing(refresher) + HOOK + SHOW + inner
    out, err, _ = zsh(script, {**env, "CLAUDE_STATUS": "inherited"})
    text = TEXTS[dialect] if starship or dialect == "zsh" else TEXTS[dialect].replace("%", "%%")
    bare = TEXTS["ascii" if dialect == "ascii" else "plain"]
    assert (out, err) == (f"<{text}>{int(starship)}\n{bare}", "")


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("%F{red}100%%%f", "100%"),
        ("%%f %%F{red}", "%f %F{red}"),
        ("%F{green}1%%%f%F{red}%%%%%f", "1%%%"),
        ("~%F{yellow}5%%%f", "~5%"),
    ],
)
def test_the_bare_text_loses_only_colour(text: str, bare: str, home: Path, refresher: Path) -> None:
    """What psvar holds is what the coloured line shows, sign by sign."""
    draw(home, (-60, text))
    script = sourcing(refresher) + HOOK + 'print -rn -- "$psvar[97]"'
    assert zsh(script) == (bare, "", 0)


def test_a_change_of_host_on_the_way(home: Path, refresher: Path) -> None:
    """Where starship comes or goes while the shell runs, the same text is dressed anew."""
    draw(home)
    script = (
        sourcing(refresher)
        + "NO_COLOR=1\n"
        + "".join(f"STARSHIP_SHELL={name}; {HOOK}{SHOW}" for name in ("", "zsh", ""))
    )
    text, doubled = TEXTS["plain"], TEXTS["plain"].replace("%", "%%")
    assert zsh(script) == (f"<{doubled}><{text}><{doubled}>", "", 0)


def test_an_inherited_line_is_never_shown(home: Path, refresher: Path) -> None:
    """Where nothing is known, what a parent shell exported is gone."""
    out = zsh(sourcing(refresher) + HOOK + SHOW, {"CLAUDE_STATUS": "old", "PSVAR": "x"})
    assert out == ("<>", "", 0)


def test_accounts_follow_the_environment(home: Path, refresher: Path) -> None:
    """A CLAUDE_CONFIG_DIR that changes on the way leads to the frames of its own account."""
    draw(home, (-60, "first"))
    draw(home, (-60, "second"), directory="/b c")
    refused = ["/default", "//default", "///default/", "x", "/b c/../d", "/", "//"]
    places = ["", "/b c/", *refused, "/b c"]
    script = sourcing(refresher) + "".join(
        f"CLAUDE_CONFIG_DIR={shlex.quote(place)}; {HOOK}{SHOW}" for place in places
    )
    assert zsh(script) == (f"<first><second>{'<>' * len(refused)}<second>", "", 0)
    assert calls(refresher) == []


def test_fresh_frames_cost_no_process(home: Path, refresher: Path) -> None:
    """Sourcing and a hundred prompts start nothing at all."""
    draw(home)
    script = sourcing(refresher) + "for i in {1..100}; do __claude_status_hook; done"
    assert processes(["zsh", "-fc", script], home / "strace") == 0


def test_a_refresh_that_cannot_be_costs_no_process(home: Path, refresher: Path) -> None:
    """Where another shell has the slot, or the cache is not ours, prompts start nothing."""
    folder = draw(home, refresh=-1)
    script = sourcing(refresher) + "for i in {1..50}; do __claude_status_hook; done"
    run(["zsh", "-fc", script])
    give_away(folder)
    assert processes(["zsh", "-fc", script], home / "strace") == 0


def test_the_cache_is_made_for_us_alone(home: Path, refresher: Path) -> None:
    """The first prompt ever makes the account's folder, closed to all others, and refreshes."""
    assert zsh(sourcing(refresher) + f"umask 0; {HOOK}" * 3) == ("", "", 0)
    until(lambda: calls(refresher))
    made = [home / ".cache", *(home / ".cache").rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in made} == {0}


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("closed", ["home", "cache", "account"])
def test_what_cannot_be_recorded_is_not_asked(closed: str) -> None:
    """Where nothing can be written, prompts say nothing of it, and ask nothing."""
    with plain_user() as (home, options):
        folder = home if closed == "home" else draw(home, refresh=-1)
        program = stand_in(home / "claude-status")
        snippet = shutil.copy(SNIPPET, home)
        give_home(home)
        folder = folder.parent if closed == "cache" else folder
        folder.chmod(0o500)
        script = f". {snippet} {program}\n" + HOOK * 3 + SHOW
        done = run(["zsh", "-f", "-c", script], {"HOME": str(home)}, **options)
        shown = "" if closed == "home" else TEXTS["zsh"]
        assert (done.stdout, done.stderr, done.returncode) == (f"<{shown}>", "", 0)
        assert refreshed(program, home) == (closed == "cache")
        folder.chmod(0o700)


@pytest.mark.parametrize("name", ["CLAUDECODE", "nothing"])
def test_a_shell_inside_claude_code_asks_nothing(name: str, home: Path, refresher: Path) -> None:
    """With CLAUDECODE set the line is shown and no refresh is started."""
    draw(home, refresh=-1)
    assert zsh(sourcing(refresher) + HOOK + SHOW, {name: "1"}) == (f"<{TEXTS['zsh']}>", "", 0)
    assert refreshed(refresher, home) == (name != "CLAUDECODE")


@pytest.mark.parametrize("word", ["", "relative/claude-status", "/bin/true", "gone/claude-status"])
def test_the_program_is_the_argument_or_on_path(word: str, home: Path, refresher: Path) -> None:
    """Without an absolute path of ours as the argument, PATH decides; another may come first."""
    draw(home, refresh=-1)
    away = stand_in(home / "relative" / "claude-status")
    argument = f"{home}/{word}" if word.startswith("gone") else word
    other = another(home / "other")
    env = {"PATH": f"relative:{other.parent}:{refresher.parent}:{os.environ['PATH']}"}
    assert zsh(f"cd ~\n. {shlex.quote(str(SNIPPET))} {argument}\n{HOOK}", env) == ("", "", 0)
    assert refreshed(refresher, home) == (not word.startswith("gone"))
    assert calls(away) == calls(other) == []


# What plugin managers do with the clone: zinit sources what its `pick` finds, from a function of
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
def test_plugin_managers(manager: str, home: Path, refresher: Path) -> None:
    """Loaded as the documents say, the snippet works, and finds the program on PATH."""
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
    path = f"{refresher.parent}:{os.environ['PATH']}"
    with session(home, rc, {"PATH": path}, columns=300) as screen:
        screen.until(PLAIN)
        screen.send('print -r -- "<$__claude_status_program>"\n')
        screen.until(f"\n<{refresher}>")


def test_it_is_an_oh_my_zsh_plugin(home: Path, refresher: Path) -> None:
    """Linked as a plugin and sourced from a function with words of its own, it works alike."""
    draw(home, refresh=-1)
    plugin = home / "claude-status.plugin.zsh"
    plugin.symlink_to(SNIPPET)
    env = {"PATH": f"{refresher.parent}:{os.environ['PATH']}"}
    script = f"setopt warn_create_global; load() {{ source {plugin} }}; load plugins/x\n"
    assert zsh(script + HOOK + SHOW, env) == (f"<{TEXTS['zsh']}>", "", 0)
    assert refreshed(refresher, home)


def test_hooks_of_others_stay(home: Path, refresher: Path) -> None:
    """The hook runs after those that are there, once, however often the file is read."""
    script = f"precmd_functions=(one two)\n{sourcing(refresher) * 2}print $precmd_functions"
    assert zsh(script) == ("one two __claude_status_hook\n", "", 0)


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
        ("%F{yellow}1%%%f %F{red}%%F%f", "CRITICAL red 1% %F\n"),
        ("", ""),
    ],
)
def test_the_segment_of_powerlevel10k(text: str, segment: str, home: Path, refresher: Path) -> None:
    """A stand-in for `p10k segment` is told the text, and a state for the highest colour in it."""
    draw(home, (-60, text))
    script = P10K + sourcing(refresher) + HOOK + "setopt ksh_arrays\nprompt_claude_status"
    assert zsh(script) == (segment, "", 0)


def test_the_prompt_shows_the_line_in_colour(home: Path, refresher: Path) -> None:
    """A person sees the line in RPROMPT, its numbers in colour, and the status after a failure."""
    draw(home)
    rc = sourcing(refresher) + "setopt prompt_subst; PS1='%?> ' RPROMPT='$CLAUDE_STATUS'\n"
    with session(home, rc) as screen:
        screen.until("17%")
        assert screen.row(0) == "0>" + PLAIN.rjust(77)
        assert screen.colours("42%") == {"green"}
        assert screen.colours("17%") == {"brown"}
        assert screen.colours("2h13m") == {"default"}
        screen.send("false\n")
        screen.until("\n1>")
        screen.send("jobs; print one last word\n")
        screen.until("\none last word\n0>")
        screen.send('print "[$_]"\n')
        screen.until("[word]")


@pytest.mark.parametrize("option", ["prompt_subst", "no_prompt_subst"])
@pytest.mark.parametrize("bang", ["prompt_bang", "no_prompt_bang"])
def test_the_slot_needs_no_option(bang: str, option: str, home: Path, refresher: Path) -> None:
    """Through psvar the line is in the prompt whatever the options, and is never expanded."""
    draw(home, (-60, "1%% $(id) `id` %%n !! \\$HOME"))
    rc = f"setopt {option} {bang}\n{sourcing(refresher)}PS1='%(97V.%97v.)> '\n"
    with session(home, rc) as screen:
        screen.until("1% $(id) `id` %n !! \\$HOME>")


def test_long_input_wraps_where_it_should(home: Path, refresher: Path) -> None:
    """With colours on, typed text that fills the row goes on in the next, and can be taken back."""
    draw(home)
    rc = sourcing(refresher) + "setopt prompt_subst; PS1='$CLAUDE_STATUS> '\n"
    with session(home, rc, columns=50) as screen:
        screen.until("17%>")
        typed = "".join(chr(ord("a") + at % 26) for at in range(70))
        screen.send(typed)
        room = 50 - len(f"{PLAIN}> ")
        screen.until(typed[room : room + 50])
        assert screen.row(0) == f"{PLAIN}> {typed[:room]}"
        screen.send("\x01X\x05Y")
        screen.until(f"{typed[-5:]}Y")
        assert screen.row(0) == f"{PLAIN}> X{typed[: room - 1]}"


def test_a_waiting_prompt_is_drawn_again(home: Path, refresher: Path) -> None:
    """When the refresh ends, the idle prompt shows the new line, and half-typed input stays."""
    gate = redrawing(refresher, home, (-1, "%F{red}99%%%f soon"))
    draw(home, refresh=-1)
    rc = sourcing(refresher) + "setopt prompt_subst; PS1='%?> ' RPROMPT='$CLAUDE_STATUS'\n"
    with session(home, rc) as screen:
        screen.until("17%")
        screen.send("(exit 3)\n")
        screen.until("\n3>")
        screen.send("print half\x02\x02")
        screen.until("> print half")
        gate.touch()
        screen.until("99% soon")
        assert screen.row(1) == "3> print half" + "99% soon".rjust(66)
        assert screen.colours("99%") == {"red"}
        screen.send("X\n")
        screen.until("\nhaXlf\n0>")
    assert refreshed(refresher, home)


def test_the_real_program_has_a_waiting_prompt_drawn(
    home: Path, user: User, api: ApiServer
) -> None:
    """However late the API answers, the idle prompt shows the line, and half-typed input stays."""
    gate = threading.Event()
    api.answer = lambda _: ok(usage_body(time.time() if gate.wait(20) else 0))
    launcher = user.install_launcher(home / "bin dir")
    rc = sourcing(launcher) + "setopt prompt_subst; PS1='> ' RPROMPT='$CLAUDE_STATUS'\n"
    with session(home, rc, user.environ) as screen:
        screen.until(">")
        screen.send("print half\x02\x02")
        screen.until("> print half")
        api.wait_for(1)
        gate.set()
        screen.until("5h ")
        assert screen.row(0) == "> print half" + user.line(time.time()).rjust(67)
        screen.send("X\n")
        screen.until("\nhaXlf\n>")


def test_a_line_that_did_not_change_draws_nothing(home: Path, refresher: Path) -> None:
    """When the refresh ends and the line is the same, not a byte goes to the terminal."""
    gate = redrawing(refresher, home, (-60, TEXTS["zsh"]))
    draw(home, refresh=-1)
    rc = sourcing(refresher) + "setopt prompt_subst; PS1='$CLAUDE_STATUS> '\n"
    seen = 'zle -N seen; seen() { zle -M "fds: $(print /proc/$$/fd/*(N:t))" }; bindkey x seen\n'
    with session(home, rc + seen) as screen:
        screen.until("17%>")
        screen.send("x")
        open_fds = screen.until("fds:").partition("fds:")[2]
        drawn = screen.raw
        gate.touch()
        until(lambda: not (home / "new").exists())
        while True:
            screen.send("x")
            screen.until("fds:")
            screen.pump(0.2)
            if screen.text().partition("fds:")[2] != open_fds:
                break
        assert b"5h" not in screen.raw[len(drawn) :]


def test_an_idle_prompt_starts_nothing(home: Path, refresher: Path) -> None:
    """A refresh that ended without new frames is not followed by another while nobody is there."""
    draw(home, refresh=-1)
    script = sourcing(refresher) + "__claude_status_hook idle\n" + SHOW
    assert zsh(script) == (f"<{TEXTS['zsh']}>", "", 0)
    assert calls(refresher) == []


def test_a_command_in_two_lines_is_not_disturbed(home: Path, refresher: Path) -> None:
    """In a continuation prompt nothing is drawn; the next prompt has the new line."""
    gate = redrawing(refresher, home, (-1, "new"))
    draw(home, refresh=-1)
    rc = sourcing(refresher) + "setopt prompt_subst; PS1='$CLAUDE_STATUS> ' PS2='%_> '\n"
    with session(home, rc) as screen:
        screen.until("17%>")
        screen.send("for i in 1; do\nprint a")
        screen.until("for> print a")
        gate.touch()
        until(lambda: not (home / "new").exists())
        screen.send("b\ndone\n")
        text = screen.until("\nnew>")
        assert text == f"{PLAIN}> for i in 1; do\nfor> print ab\nfor> done\nab\nnew>"


def test_a_refresh_leaves_no_job(home: Path, refresher: Path) -> None:
    """The refresh is in no job table, `wait` does not wait for it, and `$!` is still the user's."""
    gate = redrawing(refresher, home, (-1, "new"))
    draw(home, refresh=-1)
    rc = sourcing(refresher) + "setopt no_bang_hist; PS1='> '\n"
    with all_ends() as held, contextlib.ExitStack() as stack:
        os.set_inheritable(held, True)
        stack.callback(gate.touch)
        screen = stack.enter_context(session(home, rc))
        screen.until(">")
        until(lambda: calls(refresher))
        screen.send('jobs; print "[$!]"; wait; print waited\n')
        screen.until("\n[0]\nwaited\n>")
        screen.send("exit\n")
        while screen.pump(0.1):
            pass
        assert "job" not in screen.text().replace("jobs; ", "")


def test_a_refresh_may_lead_a_session(home: Path, refresher: Path) -> None:
    """The process that becomes the refresh leads no group, so that it can found a session."""
    stand_in(refresher, "read -r pid _ _ _ group _ </proc/self/stat; echo $pid $group >~/ids")
    draw(home, refresh=-1)
    with session(home, sourcing(refresher) + "PS1='> '\n") as screen:
        screen.until(">")
        until(lambda: (home / "ids").exists() and (home / "ids").read_text())
    process, group = (home / "ids").read_text().split()
    assert process != group


@pytest.mark.parametrize("what", ["package", "functions", "variables"])
def test_what_is_taken_away_is_not_missed(what: str, home: Path, refresher: Path) -> None:
    """The package uninstalled, or our names unset, while the shell goes on: no word."""
    folder = draw(home, refresh=-1)
    take = {
        "package": f"rm {shlex.quote(str(refresher))}; rm -r {folder}/frames\n",
        "functions": "unfunction -m '*claude_status*'\n",
        "variables": "unset -m '__claude_status_*' CLAUDE_STATUS psvar\n",
    }
    with session(home, "PS1='> '\n" + sourcing(refresher), columns=600) as screen:
        screen.until(">")
        screen.send(take[what])
        screen.until(lambda text: text.count("\n>") == 1)
        screen.send("print st=$?\n")
        screen.until("\nst=0\n>")
        assert screen.text().startswith(f"> {take[what]}> print")


def test_an_interrupt_at_the_prompt_is_only_that(home: Path, refresher: Path) -> None:
    """After Ctrl-C the prompt is back, nothing is said, and the refresh goes on to its end."""
    gate = redrawing(refresher, home, (-1, "new"))
    draw(home, refresh=-1)
    rc = sourcing(refresher) + "setopt prompt_subst; PS1='$CLAUDE_STATUS> '\n"
    with session(home, rc) as screen:
        screen.until("17%>")
        screen.send("print ready\n")
        screen.until(f"\nready\n{PLAIN}>")
        for word in ("one", "two", "three"):
            screen.send(word)
            screen.until(f"17%> {word}")
            screen.rest()
            screen.send("\x03")
            screen.until(f"17%> {word}\n{PLAIN}>")
        gate.touch()
        screen.until("\nnew>")


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"LC_ALL": "C"}, {"NO_COLOR": "1"}], ids=str)
def test_poor_terminals_are_served(env: dict[str, str], home: Path, refresher: Path) -> None:
    """In 20 columns, without UTF-8 or colour, the prompt is text alone, and input works."""
    draw(home)
    line = TEXTS["ascii" if "LC_ALL" in env else "plain"]
    rc = sourcing(refresher) + "setopt prompt_subst; PS1='$CLAUDE_STATUS> '\n"
    with session(home, rc, env, columns=60 if "TERM" in env else 20) as screen:
        screen.until(lambda text: text.replace("\n", "") == f"{line}>")
        assert b"\x1b[3" not in screen.raw
        screen.send("print wor''king\n")
        screen.until("working\n")


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_a_path_with_an_umlaut_in_any_locale(locale: str, home: Path, refresher: Path) -> None:
    """Where the file's own path has bytes that a C locale does not know: the line, and silence."""
    draw(home)
    snippet = home / "wörk" / "claude-status.zsh"
    snippet.parent.mkdir()
    snippet.write_bytes((SHELL / "claude-status.zsh").read_bytes())
    script = f". {shlex.quote(str(snippet))} {shlex.quote(str(refresher))}\n__claude_status_hook\n"
    wanted = TEXTS["ascii"].replace("%", "%%") if locale == "C" else TEXTS["zsh"]
    assert zsh(script + SHOW, {"LC_ALL": locale}) == (f"<{wanted}>", "", 0)


def test_a_readonly_psvar_is_left_alone(home: Path, refresher: Path) -> None:
    """Where psvar is readonly the line is set all the same, and nothing is said."""
    draw(home)
    script = "typeset -ra psvar\n" + sourcing(refresher) + "__claude_status_hook\n" + SHOW
    assert zsh(script) == (f"<{TEXTS['zsh']}>", "", 0)


@pytest.mark.parametrize("bang", ["setopt", "unsetopt"])
def test_the_mark_of_a_critical_number_is_no_history(
    bang: str, home: Path, refresher: Path
) -> None:
    """Without colours a critical number is marked, by what no option of the prompt takes up."""
    draw(home, (-60, "5h 94%! 2h13m"))
    options = f"setopt prompt_subst\n{bang} prompt_bang\n"
    rc = f"{sourcing(refresher)}{options}PROMPT='$CLAUDE_STATUS > '\n"
    with session(home, rc, {"NO_COLOR": "1"}) as screen:
        screen.until("5h 94%* 2h13m >")


@pytest.mark.parametrize(
    ("colour", "percent", "seen"),
    [("red", 94, "red"), ("yellow", 71, "brown"), ("green", 42, "default")],
)
def test_colours_without_prompt_subst(
    colour: str, percent: int, seen: str, home: Path, refresher: Path
) -> None:
    """In a prompt that is not expanded the line has the colour of its highest number."""
    draw(home, (-60, f"5h %F{{{colour}}}{percent}%%%f 2h13m"))
    prompt = "PROMPT='%(98V.%F{red}.%(99V.%F{yellow}.))%97v%f > '\n"
    with session(home, sourcing(refresher) + prompt) as screen:
        screen.until(f"5h {percent}% 2h13m >")
        assert screen.colours(f"{percent}%") == {seen}
