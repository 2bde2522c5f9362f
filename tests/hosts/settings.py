"""Settings of users that must not disturb a prompt: a name, and the lines of the user's file."""

BASH = {
    "plain": "",
    "set -eu": "set -eu -o pipefail",
    "set -E": "set -E; trap 'true' ERR",
    "posix": "set -o posix",
    "posix -eu": "set -eu -o posix",
    "noclobber": "set -o noclobber",
    "noglob": "set -o noglob",
    "keyword": "set -o keyword",
    "allexport": "set -o allexport",
    "functrace": "set -o functrace; trap ':' DEBUG",
    "extdebug": "shopt -s extdebug; trap 'true' DEBUG",
    "DEBUG trap": "trap 'true \"$BASH_COMMAND\"' DEBUG",
    "RETURN trap": "trap 'true' RETURN",
    "IFS of digits": "IFS=0123456789",
    "IFS of letters": "IFS='acdeflmnorstu -/'",
    "IFS empty": "IFS=",
    "globs": "shopt -s nullglob failglob dotglob extglob nocasematch nocaseglob",
    "no expansion": "shopt -u promptvars expand_aliases sourcepath",
    "aliases": "shopt -s expand_aliases\nalias local=false return=false printf=false read=false"
    " builtin=false export=false set=false case=false if=false while=false test=false"
    " mapfile=false command=false exec=false umask=false unset=false declare=false",
    "functions": "read() { echo no; }; printf() { echo no; }; mapfile() { echo no; };"
    " export() { echo no; }; mkdir() { echo no; }; date() { echo no; }",
    "lastpipe": "shopt -s lastpipe; set +m",
}
ZSH = {
    "plain": "",
    "err_exit": "setopt err_exit no_unset",
    "err_return": "setopt err_return no_unset pipe_fail",
    "ksh": "emulate ksh",
    "sh": "emulate sh",
    "csh": "emulate csh",
    "sh -R": "emulate -R sh",
    "sh_glob": "setopt sh_glob ksh_glob",
    "ksh_arrays": "setopt ksh_arrays",
    "ignore_braces": "setopt ignore_braces ignore_close_braces",
    "words": "setopt sh_word_split glob_subst rc_expand_param",
    "globs": "setopt extended_glob null_glob glob_dots glob_assign no_case_glob no_case_match",
    "no globs": "setopt no_glob no_bare_glob_qual csh_null_glob",
    "quotes": "setopt csh_junkie_quotes rc_quotes csh_junkie_loops",
    "warnings": "setopt warn_create_global warn_nested_var",
    "prompt_bang": "setopt prompt_bang prompt_subst bang_hist",
    "names": "setopt auto_name_dirs auto_cd cdable_vars equals",
    "all_export": "setopt all_export",
    "no_clobber": "setopt no_clobber no_append_create",
    "numbers": "setopt octal_zeroes c_bases c_precedences force_float",
    "posix": "setopt posix_builtins posix_aliases posix_strings posix_traps posix_identifiers",
    "functions": "setopt no_function_argzero no_multi_func_def alias_func_def ksh_autoload",
    "no_multibyte": "setopt no_multibyte",
    "traps": "trap 'true' DEBUG; setopt local_traps debug_before_cmd; TRAPERR() { print -u2 no }",
    "jobs": "setopt no_monitor no_notify hup no_check_jobs no_bg_nice",
    "IFS": "IFS=0123456789",
    "aliases": "alias local=false typeset=false return=false read=false builtin=false test=false\n"
    "alias emulate=false sysread=false zmodload=false case=false if=false while=false for=false\n"
    "alias -g now=no lines=no text=no 'zle=no' fd=no",
}
FISH = {
    "plain": "",
    "functions": "\n".join(  # named like builtins and commands
        f"function {name}; builtin echo {name}!; end"
        for name in (
            "path", "math", "printf", "contains", "disown", "commandline", "count", "echo", "cat",
            "date", "true", "false", "mkdir",
        )
    ),
    "IFS": "set -g IFS 0123456789",
    "job": "command true &; wait",
}  # fmt: skip
