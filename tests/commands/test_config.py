"""``claude-status config``: what is in force, and a file to start with."""

from __future__ import annotations

import time

from claude_status.cli import HOSTS
from claude_status.config import Settings, load
from claude_status.paths import settings_file
from tests.support import User


def test_every_setting_is_shown_with_its_origin(user: User) -> None:
    """Defaults and the file's values are told apart."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text("ttl = 600\n")

    rows = user.run("config").stdout.splitlines()

    assert [row.split()[0] for row in rows] == list(Settings.__dataclass_fields__)
    assert [row.split()[-1] for row in rows[:2]] == [str(path), "default"]


def test_the_commented_file_is_valid_with_and_without_its_comments(user: User) -> None:
    """What --init writes changes nothing, and names every setting in a line that works."""
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
    """A second --init refuses and leaves the file alone."""
    user.run("config", "--init")
    path = user.home / ".config/claude-status/config.toml"
    path.write_text("ttl = 700\n")

    assert user.run("config", "--init").returncode == 2
    assert path.read_text() == "ttl = 700\n"


def test_check_names_what_is_wrong(user: User) -> None:
    """--check says one sentence for each bad value, with a suggestion where one is near."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text('ttl = 5\ntemplat = "x"\ntemplate = "{5hh}"\n')

    done = user.run("config", "--check")

    assert done.returncode == 2
    assert "from 180" in done.stderr
    assert "did you mean 'template'?" in done.stderr
    assert "did you mean {5h}?" in done.stderr


def test_each_host_may_have_a_line_of_its_own(user: User) -> None:
    """A host's template is in its frames, in what `--format` prints, and nowhere else."""
    path = settings_file(user.environ)
    path.parent.mkdir(parents=True)
    tables = (f'[hosts.{host}]\ntemplate = "on {host}"\n' for host in HOSTS)
    path.write_text("".join(tables))

    user.refresh(settings=load(path).settings)

    for host in HOSTS:
        assert user.line(time.time(), host) == f"on {host}"
        assert user.run("--format", host).stdout == f"on {host}\n"
    assert "on " not in user.line(time.time(), "ansi")


def test_claude_code_gets_the_line_that_is_its_own(user: User) -> None:
    """As it was drawn ahead, and as it is drawn anew where there is no room."""
    path = settings_file(user.environ)
    path.parent.mkdir(parents=True)
    path.write_text('[hosts.claude]\ntemplate = "on claude · {5h}"\n')
    user.refresh(settings=load(path).settings)

    for columns, line in (("80", "on claude · \x1b[32m42%\x1b[39m"), ("12", "on claude")):
        done = user.run("statusline", input="{}", environ={"COLUMNS": columns})
        assert done.stdout == f"{line}\n"
