"""Why a shell does not show the line, as far as its files say (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from claude_status.doctor.findings import Finding, Grade, from_sentence
from claude_status.doctor.trial import Look
from claude_status.install.blocks import END
from claude_status.install.hosts import SHELLS

LOST_HOOK = {
    "bash": re.compile(
        r"\s*(?:export\s+)?PROMPT_COMMAND=(?!.*PROMPT_COMMAND)|unset .*PROMPT_COMMAND"
    ),
    "zsh": re.compile(r"\s*precmd_functions=(?!.*precmd_functions)|unset .*precmd_functions"),
}
HOOKS = {"bash": "PROMPT_COMMAND", "zsh": "precmd_functions"}
PLACED = re.compile(r"CLAUDE_STATUS|claude_status_prompt|97v|POWERLEVEL9K.*claude_status")
ENDS = re.compile(r"(?:return|exit)\b")
FRAMEWORKS = {  # by what a user's file contains
    "starship": r"starship init|starship prompt",
    "oh-my-posh": r"oh-my-posh",
    "powerlevel10k": r"powerlevel10k|p10k",
    "spaceship": r"spaceship",
    "liquidprompt": r"liquidprompt",
    "powerline": r"powerline",
    "oh-my-bash": r"oh-my-bash|OSH_THEME",
    "Bash-it": r"bash[-_]it",
    "oh-my-zsh": r"oh-my-zsh|ZSH_THEME",
    "prezto": r"zprezto|prezto",
    "pure": r"prompt pure|pure\.zsh",
    "ble.sh": r"ble\.sh|ble-attach",
    "tide": r"\btide\b",
    "oh-my-fish": r"oh-my-fish|omf",
}


@dataclass(frozen=True, slots=True)
class Script:
    """A file that a shell reads, and its lines."""

    path: str
    lines: tuple[str, ...]

    def code(self, after: int = 0) -> Iterator[tuple[int, str]]:
        """The lines after this number that are not comments, each with its number (from 1)."""
        for number, line in enumerate(self.lines, 1):
            if number > after and line.strip() and not line.lstrip().startswith("#"):
                yield number, line

    @property
    def end_of_block(self) -> int:
        """The number of the block's last line, 0 where there is none."""
        marks = [n for n, line in enumerate(self.lines, 1) if line.strip().startswith(END.decode())]
        return marks[-1] if marks else 0


def judge(shell: str, scripts: Sequence[Script], look: Look, seen: int) -> Finding | None:
    """What can be said of the look alone; None where the shell waits and shows no line.

    ``scripts`` are the shell's file that our part is in, and the files that it reads after it;
    ``seen`` says which prompt is the first to have the line, 0 for none.
    """
    file = scripts[0]
    if look.status is not None:
        text = f"it ended before its first prompt, with status {look.status}"
        return _wrong(shell, text, f"look for exit or exec in {file.path}")
    program = look.child if look.front in ("", shell) else look.front
    if not look.waits:
        while_ = f" while {_started(scripts, program)} runs" if program else ""
        text = f"no prompt within {look.limit:g} s{while_}, so nothing can be said"
        return _wrong(shell, text, f"look in {file.path} for what takes so long, or asks")
    if seen and look.front in ("", *SHELLS):
        whose = f" of {_started(scripts, program)}" if look.front not in ("", shell) else ""
        return Finding(
            shell, f"the line is in the prompt{whose}{', from the second on' * (seen == 2)}"
        )
    return _taken_over(shell, scripts, program) if program else None


def find_culprit(
    shell: str, scripts: Sequence[Script], *, starship: bool, unnamed: str = ""
) -> Finding:
    """Why the prompt of a shell has no line; ``starship`` says that our part is in its file.

    ``unnamed`` is what to do where its format does not name our part, "" where it does.
    """
    file = scripts[0]
    end = file.end_of_block
    if not end and not any(PLACED.search(line) for each in scripts for _, line in each.code()):
        text = f"{file.path} reads our snippet, but no prompt there shows it"
        return _wrong(shell, text, f"see `claude-status init {shell}`")
    for script in scripts:
        for number, line in script.code(end if script is file else 0):
            own = script is file or not line[0].isspace()  # not in a function of some library
            if own and shell in LOST_HOOK and LOST_HOOK[shell].match(line):
                return _lost(shell, script, number)
    for number, line in file.code():
        if number < end and ENDS.match(line):
            text = f"{file.path} ends in line {number}, above our block"
            return _wrong(shell, text, f"move our block above it: {_again(shell)}")
    return _framework(shell, scripts, starship, unnamed) or _unknown(shell, scripts)


def _taken_over(shell: str, scripts: Sequence[Script], program: str) -> Finding:
    """Another program has the terminal."""
    text = f"{_started(scripts, program)} has the terminal, in front of the prompt"
    advice = f"claude-status install {program}"
    if program not in SHELLS:
        advice = f"look in {scripts[0].path}, or in what it reads, for what starts {program}"
    return _wrong(shell, text, advice)


def _started(scripts: Sequence[Script], program: str) -> str:
    """A program, and the line that seems to start it."""
    pattern = re.compile(rf"(?<![\w-]){re.escape(program)}(?![\w-]|\.\w)")
    places = (
        f"{program} ({script.path}, line {number})"
        for script in scripts
        for number, line in script.code()
        if pattern.search(line)
    )
    return next(places, program)


def _lost(shell: str, script: Script, number: int) -> Finding:
    name = HOOKS[shell]
    text = f"{script.path}, line {number}, sets {name} anew after our block, without our hook"
    return _wrong(shell, text, f"keep what is in {name} there, or move that line above our block")


def _framework(
    shell: str, scripts: Sequence[Script], starship: bool, unnamed: str
) -> Finding | None:
    own = scripts if shell == "fish" else scripts[:1]  # others may be some library's
    code = "\n".join(line for script in own for _, line in script.code())
    for name, pattern in FRAMEWORKS.items():
        if not re.search(pattern, code, re.IGNORECASE):
            continue
        if name != "starship":
            return _wrong(shell, f"{name} draws the prompt, without the line", _move(shell))
        if not starship:
            text = "starship draws the prompt, without the line"
            return _wrong(shell, text, "claude-status install starship")
        if unnamed:
            return from_sentence(shell, unnamed, Grade.WRONG)
    return None


def _unknown(shell: str, scripts: Sequence[Script]) -> Finding:
    file = scripts[0]
    below = [number for number, _ in file.code(file.end_of_block)]
    if file.end_of_block and below:
        text = f"no line in the prompt: {file.path} goes on below our block, in line {below[0]}"
        return _wrong(shell, text, _move(shell))
    where = " or ".join(script.path for script in scripts[:2])
    text = f"no line in the prompt, and nothing in {where} says why"
    return _wrong(shell, text, f"place it by hand: see `claude-status init {shell}`")


def _move(shell: str) -> str:
    return f"move our block to the end: {_again(shell)}"


def _again(shell: str) -> str:
    return f"claude-status uninstall {shell} && claude-status install {shell}"


def _wrong(shell: str, text: str, advice: str) -> Finding:
    return Finding(shell, text, Grade.WRONG, advice)
