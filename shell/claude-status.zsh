# claude-status.zsh - how much of the Claude plan is used, in the prompt of zsh
#
# Source it in ~/.zshrc, with the program that refreshes what it shows:
#
#   . /path/to/claude-status.zsh /path/to/bin/claude-status
#
# It then sets, before every prompt,
#
#   CLAUDE_STATUS   the line, in zsh's own colours; empty if nothing is known. While starship draws
#                   the prompt, it is exported, in plain SGR colours.
#   psvar[97]       the same without colours, for %97v; psvar[98] or psvar[99] holds its colour, for
#                   %F{%98v}, while it is critical, or a warning
#   a segment       for powerlevel10k, claude_status, with the states NORMAL, WARNING and CRITICAL
#
# and you decide where to show it:
#
#   setopt prompt_subst; RPROMPT='$CLAUDE_STATUS'
#   RPROMPT='%(97V.%97v.)'
#   POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS+=(claude_status)
#
# No process is started for it: what the line will say from now on was drawn ahead into a file of
# frames, and the hook reads the one whose time has come. When the frames are out of date, it starts
# one refresh in the background and continues with what it has; when that ends and the line has
# changed, a waiting prompt is redrawn. It never prints anything itself, and leaves `$?` as it was.
#
# For zsh 5.1 and later. Mirrored by claude-status.bash, section by section. As an oh-my-zsh plugin:
# $ZSH_CUSTOM/plugins/claude-status/claude-status.plugin.zsh, a link to this file.

# The user's options and aliases must not affect what is defined here: read this file again with
# zsh's defaults, which the functions then keep. Quoted words are not aliases. In a C locale %x has
# escapes, $0 has none.
'builtin' 'test' -n "${__cs_file-}" || __cs_file=${(%):-%x} 'builtin' 'emulate' zsh \
  -o no_aliases -o extended_glob -o no_auto_name_dirs \
  -c '[[ -r $__cs_file ]] || __cs_file=$0; builtin source "$__cs_file" "$@" 2>/dev/null'
'builtin' 'test' -n "${__cs_file-}" || 'builtin' 'return' 0

# ==================================================================================================
# Program
#

builtin zmodload zsh/datetime zsh/system 2>/dev/null || builtin return 0

# Sets the program from the argument of this file. Without one, `$1` belongs to the file that sources
# this one, and PATH decides, once; another program with this name has no claude-status-py beside it.
# Never from a variable: those may come from anywhere.
__claude_status_find() {
  local __cs_file __cs_folder
  typeset -g __claude_status_program=$1
  [[ $1 != /* || $1 != */claude-status ]] || builtin return 0
  __claude_status_program=
  for __cs_folder in $path; do
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
typeset -g __claude_status_key= __claude_status_cache= __claude_status_account=
typeset -g __claude_status_login= __claude_status_file=

# Sets `__cs_directory` to CLAUDE_CONFIG_DIR as it is used in paths, or fails: accounts must never
# mix, so a directory without a single absolute name has no account, and neither has //default,
# another name for the default one.
__claude_status_directory() {
  __cs_directory=${CLAUDE_CONFIG_DIR%%/#}
  case $__cs_directory/ in [!/]* | */./* | */../*) builtin return 1 ;; esac
  [[ ${__cs_directory%/default} == *[!/]* ]] || builtin return 1
}

# Sets `__cs_dialect` to the one that the terminal, and the program that draws the prompt, can show.
__claude_status_dialect() {
  __cs_dialect=zsh
  [[ ${STARSHIP_SHELL-} != zsh ]] || __cs_dialect=starship
  [[ -z ${NO_COLOR-} && ${TERM-} != dumb ]] || __cs_dialect=plain
  case ${LC_ALL:-${LC_CTYPE:-${LANG-}}} in
    *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) ;;
    *) __cs_dialect=ascii ;;
  esac
}

# Finds the frames for the environment in `__cs_key`; none if the directory has no account.
__claude_status_locate() {
  local __cs_directory=/default __cs_dialect
  typeset -g __claude_status_key=$__cs_key __claude_status_file= __claude_status_head=
  typeset -g __claude_status_cache=${CLAUDE_STATUS_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-.}/.cache}/claude-status}
  [[ $__claude_status_cache == /* ]] || builtin return 0
  [[ -z ${CLAUDE_CONFIG_DIR-} ]] || __claude_status_directory || builtin return 0
  typeset -g __claude_status_account=$__claude_status_cache/at$__cs_directory/@
  typeset -g __claude_status_login=$__cs_directory/.credentials.json
  [[ -n ${CLAUDE_CONFIG_DIR-} ]] || __claude_status_login=${HOME-}/.claude/.credentials.json
  __claude_status_dialect
  __claude_status_file=$__claude_status_account/frames/$__cs_dialect
}

# ==================================================================================================
# Frames
#

# What was read last: how the file began, the text, from when until when it is valid, when a refresh
# is due, and for which slot it was tried since. No two successive files begin alike.
typeset -g __claude_status_head= __claude_status_text= __claude_status_looked=
typeset -g __claude_status_from=0 __claude_status_until=0 __claude_status_refresh_at=0

# Reads the frame whose time has come from the file that begins with `__cs_head`. Anything invalid
# ends the reading. A first line that is not ours may be of any size: then nothing is read.
__claude_status_read() {
  local __cs_word
  local -a __cs_lines
  local -i __cs_at=1
  typeset -g __claude_status_head= __claude_status_text= __claude_status_refresh_at=0 __claude_status_looked=
  [[ $__cs_head == 'claude-status 2 '*$'\n'* ]] || builtin return 0
  sysread -s 65536 __cs_word <$__claude_status_file
  __cs_lines=("${(@f)__cs_word}")
  __cs_word=${__cs_lines[1]#claude-status 2 }
  [[ $__cs_word == <->' '<-> && $#__cs_word -le 25 && ${#__cs_word#* } -le 12 ]] || builtin return 0
  typeset -g __claude_status_refresh_at=${__cs_word#* }
  while builtin :; do
    __cs_at+=1
    typeset -g __claude_status_until=999999999999
    __cs_word=${__cs_lines[__cs_at]-}
    [[ $#__cs_word -le 1024 ]] || builtin break
    __cs_word=${__cs_word%% *}
    [[ $__cs_word == <-> && $#__cs_word -le 12 ]] || builtin break
    __claude_status_until=$__cs_word
    [[ $__claude_status_until -le $__cs_now ]] || builtin break
    typeset -g __claude_status_from=$__claude_status_until
  done
  if [[ $__cs_at -eq 2 ]]; then
    __claude_status_refresh_at=0
    builtin return 0
  fi
  __cs_word=${__cs_lines[__cs_at - 1]}
  [[ $__cs_word != *' '* ]] || __claude_status_text=${__cs_word#* }
  typeset -g __claude_status_head=$__cs_head
}

# ==================================================================================================
# Refresh
#

# Starts one refresh, if this slot of 15 seconds is still free. A call that cannot be recorded is not
# made: no slot, no refresh. A shell inside Claude Code starts none: Claude Code passes on its numbers.
__claude_status_refresh() {
  local __cs_account=$__claude_status_account __cs_owned=$__claude_status_cache __cs_slot __cs_try
  local -i __cs_fd
  typeset -g __claude_status_looked=$((__cs_now / 15))
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
  typeset -g __claude_status_tried=$__cs_try
  # The subshell keeps the pipe open on descriptor 3 until the refresh is over: the program itself
  # closes all its streams at once.
  exec {__cs_fd}< <(
    (
      umask 077
      [[ -e $__cs_account ]] || command mkdir -p -- $__cs_account
      setopt no_clobber
      builtin : >$__cs_slot || exit
      # A refresh removes the slots before its own. A hundred of them: none has run for a long time.
      set -- $__cs_account/kick.*
      (($# < 100)) || command rm -f -- ${@:#$__cs_slot}
      builtin cd -q / || exit # which keeps no folder of the user's busy
      $__claude_status_program refresh --background --for prompt 3>&-
      builtin : # or zsh would exec the last command
    ) 3>&1 </dev/null >/dev/null 2>&1 &
  )
  if [[ -o zle ]]; then
    zle -N __claude_status_ended
    zle -Fw $__cs_fd __claude_status_ended
  else
    exec {__cs_fd}<&-
  fi
}

# A widget: the refresh that this shell started is over, and with it the pipe $1.
__claude_status_ended() {
  local -i __cs_fd=$1
  local __cs_before=${CLAUDE_STATUS-}
  zle -F $__cs_fd
  exec {__cs_fd}<&-
  __claude_status_hook idle
  # While a command continues on the next line, there is no prompt of ours to redraw.
  [[ $CLAUDE_STATUS == "$__cs_before" || $CONTEXT != start ]] || zle .reset-prompt
}

# ==================================================================================================
# Hook
#

# Sets the forms of the text: for a prompt, without colours, and as one state.
__claude_status_dress() {
  local __cs_text=$__claude_status_text
  typeset -g __claude_status_dressed=$__cs_dressed __claude_status_psvar=
  typeset -g __claude_status_prompt=$__cs_text __claude_status_plain=$__cs_text
  typeset -g __claude_status_state=${__cs_text:+NORMAL}
  case ${__claude_status_file##*/} in
    # Of "%%f" the first two belong together. A backreference would set `match`, which is the user's.
    zsh)
      __cs_text=${__cs_text//\%\%/$'\1'}
      __claude_status_plain=${${__cs_text//\%(F\{[^\}]#\}|\{[^\%]#\%\}|[fBb])/}//$'\1'/%}
      ;;
    starship) __claude_status_plain=${__cs_text//$'\e'\[[0-9;]#m/} ;;
    # With prompt_bang a `!`, the mark of a critical number, would be a history number.
    *)
      [[ ${STARSHIP_SHELL-} == zsh ]] || __claude_status_prompt=${${__cs_text//\%/%%}//\!/\*}
      ;;
  esac
  # The level of a number is in the marks after it, which zsh does not print, not in its colour.
  case $__cs_text in
    *%\{%\}%\{%\}*)
      __claude_status_state=CRITICAL
      __cs_text=${__cs_text%%\%\{\%\}\%\{\%\}*}
      ;;
    *%\{%\}*)
      __claude_status_state=WARNING
      __cs_text=${__cs_text%%\%\{\%\}*}
      ;;
  esac
  typeset -g __claude_status_colour=default
  [[ $__cs_text != *%f(%b|) ]] || __claude_status_colour=${${__cs_text##*\%F\{}%%\}*}
}

# Zsh itself restores `$?` after a hook.
__claude_status_hook() {
  local __cs_head __cs_key __cs_dressed
  local -i __cs_now=EPOCHSECONDS
  __cs_key=${CLAUDE_STATUS_CACHE_DIR-}$'\n'${XDG_CACHE_HOME-}$'\n'${HOME-}$'\n'${CLAUDE_CONFIG_DIR-}
  __cs_key+=$'\n'${STARSHIP_SHELL-}$'\n'${NO_COLOR-}$'\n'${TERM-}$'\n'${LC_ALL:-${LC_CTYPE:-${LANG-}}}
  [[ $__cs_key == "${__claude_status_key-}" ]] || __claude_status_locate
  # Not a file of another user's, and nothing that waits, such as a pipe.
  [[ ! -f ${__claude_status_file-} || ! -r $__claude_status_file || ! -O $__claude_status_file ]] ||
    sysread -s 64 __cs_head <$__claude_status_file
  # What was read last is valid for a while, unless the file is another one by now.
  [[ $__cs_now -ge ${__claude_status_from:-0} && $__cs_now -lt ${__claude_status_until:-0} &&
    -n ${__claude_status_head-} && $__cs_head == "$__claude_status_head" ]] || __claude_status_read
  __cs_dressed=${STARSHIP_SHELL-}/$__claude_status_file/$__claude_status_text
  [[ ${__claude_status_dressed-} == "$__cs_dressed" ]] || __claude_status_dress
  # It may have been replaced since. It may be readonly, and an error would end the hook.
  if [[ ${psvar[97]-}/${psvar[98]-}/${psvar[99]-} != "${__claude_status_psvar-}" &&
    ${(t)psvar} != *readonly* ]]; then
    psvar[97]=${__claude_status_plain-} psvar[98]= psvar[99]=
    case ${__claude_status_state-} in
      CRITICAL) psvar[98]=$__claude_status_colour ;;
      WARNING) psvar[99]=$__claude_status_colour ;;
    esac
    typeset -g __claude_status_psvar=$psvar[97]/$psvar[98]/$psvar[99]
  fi
  if [[ ${STARSHIP_SHELL-} == zsh ]]; then
    typeset -gx CLAUDE_STATUS=${__claude_status_prompt-}
  else
    typeset -g +x CLAUDE_STATUS=${__claude_status_prompt-}
  fi
  # Not from an idle prompt: what one refresh did not fix, the next would not fix either.
  # A login that is newer than the frames may be another account's.
  [[ -z $__claude_status_file || ${1-} == idle || $__cs_now -lt $__claude_status_refresh_at &&
    ! $__claude_status_login -nt $__claude_status_file ||
    $((__cs_now / 15)) == "${__claude_status_looked-}" ]] || __claude_status_refresh
}

# Shows one of three segments, chosen when the prompt is drawn, so that redrawing is enough. `p10k`
# takes the name of the segment from the name of this function.
prompt_claude_status() {
  local __cs_state
  for __cs_state in NORMAL:green WARNING:yellow CRITICAL:red; do
    p10k segment -s ${__cs_state%:*} -f ${__cs_state#*:} -e -t '${__claude_status_plain//\%/%%}' \
      -c "\${(M)__claude_status_state:#${__cs_state%:*}}"
  done
}

# After whatever else runs at the prompt, as that may set the whole psvar. Idempotent.
typeset -ga precmd_functions
precmd_functions=(${precmd_functions:#__claude_status_hook} __claude_status_hook)
