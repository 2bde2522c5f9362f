"""Why a shell does not show the line, from what was seen and from its files."""

from __future__ import annotations

import pytest

from claude_status.doctor.culprits import FRAMEWORKS, Script, find_culprit, judge
from claude_status.doctor.findings import Grade
from claude_status.doctor.trial import Look
from claude_status.install.blocks import BEGIN, END

BLOCK = f"{BEGIN.decode()}\n. claude-status.bash\n{END.decode()}\n"
USES = {  # a line that shows its use, where the name alone does not
    "starship": 'eval "$(starship init bash)"',
    "oh-my-bash": "OSH_THEME=font",
    "Bash-it": 'source "$BASH_IT"/bash_it.sh',
    "pure": "prompt pure",
    "prezto": "source ~/.zprezto/init.zsh",
}


def script(text: str, path: str = "/rc") -> Script:
    """A file with this text."""
    return Script(path, tuple(text.splitlines()))


@pytest.mark.parametrize(
    ("look", "seen", "words"),
    [
        (Look("", "", "bash", waits=True), 1, "the line is in the prompt"),
        (Look("", "", "", waits=True), 1, "the line is in the prompt"),
        (Look("", "", "bash", waits=True), 2, "the line is in the prompt, from the second on"),
        (Look("", "", "bash", True, "sleep"), 1, "the line is in the prompt"),
        (Look("", "", "fish", waits=True), 1, "the line is in the prompt of fish (/rc, line 1)"),
    ],
)
def test_a_line_that_is_seen(look: Look, seen: int, words: str) -> None:
    """The line in a shell's prompt counts, whatever else runs and whichever shell it is."""
    found = judge("bash", [script("exec fish")], look, seen)
    assert found is not None
    assert (found.grade, found.text) == (Grade.GOOD, words)


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (Look("", "", "vim", waits=True), "vim (/rc, line 2) has the terminal"),
        (Look("", "", "bash", True, "vim"), "vim (/rc, line 2) has the terminal"),
        (Look("", "", "screen", waits=True), "screen has the terminal"),
        (Look("", "", "bash", waits=False), "no prompt within 10 s, so"),
        (
            Look("", "", "bash", False, "vim", limit=4),
            "no prompt within 4 s while vim (/rc, line 2)",
        ),
        (Look("", "", "", waits=False, status=-9), "ended before its first prompt, with status -9"),
    ],
)
def test_what_is_in_the_way(look: Look, words: str) -> None:
    """A program in the way is named with the line that starts it."""
    seen = 0 if look.front == "bash" and look.waits else 1
    found = judge("bash", [script("# vim\nexec vim x")], look, seen)
    assert found is not None
    assert found.grade is Grade.WRONG
    assert words in found.text
    assert found.advice


def test_a_longer_name_is_another_program() -> None:
    """A path with python3.11 in it does not start python3."""
    look = Look("", "", "python3", waits=True)
    found = judge("fish", [script(". /venv/lib/python3.11/ours.fish")], look, 0)
    assert found is not None
    assert found.text == "python3 has the terminal, in front of the prompt"


def test_a_prompt_without_the_line_is_left_to_the_files() -> None:
    """A shell that waits at a prompt without the line is left to an examination of its files."""
    assert judge("bash", [script("")], Look("", "", "bash", waits=True), 0) is None


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_each_framework_is_known(name: str) -> None:
    """Each framework is recognized by what its users' files contain."""
    found = find_culprit("bash", [script(f"{USES.get(name, name)}\n{BLOCK}")], starship=False)
    assert found.text == f"{name} draws the prompt, without the line"


def test_a_format_that_does_not_name_our_part() -> None:
    """Where starship has our part but its format leaves it out, that is the reason."""
    files = [script(f"{USES['starship']}\n{BLOCK}")]
    todo = "Your starship.toml sets its own format: add ${env_var.X} where you want the line."
    found = find_culprit("bash", files, starship=True, unnamed=todo)
    assert found.text == "Your starship.toml sets its own format"
    assert found.advice == "add ${env_var.X} where you want the line"
    assert find_culprit("bash", [script(BLOCK)], starship=True, unnamed=todo).text != found.text


@pytest.mark.parametrize(
    "line", ["# PROMPT_COMMAND=x", 'PROMPT_COMMAND="x; $PROMPT_COMMAND"', "a=1"]
)
def test_what_keeps_the_hook(line: str) -> None:
    """A comment, or a value that includes the previous one, does not remove the hook."""
    found = find_culprit("bash", [script(f"{BLOCK}{line}\n")], starship=False)
    assert "anew" not in found.text


def test_our_part_in_starship() -> None:
    """If starship has our part, it is not blamed."""
    found = find_culprit("bash", [script(f"{USES['starship']}\n{BLOCK}")], starship=True)
    assert "starship" not in found.text
    assert "nothing in /rc says why" in found.text
