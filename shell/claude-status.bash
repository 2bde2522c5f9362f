# shellcheck shell=bash disable=SC2034,SC2309 # variables are for others; [[ 10#8 -le 9 ]] is intended
#
# claude-status.bash - how much of the Claude plan is used, in the prompt of bash
#
# Source it in ~/.bashrc, with the program that refreshes what it shows:
#
#   . /path/to/claude-status.bash /path/to/bin/claude-status
#
# It then sets, before every prompt,
#
#   CLAUDE_STATUS   the line, in colours marked as zero-width for readline; empty if nothing is
#                   known. While starship draws the prompt, it is exported, in plain SGR colours.
#
# and you decide where to show it:
#
#   PS1='${CLAUDE_STATUS:+$CLAUDE_STATUS }\w \$ '
#
# or add `left` after the program: then it is put before the prompt unless it is there already, even
# if a theme resets PS1 at each prompt.
#
# No process is started for it: what the line will say from now on was drawn ahead into a file of
# frames, and the hook reads the one whose time has come. When the frames are out of date, it starts
# one refresh in the background and continues with what it has. It never prints anything itself, and
# leaves `$?` as it was.
#
# For bash 3.2, which macOS has, and later. Mirrored by claude-status.zsh, section by section.

# The user's aliases must not affect what is defined here.
\builtin shopt -q expand_aliases && __claude_status_aliases=-s || __claude_status_aliases=-u
\builtin shopt -u expand_aliases

# ==================================================================================================
# Program
#

# Sets the program from the argument of this file. Without one, `$1` belongs to the file that sources
# this one, and PATH decides, once; another program with this name has no claude-status-py beside it.
# Never from a variable: those may come from anywhere.
__claude_status_find() {
  local __cs_file __cs_folder __cs_path
  __cs_path=${PATH-}:
  __claude_status_program=$1
  [[ $1 != /* || $1 != */claude-status ]] || builtin return 0
  __claude_status_program=
  while [[ -n $__cs_path ]]; do
    __cs_folder=${__cs_path%%:*} __cs_path=${__cs_path#*:}
    __cs_file=$__cs_folder/claude-status
    if [[ $__cs_file == /* && -f $__cs_file && -x $__cs_file && -x $__cs_file-py ]]; then
      __claude_status_program=$__cs_file
      builtin return 0
    fi
  done
}
__claude_status_find "${1-}"

# ==================================================================================================
# View
#

# What was found for this environment: which frames, of which account, beside which login.
__claude_status_key='' __claude_status_cache='' __claude_status_account=''
__claude_status_login='' __claude_status_file=''

# Sets `__cs_now`.
if ((BASH_VERSINFO[0] >= 5)); then
  __claude_status_clock() { __cs_now=${EPOCHSECONDS:-0}; }
elif ((BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 2)); then
  __claude_status_clock() { builtin printf -v __cs_now '%(%s)T' -1; }
else
  # One `date`, then the shell's own counter; and another `date` if that counter has been reset.
  __claude_status_clock() {
    if ((SECONDS < ${__claude_status_seconds:-SECONDS + 1})); then
      __claude_status_epoch=$(($(command date +%s 2>/dev/null || builtin printf 0) - SECONDS))
    fi
    __claude_status_seconds=$SECONDS
    __cs_now=$((__claude_status_epoch + SECONDS))
  }
fi

# Sets `__cs_directory` to CLAUDE_CONFIG_DIR as it is used in paths, or fails: accounts must never
# mix, so a directory without a single absolute name has no account, and neither has //default,
# another name for the default one.
__claude_status_directory() {
  __cs_directory=$CLAUDE_CONFIG_DIR
  while [[ $__cs_directory == */ ]]; do __cs_directory=${__cs_directory%/}; done
  case $__cs_directory/ in [!/]* | */./* | */../*) builtin return 1 ;; esac
  [[ ${__cs_directory%/default} == *[!/]* ]] || builtin return 1
}

# Sets `__cs_dialect` to the one that the terminal, and the program that draws the prompt, can show.
__claude_status_dialect() {
  __cs_dialect=bash
  [[ ${STARSHIP_SHELL-} != bash ]] || __cs_dialect=starship
  [[ -z ${NO_COLOR-} && ${TERM-} != dumb ]] || __cs_dialect=plain
  case ${LC_ALL:-${LC_CTYPE:-${LANG-}}} in
    *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) ;;
    *) __cs_dialect=ascii ;;
  esac
}

# Finds the frames for the environment in `__cs_key`; none if the directory has no account.
__claude_status_locate() {
  local __cs_directory __cs_dialect
  __cs_directory=/default
  __claude_status_key=$__cs_key __claude_status_file='' __claude_status_head=''
  __claude_status_cache=${CLAUDE_STATUS_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-.}/.cache}/claude-status}
  [[ $__claude_status_cache == /* ]] || builtin return 0
  [[ -z ${CLAUDE_CONFIG_DIR-} ]] || __claude_status_directory || builtin return 0
  __claude_status_account=$__claude_status_cache/at$__cs_directory/@
  __claude_status_login=$__cs_directory/.credentials.json
  [[ -n ${CLAUDE_CONFIG_DIR-} ]] || __claude_status_login=${HOME-}/.claude/.credentials.json
  __claude_status_dialect
  __claude_status_file=$__claude_status_account/frames/$__cs_dialect
}

# ==================================================================================================
# Frames
#

# What was read last: how the file began, the text, from when until when it is valid, when a refresh
# is due, and for which slot it was tried since. No two successive files begin alike.
__claude_status_head='' __claude_status_text='' __claude_status_looked=''
__claude_status_from=0 __claude_status_until=0 __claude_status_refresh_at=0

# Reads the frame whose time has come from the file that begins with `__cs_head`. Anything invalid
# ends the reading. A first line that is not ours may be of any size: then nothing is read.
__claude_status_read() {
  local __cs_word __cs_lines __cs_at
  __claude_status_head='' __claude_status_text='' __claude_status_refresh_at=0 __claude_status_looked=''
  [[ $__cs_head == 'claude-status 2 '*$'\n'* ]] || builtin return 0
  if ((BASH_VERSINFO[0] >= 5)); then
    builtin mapfile -t -n 64 __cs_lines <"$__claude_status_file"
  else
    IFS=$'\n' builtin read -r -d '' -n 65536 -a __cs_lines <"$__claude_status_file" || builtin :
  fi
  __cs_word=${__cs_lines[0]-}
  [[ ${#__cs_word} -le 41 && $__cs_word == 'claude-status 2 '[0123456789]*' '[0123456789]* ]] ||
    builtin return 0
  __cs_word=${__cs_word#claude-status 2 }
  [[ ${__cs_word/ /} != *[!0123456789]* ]] || builtin return 0
  __cs_word=${__cs_word#* }
  [[ ${#__cs_word} -le 12 ]] || builtin return 0
  __claude_status_refresh_at=$((10#$__cs_word))
  __cs_at=0
  while builtin :; do
    __cs_at=$((__cs_at + 1))
    __claude_status_until=999999999999
    __cs_word=${__cs_lines[__cs_at]-}
    [[ ${#__cs_word} -le 1024 ]] || builtin break
    __cs_word=${__cs_word%% *}
    [[ -n $__cs_word && ${#__cs_word} -le 12 && $__cs_word != *[!0123456789]* ]] || builtin break
    __claude_status_until=$((10#$__cs_word))
    ((__claude_status_until <= __cs_now)) || builtin break
    __claude_status_from=$__claude_status_until
  done
  if ((__cs_at == 1)); then
    __claude_status_refresh_at=0
    builtin return 0
  fi
  __cs_word=${__cs_lines[__cs_at - 1]}
  [[ $__cs_word != *' '* ]] || __claude_status_text=${__cs_word#* }
  __claude_status_head=$__cs_head
}

# ==================================================================================================
# Refresh
#

# Starts one refresh, if this slot of 15 seconds is still free. A call that cannot be recorded is not
# made: no slot, no refresh. A shell inside Claude Code starts none: Claude Code passes on its numbers.
__claude_status_refresh() {
  local __cs_slot __cs_try __cs_owned __cs_account
  __claude_status_looked=$((__cs_now / 15))
  __cs_account=$__claude_status_account __cs_owned=$__claude_status_cache
  __cs_slot=$__cs_account/kick.$__claude_status_looked
  [[ -z ${CLAUDECODE-} && -f ${__claude_status_program-} && -x $__claude_status_program ]] ||
    builtin return 0
  if [[ -e $__cs_account ]]; then
    __cs_try=$__cs_slot
    [[ -O $__cs_account && -w $__cs_account && ! -e $__cs_slot ]] || builtin return 0
  else
    # Never in a place that is someone else's, such as the user's home under `sudo -s`.
    __cs_try=$__cs_account
    [[ -e $__cs_owned ]] || __cs_owned=${__cs_owned%/*}
    [[ -e $__cs_owned ]] || __cs_owned=${HOME-}
    [[ -O $__cs_owned ]] || builtin return 0
  fi
  # If it fails, it would fail at every prompt, and every attempt costs a process.
  [[ ${__claude_status_tried-} != "$__cs_try" ]] || builtin return 0
  __claude_status_tried=$__cs_try
  # The double subshell keeps the job table and `$!` clean, and noclobber and the umask to itself.
  (
    (
      umask 077
      [[ -e $__cs_account ]] || command mkdir -p -- "$__cs_account"
      set -C
      builtin : >"$__cs_slot" || exit
      # A refresh removes the slots before its own. A hundred of them: none has run for a long time.
      set -- "$__cs_account"/kick.*
      (($# < 100)) || command rm -f -- "${@%"$__cs_slot"}"
      builtin cd / || exit # which keeps no folder of the user's busy
      exec "$__claude_status_program" refresh --background --for prompt
    ) &
  ) </dev/null >/dev/null 2>&1
}

# ==================================================================================================
# Hook
#

# The locals have a prefix, since nothing can shadow a name that the user has made readonly; they are
# set separately from their declaration, since `set -o keyword` changes assignments in arguments.
__claude_status_hook() {
  __claude_status_exit=$?
  local __cs_now __cs_head __cs_key
  __claude_status_clock
  __cs_key=${CLAUDE_STATUS_CACHE_DIR-}$'\n'${XDG_CACHE_HOME-}$'\n'${HOME-}$'\n'${CLAUDE_CONFIG_DIR-}
  __cs_key+=$'\n'${STARSHIP_SHELL-}$'\n'${NO_COLOR-}$'\n'${TERM-}$'\n'${LC_ALL:-${LC_CTYPE:-${LANG-}}}
  [[ $__cs_key == "${__claude_status_key-}" ]] || __claude_status_locate
  __cs_head=''
  # Not a file of another user's, and nothing that waits, such as a pipe.
  [[ ! -f ${__claude_status_file-} || ! -r $__claude_status_file || ! -O $__claude_status_file ]] ||
    builtin read -r -d '' -n 64 __cs_head <"$__claude_status_file" || builtin :
  # What was read last is valid for a while, unless the file is another one by now.
  [[ $__cs_now -ge ${__claude_status_from:-0} && $__cs_now -lt ${__claude_status_until:-0} &&
    -n ${__claude_status_head-} && $__cs_head == "$__claude_status_head" ]] || __claude_status_read
  CLAUDE_STATUS=$__claude_status_text
  if [[ ${STARSHIP_SHELL-} == bash ]]; then
    builtin export CLAUDE_STATUS
  else
    builtin export -n CLAUDE_STATUS
  fi
  # A login that is newer than the frames may be another account's.
  [[ -z $__claude_status_file || $__cs_now -lt $__claude_status_refresh_at &&
    ! $__claude_status_login -nt $__claude_status_file ||
    $((__cs_now / 15)) == "${__claude_status_looked-}" ]] || __claude_status_refresh
  [[ -z ${__claude_status_side-} ]] || __claude_status_place_last
  # Under `set -e` a prompt must not end the shell, whatever the last command was.
  [[ $- != *e* ]] || __claude_status_exit=0
  builtin return "$__claude_status_exit"
}

# Puts the hook before whatever else runs at the prompt, as that may draw it. Idempotent.
__claude_status_hook_up() {
  local __cs_hook
  # Before an `&&`, the status that it keeps sets off no ERR trap. No function is named like `((1))`.
  __cs_hook='__claude_status_hook 2> /dev/null && ((1))'
  if [[ -n ${BLE_VERSION-} ]]; then
    # In front, if ble.sh supports that.
    blehook PRECMD+-=__claude_status_hook 2>/dev/null || blehook PRECMD+=__claude_status_hook
    # PROMPT_COMMAND may be over when ble.sh attaches from there.
    [[ -z $__claude_status_side ]] || blehook PRECMD!=__claude_status_place 2>/dev/null
    # Below `ble-attach` the first prompt is on the screen already: draw it again.
    [[ -z ${BLE_ATTACHED-}${_ble_attached-} ]] ||
      { ble/prompt/clear && ble/textarea#render && ble/util/buffer.flush; } 2>/dev/null
    builtin return 0
  fi
  case "${PROMPT_COMMAND[*]-} ${precmd_functions[*]-} ${STARSHIP_PROMPT_COMMAND-}" in
    *__claude_status_hook*) builtin return 0 ;;
  esac
  if [[ -n ${bash_preexec_imported-}${__bp_imported-} ]]; then
    precmd_functions=(__claude_status_hook ${precmd_functions[@]+"${precmd_functions[@]}"})
    builtin return 0
  fi
  # A readonly PROMPT_COMMAND, as on some servers, would end the whole ~/.bashrc here.
  builtin printf -v PROMPT_COMMAND '%s' "${PROMPT_COMMAND-}" 2>/dev/null || builtin return 0
  # Each element of an array gets its own `$?` and PIPESTATUS; but bash has that only from 5.1 on, and
  # does not export arrays.
  # shellcheck disable=SC2128,SC2178
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 501)) ||
    [[ -z "${PROMPT_COMMAND[*]}" || ${PROMPT_COMMAND@a} == x ]]; then
    PROMPT_COMMAND="$__cs_hook${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
  else
    PROMPT_COMMAND=("$__cs_hook" "${PROMPT_COMMAND[@]}")
  fi
}

# ==================================================================================================
# Place
#

# Whether the line is in PS1 already: by name, as text, or in a function that PS1 calls.
# shellcheck disable=SC2016 # PS1 contains exactly this text
__claude_status_is_placed() {
  local IFS=$'\n' __cs_name
  [[ $PS1 != *CLAUDE_STATUS* ]] || builtin return 0
  [[ -z $CLAUDE_STATUS || $PS1 != *"$CLAUDE_STATUS"* ]] || builtin return 0
  [[ $PS1 == *'$('* || $PS1 == *'`'* ]] || builtin return 1
  for __cs_name in $(builtin compgen -A function); do
    [[ $__cs_name != __claude_status_* && $PS1 == *"$__cs_name"* ]] || builtin continue
    [[ $(builtin declare -f "$__cs_name") != *CLAUDE_STATUS* ]] || builtin return 0
  done
  builtin return 1
}

# Sets `__cs_rest` to PS1 from its first row with text on: many prompts begin with an empty row, some
# with a title for the window before it.
__claude_status_first_row() {
  local __cs_here
  __cs_rest=$PS1 __cs_here=$PS1
  while builtin :; do
    case $__cs_here in
      '\n'*) __cs_here=${__cs_here#??} __cs_rest=$__cs_here ;;
      $'\n'*) __cs_here=${__cs_here#?} __cs_rest=$__cs_here ;;
      '\['*'\]'*) __cs_here=${__cs_here#*'\]'} ;;
      *) builtin return 0 ;;
    esac
  done
}

# Puts the line before the prompt, whenever PS1 has been reset. An empty PS1 stays empty: that is how
# scripts recognize a non-interactive shell.
__claude_status_place() {
  __claude_status_exit=$?
  local __cs_rest
  if [[ -n ${PS1-} && $PS1 != "${__claude_status_seen-}" && ${STARSHIP_SHELL-} != bash ]] &&
    builtin shopt -q promptvars; then
    if ! __claude_status_is_placed; then
      __claude_status_first_row
      PS1=${PS1%"$__cs_rest"}'${CLAUDE_STATUS:+$CLAUDE_STATUS }'$__cs_rest
    fi
    __claude_status_seen=$PS1
  fi
  [[ $- != *e* ]] || __claude_status_exit=0
  builtin return "$__claude_status_exit"
}

# Moves that after whatever else runs at the prompt, as that may set PS1. What is added later counts
# from the next prompt on: bash works through the list as it was at the start. ble.sh runs
# PROMPT_COMMAND after its own hooks, and hides it in between: there it is checked at each prompt.
# shellcheck disable=SC2128,SC2178 # one string, or the one element of an array
__claude_status_place_last() {
  local __cs_place __cs_each __cs_others
  __cs_place='__claude_status_place 2> /dev/null && ((1))' __cs_others=()
  if [[ " ${precmd_functions[*]-} " == *' __claude_status_hook '* ]]; then
    for __cs_each in "${precmd_functions[@]}"; do
      [[ $__cs_each == __claude_status_place ]] || __cs_others+=("$__cs_each")
    done
    precmd_functions=("${__cs_others[@]}" __claude_status_place)
  elif [[ -n ${PROMPT_COMMAND[1]+set} ]]; then
    for __cs_each in "${PROMPT_COMMAND[@]}"; do
      [[ $__cs_each == "$__cs_place" ]] || __cs_others+=("$__cs_each")
    done
    PROMPT_COMMAND=("${__cs_others[@]}" "$__cs_place")
  elif [[ -z ${PROMPT_COMMAND-} ]]; then
    PROMPT_COMMAND=$__cs_place
  elif [[ $PROMPT_COMMAND != *"$__cs_place" ]]; then
    __cs_each=${PROMPT_COMMAND//"$__cs_place; "/}
    __cs_each=${__cs_each//"; $__cs_place"/}
    # Theirs may end in a separator, as that of `PROMPT_COMMAND="history -a; $PROMPT_COMMAND"` does.
    while [[ $__cs_each == *[[:space:]] ]]; do __cs_each=${__cs_each%?}; done
    [[ -z $__cs_each || $__cs_each == *[\;\&] ]] || __cs_each+=';'
    PROMPT_COMMAND="$__cs_each $__cs_place"
  fi
}

\builtin shopt "$__claude_status_aliases" expand_aliases
__claude_status_side=
[[ ${2-} != left ]] || __claude_status_side=left
__claude_status_hook_up
[[ -z $__claude_status_side || "${PROMPT_COMMAND[*]-}" != *__claude_status_hook* ]] || __claude_status_place_last
