# claude-status.fish - how much of the Claude plan is used, for the prompt of fish 3.6 or later
#
#   source /path/to/claude-status.fish /path/to/bin/claude-status
#
# in config.fish or a file of conf.d. Both paths are absolute; without the second the program is the
# claude-status on PATH. `claude-status init fish` prints the line as it should be here.
#
# Before each prompt CLAUDE_STATUS is set to a line such as `5h 42% 2h13m · 7d 17%`, with colours,
# or to nothing where nothing is known. It is global, and exported only where starship draws the
# prompt. All that the line will say from now on was drawn ahead into a small file of frames, and
# builtins show the one whose time has come. A process is started only to have old frames drawn
# anew; when it ends, and the line has changed, the waiting prompt is painted again.
#
# To show it on the right (nothing here touches a prompt of yours):
#
#   function fish_right_prompt
#       claude_status_prompt
#   end
#
# Mirrored by claude-status.bash and claude-status.zsh, section by section.

# Prints the line, for use in a prompt, and leaves $status as it was. Scripts know it too: some
# plugins draw prompts in one.
function claude_status_prompt --description 'Print how much of the Claude plan is used'
    set -l __cs_last $status
    builtin printf %s "$CLAUDE_STATUS"
    return $__cs_last
end

status is-interactive; or return 0

# What was inherited is another shell's, and old.
set -g --unexport CLAUDE_STATUS ''

# ==================================================================================================
# Program
#

# Without an argument of ours, PATH decides, once; another program of the name has no
# claude-status-py beside it.
set -g __claude_status_program "$argv[1]"
if not string match -qr '^/(.*/)?claude-status\z' -- "$__claude_status_program"
    set -g __claude_status_program
    for __cs_program in (command -s --all claude-status | string match '/*')
        test -x "$__cs_program-py"; or continue
        set -g __claude_status_program "$__cs_program"
        break
    end
end

# Before 3.6, fish could not tell the time without a process. `path` may be a function of the
# user's, hence `builtin`; the name comes from a variable, since fish 3.4 would not read a file that
# names a builtin it does not know.
begin
    set -l __cs_path path
    contains $__cs_path (builtin --names); and builtin $__cs_path mtime /
end >/dev/null 2>&1
or return 0

# ==================================================================================================
# View
#

# Sets __claude_status_now to the present time in seconds, or fails: the time when a file was written
# and how long ago that was. This file always exists, and hardly ever changes.
function __claude_status_clock
    set -l __cs_path path
    set -l __cs_parts (builtin $__cs_path mtime /; builtin $__cs_path mtime --relative /)
    set -q __cs_parts[2]; or return
    builtin math "$__cs_parts[1] + $__cs_parts[2]" | read -g __claude_status_now
end

# Sets __claude_status_cache, and __claude_status_account to the folder in it for this
# CLAUDE_CONFIG_DIR, or fails. Accounts must never mix, so a directory that has no absolute name of
# its own has no account. Asked for anew at every prompt: direnv and its like change these variables
# from folder to folder.
function __claude_status_account
    set -l __cs_cache "$CLAUDE_STATUS_CACHE_DIR"
    if test -z "$__cs_cache"
        test -n "$XDG_CACHE_HOME$HOME"; or return
        set __cs_cache "$HOME/.cache/claude-status"
        test -z "$XDG_CACHE_HOME"; or set __cs_cache "$XDG_CACHE_HOME/claude-status"
    end
    set -l __cs_directory /default
    if test -n "$CLAUDE_CONFIG_DIR"
        set __cs_directory (string trim --right --chars=/ -- "$CLAUDE_CONFIG_DIR" | string collect)
        switch (string replace -r '^/+' / -- "$__cs_directory/" | string collect)
            case / /default/ '*/./*' '*/../*'
                return 1
        end
    end
    set -g __claude_status_cache "$__cs_cache"
    set -g __claude_status_account "$__cs_cache/at$__cs_directory/@"
    set -g __claude_status_login "$__cs_directory/.credentials.json"
    test -n "$CLAUDE_CONFIG_DIR"; or set -g __claude_status_login "$HOME/.claude/.credentials.json"
    string match -q '/*' -- "$__cs_cache"; and string match -q '/*' -- "$__cs_directory"
end

# Sets __claude_status_dialect to the name of the frames to read.
function __claude_status_dialect
    set -g __claude_status_dialect ascii
    for __cs_locale in "$LC_ALL" "$LC_CTYPE" "$LANG"
        test -n "$__cs_locale"; or continue
        string match -qri 'utf-?8' -- $__cs_locale; or return 0
        set -g __claude_status_dialect fish
        test "$STARSHIP_SHELL" = fish; and set -g __claude_status_dialect starship
        test -z "$NO_COLOR" -a "$TERM" != dumb; or set -g __claude_status_dialect plain
        return 0
    end
end

# ==================================================================================================
# Frames
#

# A list to count by: no file has more frames.
set -g __claude_status_lines (string split '' (string repeat -n 63 .))

# Sets __claude_status_text to the last frame whose time has come, or fails if the frames want a
# refresh. The file may be anything: what is no file, or another user's, is left alone, and no line
# is read without a limit, although `read` then goes byte by byte.
function __claude_status_read
    set -l __cs_file "$__claude_status_account/frames/$__claude_status_dialect"
    test -f "$__cs_file" -a -r "$__cs_file" -a -O "$__cs_file"; or return
    set -l __cs_shown
    begin
        read -n 64 -d ' ' -l __cs_name __cs_format __cs_bar __cs_refresh_at
        set -l __cs_head "$__cs_name $__cs_format $__cs_bar $__cs_refresh_at"
        string match -qr '^claude-status 2( [0-9]{1,12}){2}$' -- "$__cs_head"; or return
        for __cs_line in $__claude_status_lines
            read -n 1024 -d ' ' -l __cs_from __cs_text
            and test "$__cs_from" -le $__claude_status_now; or break
            set __cs_shown "$__cs_text"
        end
        string match -qr '.{1000}' -- "$__cs_shown"; and return 1
        set -g __claude_status_text "$__cs_shown"
        set -q __cs_shown[1]; and test $__claude_status_now -lt $__cs_refresh_at
        # A login that is newer than the frames may be another account's.
        and test ! "$__claude_status_login" -nt "$__cs_file"
    end <"$__cs_file" 2>/dev/null # what `test` says of a line that begins with no number
end

# Sets CLAUDE_STATUS anew, or fails if the frames want a refresh.
function __claude_status_update
    set -g __claude_status_text ''
    set -l __cs_fresh 0
    if __claude_status_account; and __claude_status_clock
        __claude_status_dialect
        __claude_status_read
        set __cs_fresh $status
    end
    set -l __cs_export --unexport
    test "$STARSHIP_SHELL" != fish; or set __cs_export --export
    set --global $__cs_export CLAUDE_STATUS "$__claude_status_text"
    return $__cs_fresh
end

# ==================================================================================================
# Refresh
#

# Sets __claude_status_slot to the mark of these 15 seconds, or fails if a refresh cannot be started
# now. A shell inside Claude Code asks nothing: Claude Code hands its numbers over.
function __claude_status_try
    set -l __cs_program "$__claude_status_program"
    test -z "$CLAUDECODE" -a -f "$__cs_program" -a -x "$__cs_program"; or return
    builtin math --scale=0 "$__claude_status_now / 15" | read -l __cs_number
    set -l __cs_account "$__claude_status_account"
    set -g __claude_status_slot "$__cs_account/kick.$__cs_number"
    set -l __cs_try "$__claude_status_slot"
    if test -e "$__cs_account"
        test -O "$__cs_account" -a -w "$__cs_account" -a ! -e "$__cs_try"; or return
    else
        # Never in a place that is someone else's, such as the user's home under `sudo -s`.
        set __cs_try "$__cs_account"
        set -l __cs_owned "$__claude_status_cache"
        test -e "$__cs_owned"
        or set __cs_owned (string replace -r '/[^/]*\z' '' -- "$__cs_owned" | string collect)
        test -e "$__cs_owned"
        or set __cs_owned "$HOME"
        test -O "$__cs_owned"; or return
    end
    # Where it fails it would fail at every prompt, and every try costs a process.
    test "$__cs_try" != "$__claude_status_tried"; or return
    set -g __claude_status_tried "$__cs_try"
end

# Starts one refresh, if the slot is still to be had. What cannot be recorded is not asked: no slot,
# no refresh. All that could say something, or needs a umask, is done by another shell. That one
# sends word by a signal which means nothing to a process that does not wait for it; a job of this
# shell would be seen in the job table, and be in the way of `exit`.
function __claude_status_refresh
    set -l __cs_arguments "$__claude_status_account" "$__claude_status_slot"
    set -a __cs_arguments "$__claude_status_program"
    set -l __cs_last_own $last_pid
    /bin/sh -c '
        account=$1 slot=$2 program=$3 shell=$4
        umask 077
        set -C
        cd / && mkdir -p -- "$account" || exit
        # The last to start sweeps these. A hundred of them: none has started for long.
        set -- "$account"/kick.*
        [ $# -lt 100 ] || rm -f -- "$@"
        true >"$slot" || exit
        "$program" refresh --background --for prompt
        kill -URG "$shell"
    ' sh $__cs_arguments $fish_pid </dev/null >/dev/null 2>/dev/null &
    test "$last_pid" != "$__cs_last_own"; and builtin disown $last_pid 2>/dev/null
    set -g last_pid $__cs_last_own
end

# ==================================================================================================
# Hook
#

function __claude_status_prompt --on-event fish_prompt
    __claude_status_update; and return
    __claude_status_try; and __claude_status_refresh
end

function __claude_status_redraw --on-signal URG
    set -l __cs_before "$CLAUDE_STATUS"
    __claude_status_update
    test "$__cs_before" = "$CLAUDE_STATUS"
    or builtin commandline -f repaint
end
