"""The settings command, Prometheus' format, and the completions."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from claude_status.config import Settings, load
from claude_status.draw.prometheus import draw_prometheus
from claude_status.usage import Credits, Limit, Usage
from tests.conftest import program
from tests.server import ApiServer, ok, usage_body
from tests.support import User

NOW = 1_800_000_000


@pytest.fixture
def user(home: Path) -> Iterator[User]:
    """A user who is logged in at an API that answers."""
    with ApiServer() as api:
        api.answer = ok(usage_body(time.time(), model=91, credits_used=512))
        user = User(home, api.url)
        user.log_in()
        yield user


def samples(text: str) -> dict[tuple[str, str], float]:
    """Every sample by its metric and limit, as Prometheus' own parser reads it."""
    return {
        (sample.name.removeprefix("claude_status_"), sample.labels.get("limit", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


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


def test_prometheus_reads_what_is_printed(user: User) -> None:
    """The real command's output is parsed by Prometheus' own library, as ratios and times."""
    user.refresh()

    found = samples(user.run("--format", "prometheus").stdout)

    assert found["limit_used_ratio", "five_hour"] == 0.42
    assert found["limit_used_ratio", "scope:fable"] == 0.91
    assert found["credits_used", ""] == 5.12
    assert found["up", ""] == 1
    assert found["limit_reset_timestamp_seconds", "five_hour"] > time.time()


def test_unknown_has_no_sample() -> None:
    """Nothing known, a window that is over and a number that is gone are not 0."""
    over = Limit("five_hour", "5h", 42.0, NOW - 60, NOW - 120, "endpoint")
    gone = Limit("seven_day", "7d", 42.0, NOW + 60, NOW - 86400, "endpoint")

    for usage in (None, Usage("endpoint", NOW, (over, gone))):
        assert samples(draw_prometheus(usage, NOW, "/default")) == {("up", ""): 0}


def test_names_from_outside_are_escaped() -> None:
    """Quotes, backslashes and newlines in a name or an account come back as they were."""
    name = 'a"b\\c\nd'
    limit = Limit("scope:x", name, 42.0, None, NOW, "endpoint")
    credit = Credits(5, None, "JPY", 0, None, NOW, "endpoint")

    text = draw_prometheus(Usage("endpoint", NOW, (limit,), credit), NOW, name)

    labels = [s.labels for f in text_string_to_metric_families(text) for s in f.samples]
    assert (name, name) == (labels[0]["label"], labels[0]["account"])


@pytest.mark.parametrize(
    ("shell", "check"), [("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])]
)
def test_completions_are_valid(user: User, tmp_path: Path, shell: str, check: list[str]) -> None:
    """Each shell accepts the script made for it, which knows the commands."""
    path = tmp_path / "completion"
    path.write_text(user.run("completion", shell).stdout)

    done = subprocess.run([program(shell), *check, str(path)], capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")
    assert "doctor" in path.read_text()


def test_bash_completes_commands(user: User, tmp_path: Path) -> None:
    """A real bash completes `claude-status doc` to `doctor`."""
    path = tmp_path / "completion"
    path.write_text(user.run("completion", "bash").stdout)
    script = f"""source {path}
spec=$(complete -p claude-status); [[ $spec =~ -F\\ ([^ ]+) ]]
COMP_WORDS=(claude-status doc); COMP_CWORD=1; COMP_LINE='claude-status doc'; COMP_POINT=17
"${{BASH_REMATCH[1]}}" claude-status doc claude-status; echo "${{COMPREPLY[@]}}"
"""

    done = subprocess.run(
        [program("bash"), "--norc", "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["doctor"]
