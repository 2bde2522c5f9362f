#!/bin/sh
#
# claude-status.tmux - how much of the Claude plan is used, in the status bar of tmux
#
# In ~/.tmux.conf, put #{claude_status} where the line should be, and below that run this script:
#
#   set -g status-right '#{claude_status} | %H:%M'
#   run-shell '/path/to/claude-status.tmux /path/to/bin/claude-status'
#
# It replaces #{claude_status} in status-right and status-left by a call of the program, which tmux
# makes at every status-interval, and makes that side long enough. A theme that sets these options
# must come before it; running it twice is harmless. `claude-status init tmux` prints the exact lines.
# Without this script, one line does the same:
#
#   set -ag status-right ' #(/path/to/bin/claude-status --format tmux)'
#
# tmux makes the call in the environment of its server, which may lack variables of the shells in it.
# So the program's path is absolute, and CLAUDE_CONFIG_DIR, CLAUDE_STATUS_CACHE_DIR and XDG_CACHE_HOME
# are written into the call if they are set where this script runs:
#
#   run-shell 'CLAUDE_CONFIG_DIR=/path /path/to/claude-status.tmux /path/to/bin/claude-status'

# ==================================================================================================
# Program
#

# Sets `program`, or fails. Without an argument, PATH decides, where another program with this name
# may come first: ours has its Python program beside it.
claude_status_find() {
  program=${1-}
  case $program in
    /*) [ "${program##*/}" = claude-status ] && return ;;
  esac
  program=$(command -v claude-status) && [ "${program#/}" != "$program" ] &&
    [ -x "${program%/*}/claude-status-py" ]
}

# ==================================================================================================
# Call
#

# Sets `quoted` to $1 as a word for sh inside #(...). There tmux counts brackets even inside quotes,
# expands # and % first, and ends a condition at , or }: such a character is written as its code.
claude_status_quote() {
  quoted=\'
  rest=$1
  while [ -n "$rest" ]; do
    after=${rest#?}
    character=${rest%"$after"}
    case $character in
      ["'#%()},"])
        number=$(printf '%03o' "'$character")
        character="'\"\$(printf '\\$number')\"'"
        ;;
    esac
    quoted=$quoted$character
    rest=$after
  done
  quoted=$quoted\'
}

# Sets `call` to what replaces the token.
claude_status_call() {
  call='#('
  for name in CLAUDE_CONFIG_DIR CLAUDE_STATUS_CACHE_DIR XDG_CACHE_HOME; do
    eval "value=\${$name-}"
    if [ -n "$value" ]; then
      claude_status_quote "$value"
      call=$call$name=$quoted' '
    fi
  done
  claude_status_quote "$program"
  call=$call$quoted' --format tmux)'
}

# ==================================================================================================
# Options
#

# Replaces each token in the global option $1 by the call. Without `-u` tmux returns non-ASCII
# characters as underscores; a final semicolon would be taken for the end of the command.
claude_status_replace() {
  value=$(tmux -u show-option -gqv "$1")
  case $value in *'#{claude_status}'*) ;; *) return 0 ;; esac
  result=
  while [ "$value" != "${value#*"#{claude_status}"}" ]; do
    result=$result${value%%"#{claude_status}"*}$call
    value=${value#*"#{claude_status}"}
  done
  result=$result$value
  case $result in *\;) result=${result%;}\\\; ;; esac
  tmux set-option -g "$1" "$result"
  claude_status_widen "$1-length"
}

# tmux cuts what is longer, at 40 columns by default, and a number that is cut is another number. tmux
# before 3.2 cannot compare numbers by itself.
claude_status_widen() {
  length=$(tmux show-option -gqv "$1")
  [ "${length:-0}" -ge 100 ] || tmux set-option -g "$1" 100
}

if claude_status_find "$@"; then
  claude_status_call
  claude_status_replace status-right
  claude_status_replace status-left
fi
