# claude-status.zsh - how much of the Claude plan is used, in the prompt of zsh
#
# Source it in ~/.zshrc, with the program that refreshes what it shows:
#
#   . /path/to/claude-status.zsh /path/to/bin/claude-status
#
# From then on there is, at every prompt,
#
#   CLAUDE_STATUS   the line, in zsh's own colours; empty if nothing is known. While starship draws
#                   the prompt, it is exported, in plain SGR colours.
#   psvar[97]       the same without colours, for %97v
#   a segment       for powerlevel10k, claude_status, with the states NORMAL, WARNING and CRITICAL
#
# and where it goes is yours to say:
#
#   setopt prompt_subst; RPROMPT='$CLAUDE_STATUS'
#   RPROMPT='%(97V.%97v.)'
#   POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS+=(claude_status)
#
# No process is started for it: what the line will say from now on was drawn ahead into a file of
# frames, and the hook reads the one whose time has come. When the frames are out of date, it starts
# one refresh in the background and goes on with what it has; when that ends and the line says
# something else, a waiting prompt is drawn again. It never says anything itself, and leaves `$?` as
# it was.
#
# For zsh 5.1 and later. Mirrored by claude-status.bash, section by section. As an oh-my-zsh plugin:
# $ZSH_CUSTOM/plugins/claude-status/claude-status.plugin.zsh, a link to this file.

# The user's options and aliases have no say in what is defined here: read this file once more under
# zsh's own, which the functions then keep. Quoted words are no aliases.
'builtin' 'test' -n "${__claude_status_file-}" ||
  __claude_status_file=${(%):-%x} 'builtin' 'emulate' zsh -o no_aliases -o extended_glob \
    -o no_auto_name_dirs -c 'builtin source "$__claude_status_file" "$@"'
'builtin' 'test' -n "${__claude_status_file-}" || 'builtin' 'return' 0

# ==================================================================================================
# Program
#

builtin zmodload zsh/datetime zsh/system 2>/dev/null || builtin return 0

# Sets the program, from the one argument of this file. Without one, `$1` is that of whoever sources
# this file, and PATH decides, once. Never a variable: those come from anywhere.
__claude_status_find() {
  local folder
  typeset -g __claude_status_program=$1
  [[ $1 != /* || $1 != */claude-status ]] || return 0
  __claude_status_program=
  for folder in $path; do
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

# Sets `directory` to CLAUDE_CONFIG_DIR as it is used in paths, or fails: accounts must never mix,
# so one without a single absolute name has none, nor has //default, the default's by another name.
__claude_status_directory() {
  directory=${CLAUDE_CONFIG_DIR%%/#}
  case $directory/ in [!/]* | */./* | */../*) return 1 ;; esac
  [[ ${directory%/default} == *[!/]* ]] || return 1
}

# Sets `dialect` to the one that the terminal, and whoever draws the prompt, can show.
__claude_status_dialect() {
  dialect=zsh
  [[ ${STARSHIP_SHELL-} != zsh ]] || dialect=starship
  [[ -z ${NO_COLOR-} && ${TERM-} != dumb ]] || dialect=plain
  case ${LC_ALL:-${LC_CTYPE:-${LANG-}}} in
    *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) ;;
    *) dialect=ascii ;;
  esac
}

# ==================================================================================================
# Frames
#

# Sets `text` to the frame in the file $1 whose time has come, and empties `due` if no refresh is
# needed yet. Whatever is not as it should be ends the reading.
__claude_status_read() {
  local buffer page from refresh_at
  local -a lines
  local -i at=2 start=${__claude_status_at:-2} size
  [[ -f $1 && -r $1 && -O $1 ]] || return 0
  # Begin at the frame shown before: mostly it still is the one, or the next is. So mostly a page of
  # the file is enough, unless that frame stood further on; but what ends a page may be half a line.
  for size in $((start < 10 ? 1024 : 65536)) 65536; do
    sysread -s $size page || break
    buffer+=$page at=start
    [[ $buffer == 'claude-status 2 '* ]] || return 0
    lines=("${(@f)buffer}")
    while true; do
      from=${lines[at]%% *}
      if [[ $from == <-> && $#from -le 12 && $from -le $now ]]; then
        at+=1
      elif [[ $at -eq $start && $at -gt 2 ]]; then
        at=2 start=2
      else
        break
      fi
    done
    [[ $at -ge $#lines ]] || break
  done <$1
  refresh_at=${${lines[1]-}##* }
  [[ ${lines[1]-} == 'claude-status 2 '<->' '<-> && $#refresh_at -le 12 && $at -gt 2 ]] || return 0
  typeset -g __claude_status_at=$((at - 1))
  page=${lines[at - 1]}
  [[ $#page -le 1024 ]] || return 0
  [[ $page != *' '* ]] || text=${page#* }
  [[ $refresh_at -le $now ]] || due=
}

# ==================================================================================================
# Refresh
#

# Starts one refresh, if this slot of 15 seconds is still to be had. What cannot be recorded is not
# asked: no slot, no refresh. A shell inside Claude Code asks nothing: Claude Code tells by itself.
__claude_status_refresh() {
  local slot=$account/kick.$((now / 15)) try owned=$cache
  local -i fd
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
  typeset -g __claude_status_tried=$try
  # The subshell holds the pipe open as its third stream until the refresh is over: the program does
  # not, which lets go of all streams at once.
  exec {fd}< <(
    (
      umask 077
      [[ -e $account ]] || command mkdir -p -- $account
      setopt no_clobber
      : >$slot || exit
      # A refresh sweeps the slots before its own. A hundred of them: no refresh has run for long.
      set -- $account/kick.*
      (($# < 100)) || command rm -f -- "$@"
      $__claude_status_program refresh --background --for prompt 3>&-
      true # or zsh would become the last command
    ) 3>&1 </dev/null >/dev/null 2>&1 &
  )
  if [[ -o zle ]]; then
    zle -N __claude_status_ended
    zle -Fw $fd __claude_status_ended
  else
    exec {fd}<&-
  fi
}

# A widget: the refresh that this shell started is over, and with it the pipe $1.
__claude_status_ended() {
  local -i fd=$1
  local before=${CLAUDE_STATUS-}
  zle -F $fd
  exec {fd}<&-
  __claude_status_hook idle
  # Where a command goes on in the next line there is no prompt of ours to draw.
  [[ $CLAUDE_STATUS == "$before" || $CONTEXT != start ]] || zle .reset-prompt
}

# ==================================================================================================
# Hook
#

# Sets what `text` in `dialect` comes to: in a prompt, without colours, and as one state.
__claude_status_dress() {
  typeset -g __claude_status_dressed=${STARSHIP_SHELL-}/$dialect/$text
  typeset -g __claude_status_prompt=$text __claude_status_plain=$text
  typeset -g __claude_status_state=${text:+NORMAL}
  case $dialect in
    # One pass, from the left: of "%%f" it is the first two that belong together.
    zsh) __claude_status_plain=${text//(#b)\%(\%|F\{[a-z]#\}|f)/${(M)match[1]:#\%}} ;;
    starship) __claude_status_plain=${text//$'\e'\[[0-9;]#m/} ;;
    *) [[ ${STARSHIP_SHELL-} == zsh ]] || __claude_status_prompt=${text//\%/%%} ;;
  esac
  case $text in
    *%F\{red\}*) __claude_status_state=CRITICAL ;;
    *%F\{yellow\}*) __claude_status_state=WARNING ;;
  esac
}

# Zsh sees to it that a hook leaves `$?` as it was.
__claude_status_hook() {
  local directory=/default cache account dialect text= due=
  local -i now=EPOCHSECONDS
  cache=${CLAUDE_STATUS_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-.}/.cache}/claude-status}
  if [[ $cache == /* ]] && { [[ -z ${CLAUDE_CONFIG_DIR-} ]] || __claude_status_directory; }; then
    account=$cache/at$directory/@ due=yes
    __claude_status_dialect
    __claude_status_read $account/frames/$dialect
  fi
  [[ ${__claude_status_dressed-} == "${STARSHIP_SHELL-}/$dialect/$text" ]] || __claude_status_dress
  psvar[97]=${__claude_status_plain-}
  if [[ ${STARSHIP_SHELL-} == zsh ]]; then
    typeset -gx CLAUDE_STATUS=${__claude_status_prompt-}
  else
    typeset -g +x CLAUDE_STATUS=${__claude_status_prompt-}
  fi
  # Nobody sits at an idle prompt: what one refresh did not mend, the next would not either.
  [[ -z $due || ${1-} == idle ]] || __claude_status_refresh
}

# Shows one of three segments, and which is decided when the prompt is drawn, so that drawing it
# again is enough. `p10k` knows the name of the segment from the name of this function.
prompt_claude_status() {
  local state
  for state in NORMAL:green WARNING:yellow CRITICAL:red; do
    p10k segment -s ${state%:*} -f ${state#*:} -e -t '${__claude_status_plain//\%/%%}' \
      -c "\${(M)__claude_status_state:#${state%:*}}"
  done
}

# After whatever else runs at the prompt, for that may set psvar as a whole. Twice is once.
typeset -ga precmd_functions
precmd_functions=(${precmd_functions:#__claude_status_hook} __claude_status_hook)
