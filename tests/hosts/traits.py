"""How bash, zsh and fish differ, so that one test can cover all three."""

from __future__ import annotations

from dataclasses import dataclass

from tests.hosts.settings import BASH, FISH, ZSH


@dataclass(frozen=True)
class Traits:
    """How a shell differs from the others: lines to run, and what they show."""

    script: str  # the command line up to a script
    terminal: str  # the command line on a terminal
    rc: str  # the user's file, below the home
    settings: dict[str, str]  # of users, by name
    snapshot: str  # writes the settings into a file
    names: str  # prints the names of variables and functions
    left: str  # makes the prompt the line and "> "
    statuses: str  # makes it the statuses that other hooks see: the command's, and each of a pipe's
    jobs: tuple[
        str, str
    ]  # shows the jobs and the last one's process; and its output if there are none
    clock: str  # sets the shell's clock to the time filled in
    forget_functions: str
    forget_variables: str
    status: str = "$?"
    prompt: str = "__claude_status_hook\n"
    readonly: str = "readonly {}=1"
    interrupted: str = "^C"  # what Ctrl-C prints
    right: str = ""  # makes the prompt the status and "> ", with the line on the right
    right_edge: int = 80
    counted: str = ""  # counts how often it is drawn; creates ~/ended when a refresh ends


TRAITS = {
    "bash": Traits(
        script="bash --norc -c",
        terminal="bash --noprofile -i",
        rc=".bashrc",
        settings=BASH,
        snapshot=r"\builtin printf %s "
        r""""$(\set +o; \shopt -p; \trap; \builtin echo "$IFS${{!-}}"; \umask; \jobs)" >'{}'""",
        names="compgen -v; compgen -A function",
        left="PS1='$CLAUDE_STATUS> '\n",
        statuses="PROMPT_COMMAND+=('seen=\"$?|${PIPESTATUS[*]}\"'); PS1='$seen> '\n",
        jobs=("jobs; eval 'echo \"[$!]\"'", "[]"),
        clock="__claude_status_clock() { __cs_now=%d; }\n",
        forget_functions="unset -f $(compgen -A function __claude_status_)",
        forget_variables="unset -v ${!__claude_status_@} CLAUDE_STATUS",
    ),
    "zsh": Traits(
        script="zsh -f -c",
        terminal="zsh --no-globalrcs -i",
        rc=".zshrc",
        settings=ZSH,
        snapshot=r"\builtin printf %s "
        r""""$(\builtin setopt; \builtin trap; \builtin umask; \builtin hash -d)" >'{}'""",
        names="zmodload zsh/datetime zsh/system zsh/parameter\n"
        "print -l ${(k)parameters} ${(k)functions}",
        left="setopt prompt_subst; PS1='$CLAUDE_STATUS> '\n",
        statuses='see() { seen="$?|$pipestatus" }; precmd_functions+=(see)\n'
        "setopt prompt_subst; PS1='$seen> '\n",
        jobs=("jobs; eval 'echo \"[$!]\"'", "[0]"),
        clock="zmodload -u zsh/datetime; EPOCHSECONDS=%d\n",
        forget_functions="unfunction -m '*claude_status*'",
        forget_variables="unset -m '__claude_status_*' CLAUDE_STATUS psvar",
        interrupted="",
        right="setopt prompt_subst; PS1='%?> ' RPROMPT='$CLAUDE_STATUS'\n",
        right_edge=79,
        counted="setopt prompt_subst; PS1='$((++drawn))> ' RPROMPT='$CLAUDE_STATUS'\n"
        "functions[really]=$functions[__claude_status_ended]\n"
        '__claude_status_ended() { really "$@"; : >~/ended }\n',
    ),
    "fish": Traits(
        script="fish --no-config -i -c",
        terminal="fish",
        rc=".config/fish/config.fish",
        settings=FISH,
        snapshot="begin; sh -c umask; builtin echo $last_pid; jobs; set -U; end >'{}'",
        names="set --names; functions --all",
        left="function fish_prompt; claude_status_prompt; echo -n '> '; end\n",
        statuses='function fish_prompt; echo -n "$status|$pipestatus> "; end\n',
        jobs=('jobs; echo "[$last_pid]"', "jobs: There are no jobs\n[]"),
        clock="function __claude_status_clock; set -g __claude_status_now %d; end\n",
        forget_functions="functions -e (functions --all | string match '*claude_status*')",
        forget_variables="set -e (set --names | string match -i '*claude_status*')",
        status="$status",
        prompt="emit fish_prompt\n",
        readonly="set -g {} 1",
        right='function fish_prompt; echo -n "$status> "; end\n'
        "function fish_right_prompt; claude_status_prompt; end\n",
        counted='function fish_prompt; set -g drawn (math $drawn + 1); echo -n "$drawn> "; end\n'
        "function fish_right_prompt; claude_status_prompt; end\n"
        "function ended --on-signal URG; true >~/ended; end\n",
    ),
}
