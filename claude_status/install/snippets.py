"""What goes into the user's files: the body of each host's block, and what ``init`` prints.

All of it tests whether the snippet exists, since an uninstalled package must break nothing; a block
in a shell's file then says so when an interactive shell starts. What ``init`` prints can be
evaluated as well as pasted, so its comments come last and pair their quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from claude_status.install.claude_settings import command_line
from claude_status.install.program import Parts
from claude_status.install.quoting import fish, sh, tmux, toml

WRITTEN = "# Written by `claude-status install {0}`; to remove it: `claude-status uninstall {0}`\n"

BASH_BLOCK = """\
if [ -r SNIPPET ]; then
  . SNIPPET PROGRAM SIDE
elif [[ $- == *i* ]]; then
  printf 'claude-status: %s is gone: install it again, or remove this block.\\n' SNIPPET >&2
fi
"""
BASH_INIT = r"""[ -r SNIPPET ] && . SNIPPET PROGRAM
# Put this line at the end of ~/.bashrc. It sets CLAUDE_STATUS before every prompt; where to show
# that is up to you. To show it before the prompt, add below:
#   PS1='${CLAUDE_STATUS:+$CLAUDE_STATUS }'$PS1
# Or, to show it at the right edge:
#   claude_status_right() {
#     local text=$CLAUDE_STATUS bare=
#     while [[ $text == *$'\002'* ]]; do
#       bare+=${text%%$'\001'*} text=${text#*$'\002'}
#     done
#     bare+=$text text=${CLAUDE_STATUS//$'\001'}
#     ((COLUMNS > 2 * ${#bare})) || return 0
#     printf '\e7\e[%dG%s\e8' $((COLUMNS - ${#bare} + 1)) "${text//$'\002'}"
#   }
#   PROMPT_COMMAND="${PROMPT_COMMAND:+$PROMPT_COMMAND; }claude_status_right"
"""

ZSH_BLOCK = """\
if [[ -r SNIPPET ]]; then
  . SNIPPET PROGRAM
  [[ -r PLACE ]] && . PLACE SIDE
  fpath+=(COMPLETIONS)
  if (( ${+functions[compdef]} )); then
    autoload -Uz _claude-status && compdef _claude-status claude-status
  fi
elif [[ -o interactive ]]; then
  printf 'claude-status: %s is gone: install it again, or remove this block.\\n' SNIPPET >&2
fi
"""
ZSH_INIT = """\
[[ -r SNIPPET ]] && . SNIPPET PROGRAM
# Put this line at the end of ~/.zshrc. It sets CLAUDE_STATUS before every prompt; where to show
# that is up to you. To show it at the right, add below:
#   setopt prompt_subst; RPROMPT='$CLAUDE_STATUS'
# Or, before the prompt:
#   setopt prompt_subst; PROMPT='${CLAUDE_STATUS:+$CLAUDE_STATUS }'$PROMPT
# Without prompt_subst, all in the colour of the highest number:
#   RPROMPT='%(98V.%F{%98v}.%(99V.%F{%99v}.))%97v%f'
# In powerlevel10k:
#   POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS+=(claude_status)
"""

FISH_BLOCK = """\
if not status is-interactive
    # no prompt, no line
else if not test -r SNIPPET
    printf 'claude-status: %s is gone: install it again, or remove this block.\\n' SNIPPET >&2
else
    source SNIPPET PROGRAM
    test -r PLACE; and source PLACE SIDE
end
"""
FISH_INIT = """\
test -r SNIPPET; and source SNIPPET PROGRAM
# Put this line into config.fish. It sets CLAUDE_STATUS before every prompt; where to show that is
# up to you. To show it at the right, add below:
#   function fish_right_prompt
#       claude_status_prompt
#   end
"""

STARSHIP_BETWEEN = """
# For a shell that does not source one of our snippets, use this instead; it starts a process:
"""

TMUX_BLOCK = """\
run-shell "[ ! -r SNIPPET ] || COMMAND SIDE #{q:current_file}"
"""
TMUX_INIT = """\
# Put this at the end of tmux.conf. It shows the line in place of #{claude_status} in status-right
# or status-left, for example: set -g status-right "#{claude_status} | %H:%M"
run-shell "[ ! -r SNIPPET ] || COMMAND"
"""


@dataclass(frozen=True, slots=True)
class Text:
    """What goes into one host's file, and how its language quotes the paths.

    These replace SNIPPET, PLACE, COMPLETIONS (a folder) and PROGRAM; COMMAND is snippet and
    program, with the variables that a server may lack; SIDE is one of ``sides``.
    """

    snippet: str  # the file's name
    quote: Callable[[str], str]
    block: str
    init: str
    sides: tuple[str, ...]  # where it can be put, the default first


TEXTS = {
    "bash": Text("claude-status.bash", sh, BASH_BLOCK, BASH_INIT, ("left",)),
    "zsh": Text("claude-status.zsh", sh, ZSH_BLOCK, ZSH_INIT, ("right", "left")),
    "fish": Text("claude-status.fish", fish, FISH_BLOCK, FISH_INIT, ("right", "left")),
    "tmux": Text("claude-status.tmux", tmux, TMUX_BLOCK, TMUX_INIT, ("right", "left")),
}


def block(host: str, parts: Parts, side: str = "") -> str:
    """The body of a host's block; ``starship_alone`` is for shells without a snippet of ours.

    ``side`` is where to put the line, "" the host's default.
    """
    name = host.partition("_")[0]
    if name == "starship":
        body = _starship_tables(parts)[host != name]
    else:
        body = _fill(TEXTS[host], TEXTS[host].block, parts, side)
    return WRITTEN.format(name) + body


def init(host: str, parts: Parts) -> str:
    """What to add to a host's file by hand."""
    if host == "claude":
        settings = json.loads(Path(parts.snippet("statusline.json")).read_text())
        settings["statusLine"]["command"] = command_line(parts.program, None)
        return json.dumps(settings, indent=2, ensure_ascii=False) + "\n"
    if host == "starship":
        hooked, alone = _starship_tables(parts)
        return hooked + STARSHIP_BETWEEN + f"# {alone.rstrip()}".replace("\n", "\n# ") + "\n"
    return _fill(TEXTS[host], TEXTS[host].init, parts)


def _starship_tables(parts: Parts) -> tuple[str, str]:
    """The tables of starship.toml: for shells with a snippet of ours, and for others."""
    text = Path(parts.snippet("starship.toml")).read_text()
    hooked, alone = re.findall(r"(?m)^\[.+\n(?:.+\n)+", text)
    return hooked, alone.replace("@CLAUDE_STATUS@", toml(sh(parts.program))[1:-1])


def _fill(text: Text, template: str, parts: Parts, side: str = "") -> str:
    snippet, program = text.quote(parts.snippet(text.snippet)), text.quote(parts.program)
    settings = [f"{name}={text.quote(value)}" for name, value in parts.settings]
    words = {
        "SNIPPET": snippet,
        "PLACE": text.quote(str(parts.folder / text.snippet.replace(".", "-place."))),
        "COMPLETIONS": text.quote(str(parts.folder / "completions")),
        "PROGRAM": program,
        "COMMAND": " ".join([*settings, "sh", snippet, program]),
        "SIDE": side or text.sides[0],
    }
    return re.sub(rf"\b(?:{'|'.join(words)})\b", lambda found: words[found[0]], template)
