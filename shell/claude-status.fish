# claude-status.fish - how much of the Claude plan is used, for the prompt of fish 3.6 or later
#
#   source /path/to/claude-status.fish /path/to/bin/claude-status
#
# in config.fish or a file of conf.d. Both paths are absolute; without the second the program is the
# claude-status on PATH. `claude-status init fish` prints the line as it should be here.
#
# Before each prompt CLAUDE_STATUS is set to a line such as `5h 42% 2h13m · 7d 17%`, with colours,
# or to nothing if nothing is known. It is global, and exported only if starship draws the prompt.
# What the line will say from now on was drawn ahead into a small file of frames, and builtins read
# the one whose time has come. A process is started only to redraw old frames; when it ends, and the
# line has changed, the waiting prompt is repainted.
#
# To show it on the right (nothing here changes your prompt):
#
#   function fish_right_prompt
#       claude_status_prompt
#   end
#
# Mirrored by claude-status.bash and claude-status.zsh, section by section.

# Prints the line, for use in a prompt, and leaves $status as it was. Defined in scripts, too: some
# plugins draw prompts in one.
function claude_status_prompt --description 'Print how much of the Claude plan is used'
    set -l __cs_last $status
    builtin printf %s "$CLAUDE_STATUS"
    return $__cs_last
end

status is-interactive; or return 0

# Inherited values are another shell's, and old.
set -g --unexport CLAUDE_STATUS ''
for __cs_name in (set --names | string match '__claude_status_*')
    set -e $__cs_name
end

# ==================================================================================================
# Program
#

# Sets the program from the argument of this file. Without one, PATH decides, once; another program
# with this name has no claude-status-py beside it.
function __claude_status_find
    set -g __claude_status_program "$argv[1]"
    string match -qr '^/(.*/)?claude-status\z' -- "$__claude_status_program"; and return
    set -g __claude_status_program
    for __cs_program in (command -s --all claude-status | string match '/*')
        test -x "$__cs_program-py"; or continue
        set -g __claude_status_program "$__cs_program"
        break
    end
end
__claude_status_find $argv

# Before 3.6, fish could not tell the time without a process. `path` may be a function of the
# user's, hence `builtin`; the name comes from a variable, since fish 3.4 rejects a file with an
# unknown builtin.
begin
    set -l __cs_path path
    contains $__cs_path (builtin --names); and builtin $__cs_path mtime /
end >/dev/null 2>&1
or return 0

# ==================================================================================================
# View
#

# What was found for this environment: which frames, of which account, beside which login.
set -g __claude_status_key ''
set -g __claude_status_file ''

# Sets __claude_status_now to the present time in seconds, or fails: the time when a file was written
# and how long ago that was. This file always exists, and hardly ever changes.
function __claude_status_clock
    set -l __cs_path path
    set -l __cs_parts (builtin $__cs_path mtime /; builtin $__cs_path mtime --relative /)
    set -q __cs_parts[2]; or return
    builtin math "$__cs_parts[1] + $__cs_parts[2]" | read -g __claude_status_now
end

# Sets __claude_status_directory to CLAUDE_CONFIG_DIR as it is used in paths, or fails: accounts must
# never mix, so a directory without a single absolute name has no account, and neither has
# //default, another name for the default one.
function __claude_status_directory
    set -g __claude_status_directory (string trim --right --chars=/ -- "$CLAUDE_CONFIG_DIR" | string collect)
    switch (string replace -r '^/+' / -- "$__claude_status_directory/" | string collect)
        case / /default/ '*/./*' '*/../*'
            return 1
    end
    string match -q '/*' -- "$__claude_status_directory"
end

# Sets __claude_status_dialect to the one that the terminal, and the program that draws the prompt,
# can show.
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

# Finds the frames for the environment in the key $argv[1]; none if the directory has no account.
function __claude_status_locate
    set -g __claude_status_key "$argv[1]"
    set -g __claude_status_file ''
    set -g __claude_status_head ''
    set -g __claude_status_cache "$CLAUDE_STATUS_CACHE_DIR"
    if test -z "$__claude_status_cache"
        test -n "$XDG_CACHE_HOME$HOME"; or return
        set -g __claude_status_cache "$HOME/.cache/claude-status"
        test -z "$XDG_CACHE_HOME"; or set -g __claude_status_cache "$XDG_CACHE_HOME/claude-status"
    end
    string match -q '/*' -- "$__claude_status_cache"; or return
    set -g __claude_status_directory /default
    test -z "$CLAUDE_CONFIG_DIR"; or __claude_status_directory; or return
    set -g __claude_status_account "$__claude_status_cache/at$__claude_status_directory/@"
    set -g __claude_status_login "$__claude_status_directory/.credentials.json"
    test -n "$CLAUDE_CONFIG_DIR"; or set -g __claude_status_login "$HOME/.claude/.credentials.json"
    __claude_status_dialect
    set -g __claude_status_file "$__claude_status_account/frames/$__claude_status_dialect"
end

# ==================================================================================================
# Frames
#

# What was read last: how the file began, the text, and between which ages of the file, in seconds,
# it is valid; from which age on a refresh is due, and until which it needs no further look since it
# was tried at another. No two successive files begin alike.
set -g __claude_status_head ''
set -g __claude_status_text ''
set -g __claude_status_looked 0
set -g __claude_status_looked_until 0

# A list for counting: no file has more frames.
set -g __claude_status_lines (string split '' (string repeat -n 63 .))

# Reads the frame whose time has come from the file that begins with __claude_status_begin. The file
# may be anything: no line is read without a limit, although `read` then reads byte by byte.
function __claude_status_read
    set -g __claude_status_head ''
    set -g __claude_status_text ''
    set -g __claude_status_looked_until 0
    test -n "$__claude_status_begin"; and __claude_status_clock; or return
    set -l __cs_shown
    set -l __cs_from 0
    set -l __cs_until 999999999999
    set -l __cs_due 0
    begin
        read -n 64 -d ' ' -l __cs_name __cs_format __cs_bar __cs_refresh_at
        set -l __cs_line "$__cs_name $__cs_format $__cs_bar $__cs_refresh_at"
        string match -qr '^claude-status 2( [0-9]{1,12}){2}$' -- "$__cs_line"; or return
        set __cs_due $__cs_refresh_at
        for __cs_line in $__claude_status_lines
            read -n 1024 -d ' ' -l __cs_next __cs_text; or break
            string match -qr '^[0-9]{1,12}$' -- "$__cs_next"; or break
            if test "$__cs_next" -gt $__claude_status_now
                set __cs_until $__cs_next
                break
            end
            set __cs_from $__cs_next
            set __cs_shown "$__cs_text"
        end
    end <"$__claude_status_file"
    set -q __cs_shown[1]; or return
    string match -qr '.{1000}' -- "$__cs_shown"; and return
    set -g __claude_status_text "$__cs_shown"
    set -l __cs_written (builtin math "$__claude_status_now - $__claude_status_age")
    set -g __claude_status_from (builtin math "$__cs_from - $__cs_written")
    set -g __claude_status_until (builtin math "$__cs_until - $__cs_written")
    set -g __claude_status_due (builtin math "$__cs_due - $__cs_written")
    set -g __claude_status_head "$__claude_status_begin"
end

# ==================================================================================================
# Refresh
#

# Sets __claude_status_slot to the mark of these 15 seconds, or fails if a refresh cannot be started
# now. A shell inside Claude Code starts none: Claude Code passes on its numbers.
function __claude_status_try
    set -l __cs_program "$__claude_status_program"
    test -z "$CLAUDECODE" -a -f "$__cs_program" -a -x "$__cs_program"; or return
    __claude_status_clock; or return
    builtin math --scale=0 "$__claude_status_now / 15" | read -l __cs_number
    set -g __claude_status_looked "$__claude_status_age"
    builtin math "$__claude_status_age + 15 - $__claude_status_now % 15" | read -g __claude_status_looked_until
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
    # If it fails, it would fail at every prompt, and every attempt costs a process.
    test "$__cs_try" != "$__claude_status_tried"; or return
    set -g __claude_status_tried "$__cs_try"
end

# Starts one refresh, if the slot is still free. A call that cannot be recorded is not made: no slot,
# no refresh. Whatever could print something, or needs a umask, is done by another shell. That one
# signals its end with URG, which a process ignores by default; a job of this shell would appear in
# the job table, and delay `exit`.
function __claude_status_refresh
    __claude_status_try; or return
    set -l __cs_arguments "$__claude_status_account" "$__claude_status_slot"
    set -a __cs_arguments "$__claude_status_program"
    set -l __cs_last_own $last_pid
    /bin/sh -c '
        account=$1 slot=$2 program=$3 shell=$4
        trap "" INT QUIT # which a key at the prompt sends to this group, too
        umask 077
        set -C
        cd / && mkdir -p -- "$account" || exit
        # A refresh removes the slots before its own. A hundred: none has run for a long time.
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

# With the argument `idle` no refresh is started.
function __claude_status_hook --on-event fish_prompt
    set -l __cs_key "$CLAUDE_STATUS_CACHE_DIR"\n"$XDG_CACHE_HOME"\n"$HOME"\n"$CLAUDE_CONFIG_DIR"
    set __cs_key "$__cs_key"\n"$STARSHIP_SHELL"\n"$NO_COLOR"\n"$TERM"\n"$LC_ALL"\n"$LC_CTYPE"\n"$LANG"
    test "$__cs_key" = "$__claude_status_key"; or __claude_status_locate "$__cs_key"
    set -g __claude_status_begin ''
    # Not a file of another user's, and nothing that waits, such as a pipe. Its age is the cheapest clock.
    if test -f "$__claude_status_file" -a -r "$__claude_status_file" -a -O "$__claude_status_file"
        set -l __cs_path path
        builtin $__cs_path mtime --relative -- $__claude_status_file | read -g __claude_status_age
        read --null --nchars 64 -g __claude_status_begin <$__claude_status_file
    end
    # What was read last is valid for a while, unless the file is another one by now.
    test "$__claude_status_begin" = "$__claude_status_head" -a -n "$__claude_status_head" \
        -a "$__claude_status_age" -ge "$__claude_status_from" \
        -a "$__claude_status_age" -lt "$__claude_status_until"
    or __claude_status_read
    if test "$STARSHIP_SHELL" = fish
        set --global --export CLAUDE_STATUS "$__claude_status_text"
    else
        set --global --unexport CLAUDE_STATUS "$__claude_status_text"
    end
    test -z "$__claude_status_file" -o "$argv[1]" = idle; and return
    # A login that is newer than the frames may be another account's.
    if test -n "$__claude_status_head"
        test "$__claude_status_age" -lt "$__claude_status_due"
        and test ! "$__claude_status_login" -nt "$__claude_status_file"
        and return
        test "$__claude_status_age" -ge "$__claude_status_looked" \
            -a "$__claude_status_age" -lt "$__claude_status_looked_until"
        and return
    end
    __claude_status_refresh
end

# The refresh that this shell started is over.
function __claude_status_ended --on-signal URG
    set -l __cs_before "$CLAUDE_STATUS"
    __claude_status_hook idle
    test "$__cs_before" = "$CLAUDE_STATUS"
    or builtin commandline -f repaint
end
