"""The command line: what may be typed, how it fails, and how little it imports."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from claude_status import __version__, cli
from claude_status.errors import CacheError, SettingsError
from tests.screen import Screen
from tests.server import ApiServer
from tests.support import HANGING, SENTENCE, User

COMMANDS = ("", "show", "refresh", "refresh --force", "doctor", "--format json", "--format zsh")
UNTOUCHED = {
    "diskcache",
    "requests",
    "sqlite3",
    "subprocess",
    "claude_status.asking.refresh",
    "json",
}


def test_version(user: User) -> None:
    """``--version`` prints the program's name and version, and nothing else."""
    done = user.run("--version")
    assert (done.stdout, done.stderr, done.returncode) == (f"claude-status {__version__}\n", "", 0)


def test_every_command_has_a_line_of_help(user: User) -> None:
    """``--help`` lists each command with a description, except internal options."""
    done = user.run("--help", environ={"COLUMNS": "200"})
    assert (done.stderr, done.returncode) == ("", 0)
    listed = done.stdout.partition("\ncommands:\n")[2].splitlines()
    assert {"show", "refresh", "doctor", "demo"} <= {
        row.split()[0] for row in listed if row.strip()
    }
    assert all(len(row.split()) > 3 for row in listed[1:] if row.strip())
    assert "background" not in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [["bogus"], [""], ["--format", "html"], ["--max-width", "wide"], ["show", "more"], ["--bogus"],
     ["refresh", "--force=yes"], ["\udcff"], ["show", "--format", "zsh"]],
)  # fmt: skip
def test_a_wrong_call_is_reported_with_status_2(user: User, arguments: Sequence[str]) -> None:
    """Wrong usage is reported in one sentence, which names the help to read."""
    done = user.run(*arguments)
    assert (done.stdout, done.returncode) == ("", 2)
    assert SENTENCE.fullmatch(done.stderr), done.stderr
    assert re.search(r": see `claude-status( \w+)* --help`\.$", done.stderr)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("shw", "Unknown command 'shw' (did you mean 'show'?): see `claude-status --help`."),
        ("--fromat json", "Unknown option '--fromat' (did you mean '--format'?): "),
        ("--format jsno", "Unknown format 'jsno' (did you mean 'json'?): "),
        ("install --dryrun", "Unknown option '--dryrun' (did you mean '--dry-run'?): see "
         "`claude-status install --help`."),
        ("show more", "There is one argument too many, 'more': see `claude-status show --help`."),
        ("check", "The option --max is missing: see `claude-status check --help`."),
        ("config set", "NAME and VALUE are missing: see `claude-status config set --help`."),
        ("config st ttl 3", "Unknown subcommand 'st' (did you mean 'set'?): "),
        ("init bsh", "Unknown host 'bsh' (did you mean 'bash'?): "),
        ("init", "HOST is missing: see `claude-status init --help`."),
        ("check --max", "The option --max needs a value: "),
        ("refresh --force=yes", "The option --force takes no value: "),
        ("history --csv --json", "The option --json is not allowed with --csv: "),
        ("check --mx 90", "Unknown option '--mx' (did you mean '--max'?): "),
        ("config set -1", "VALUE is missing: "),
        ("--frmat show", "Unknown option '--frmat' (did you mean '--format'?): see "
         "`claude-status --help`."),
        ("--format show", "Unknown format 'show': see `claude-status --help`."),
        ("--max-width check", "Option --max-width: 'check' is not a number of columns, such as 60: "
         "see `claude-status --help`."),
        ("check --max high", "Option --max: 'high' is not a percentage, such as 90: "),
    ],
)  # fmt: skip
def test_a_typing_error_is_recognized(
    capsys: pytest.CaptureFixture[str], arguments: str, sentence: str
) -> None:
    """The sentence names what was mistyped, and what may have been meant."""
    with pytest.raises(SystemExit) as end:
        cli.main(arguments.split())
    assert end.value.code == 2
    assert capsys.readouterr().err.startswith(f"claude-status: {sentence}")


def test_a_percentage_may_have_its_sign() -> None:
    """A percentage may be typed with its sign."""
    assert cli.build_parser().parse_args(["check", "--max", "90%"]).max == 90


@pytest.mark.parametrize(
    "option",
    [["--all"], ["--output", "file"], ["--output="], ["--format", "json"], ["--form=prometheus"],
     ["--max-width", "20"], ["--prompt"]],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("command", [["show"], ["show", "--all"], ["check", "--max=5"]], ids=str)
def test_an_option_of_the_line_is_refused_before_a_command(
    user: User, api: ApiServer, option: list[str], command: list[str]
) -> None:
    """A misplaced option is reported in one sentence with status 2; nothing is done."""
    launcher = user.install_launcher(user.home / "bin")
    before = sorted(user.home.rglob("*"))
    for program in (user.command(), [launcher]):
        done = subprocess.run(
            [*program, *option, *command], env=user.environ, cwd=user.home, capture_output=True,
            text=True, check=False, timeout=60,
        )  # fmt: skip
        assert (done.stdout, done.returncode) == ("", 2)
        assert SENTENCE.fullmatch(done.stderr), done.stderr
        full = {"--form": "--format"}.get(name := option[0].partition("=")[0], name)
        assert f"The option {full} means nothing in front of {command[0]}: " in done.stderr
    assert (sorted(user.home.rglob("*")), len(api.requests)) == (before, 0)


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (CacheError("The cache is full."), 1, "The cache is full."),
        (SettingsError("HOME is unset."), 2, "HOME is unset."),
        (ZeroDivisionError("secret"), 1, "Something went wrong (ZeroDivisionError): please"),
        (UnicodeEncodeError("ascii", "secret", 0, 1, "x"), 1, "wrong (UnicodeEncodeError): please"),
    ],
)
def test_an_error_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    error: Exception, status: int, sentence: str,
) -> None:  # fmt: skip
    """Our errors say what is wrong; of others only the name is printed, not the text."""

    def fail(_: object) -> int:
        raise error

    monkeypatch.setattr("claude_status.commands.doctor.run", fail)
    assert cli.main(["doctor"]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert SENTENCE.fullmatch(err)
    assert sentence in err
    assert "secret" not in err


def modules(user: User, *arguments: str) -> set[str]:
    """The modules that a run has imported by its end."""
    code = (
        "import os, sys\n"
        "def probe(status, end=os._exit):\n"
        "    open(os.environ['PROBE'], 'w').write(' '.join(sys.modules))\n"
        "    end(status)\n"
        "os._exit = probe\n"
    )
    probe = user.home / "probe"
    (user.home / "hook").mkdir(exist_ok=True)
    (user.home / "hook" / "sitecustomize.py").write_text(code)
    path = f"{user.home / 'hook'}:{user.environ['PYTHONPATH']}"
    user.run(*arguments, environ={"PYTHONPATH": path, "PROBE": str(probe)})
    return set(probe.read_text().split())


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["bogus"]])
def test_parsing_imports_no_more_than_it_needs(user: User, arguments: Sequence[str]) -> None:
    """What the parser can answer imports no database, no network and no JSON."""
    assert not modules(user, *arguments) & UNTOUCHED


def test_a_refresh_that_is_not_due_imports_no_requests(user: User, api: ApiServer) -> None:
    """A background refresh that makes no call does not import what calls need."""
    assert "requests" in modules(user, "refresh", "--background")
    imported = modules(user, "refresh", "--background")
    assert "claude_status.asking.refresh" in imported
    assert not imported & {"requests", "urllib3", "ssl", "email.message"}
    assert not imported & {"argparse", "subprocess", "difflib", "tomllib", "tomli"}
    assert len(api.requests) == 1


@pytest.mark.parametrize("words", ["refresh", "--format json", "--format prometheus"])
def test_frequent_commands_import_little(user: User, api: ApiServer, words: str) -> None:
    """With nothing due, neither the store's library, nor the parser, nor the asking is imported.

    A refresh does not even open the database.
    """
    user.log_in()
    user.run("refresh")
    imported = modules(user, *words.split())
    assert not imported & {"diskcache", "argparse", "requests", "subprocess", "tempfile"}
    assert not imported & {"claude_status.asking.refresh", "claude_status.asking.ask"}
    assert ("sqlite3" in imported) == (words != "refresh")
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    "environ",
    [{"HOME": ""}, {"HOME": "relative"}, {"CLAUDE_CONFIG_DIR": "relative"},
     {"CLAUDE_CONFIG_DIR": "/a/../b"}, {"CLAUDE_CONFIG_DIR": "/default"},
     {"CLAUDE_CONFIG_DIR": "/x/$HOME"}, {"CLAUDE_STATUS_CACHE_DIR": "relative"},
     {"XDG_CACHE_HOME": "~/.cache"}, {"CLAUDE_STATUS_CONFIG": "settings.toml"},
     {"XDG_CONFIG_HOME": "."}],
    ids=str,
)  # fmt: skip
def test_an_invalid_environment_is_refused(
    user: User, api: ApiServer, environ: dict[str, str]
) -> None:
    """It is refused in one sentence with status 2, without a call or a file."""
    before = sorted(user.home.rglob("*"))
    for arguments in ("show", "refresh --force") if "CLAUDE_CONFIG_DIR" in environ else ("show",):
        done = user.run(*arguments.split(), environ=environ)
        assert SENTENCE.fullmatch(done.stderr), done.stderr
        assert (done.stdout, done.returncode) == ("", 2)
    assert (sorted(user.home.rglob("*")), len(api.requests)) == (before, 0)


@pytest.mark.parametrize("arguments", COMMANDS)
def test_every_command_fails_without_a_home(user: User, api: ApiServer, arguments: str) -> None:
    """Without a HOME every command says so, and makes no call."""
    done = user.run(*arguments.split(), environ={"HOME": ""})
    assert "Traceback" not in done.stderr
    assert "HOME must be an absolute path" in done.stdout + done.stderr
    assert (done.returncode > 0, len(api.requests)) == (True, 0)


@pytest.mark.parametrize("environ", [{"HOME": ""}, {"CLAUDE_CONFIG_DIR": "relative"}])
def test_the_background_never_complains(user: User, environ: dict[str, str]) -> None:
    """A background refresh is silent and exits with 0 even in an invalid environment."""
    done = user.run("refresh", "--background", environ=environ)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_the_background_is_silent_even_if_it_is_broken(user: User) -> None:
    """Even without a required library, a background refresh prints nothing."""
    hook = user.home / "hook"
    hook.mkdir()
    (hook / "diskcache.py").write_text("raise ImportError('gone')\n")
    path = {"PYTHONPATH": f"{hook}:{user.environ['PYTHONPATH']}"}
    done = user.run("refresh", "--background", environ=path)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    done = user.run("refresh", environ=path)
    assert SENTENCE.fullmatch(done.stderr)
    assert done.returncode == 1


CLOSED = ["<&-", ">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full"]


def shell(user: User, command: str) -> subprocess.CompletedProcess[str]:
    """Run a shell's command line in which ``cs`` stands for the Python program."""
    return subprocess.run(
        ["/bin/sh", "-c", command.replace("cs", '"$0" -m claude_status'), sys.executable],
        env=user.environ, cwd=user.home, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("streams", CLOSED)
def test_a_closed_stream_breaks_nothing(user: User, streams: str) -> None:
    """With any stream closed or full, there is no traceback, and the refresh is done."""
    for arguments, statuses in (("show", (0, 1)), ("bogus", (1, 2))):
        done = shell(user, f"cs {arguments} {streams}")
        assert "Traceback" not in done.stderr
        assert "Exception" not in done.stderr
        assert done.returncode in statuses
    assert user.line(time.time()).startswith("5h 42%")


@pytest.mark.parametrize("arguments", [*COMMANDS[1:], "--help", "--version", "statusline"])
def test_no_command_needs_a_stream(user: User, arguments: str) -> None:
    """Each command works with all streams closed."""
    done = shell(user, f"cs {arguments} <&- >&- 2>&-")
    assert (done.stdout, done.stderr) == ("", "")
    assert done.returncode in (0, 1)


LONG = ["completion bash", "uninstall --all --dry-run", "demo"]  # more than a buffer, or flushed


@pytest.mark.parametrize("arguments", ["show", "--help", "--version", *LONG])
def test_an_output_that_is_cut_off_is_reported(user: User, arguments: str) -> None:
    """If the disk below stdout is full, the status and one sentence say so."""
    done = shell(user, f"cs {arguments} >/dev/full")
    assert done.stderr == "claude-status: The output was cut off (No space left on device).\n"
    assert done.returncode == 1


@pytest.mark.parametrize("arguments", ["show", "refresh", "--help", "doctor"])
def test_a_reader_that_goes_away_is_no_error(user: User, arguments: str) -> None:
    """``claude-status show | head -0`` ends silently."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        user.command(*arguments.split()), env=user.environ, cwd=user.home, check=False, timeout=60,
        stdin=subprocess.DEVNULL, stdout=writer, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(writer)
    assert done.stderr == b""
    assert done.returncode in (0, 1)


@pytest.mark.parametrize(
    "environ",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "POSIX", "LANG": ""},
    ],
    ids=str,
)
def test_a_locale_without_our_characters_breaks_nothing(
    user: User, api: ApiServer, environ: dict[str, str]
) -> None:
    """Characters that cannot be encoded are replaced; the frames are still in UTF-8."""
    for arguments in ("show", "refresh", "--format json", "--format plain", "doctor"):
        done = subprocess.run(
            user.command(*arguments.split()), env={**user.environ, **environ}, cwd=user.home,
            capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert b"wrong" not in done.stderr + done.stdout
        assert b"42%" in done.stdout or arguments == "doctor"
    assert " · " in user.line(time.time())


@pytest.mark.parametrize("environ", [{"LANG": "C"}, {"LANG": ""}, {"LANG": "", "LC_CTYPE": "C"}])
@pytest.mark.parametrize("arguments", [["show"], ["doctor"], ["--max-width", "50"]], ids=str)
def test_a_terminal_without_utf8_gets_ascii(
    user: User, tmp_path: Path, arguments: list[str], environ: dict[str, str]
) -> None:
    """In a locale without UTF-8 only ASCII is printed, although Python prefers UTF-8."""
    launcher = user.install_launcher(tmp_path / "bin")
    user.refresh()
    with Screen([launcher, *arguments], {**user.environ, **environ}) as screen:
        screen.until("17%")
        while screen.pump(20):
            pass
        assert screen.raw.isascii()


def test_a_directory_whose_name_is_not_utf8_breaks_nothing(user: User) -> None:
    """A directory's name that is not UTF-8 works like any other."""
    environ = {"CLAUDE_CONFIG_DIR": f"{user.home}/\udcff"}
    for arguments in ("show", "--format json", "doctor"):
        done = subprocess.run(
            user.command(*arguments.split()), env={**user.environ, **environ}, cwd=user.home,
            capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False,
        )  # fmt: skip
        assert b"wrong" not in done.stderr + done.stdout
    assert os.path.isdir(f"{user.account.cache}/at{user.home}/\udcff/@/frames")


@pytest.mark.parametrize("arguments", ["show", "refresh"])
def test_an_interrupt_ends_it_in_silence(user: User, api: ApiServer, arguments: str) -> None:
    """Ctrl-C during a call gives no traceback, status 130, and a pause before the next."""
    api.answer = HANGING
    process = user.start(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    api.wait_for(1)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30) == (b"", b"")
    assert process.returncode == 130
    assert "cut short" in user.run("refresh").stderr
    assert len(api.requests) == 1


def test_an_interrupt_while_nobody_reads_is_as_silent(user: User) -> None:
    """Ctrl-C while the last of the output waits for a reader gives no traceback, but status 130."""
    code = """if True:
        import io, os, signal, sys
        class Waiting(io.StringIO):
            def flush(self):
                os.kill(os.getpid(), signal.SIGINT)
        sys.argv, sys.stdout = ["claude-status", "--version"], Waiting()
        from claude_status.__main__ import entry
        entry()
    """
    done = subprocess.run(
        [sys.executable, "-c", code], env=user.environ, capture_output=True, timeout=30, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 130)


def test_what_takes_too_long_ends_with_a_sentence(user: User) -> None:
    """A typed command that takes too long gives up with a sentence."""
    code = "import time; from claude_status.terminal import *; end_after(0.1); time.sleep(60)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=user.environ, capture_output=True, text=True,
        timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert SENTENCE.fullmatch(done.stderr)
    assert "0.1 s" in done.stderr


def test_a_typed_command_that_hangs_can_be_ended(user: User) -> None:
    """With a FIFO without a writer as the settings file, SIGTERM ends the command."""
    os.mkfifo(user.home / "pipe")
    process = user.start("show", environ={"CLAUDE_STATUS_CONFIG": str(user.home / "pipe")})
    try:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (-signal.SIGTERM, 0, 1)
    finally:
        process.kill()
        process.wait()
