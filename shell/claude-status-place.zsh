# claude-status-place.zsh - shows the line beside the zsh prompt, whatever draws that
#
#   . /path/to/claude-status-place.zsh right
#
# or `left`, below claude-status.zsh, as the block that `claude-status install zsh` writes does. On the
# left, the line stands before what the prompt has there, in its first row. Nothing here sets options,
# since whether the prompt expands variables is the user's choice.
#
# Many themes reset RPROMPT at every prompt, or when an idle one is redrawn: so it is checked after
# all other hooks, and again when editing of a line begins. If CLAUDE_STATUS is used in a prompt, or
# in a function, the user has placed it by hand.

# Adds the line unless it is there, and leaves `$?` as it was; with an argument, redraws the prompt.
__claude_status_place() {
  local exit_status=$?
  __claude_status_placing "$@"
  return $exit_status
}

# Puts the segment into one of powerlevel10k's lists. It keeps copies from its first prompt on; if that
# is still to come, nothing has to be redrawn. A list that the user has not set is in the copy alone.
__claude_status_place_p10k() {
  local -a left right
  local -i is_drawn=$(( ${+_POWERLEVEL9K_LEFT_PROMPT_ELEMENTS} || ${+_POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS} ))
  if (( is_drawn )); then
    left=(${_POWERLEVEL9K_LEFT_PROMPT_ELEMENTS[@]-}) right=(${_POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS[@]-})
  else
    left=(${POWERLEVEL9K_LEFT_PROMPT_ELEMENTS[@]-}) right=(${POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS[@]-})
    [[ -n "${left[*]}" && -n "${right[*]}" ]] || return 0
  fi
  [[ -z "${left[*]}${right[*]}" || "${left[*]} ${right[*]}" == *claude_status* ]] && return 0
  if [[ $__claude_status_side == left ]]; then
    POWERLEVEL9K_LEFT_PROMPT_ELEMENTS=(claude_status ${left[@]})
  else
    POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=(${right[@]} claude_status)
  fi
  (( ! is_drawn )) || p10k reload
}

__claude_status_placing() {
  local text head
  local -a own
  [[ ${STARSHIP_SHELL-} != zsh ]] || return 0
  if (( ${+functions[p10k]} )); then
    __claude_status_place_p10k
    return 0
  fi
  if (( ${+functions[spaceship::section]} )); then
    [[ "${SPACESHIP_PROMPT_ORDER[*]-} ${SPACESHIP_RPROMPT_ORDER[*]-}" == *claude_status* ]] && return 0
    SPACESHIP_CLAUDE_STATUS_ASYNC=false
    if [[ $__claude_status_side == left ]]; then
      spaceship_claude_status() { spaceship::section --color default --suffix ' ' "$CLAUDE_STATUS"; }
      SPACESHIP_PROMPT_ORDER=(claude_status ${SPACESHIP_PROMPT_ORDER[@]-})
    else
      spaceship_claude_status() { spaceship::section --color default "$CLAUDE_STATUS"; }
      SPACESHIP_RPROMPT_ORDER+=(claude_status)
    fi
    return 0
  fi
  own=(${(k)functions[(R)*CLAUDE_STATUS*]})
  own=(${own[@]:#*claude?status*})
  (( ! ${#own[@]} )) || return 0
  case ${PROMPT-}${RPROMPT-} in
    *CLAUDE_STATUS* | *97v* | *"${CLAUDE_STATUS:-CLAUDE_STATUS}"*) return 0 ;;
  esac
  # Our text would be shown as it is.
  [[ -o prompt_percent ]] || return 0
  # Without prompt_subst, which we must not set since it turns data into code, the whole line has the
  # colour of its highest number.
  text='%(98V.%F{%98v}.%(99V.%F{%99v}.))%97v%f'
  # Their own may be readonly, which the user would be told at each prompt.
  if [[ $__claude_status_side == left ]]; then
    [[ ${(t)PROMPT-} != *readonly* ]] || return 0
    text="%(97V.$text .)"
    [[ ! -o prompt_subst ]] || text='${CLAUDE_STATUS:+$CLAUDE_STATUS }'
    # Many prompts begin with an empty row.
    head=${PROMPT%%[^$'\n']*}
    PROMPT=$head$text${PROMPT#"$head"}
  else
    [[ ${(t)RPROMPT-} != *readonly* ]] || return 0
    [[ ! -o prompt_subst ]] || text='$CLAUDE_STATUS'
    typeset -g RPROMPT
    RPROMPT=$text${RPROMPT:+ $RPROMPT}
  fi
  [[ -z ${1-} ]] || zle reset-prompt
}

# A widget: something that ran after our hook may have set the prompt.
__claude_status_place_late() { __claude_status_place late; }

typeset -g __claude_status_side=${1-right}
[[ " ${precmd_functions[*]-} " == *' __claude_status_place '* ]] ||
  precmd_functions+=(__claude_status_place)
if autoload -Uz +X add-zle-hook-widget 2>/dev/null; then
  add-zle-hook-widget line-init __claude_status_place_late 2>/dev/null
fi
(( ! ${+functions[p10k]} )) || __claude_status_place_p10k
