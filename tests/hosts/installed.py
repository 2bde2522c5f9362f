"""What the tests of ``install`` share: one line in each dialect, and the user's own prompts."""

from __future__ import annotations

LINE = "5h 42% 2h13m"
COLOURED = {
    "plain": LINE,
    "fish": "5h \x1b[32m42%\x1b[0m 2h13m",
    "starship": "5h \x1b[32m42%\x1b[0m 2h13m",
    "claude": "5h \x1b[32m42%\x1b[0m 2h13m",
    "bash": "5h \x01\x1b[32m\x0242%\x01\x1b[0m\x02 2h13m",
    "zsh": "5h %F{green}42%%%f 2h13m",
    "tmux": "5h #[fg=green]42%#[default] 2h13m",
}
RC = {
    "bash": ".bashrc",
    "zsh": ".zshrc",
    "fish": ".config/fish/config.fish",
}
SHELLS = tuple(RC)
THEIRS = {
    "bash": "PS1='mine> '\n",
    "zsh": "PROMPT='mine> '\n",
    "fish": "set fish_greeting\nfunction fish_prompt; echo -n 'mine> '; end\n",
}


def last_row(text: str) -> str:
    """The row in which input is typed."""
    return (text.rstrip().splitlines() or [""])[-1]
