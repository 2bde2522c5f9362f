# claude-status-place.zsh - the line at the right of the prompt of zsh, whatever draws that
#
# The block that `claude-status install zsh` writes sources this below claude-status.zsh. Nothing
# here runs under options of our own, since whether the prompt expands variables is the user's.
#
# Many themes set RPROMPT anew at every prompt, or when an idle one is drawn again: so it is looked
# at after all other hooks, and once more as a line begins to be edited. Who names CLAUDE_STATUS in
# a prompt, or in a function, has placed it by hand.

# Puts the line where it is not yet, leaving `$?` as it was; a word makes it draw the prompt again.
__claude_status_place() {
  local exit_status=$?
  __claude_status_placing "$@"
  return $exit_status
}

__claude_status_placing() {
  local -a own
  [[ ${STARSHIP_SHELL-} != zsh ]] || return 0
  if (( ${+functions[p10k]} )); then
    own=(${_POWERLEVEL9K_LEFT_PROMPT_ELEMENTS-} ${_POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS-})
    [[ -z $own || "$own" == *claude_status* ]] && return 0
    POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=($_POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS claude_status)
    p10k reload
    return 0
  fi
  if (( ${+functions[spaceship::section]} )); then
    [[ "${SPACESHIP_PROMPT_ORDER-} ${SPACESHIP_RPROMPT_ORDER-}" == *claude_status* ]] && return 0
    SPACESHIP_CLAUDE_STATUS_ASYNC=false
    spaceship_claude_status() { spaceship::section --color default "$CLAUDE_STATUS"; }
    SPACESHIP_RPROMPT_ORDER+=(claude_status)
    return 0
  fi
  own=(${(k)functions[(R)*CLAUDE_STATUS*]})
  own=(${own:#*claude?status*})
  [[ -z ${own[1]-} ]] || return 0
  case ${PROMPT-}${RPROMPT-} in
    *CLAUDE_STATUS* | *97v* | *"${CLAUDE_STATUS:-CLAUDE_STATUS}"*) return 0 ;;
  esac
  if [[ -o prompt_subst ]]; then
    RPROMPT='$CLAUDE_STATUS'${RPROMPT:+ $RPROMPT}
  else
    # Without prompt_subst, which is not ours to set since it makes code of data, all of the line
    # has the colour of its highest number.
    RPROMPT='%(98V.%F{%98v}.%(99V.%F{%99v}.))%97v%f'${RPROMPT:+ $RPROMPT}
  fi
  [[ -z ${1-} ]] || zle reset-prompt
}

# A widget: what ran after our hook may have set the prompt.
__claude_status_place_late() { __claude_status_place late; }

[[ " ${precmd_functions[*]-} " == *' __claude_status_place '* ]] ||
  precmd_functions+=(__claude_status_place)
if autoload -Uz +X add-zle-hook-widget 2>/dev/null; then
  add-zle-hook-widget line-init __claude_status_place_late 2>/dev/null
fi
