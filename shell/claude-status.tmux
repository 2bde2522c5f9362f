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
#
# With `right` or `left` after the program, as in the block that `claude-status install tmux` writes, it
# also puts the line at the end of that side, unless a side has it; and from tmux 3.2 on once more
# whenever a theme has set these options anew, for as long as the file that is named then has the block:
#
#   run-shell '/path/to/claude-status.tmux /path/to/bin/claude-status right /path/to/tmux.conf'
#
# Without this script, one line does what its first form does:
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

# Sets `call` to what replaces the token, and `settings` to the variables in it.
claude_status_call() {
  settings=
  for name in CLAUDE_CONFIG_DIR CLAUDE_STATUS_CACHE_DIR XDG_CACHE_HOME; do
    eval "value=\${$name-}"
    if [ -n "$value" ]; then
      claude_status_quote "$value"
      settings=$settings$name=$quoted' '
    fi
  done
  claude_status_quote "$program"
  call="#($settings$quoted --format tmux)"
}

# ==================================================================================================
# Options
#

# Sets the global option $1. A final semicolon would be taken for the end of the command.
claude_status_set() {
  value=$2
  case $value in *\;) value=${value%;}\\\; ;; esac
  tmux set-option -g "$1" "$value"
}

# Replaces each token in the global option $1 by the call. Without `-u` tmux returns non-ASCII
# characters as underscores.
claude_status_replace() {
  value=$(tmux -u show-option -gqv "$1")
  case $value in *'#{claude_status}'*) ;; *) return 0 ;; esac
  result=
  while [ "$value" != "${value#*"#{claude_status}"}" ]; do
    result=$result${value%%"#{claude_status}"*}$call
    value=${value#*"#{claude_status}"}
  done
  claude_status_set "$1" "$result$value"
  claude_status_widen "$1-length" 100
}

# Makes the global option $1 at least $2. tmux cuts what is longer, at 40 columns by default, and a
# number that is cut is another number. tmux before 3.2 cannot compare numbers by itself.
claude_status_widen() {
  length=$(tmux show-option -gqv "$1")
  [ "${length:-0}" -ge "$2" ] || tmux set-option -g "$1" "$2"
}

# ==================================================================================================
# Place
#

# Whether the user has put a call or a token into an option that the sides may name, as themes have
# for their parts.
claude_status_is_by_hand() {
  tmux show-options -g | grep -v '^@claude_status_\|^status-left\|^status-right' |
    grep -q '#(.*claude-status\|#{claude_status'
}

# Prints what both sides are, with the options $1 of `show-option`: -g, or those of a session alone.
claude_status_sides() {
  tmux -u show-option -qv "$@" status-left
  tmux -u show-option -qv "$@" status-right
}

# Takes one call $2 that was put at the side $1 away, with its blank.
claude_status_take() {
  value=$(tmux -u show-option -gqv "status-$1")
  blank=
  [ "$1" = right ] || blank=' '
  for text in "#[default] $2$blank" "#[default]$2$blank"; do
    case $value in
      *"$text"*)
        claude_status_set "status-$1" "${value%%"$text"*}${value#*"$text"}"
        return 0
        ;;
    esac
  done
}

# Puts the call at the end of the side, with the options $1 of `set-option`. It has the colours of the
# bar, since those in which a theme ends may be anything: its last arrow has those of its ground.
claude_status_append() {
  text='#[default] #{@claude_status_call}'
  if [ "$side" = left ]; then
    case $(tmux -u show-option -qv "$@" status-left) in
      *'#['*) ;; # a blank at its end belongs to its last part
      *' ') text='#[default]#{@claude_status_call}' ;;
    esac
    text="$text "
  fi
  tmux set-option -aF "$@" "status-$side" "$text"
}

# Puts the call at the side unless one has it; what was put at another side, or calls another program,
# goes. Somebody else may do that at the same time, so one of two calls is taken away again.
claude_status_put() {
  put=$(tmux show-option -gqv @claude_status_side)
  old=$(tmux -u show-option -gqv @claude_status_call)
  [ -z "$put" ] || [ "$put$old" = "$side$call" ] || claude_status_take "$put" "$old"
  claude_status_set @claude_status_call "$call"
  case $(claude_status_sides -g) in *claude-status*) return 0 ;; esac
  tmux set-option -g @claude_status_side "$side"
  claude_status_append -g
  case $(claude_status_sides -g) in *"$call"*"$call"*) claude_status_take "$side" "$call" ;; esac
}

# Appends the call in each session that has a side of its own and no call.
claude_status_append_in_sessions() {
  for session in $(tmux list-sessions -F '#{session_id}' 2>/dev/null); do
    own=$(claude_status_sides -t "$session")
    case $own in *claude-status*) continue ;; esac
    [ -z "$(tmux show-option -qv -t "$session" "status-$side")" ] || claude_status_append -t "$session"
  done
}

# Shows the line, in sessions with options of their own, too. Fails if it has been placed by hand.
claude_status_place() {
  tmux set-option -g @claude_status_pending 1
  if claude_status_is_by_hand; then return 1; fi
  claude_status_put
  claude_status_append_in_sessions
  [ "$(tmux show-option -gqv @claude_status_side)" != "$side" ] ||
    claude_status_widen "status-$side-length" 200
  tmux set-option -gu @claude_status_pending
  # What was set in one of them since, while tmux did not look:
  claude_status_append_in_sessions
}

# ==================================================================================================
# Hook
#

# Whether tmux is 3.2 or later; a server is as old as its client, but for the hour of an upgrade.
claude_status_is_new() {
  version=$(tmux -V)
  version=${version#tmux }
  case ${version#next-} in [012].* | 3.[01] | 3.[01][!0-9]*) return 1 ;; esac
}

# Sets `again` to the command that starts this script again, if it is still there.
claude_status_again() {
  claude_status_quote "$0"
  again="[ ! -r $quoted ] || ${settings}sh $quoted"
  claude_status_quote "$program"
  again="$again $quoted $side"
  claude_status_quote "$file"
  again="$again $quoted again"
}

# Has tmux look whether the line is there, when an option is set and when a client comes to see a
# session. Only if it is not, that command is run, and once for all that a theme sets.
claude_status_hook() {
  claude_status_set @claude_status_again "$again"
  hook='#{m:*claude-status*,#{status-left}#{status-right}}'
  hook="if-shell -F '#{?#{@claude_status_pending},1,$hook}' ''"
  hook="$hook { set-option -g @claude_status_pending 1 ; run-shell -b '#{@claude_status_again}' }"
  for name in $hooks; do tmux set-hook -g "${name}[97]" "$hook"; done
  claude_status_set @claude_status_again "$again" # the first look, at what was set since
}

claude_status_unhook() {
  for name in $hooks; do tmux set-hook -gu "${name}[97]"; done
  for name in again call pending side; do tmux set-option -gu "@claude_status_$name"; done
}

# Waits until a theme has done its work: what both sides are has not changed for a second.
claude_status_wait() {
  before='' tries=0
  while [ "$tries" -lt 10 ]; do
    now=$(claude_status_sides -g)
    [ "$now" != "$before" ] || return 0
    before=$now tries=$((tries + 1))
    sleep 1
  done
}

# Does what is due when the line has gone. If the file no longer has our block, nothing remains.
claude_status_return() {
  if ! grep -q '^[[:blank:]]*# >>> claude-status >>>' "$file"; then
    claude_status_unhook
    return 0
  fi
  claude_status_wait
  # Else the block has been read in the meantime, maybe with another side.
  [ "$(tmux -u show-option -gqv @claude_status_again)" != "$again" ] || claude_status_serve
}

# ==================================================================================================
# Main
#

claude_status_serve() {
  claude_status_replace status-right
  claude_status_replace status-left
  case $side in
    left | right)
      if claude_status_place && [ -f "$file" ] && claude_status_is_new; then claude_status_hook; fi
      ;;
  esac
}

hooks='after-set-option client-attached client-session-changed'
side=${2-} file=${3-}
if claude_status_find "$@"; then
  claude_status_call
  claude_status_again
  if [ "${4-}" = again ]; then
    claude_status_return >/dev/null 2>&1
  else
    claude_status_serve
  fi
fi
exit 0
