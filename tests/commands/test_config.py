"""``claude-status config``: the settings in force, a file to start with, and changes to it."""

from __future__ import annotations

import re
import resource
import signal
import time
from pathlib import Path

import pytest

from claude_status.cli import HOSTS
from claude_status.paths import settings_file
from claude_status.settings.settings import Settings, load
from tests.server import ApiServer
from tests.support import User, until


def no_space() -> None:
    """Have every write to a file fail, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def test_every_setting_is_shown_with_its_origin(user: User) -> None:
    """Each setting is listed with its origin, the file or the default; the file is named once."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("ttl = 600\n")

    *rows, blank, last = user.run("config").stdout.splitlines()

    names = dict.fromkeys(row.split()[0].partition(".")[0] for row in rows)
    assert list(names) == list(Settings.__dataclass_fields__)
    assert [row.split()[-1] for row in rows[:2]] == ["config.toml", "default"]
    assert (blank, last) == ("", f"# config.toml: {path}")


def test_the_list_fits_into_a_terminal(user: User) -> None:
    """No line of the defaults is longer than 80 columns, and a missing file is marked."""
    *rows, last = user.run("config").stdout.splitlines()
    assert max(map(len, rows)) <= 80
    assert last.endswith("/config.toml (no such file)")


def test_a_host_is_listed_by_the_name_to_set(user: User) -> None:
    """Each setting of a host has a line of its own, with the name that ``config set`` takes."""
    own = {
        "template": '"bars"',
        "hosts.tmux.template": '"{7d}"',
        "hosts.fish.template": '"minimal"',
        "hosts.fish.colours": '"none"',
        "hosts.zsh.colours.label": '"8"',
    }
    for name, value in own.items():
        assert user.run("config", "set", name, value).returncode == 0
    rows = (row.split("  ", 1) for row in user.run("config").stdout.splitlines() if row)
    listed = {name: words for name, *words in rows}
    for name, value in own.items():
        assert re.fullmatch(rf" *{re.escape(value)} +# config\.toml", listed[name][0])


def test_what_is_set_is_printed_as_toml(user: User) -> None:
    """``set`` prints the new value as it is in the file."""
    assert user.run("config", "set", "alerts", "true").stdout.startswith("alerts = true  # ")


def test_an_edited_file_shows_after_a_check(user: User, api: ApiServer) -> None:
    """``--check`` redraws the line with an edited file, without a call."""
    user.refresh()
    calls = len(api.requests)
    path = settings_file(user.environ)
    path.parent.mkdir(parents=True)
    path.write_text('template = "minimal"\n')
    assert user.run("config", "--check").returncode == 0
    assert user.line(time.time()) == "42%"
    assert len(api.requests) == calls


def test_a_file_that_is_not_text_is_reported(user: User) -> None:
    """Bytes that are not UTF-8 are reported in plain words."""
    path = settings_file(user.environ)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"ttl = 300 # \xff")
    done = user.run("config", "--check")
    assert done.stderr == f"claude-status: {path} is not text in UTF-8: save it as that.\n"


def test_a_full_disk_leaves_no_part_of_the_file(user: User) -> None:
    """If --init cannot write the whole file it leaves none; that is not wrong usage."""
    path = settings_file(user.environ)
    path.parent.mkdir(parents=True)
    done = user.run("config", "--init", preexec_fn=no_space)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert list(path.parent.iterdir()) == []


def test_the_commented_file_is_valid_with_and_without_its_comments(user: User) -> None:
    """The file of --init changes nothing; without the comment marks, every line is valid."""
    path = user.home / ".config/claude-status/config.toml"
    assert user.run("config", "--init").returncode == 0
    assert load(path).settings == Settings()
    assert load(path).problems == ()

    rows = path.read_text().splitlines()
    code = [row.removeprefix("# ") for row in rows if "=" in row or row.startswith("# [")]
    path.write_text("\n".join(code))

    loaded = load(path)
    assert loaded.problems == ()
    assert loaded.named == set(Settings.__dataclass_fields__)


def test_an_existing_file_is_not_overwritten(user: User) -> None:
    """A second --init fails and leaves the file unchanged."""
    user.run("config", "--init")
    path = user.home / ".config/claude-status/config.toml"
    path.write_text("ttl = 700\n")

    assert user.run("config", "--init").returncode == 2
    assert path.read_text() == "ttl = 700\n"


def test_check_names_what_is_wrong(user: User) -> None:
    """--check prints a sentence for each bad value, with a suggestion if there is one."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('ttl = 5\ntemplat = "x"\ntemplate = "{5hh}"\n')

    done = user.run("config", "--check")

    assert done.returncode == 2
    assert "from 180" in done.stderr
    assert "did you mean 'template'?" in done.stderr
    assert "did you mean {5h}?" in done.stderr


def test_each_host_may_have_a_line_of_its_own(user: User) -> None:
    """A host's template is used in its frames and by `--format`, and nowhere else."""
    path = settings_file(user.environ)
    path.parent.mkdir(parents=True)
    tables = (f'[hosts.{host}]\ntemplate = "on {host} {{plan}}"\n' for host in HOSTS)
    path.write_text("".join(tables) + '[colours]\nlabel = "none"\n')

    user.refresh(settings=load(path).settings)

    for host in HOSTS:
        assert user.line(time.time(), host) == f"on {host} max"
        assert user.run("--format", host).stdout == f"on {host} max\n"
    assert "on " not in user.line(time.time(), "ansi")


def test_claude_code_has_its_own_template(user: User) -> None:
    """Claude Code's template is used in its frames, and when the line is cut to fewer columns."""
    path = settings_file(user.environ)
    path.parent.mkdir(parents=True)
    path.write_text('colours.normal = "green"\n[hosts.claude]\ntemplate = "on claude · {5h}"\n')
    user.refresh(settings=load(path).settings)

    for columns, line in (("80", "on claude · \x1b[32m42%\x1b[39m"), ("12", "on claude")):
        done = user.run("statusline", input="{}", environ={"COLUMNS": columns})
        assert done.stdout == f"{line}\n"


# set and unset


OWN = """\
# mine

ttl = 600  # slow
template = "minimal"

[colours]
warning = "red"  # loud

[hosts.tmux]  # the bar
template = "full"
"""


@pytest.fixture
def own_file(user: User) -> Path:
    """A settings file with the user's own comments."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(OWN)
    return path


@pytest.mark.parametrize(
    ("arguments", "before", "after"),
    [
        (["set", "template", "bars"], 'template = "minimal"', 'template = "bars"'),
        (["set", "ttl", "900"], "ttl = 600  # slow", "ttl = 900  # slow"),
        (["unset", "hosts.tmux.template"], '[hosts.tmux]  # the bar\ntemplate = "full"\n', ""),
        (["unset", "template"], 'template = "minimal"\n', ""),
        (["set", "hosts.tmux.template", "{5h}"], 'template = "full"', 'template = "{5h}"'),
        (["set", "colours.warning", "bold yellow"], '"red"  # loud', '"bold yellow"  # loud'),
        (["set", "colours.warning", "166"], '"red"  # loud', "166  # loud"),
        (["set", "colours.warning", "#D75f00"], '"red"  # loud', '"#D75f00"  # loud'),
        (["set", "hosts.tmux.colours", "none"], '"full"\n', '"full"\ncolours = "none"\n'),
        (["unset", "colours.warning"], '[colours]\nwarning = "red"  # loud\n\n', ""),
    ],
)
def test_one_setting_is_changed(
    user: User, own_file: Path, arguments: list[str], before: str, after: str
) -> None:
    """A change affects its own line only: comments, order and everything else stay."""
    done = user.run("config", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert own_file.read_text().rstrip() == OWN.replace(before, after).rstrip()


def test_a_first_setting_makes_the_file(user: User) -> None:
    """Without a file, `set` creates one; a label is addressed by its directory."""
    assert user.run("config", "set", "labels.~/.claude", "home").returncode == 0
    assert user.run("config", "set", "thresholds", "[50, 80]").returncode == 0
    loaded = load(user.home / ".config/claude-status/config.toml")
    assert loaded.problems == ()
    assert loaded.settings.thresholds == (50, 80)
    assert loaded.settings.labels["/default"] == "home"


@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_the_directory_of_a_label_may_be_quoted(user: User, quote: str) -> None:
    """A label is set and removed by its directory, with TOML's quotes or without them."""
    name = f"labels.{quote}~/.claude-work{quote}"
    assert user.run("config", "set", name, "work").returncode == 0
    labels = load(settings_file(user.environ)).settings.labels
    assert labels == {f"{Path.home()}/.claude-work": "work"}
    assert user.run("config", "unset", name).returncode == 0
    assert "work" not in settings_file(user.environ).read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["set", "ttl", "10"], "ttl: must be a whole number of seconds"),
        (["set", "template", "minimul"], "did you mean 'minimal'?"),
        (["set", "template", "compact"], "no preset 'compact' (there are default, minimal, "),
        (["set", "tll", "600"], "did you mean 'ttl'?"),
        (["set", "nope", "1"], "Unknown setting 'nope': `claude-status config` lists all."),
        (["unset", "nope"], "Unknown setting 'nope': `claude-status config` lists all."),
        (["set", "hosts.tmux", "x"], "hosts.tmux: must contain a template"),
        (["set", "ttl.x", "5"], "ttl is not a table"),
        (["set", "colours.warning", "bald"], "colours.warning: 'bald' is no colour: use a name"),
        (["set", "sources", "endpont"], '"claude_cli", such as ["statusline"].'),
        (["set", "on_alert", "say hi"], "on_alert: must be a command as a list of words"),
        (["set", "colours.warn", "red"], "colours.warn: 'warn' is none of the kinds normal, "),
        (["set", "hosts.tmux.colours", "red"], 'hosts.tmux: colours must be "none", or a table'),
        (["set", "colors.warning", "red"], "did you mean 'colours'?"),
        (["unset", "alerts"], "does not set alerts"),
    ],
)
def test_an_invalid_change_is_not_written(
    user: User, own_file: Path, arguments: list[str], words: str
) -> None:
    """An invalid change is refused in one sentence, and the file stays as it was."""
    done = user.run("config", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert own_file.read_text() == OWN


def test_a_change_shows_at_once(user: User, api: ApiServer) -> None:
    """After `set template` the frames have the new line, without another call."""
    user.refresh()
    calls = len(api.requests)
    user.run("config", "set", "template", "minimal")
    _, _, text = (user.account.frames / "plain").read_text().splitlines()[1].partition(" ")
    assert text.endswith("%")
    assert len(api.requests) == calls


def test_a_change_shows_in_every_account(user: User, api: ApiServer) -> None:
    """What is set from one account is soon in the frames of the others, without another call."""
    other = User(user.home, api.url, CLAUDE_CONFIG_DIR=f"{user.home}/work")
    other.log_in()
    user.refresh()
    other.refresh()
    calls = len(api.requests)
    assert user.run("config", "set", "labels.~/work", "work").returncode == 0
    until(lambda: other.line(time.time()).startswith("work"))
    until(other.is_drawn)
    assert len(api.requests) == calls


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("hide_below", "99", "Nothing has reached 99% (hide_below)"),
        ("max_width", "10", "The line does not fit into 10 columns: allow more."),
        ("template", "{nope}", "The template names no number that is known"),
        ("hosts.tmux.template", "{nope}", "The template names no number that is known"),
        ("template", "{5h}", ""),
        ("hosts.claude.template", "{claude.model}", ""),
    ],
)
def test_a_change_that_leaves_no_line_says_why(
    user: User, api: ApiServer, name: str, value: str, reason: str
) -> None:
    """Where a change leaves the line empty though there are numbers, one sentence says why."""
    user.run("config", "set", "template", "{5h} {5h.reset} {7d}")
    user.refresh()
    done = user.run("config", "set", name, value)
    assert done.returncode == 0
    assert done.stderr.removeprefix("claude-status: ").startswith(reason)
    assert done.stderr.count("\n") == bool(reason)


def test_a_colour_shows_at_once(user: User, api: ApiServer) -> None:
    """After `set colours.normal` the frames have it; after `unset`, the default again."""
    user.refresh()
    calls = len(api.requests)
    for words, shown in (
        (("set", "colours.normal", "bold #0a0b0c"), "\x1b[1;38;2;10;11;12m42%\x1b[22;39m"),
        (("unset", "colours.normal"), "\x1b[39m42%\x1b["),
    ):
        assert user.run("config", *words).returncode == 0
        assert shown in user.line(time.time(), "ansi")
    assert len(api.requests) == calls


def test_the_colours_are_listed(user: User) -> None:
    """Each kind of text is listed with the colour in force, set or default."""
    user.run("config", "set", "colours.warning", "bold yellow")
    rows = [row for row in user.run("config").stdout.splitlines() if row.startswith("colours.")]
    assert len(rows) == 5
    assert re.fullmatch(r'colours.warning +"bold yellow" +# config.toml', rows[1])
    assert re.fullmatch(r'colours.critical +"196" +# default', rows[2])


def test_the_written_file_shows_the_colours(user: User) -> None:
    """The commented colours in the file of `config --init` are the defaults."""
    user.run("config", "--init")
    path = user.home / ".config/claude-status/config.toml"
    lines = path.read_text().splitlines()
    start = lines.index("# [colours]")
    table = "\n".join(line.removeprefix("# ") for line in lines[start : start + 6])
    path.write_text(table)
    loaded = load(path)
    assert loaded.problems == ()
    assert loaded.settings.style("ansi", "/default") == Settings().style("ansi", "/default")
