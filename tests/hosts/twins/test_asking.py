"""When bash, zsh and fish start a refresh, how many, and what they write for it."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.prompts import Shell
from tests.hosts.shells import (
    TEXTS,
    account,
    all_ends,
    another,
    calls,
    draw,
    give_away,
    give_home,
    plain_user,
    refreshed,
    stand_in,
    started,
    tracing,
)
from tests.hosts.twins.shells import AGES

SLOT = 15


def take_slots(folder: Path, *, dangling: bool = False) -> None:
    """Take the slots of the next minute; with ``dangling``, this shows only on creating one."""
    for slot in range(int(time.time()) // SLOT, int(time.time()) // SLOT + 5):
        (folder / f"kick.{slot}").symlink_to("gone" if dangling else "/dev/null")


@AGES
@pytest.mark.parametrize("frames", ["missing", "due", "not yet", "broken"])
def test_old_frames_start_one_refresh(shell: Shell, frames: str, home: Path) -> None:
    """Old frames are still shown, and one prompt in each slot starts a refresh; slots are 0600."""
    folder = draw(home, (60 if frames == "not yet" else -60, "old"), refresh=-1)
    if frames == "missing":
        shell.frames.unlink()
    if frames == "broken":
        shell.frames.write_text("broken")
    assert shell.prompts(3) == ("<old>" if frames == "due" else "<>")
    assert refreshed(shell.program, home)
    assert {stat.S_IMODE(kick.stat().st_mode) for kick in folder.glob("kick.*")} == {0o600}


def test_many_shells_start_one_refresh(shell: Shell, home: Path) -> None:
    """Of twenty shells that see old frames at once, one starts a refresh; none prints anything."""
    draw(home, refresh=-1)
    argv = [*shell.argv, f"{shell.sourcing()}echo ready; read go\n{shell.traits.prompt}"]
    pipe: dict[str, Any] = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
    pipe |= {"stderr": subprocess.STDOUT, "bufsize": 0}
    with all_ends() as held, contextlib.ExitStack() as stack:
        shells: list[subprocess.Popen[Any]] = [
            stack.enter_context(subprocess.Popen(argv, pass_fds=[held], **pipe)) for _ in range(20)
        ]
        assert {each.stdout.readline() for each in shells if each.stdout} == {b"ready\n"}
        assert {each.stdin.write(b"\n") for each in shells if each.stdin} == {1}
        assert {each.communicate(timeout=60)[0] for each in shells} == {b""}
    assert refreshed(shell.program, home)
    assert len(calls(shell.program)) <= 2  # if a slot ended meanwhile


def test_a_slot_is_taken_once(shell: Shell, home: Path) -> None:
    """If another shell takes the slot after ours has looked, ours starts nothing."""
    take_slots(draw(home, refresh=-1), dangling=True)
    assert shell.prompts() == f"<{shell.text()}>"
    assert calls(shell.program) == []
    assert not (account(home) / "gone").exists()


def test_the_next_slot_is_tried(shell: Shell, home: Path) -> None:
    """A shell that found the slot taken starts a refresh in the next one."""
    take_slots(draw(home, refresh=-1))
    later = int(time.time()) + 6 * SLOT
    reference = home / "older"
    reference.touch()
    os.utime(reference, (shell.frames.stat().st_mtime - 6 * SLOT,) * 2)
    between = f"command touch -r '{reference}' '{shell.frames}'\n{shell.traits.clock % later}"
    assert shell.prompts(2, between=between) == f"<{shell.text()}>"
    assert calls(shell.program) == ["refresh --background --for prompt"]
    assert (account(home) / f"kick.{later // SLOT}").exists()


def test_slots_that_nobody_sweeps_are_few(shell: Shell, home: Path) -> None:
    """A start that finds a hundred slots, since no refresh has run for long, keeps only its own."""
    folder = draw(home, refresh=-1)
    for number in range(100):
        (folder / f"kick.{number}").touch()
    shell.prompts()
    assert refreshed(shell.program, home)
    assert len(calls(shell.program)) == 1


@pytest.mark.parametrize("age", [0, 100])
@pytest.mark.parametrize("name", ["", "work"])
def test_a_newer_login_starts_a_refresh(shell: Shell, name: str, age: int, home: Path) -> None:
    """Fresh frames are refreshed if the login of their account was stored after them.

    With CLAUDE_CONFIG_DIR, that is the login there, not the default one.
    """
    env = {"CLAUDE_CONFIG_DIR": f"{home}/{name}"} if name else {}
    draw(home, directory=f"{home}/{name}" if name else "/default")
    for folder, ago in (name or ".claude", age), (".claude" if name else "work", 100 - age):
        file = home / folder / ".credentials.json"
        file.parent.mkdir()
        file.touch()
        os.utime(file, (time.time() - ago,) * 2)
    assert shell.prompts(env=env) == f"<{shell.text()}>"
    assert refreshed(shell.program, home) == (age == 0)


@pytest.mark.parametrize("name", ["CLAUDECODE", "nothing"])
def test_a_shell_inside_claude_code_refreshes_nothing(shell: Shell, name: str, home: Path) -> None:
    """With CLAUDECODE set the line is shown, and no refresh is started."""
    draw(home, refresh=-1)
    assert shell.prompts(env={name: "1"}) == f"<{shell.text()}>"
    assert refreshed(shell.program, home) == (name != "CLAUDECODE")


@pytest.mark.parametrize(
    "why", ["fresh", "slot taken", "inside Claude Code", "gone", "a folder", "of another user"]
)
def test_without_a_refresh_prompts_cost_no_process(shell: Shell, why: str, home: Path) -> None:
    """Sourcing and fifty prompts start no process, and take no slot."""
    folder = draw(home, refresh=3000 if why == "fresh" else -1)
    if why == "slot taken":
        take_slots(folder)
    if why in ("gone", "a folder"):
        shell.program.unlink()
    if why == "a folder":
        shell.program.mkdir()
    if why == "of another user":
        give_away(folder)
    before = set(folder.glob("kick.*"))
    env = {"CLAUDECODE": "1"} if why == "inside Claude Code" else {}
    assert shell.processes(50, env) == 0
    assert shell.processes(50, env, after="/bin/true\n:\n") == 1
    assert set(folder.glob("kick.*")) == before


def test_a_prompt_on_a_terminal_costs_no_process(shell: Shell, home: Path) -> None:
    """With the line in the prompt, no process is started from one prompt to the next."""
    draw(home)
    log = home / "strace"
    with shell.session(shell.traits.left, under=tracing(log)) as screen:
        screen.until("17%>")
        before = started(log)
        for count in range(1, 6):
            screen.send("\n")
            screen.until("\n".join([f"{TEXTS['plain']}>"] * (count + 1)))
        assert started(log) == before
        screen.send("sh -c :\n")
        screen.until(f"sh -c :\n{TEXTS['plain']}>")
        assert started(log) == before + 1


@pytest.mark.parametrize("path", [".cache/claude-status", ".cache/claude-status/at/default/@"])
def test_what_cannot_be_recorded_is_tried_once(shell: Shell, path: str, home: Path) -> None:
    """If a file is in the way, no refresh is started, and only a first try costs processes.

    A cache that cannot be created is not tried again in another slot either.
    """
    file = home / path
    file.parent.mkdir(parents=True)
    file.write_text("a file where a folder should be")
    first = shell.processes()
    slots = 2 if path.endswith("@") else 1
    assert 0 < first <= shell.processes(5) <= slots * first
    if slots == 1:
        more = shell.traits.clock % 1 + shell.traits.prompt
        assert shell.processes(after=more) == first
    assert calls(shell.program) == []


@AGES
@pytest.mark.parametrize("closed", ["home", "cache", "account"])
def test_what_cannot_be_recorded_starts_no_refresh(shell: Shell, closed: str) -> None:
    """A refresh is started only if its slot can be recorded; if not, there is no message."""
    with plain_user() as (home, options):
        folder = home if closed == "home" else draw(home, refresh=-1)
        snippet = shutil.copy(shell.snippet, home)
        shell = Shell(shell.name, home)
        shell.snippet = Path(snippet)
        give_home(home)
        folder = folder.parent if closed == "cache" else folder
        folder.chmod(0o500)
        shown = "" if closed == "home" else shell.text()
        assert shell.prompts(3, {"HOME": str(home)}, **options) == f"<{shown}>"
        assert refreshed(shell.program, home) == (closed == "cache")
        folder.chmod(0o700)


@AGES
def test_the_cache_is_made_private(shell: Shell, home: Path) -> None:
    """The first prompt creates the account's folder, closed to all others, and refreshes.

    The refresh runs in /, so that it keeps no file system of the user's mounted.
    """
    stand_in(shell.program, f"pwd >'{home}/where'")
    assert shell.prompts(3, before="umask 0\n", cwd=home) == "<>"
    assert refreshed(shell.program, home)
    assert (home / "where").read_text() == "/\n"
    made = [home / ".cache", *(home / ".cache").rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in made} == {0}


@pytest.mark.parametrize("whose", ["home", ".cache", "cache", "account"])
def test_nothing_is_made_in_the_place_of_another(shell: Shell, whose: str, home: Path) -> None:
    """A shell of another user, such as `sudo -s`, leaves the cache of this home alone."""
    place = home / "theirs"
    account = place / "at/default/@"
    account.mkdir(parents=True)
    env = {
        "home": {"HOME": str(place)},
        ".cache": {"XDG_CACHE_HOME": str(place)},
        "cache": {"CLAUDE_STATUS_CACHE_DIR": f"{place}/cache"},
        "account": {"CLAUDE_STATUS_CACHE_DIR": str(place)},
    }
    give_away(account if whose == "account" else place)
    assert shell.prompts(2, env[whose]) == "<>"
    assert calls(shell.program) == []
    assert not any((place / name).exists() for name in (".cache", "cache", "claude-status"))
    assert list(account.glob("kick.*")) == []


@pytest.mark.parametrize(
    "word", ["", "claude-status", "relative/claude-status", "/bin/true", "gone/claude-status"]
)
def test_the_program_is_the_argument_or_on_path(shell: Shell, word: str, home: Path) -> None:
    """Unless the argument is an absolute path to ours, our program is looked for on PATH.

    Another program of that name is passed over; variables and relative folders on PATH are ignored.
    """
    draw(home, refresh=-1)
    away = stand_in(home / "relative" / "claude-status")
    other = another(home / "other")
    argument = f"{home}/{word}" if word.startswith("gone") else word
    path = f"relative:{other.parent}:{shell.program.parent}:{os.environ['PATH']}"
    env = dict.fromkeys(("claude_status_program", "__claude_status_program"), str(away))
    script = shell.sourcing(argument) + shell.traits.prompt
    assert shell.run(script, {"PATH": path, **env}, cwd=home) == ""
    assert refreshed(shell.program, home) == (not word.startswith("gone"))
    assert calls(away) == calls(other) == []
