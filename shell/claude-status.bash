# shellcheck shell=bash disable=SC2034,SC2309 # what is set is for others; [[ 10#8 -le 9 ]] is meant
#
# claude-status.bash - how much of the Claude plan is used, in the prompt of bash
#
# Source it in ~/.bashrc, with the program that refreshes what it shows:
#
#   . /path/to/claude-status.bash /path/to/bin/claude-status
#
# From then on there is, at every prompt,
#
#   CLAUDE_STATUS   the line, in colours that readline knows to have no width; empty if nothing is
#                   known. While starship draws the prompt, it is exported, in plain SGR colours.
#
# and where it goes is yours to say:
#
#   PS1='${CLAUDE_STATUS:+$CLAUDE_STATUS }\w \$ '
#
# No process is started for it: what the line will say from now on was drawn ahead into a file of
# frames, and the hook reads the one whose time has come. When the frames are out of date, it starts
# one refresh in the background and goes on with what it has. It never says anything itself, and
# leaves `$?` as it was.
#
# For bash 3.2, which macOS has, and later. Mirrored by claude-status.zsh, section by section.

# The user's aliases have no say in what is defined here.
\builtin shopt -q expand_aliases && __claude_status_aliases=-s || __claude_status_aliases=-u
\builtin shopt -u expand_aliases

# ==================================================================================================
# Program
#

# Sets the program, from the one argument of this file. Without one, `$1` is that of whoever sources
# this file, and PATH decides, once. Never a variable: those come from anywhere.
__claude_status_find() {
  local folder path=${PATH-}:
  __claude_status_program=$1
  [[ $1 != /* || $1 != */claude-status ]] || return 0
  __claude_status_program=
  while [[ -n $path ]]; do
    folder=${path%%:*} path=${path#*:}
    if [[ $folder == /* && -f $folder/claude-status && -x $folder/claude-status ]]; then
      __claude_status_program=$folder/claude-status
      return 0
    fi
  done
}
__claude_status_find "${1-}"

# ==================================================================================================
# View
#

# Sets `now`.
if ((BASH_VERSINFO[0] >= 5)); then
  __claude_status_clock() { now=${EPOCHSECONDS:-0}; }
elif ((BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 2)); then
  __claude_status_clock() { builtin printf -v now '%(%s)T' -1; }
else
  # One `date`, then the shell's own count; and another one when somebody has set that count back.
  __claude_status_clock() {
    if ((SECONDS < ${__claude_status_seconds:-SECONDS + 1})); then
      __claude_status_epoch=$(($(command date +%s 2>/dev/null || builtin printf 0) - SECONDS))
    fi
    __claude_status_seconds=$SECONDS
    now=$((__claude_status_epoch + SECONDS))
  }
fi

# Sets `directory` to CLAUDE_CONFIG_DIR as it is used in paths, or fails: accounts must never mix,
# so one without a single absolute name has none, nor has //default, the default's by another name.
__claude_status_directory() {
  directory=$CLAUDE_CONFIG_DIR
  while [[ $directory == */ ]]; do directory=${directory%/}; done
  case $directory/ in [!/]* | */./* | */../*) return 1 ;; esac
  [[ ${directory%/default} == *[!/]* ]] || return 1
}

# Sets `dialect` to the one that the terminal, and whoever draws the prompt, can show.
__claude_status_dialect() {
  dialect=bash
  [[ ${STARSHIP_SHELL-} != bash ]] || dialect=starship
  [[ -z ${NO_COLOR-} && ${TERM-} != dumb ]] || dialect=plain
  case ${LC_ALL:-${LC_CTYPE:-${LANG-}}} in
    *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) ;;
    *) dialect=ascii ;;
  esac
}

# ==================================================================================================
# Frames
#

# Sets `lines` to those of the file $1, less the words that say it is one of ours; or fails after
# sixteen characters, for the file may be anything, and of any size.
__claude_status_lines() {
  local IFS=$'\n'
  {
    builtin read -r -d '' -n 16 word && [[ $word == 'claude-status 2 ' ]] || return 1
    if ((BASH_VERSINFO[0] >= 5)); then
      builtin mapfile -t -n 64 lines
    else
      builtin read -r -d '' -n 65536 -a lines || :
    fi
  } <"$1"
}

# Sets `text` to the frame in the file $1 whose time has come, and empties `due` if no refresh is
# needed yet. Whatever is not as it should be ends the reading.
__claude_status_read() {
  local word lines at=${__claude_status_at:-1} start refresh_at
  [[ -f $1 && -r $1 && -O $1 ]] && __claude_status_lines "$1" || return 0
  word=${lines[0]-}
  [[ ${#word} -le 25 && $word == *[0123456789]' '[0123456789]* ]] || return 0
  refresh_at=${word##* }
  [[ ${#refresh_at} -le 12 && ${word%" $refresh_at"} != *[!0123456789]* ]] || return 0
  [[ $refresh_at != *[!0123456789]* ]] || return 0
  # Begin at the frame shown before: mostly it still is the one, or the next is.
  start=$at
  while :; do
    word=${lines[at]-}
    [[ ${#word} -le 1024 ]] || word=
    word=${word%% *}
    if [[ -n $word && ${#word} -le 12 && $word != *[!0123456789]* && 10#$word -le $now ]]; then
      at=$((at + 1))
    elif [[ $at -eq $start && $at -gt 1 ]]; then
      at=1 start=1
    else
      break
    fi
  done
  [[ $at -gt 1 ]] || return 0
  __claude_status_at=$((at - 1))
  word=${lines[at - 1]}
  [[ $word != *' '* ]] || text=${word#* }
  [[ 10#$refresh_at -le $now ]] || due=''
}

# ==================================================================================================
# Refresh
#

# Starts one refresh, if this slot of 15 seconds is still to be had. What cannot be recorded is not
# asked: no slot, no refresh. A shell inside Claude Code asks nothing: Claude Code tells by itself.
__claude_status_refresh() {
  local slot=$account/kick.$((now / 15)) try owned=$cache
  [[ -z ${CLAUDECODE-} && -x ${__claude_status_program-} ]] || return 0
  if [[ -e $account ]]; then
    try=$slot
    [[ -O $account && -w $account && ! -e $slot ]] || return 0
  else
    # Never in a place that is someone else's, such as the user's home under `sudo -s`.
    try=$account
    [[ -e $owned ]] || owned=${cache%/*}
    [[ -e $owned ]] || owned=${HOME-}
    [[ -O $owned ]] || return 0
  fi
  # Where it fails it would fail at every prompt, and every try costs a process.
  [[ ${__claude_status_tried-} != "$try" ]] || return 0
  __claude_status_tried=$try
  # The doubled subshell keeps the job table and `$!` clean, and noclobber and the umask ours alone.
  (
    (
      umask 077
      [[ -e $account ]] || command mkdir -p -- "$account"
      set -C
      : >"$slot" || exit
      # A refresh sweeps the slots before its own. A hundred of them: no refresh has run for long.
      set -- "$account"/kick.*
      (($# < 100)) || command rm -f -- "$@"
      exec "$__claude_status_program" refresh --background --for prompt
    ) &
  ) </dev/null >/dev/null 2>&1
}

# ==================================================================================================
# Hook
#

__claude_status_hook() {
  local exit_status=$? directory=/default cache account dialect now text='' due=''
  cache=${CLAUDE_STATUS_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-.}/.cache}/claude-status}
  if [[ $cache == /* ]] && { [[ -z ${CLAUDE_CONFIG_DIR-} ]] || __claude_status_directory; }; then
    account=$cache/at$directory/@ due=yes
    __claude_status_clock
    __claude_status_dialect
    __claude_status_read "$account/frames/$dialect"
  fi
  CLAUDE_STATUS=$text
  if [[ ${STARSHIP_SHELL-} == bash ]]; then
    builtin export CLAUDE_STATUS
  else
    builtin export -n CLAUDE_STATUS
  fi
  [[ -z $due ]] || __claude_status_refresh
  # Under `set -e` a prompt must not end the shell, whatever the last command was.
  [[ $- != *e* ]] || exit_status=0
  return "$exit_status"
}

# Puts the hook before whatever else runs at the prompt, for that may draw it. Twice is once.
__claude_status_hook_up() {
  local hook='__claude_status_hook 2> /dev/null'
  if [[ -n ${BLE_VERSION-} ]]; then
    # In front, where ble.sh knows of that.
    blehook PRECMD+-=__claude_status_hook 2>/dev/null || blehook PRECMD+=__claude_status_hook
    return 0
  fi
  case "${PROMPT_COMMAND[*]-} ${precmd_functions[*]-} ${STARSHIP_PROMPT_COMMAND-}" in
    *__claude_status_hook*) return 0 ;;
  esac
  if [[ -n ${bash_preexec_imported-}${__bp_imported-} ]]; then
    precmd_functions=(__claude_status_hook ${precmd_functions[@]+"${precmd_functions[@]}"})
    return 0
  fi
  # A readonly PROMPT_COMMAND, as some servers have it, would end the whole of ~/.bashrc here.
  builtin printf -v PROMPT_COMMAND '%s' "${PROMPT_COMMAND-}" 2>/dev/null || return 0
  # Bash gives each element its own `$?` and PIPESTATUS; but only from 5.1 on, and exports no array.
  # shellcheck disable=SC2128,SC2178
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 501)) ||
    [[ -z ${PROMPT_COMMAND[*]} || ${PROMPT_COMMAND@a} == x ]]; then
    PROMPT_COMMAND="$hook${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
  else
    PROMPT_COMMAND=("$hook" "${PROMPT_COMMAND[@]}")
  fi
}

\builtin shopt "$__claude_status_aliases" expand_aliases
__claude_status_hook_up
