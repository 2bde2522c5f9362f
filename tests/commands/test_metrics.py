"""The metrics of many accounts, also as a file for a collector."""

from __future__ import annotations

import os
import pwd
import re
import stat
import subprocess
import threading
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.bodies import usage_body
from tests.conftest import ROOT
from tests.server import ApiServer, ok
from tests.support import SENTENCE, User, clock_ahead, unprivileged, until

METRICS = ("--format", "prometheus")


@pytest.fixture
def users(home: Path, api: ApiServer) -> list[User]:
    """Three accounts of one person, each with its own numbers."""
    users = [User(home, api.url, **environ) for environ in (
        {}, {"CLAUDE_CONFIG_DIR": f"{home}/work"}, {"CLAUDE_CONFIG_DIR": f"{home}/büro"},
    )]  # fmt: skip
    for number, user in enumerate(users):
        user.log_in(token=f"sk-ant-oat01-made-up-{number}")
        api.answer = ok(usage_body(time.time(), five_hour=20 + number))
        user.refresh()
    return users


def shares(text: str) -> dict[str, float]:
    """The session's share by account, parsed by Prometheus' own library."""
    return {
        sample.labels["account"]: sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name.endswith("used_ratio") and sample.labels["limit"] == "five_hour"
    }


@pytest.mark.parametrize("asking", [0, 1, 2])
@pytest.mark.parametrize("environ", [{}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}], ids=str)
def test_all_accounts_are_in_one_output(
    users: list[User], home: Path, api: ApiServer, asking: int, environ: dict[str, str]
) -> None:
    """From any account and in any locale, each has its own numbers and name."""
    before = len(api.requests)
    output = home / "metrics.prom"

    done = users[asking].run(*METRICS, "--all", "--output", str(output), environ=environ)
    shown = subprocess.run(
        users[asking].command(*METRICS, "--all"), env={**users[asking].environ, **environ},
        cwd=home, capture_output=True, check=True, timeout=60,
    ).stdout  # fmt: skip

    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert shares(output.read_text("utf-8")) == {
        "/default": 0.2, f"{home}/work": 0.21, f"{home}/büro": 0.22
    }  # fmt: skip
    assert output.read_bytes() == shown
    assert len(api.requests) == before


def test_without_all_there_is_one_account(users: list[User]) -> None:
    """Without ``--all`` the other accounts are left out."""
    assert shares(users[1].run(*METRICS).stdout) == {f"{users[1].home}/work": 0.21}


def test_each_account_is_kept_fresh(users: list[User], api: ApiServer, tmp_path: Path) -> None:
    """A collector's run refreshes every account, each with its own login."""
    later = clock_ahead(tmp_path / "later", 3000)
    api.answer = ok(usage_body(time.time() + 3000, five_hour=50))
    before = len(api.requests)

    assert set(shares(users[1].run(*METRICS, "--all", environ=later).stdout).values()) == {
        0.2, 0.21, 0.22
    }  # fmt: skip

    api.wait_for(before + 3)
    for user in users:
        until(lambda user=user: user.line(time.time() + 3000).startswith("5h 50%"))
        until(user.is_drawn)
    asked = {request.headers["Authorization"][-1] for request in api.requests[before:]}
    assert (asked, len(api.requests)) == ({"0", "1", "2"}, before + 3)


def test_a_removed_account_is_not_asked_about(
    users: list[User], api: ApiServer, tmp_path: Path
) -> None:
    """A removed account's last numbers are still given, but no refresh is started."""
    users[1].log_in().unlink()
    users[1].account.config_dir.rmdir()
    before = sorted(os.listdir(users[1].account.home))

    done = users[0].run(*METRICS, "--all", environ=clock_ahead(tmp_path / "later", 3000))
    until(lambda: users[0].is_drawn() and users[2].is_drawn())

    assert f"{users[1].home}/work" in shares(done.stdout)
    assert sorted(os.listdir(users[1].account.home)) == before


def test_a_removed_account_is_not_down_for_ever(users: list[User], tmp_path: Path) -> None:
    """Once its last numbers are too old to be given, a removed account is left out."""
    users[1].log_in().unlink()
    users[1].account.config_dir.rmdir()
    for user in users:
        user.take_slots()

    later = users[0].run(*METRICS, "--all", environ=clock_ahead(tmp_path / "later", 86500)).stdout

    up = {
        sample.labels["account"]: sample.value
        for family in text_string_to_metric_families(later)
        for sample in family.samples
        if sample.name == "claude_status_up"
    }
    assert up == {"/default": 0, f"{users[2].home}/büro": 0}


def test_the_user_is_named_by_the_system(user: User) -> None:
    """The user label comes from the system, not from a variable."""
    user.refresh()
    text = user.run(*METRICS, environ={"USER": "mallory", "LOGNAME": "mallory"}).stdout
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    assert {one.labels["user"] for one in samples} == {pwd.getpwuid(os.geteuid()).pw_name}


def test_without_any_account_the_current_one_is_down(user: User, api: ApiServer) -> None:
    """Before the first reading only the current account is listed, as down, and is asked for."""
    text = user.run(*METRICS, "--all").stdout
    own = f'user="{pwd.getpwuid(os.geteuid()).pw_name}",account="/default"'
    assert text.splitlines()[-1] == f"claude_status_up{{{own}}} 0.0"
    assert "ratio" not in text
    api.wait_for(1)
    until(user.is_drawn)


def test_the_line_for_cron_does_what_it_says(user: User, tmp_path: Path) -> None:
    """The document's line for cron writes the file, with only the variables that cron sets."""
    user.refresh()
    user.take_slots()
    user.install_launcher(user.home / ".local/bin")
    (line,) = re.findall(r"(?m)^\* \* \* \* \* (.*)$", (ROOT / "docs/prometheus.md").read_text())
    folder = "/var/lib/prometheus/node-exporter-ann"
    assert line.count(folder) == 1
    environ = {"HOME": str(user.home), "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"}

    done = subprocess.run(
        ["/bin/sh", "-c", line.replace(folder, str(tmp_path))],
        env={**environ, "CLAUDE_STATUS_API_BASE": user.environ["CLAUDE_STATUS_API_BASE"]},
        cwd=user.home, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert shares((tmp_path / "claude-status.prom").read_text()) == {"/default": 0.42}


@pytest.mark.parametrize("umask", [0o077, 0o000])
def test_the_file_can_be_read_by_a_collector(user: User, tmp_path: Path, umask: int) -> None:
    """The file has mode 0644, whatever the umask and the mode of the previous one."""
    user.refresh()
    output = tmp_path / "metrics.prom"
    for mode in (None, 0o600, 0o666):
        if mode is not None:
            output.chmod(mode)
        assert user.run(*METRICS, "--output", str(output), umask=umask).returncode == 0
        assert stat.S_IMODE(output.stat().st_mode) == 0o644
    assert sorted(os.listdir(tmp_path)) == ["home", "metrics.prom"]


def test_a_reader_never_sees_a_part(user: User, tmp_path: Path) -> None:
    """While the file is being replaced, a reader always gets a whole one."""
    user.refresh()
    output, stopping, wrong = tmp_path / "metrics.prom", threading.Event(), []
    arguments = (*METRICS, "--output", str(output))
    user.run(*arguments)
    whole = output.read_text().count("\n")

    def read() -> None:
        while not stopping.is_set():
            text = output.read_text()
            if text.count("\n") != whole or not text.endswith("\n"):
                wrong.append(text)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        inodes = set()
        for _ in range(5):
            assert user.run(*arguments).returncode == 0
            inodes.add(output.stat().st_ino)
    finally:
        stopping.set()
        reader.join()
    assert wrong == []
    assert len(inodes) > 1  # not written in place


def test_a_planted_link_is_not_followed(user: User, tmp_path: Path) -> None:
    """A link in the file's place is refused in one sentence; its target is not touched."""
    user.refresh()
    victim, output = tmp_path / "victim", tmp_path / "metrics.prom"
    victim.write_text("precious")
    for target in (victim, tmp_path / "nowhere"):
        output.unlink(missing_ok=True)
        output.symlink_to(target)
        done = user.run(*METRICS, "--output", str(output))
        assert SENTENCE.fullmatch(done.stderr)
        assert (done.stdout, done.returncode) == ("", 1)
        assert os.readlink(output) == str(target)
    assert victim.read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()


def test_a_hard_link_is_not_written_through(user: User, tmp_path: Path) -> None:
    """A hard link in the file's place is replaced; the linked file is not changed."""
    user.refresh()
    victim, output = tmp_path / "victim", tmp_path / "metrics.prom"
    victim.write_text("precious")
    output.hardlink_to(victim)
    assert user.run(*METRICS, "--output", str(output)).returncode == 0
    assert victim.read_text() == "precious"


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("/dev/null", "not a regular file"),
        ("/dev/stdout", "a link"),
        (".", "not a regular file"),
        ("", "not a regular file"),
        ("missing/metrics.prom", "missing is not a directory"),
        ("file/metrics.prom", "file is not a directory"),
        ("closed/metrics.prom", r"Permission denied): make it writable"),
        ("x" * 300, "File name too long"),
    ],
)
def test_a_failed_write_is_reported(user: User, place: str, reason: str) -> None:
    """The reason is given in one sentence with status 1, and nothing is left behind."""
    user.refresh()
    user.take_slots()
    (user.home / "file").touch()
    (user.home / "closed").mkdir(mode=0o500)
    before = sorted(user.home.rglob("*"))

    done = subprocess.run(
        unprivileged(user.command(*METRICS, "--output", place)), env=user.environ, cwd=user.home,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert (done.stdout, done.returncode) == ("", 1)
    assert SENTENCE.fullmatch(done.stderr), done.stderr
    assert reason in done.stderr
    assert sorted(user.home.rglob("*")) == before


@pytest.mark.parametrize("option", [("--all",), ("--output", "metrics")], ids=str)
@pytest.mark.parametrize("form", [(), ("--format", "json"), ("--format", "tmux")], ids=str)
def test_other_formats_refuse_the_options(
    user: User, form: tuple[str], option: tuple[str, ...]
) -> None:
    """With other formats the options are refused with status 2, and nothing is written."""
    done = user.run(*form, *option)
    assert (done.stdout, done.returncode) == ("", 2)
    assert SENTENCE.fullmatch(done.stderr)
    assert not (user.home / "metrics").exists()


def test_leftovers_of_a_killed_run_are_removed(user: User, tmp_path: Path) -> None:
    """An old temporary file is removed; a new one may be in use, and stays."""
    user.refresh()
    old, new = (tmp_path / f".claude-status.new-{name}" for name in ("old", "new"))
    old.touch()
    new.touch()
    os.utime(old, (time.time() - 100,) * 2)
    assert user.run(*METRICS, "--output", str(tmp_path / "metrics.prom")).returncode == 0
    assert (old.exists(), new.exists()) == (False, True)
