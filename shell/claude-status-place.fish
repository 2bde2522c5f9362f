# claude-status-place.fish - shows the line beside the fish prompt, whatever draws that
#
#   source /path/to/claude-status-place.fish right
#
# or `left`, below claude-status.fish, as the block that `claude-status install fish` writes does. On
# the left, the line stands before what the prompt has there, in its first row.
#
# conf.d is read before config.fish, and the user's prompt may come from anywhere: so it is placed
# when the first prompt is about to be drawn. If CLAUDE_STATUS is used in a prompt, the user has placed
# it by hand. Theirs always runs first, as it may show $status and $pipestatus.

set -g __claude_status_side "$argv[1]"

function __claude_status_place --on-event fish_prompt
    builtin functions --erase __claude_status_place
    builtin functions fish_prompt fish_right_prompt |
        string match -qri 'claude_status|starship'; and return
    if test "$__claude_status_side" = left
        __claude_status_place_left
    else
        __claude_status_place_right
    end
end

function __claude_status_place_right
    builtin functions --query fish_right_prompt
    and builtin functions --copy fish_right_prompt __claude_status_right
    builtin functions --query __claude_status_right
    or function __claude_status_right
    end
    function fish_right_prompt
        set -l right (__claude_status_right)
        string join --no-empty ' ' (claude_status_prompt) $right
    end
end

function __claude_status_place_left
    builtin functions --query fish_prompt
    and builtin functions --copy fish_prompt __claude_status_left
    builtin functions --query __claude_status_left
    or function __claude_status_left
    end
    function fish_prompt
        set -l rows (__claude_status_left)
        set -l first 1
        if test -n "$CLAUDE_STATUS"
            while test $first -lt (builtin count $rows); and not string match -qr '[^\s\x00]' -- "$rows[$first]"
                set first (builtin math $first + 1)
            end
            # A prompt that fills its row gets the line above it, since fish would cut the row.
            set -l between ' '
            test (string length --visible -- "$CLAUDE_STATUS $rows[$first]") -le "$COLUMNS"
            or set between \n
            set rows[$first] "$CLAUDE_STATUS$between$rows[$first]"
        end
        string join \n -- $rows
    end
end
