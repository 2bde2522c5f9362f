"""``install --left`` and ``--right``: on which side the next shell shows the line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from claude_status.cli import main
from tests.hosts.installed import LINE, RC
from tests.screen import Screen

ROWS = {  # prompts of two rows below an empty one, with the status of the last command
    "bash": r"PS1='\n\[\e[32m\]here\[\e[0m\]\nstatus $? mine> '" + "\n",
    "zsh": "PROMPT=$'\\n%F{blue}here%f\\nstatus %? mine> '\n",
    "zsh, with prompt_subst": "setopt prompt_subst\nPROMPT=$'\\nhere\\nstatus $? mine> '\n",
    "zsh, anew at each prompt": """\
theme() { PROMPT=$'\\nhere\\nstatus %? mine> ' }
precmd_functions+=(theme)
""",
    "fish": """\
set fish_greeting
function fish_prompt
    set -l last $status
    echo
    echo here
    echo -n "status $last mine> "
end
""",
}


def refused(capsys: pytest.CaptureFixture[str]) -> str:
    """The only sentence on standard error; fails if anything else was printed."""
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return said.err


@pytest.mark.parametrize("below", [False, True], ids=["above", "below"])
@pytest.mark.parametrize("name", ROWS)
def test_left_is_before_what_is_in_the_first_row(
    owner: Path, opened: Callable[..., Screen], name: str, below: bool
) -> None:
    """The line comes before the first text of the prompt, once, and the status is kept."""
    shell, rows = name.partition(",")[0], ROWS[name]
    rc = owner / RC[shell]
    rc.write_text(rows)
    assert main(["install", shell, "--left"]) == 0
    if below and shell != "fish":
        rc.write_text(f"{rc.read_text().removeprefix(rows)}\n{rows}")
    with opened(shell) as screen:
        screen.until(f"{LINE} here\nstatus 0 mine>")
        screen.send("false\n")
        text = screen.until(f"false\n\n{LINE} here\nstatus 1 mine>")
        assert text.count(LINE) == text.count("here")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_it_can_be_moved(
    owner: Path, opened: Callable[..., Screen], shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another install can move it to the other side, or leaves it there; uninstall removes all."""
    before = (owner / RC[shell]).read_bytes()
    moves = [([], "right"), (["--left"], "left"), ([], "left"), (["--right"], "right")]
    for words, side in moves:
        assert main(["install", shell, *words]) == 0
        with opened(shell) as screen:
            screen.until(LINE)
            expected = (
                f"{LINE} mine>" if side == "left" else f"mine>{LINE:>{75 - (shell == 'zsh')}}"
            )
            assert screen.text() == expected
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith(f"{shell}:")]
    assert [line.split()[1] for line in said] == ["added", "updated", "already", "updated"]
    assert main(["uninstall", shell]) == 0
    assert (owner / RC[shell]).read_bytes() == before


def test_fish_gives_it_a_row_where_the_prompt_fills_its_own(
    owner: Path, opened: Callable[..., Screen]
) -> None:
    """A prompt as wide as the terminal is not cut: the line is above it."""
    (owner / RC["fish"]).write_text(
        "set fish_greeting\nfunction fish_prompt\n"
        "    string repeat -n $COLUMNS =\n    echo -n 'mine> '\nend\n"
    )
    assert main(["install", "fish", "--left"]) == 0
    with opened("fish") as screen:
        screen.until("mine>")
        assert screen.text() == f"{LINE}\n{'=' * 80}\nmine>"


def assert_at_the_left(
    owner: Path, opened: Callable[..., Screen], above: str, shown: str, expected: str
) -> None:
    """Below these lines and with ``--left``, zsh's first prompt leaves this text as expected."""
    (owner / ".zshrc").write_text(f"PROMPT='mine> '\n{above}")
    assert main(["install", "zsh", "--left"]) == 0
    with opened("zsh") as screen:
        screen.until("mine>")
        screen.send(f'print -r -- "{shown}."\n')
        screen.until(f"\n{expected}.")


@pytest.mark.parametrize(
    ("stand_in", "lists", "expected"),
    [
        (
            "p10k() { : }\n_POWERLEVEL9K_LEFT_PROMPT_ELEMENTS=(dir)\n"
            "_POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=(status)\n",
            "$POWERLEVEL9K_LEFT_PROMPT_ELEMENTS/$POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS",
            "claude_status dir/",
        ),
        (
            'spaceship::section() { print -rn -- "$*" }\nSPACESHIP_PROMPT_ORDER=(dir char)\n'
            "SPACESHIP_RPROMPT_ORDER=()\n",
            "$SPACESHIP_PROMPT_ORDER/$SPACESHIP_RPROMPT_ORDER",
            "claude_status dir char/",
        ),
    ],
    ids=["powerlevel10k", "spaceship"],
)
def test_frameworks_get_it_first_in_their_left_list(
    owner: Path, opened: Callable[..., Screen], stand_in: str, lists: str, expected: str
) -> None:
    """The section comes first on the left, once, and there is none on the right."""
    assert_at_the_left(owner, opened, stand_in, lists, expected)


@pytest.mark.parametrize(
    ("side", "lists"), [("left", "claude_status a/b"), ("right", "a/b claude_status")]
)
def test_powerlevel10k_has_it_before_its_first_prompt(
    owner: Path, opened: Callable[..., Screen], side: str, lists: str
) -> None:
    """Before the first prompt, it goes into the user's own lists, and nothing is redrawn."""
    (owner / ".zshrc").write_text(
        "PROMPT='mine> '\np10k() { print drawn anew }\n"
        "POWERLEVEL9K_LEFT_PROMPT_ELEMENTS=(a) POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=(b)\n"
    )
    assert main(["install", "zsh", f"--{side}"]) == 0
    with (owner / ".zshrc").open("a") as file:
        file.write(
            "print -r -- $POWERLEVEL9K_LEFT_PROMPT_ELEMENTS/$POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS.\n"
        )
    with opened("zsh") as screen:
        assert screen.until("mine>") == f"{lists}.\nmine>"


KSH = "setopt ksh_arrays no_unset\n"  # the name of a list is its first element


@pytest.mark.parametrize(
    ("stand_in", "shown", "expected"),
    [
        (
            "p10k() { : }\nPOWERLEVEL9K_LEFT_PROMPT_ELEMENTS=(a b)\n"
            "POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=(c d)\n",
            "${POWERLEVEL9K_LEFT_PROMPT_ELEMENTS[*]}",
            "claude_status a b",
        ),
        (
            "spaceship::section() { : }\nSPACESHIP_PROMPT_ORDER=(a b)\n",
            "${SPACESHIP_PROMPT_ORDER[*]}",
            "claude_status a b",
        ),
        ("theirs() { : $CLAUDE_STATUS }\n", "$PROMPT", "mine>"),
    ],
    ids=["powerlevel10k", "spaceship", "by hand"],
)
def test_lists_are_whole_where_a_name_is_one_element(
    owner: Path, opened: Callable[..., Screen], stand_in: str, shown: str, expected: str
) -> None:
    """With ksh_arrays, no element of the user's lists is lost, and no place by hand is missed."""
    expected += " " * shown.endswith("PROMPT")
    assert_at_the_left(owner, opened, KSH + stand_in, shown, expected)


@pytest.mark.parametrize(
    ("side", "theirs"),
    [
        ("right", "typeset -r RPROMPT=theirs"),
        ("left", "typeset -r PROMPT"),
        ("right", "setopt no_prompt_percent"),
        ("left", "setopt no_prompt_percent"),
        ("right", "setopt warn_create_global; unset RPROMPT"),
    ],
)
def test_a_prompt_that_cannot_be_changed_causes_no_error(
    owner: Path, opened: Callable[..., Screen], side: str, theirs: str
) -> None:
    """A prompt that is readonly, or shows text as it is, stays without the line, and no error."""
    (owner / ".zshrc").write_text(f"PROMPT='mine> '\n{theirs}\n")
    assert main(["install", "zsh", f"--{side}"]) == 0
    with opened("zsh") as screen:
        screen.until("mine>")
        screen.send("echo done\n")
        text = screen.until("done\nmine>")
        assert "%" not in text.replace(LINE, "")
        assert {line.split()[0] for line in text.splitlines()} == {"mine>", "done"}


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_a_place_of_their_own_counts_more(
    owner: Path, opened: Callable[..., Screen], shell: str
) -> None:
    """A prompt that names the line already does not get it a second time."""
    place = {
        "zsh": "setopt prompt_subst\nRPROMPT='[$CLAUDE_STATUS]'\n",
        "fish": 'function fish_right_prompt; echo -n "[$CLAUDE_STATUS]"; end\n',
    }
    with (owner / RC[shell]).open("a") as file:
        file.write(place[shell])
    assert main(["install", shell, "--left"]) == 0
    with opened(shell) as screen:
        text = screen.until(f"[{LINE}]")
        assert text.startswith("mine>")
        assert text.count(LINE) == 1


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["bash", "--right"], "bash has no right prompt"),
        (["zsh", "bash", "--right"], "bash has no right prompt"),
        (["zsh", "starship", "--left"], "not for starship: name it without --left."),
        (["claude", "--right"], "not for claude"),
        (["claude-hooks", "--left"], "not for claude-hooks"),
        (["--left"], "needs a host"),
    ],
)
def test_a_side_that_a_host_lacks_is_refused(
    owner: Path, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sentence says so, and no file is changed, not even another host's."""
    before = {path: path.read_bytes() for path in owner.rglob("*") if path.is_file()}
    assert main(["install", *words]) == 2
    assert why in refused(capsys)
    assert before == {path: path.read_bytes() for path in owner.rglob("*") if path.is_file()}


def test_all_hosts_take_the_side_that_they_have(owner: Path) -> None:
    """With ``--all``, a host without that side is installed as usual."""
    assert main(["install", "--all", "--right"]) == 0
    assert "claude-status' left" in (owner / RC["bash"]).read_text()
    assert "claude-status-place.zsh' right" in (owner / RC["zsh"]).read_text()


def test_a_dry_run_shows_the_move(owner: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    """The diff has only the line that changes."""
    main(["install", "zsh"])
    capsysbinary.readouterr()
    assert main(["install", "zsh", "--left", "--dry-run"]) == 0
    lines = capsysbinary.readouterr().out.splitlines()
    changed = [line for line in lines[2:] if line[:1] in (b"+", b"-")]
    assert [line[:1] for line in changed] == [b"-", b"+"]
    assert changed[0][1:].replace(b"' right", b"' left") == changed[1][1:]


def test_the_doctor_names_the_side(owner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For a host with two sides, the finding names the side."""
    main(["install", "zsh", "--left"])
    main(["install", "fish", "bash"])
    capsys.readouterr()
    main(["doctor"])
    said = " ".join(capsys.readouterr().out.split())
    assert f"zsh installed in {owner}/.zshrc, at the left" in said
    assert "/claude-status.fish, at the right" in said
    assert ".bashrc, at" not in said
