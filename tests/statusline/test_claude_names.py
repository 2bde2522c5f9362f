"""What Claude Code says about itself in its own line, filled in alike by sh and by Python."""

from __future__ import annotations

import json
import os
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from claude_status.statusline.filled import filled
from tests.conftest import LAUNCHER_SHELLS, program
from tests.statusline.test_launcher_line import line, payload, runs
from tests.support import User

TEMPLATE = (
    "{claude.model} · 5h {5h} · ctx {claude.context} · {claude.cost} · {claude.dir}"
    " · on {claude.branch}"
)
HASH = "0123456789abcdef0123456789abcdef01234567"


def write(user: User, settings: str) -> None:
    """Write the settings file."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(settings)


@pytest.fixture
def work(user: User) -> Path:
    """A directory in a repository with the branch ``main``, and a template with all names."""
    work = user.home / "work"
    (work / ".git").mkdir(parents=True)
    (work / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    write(user, f'template = "{TEMPLATE}"\n')
    return work


def session(work: Path | str, **more: Any) -> dict[str, Any]:
    """The parts of the input that the template names."""
    return {
        "model": {"id": "claude-opus", "display_name": "Opus"},
        "workspace": {"current_dir": str(work), "project_dir": "/"},
        "context_window": {"current_usage": {"input_tokens": 5}, "used_percentage": 8.9},
        "cost": {"total_cost_usd": 0.29, "total_api_duration_ms": 1000},
        **more,
    }


@lru_cache
def base(home: Path) -> bytes:
    """An input with the same numbers throughout a test, even if a minute ends."""
    return payload(home)


def payload_of(user: User, parts: dict[str, Any]) -> bytes:
    """The whole input with these parts, as JavaScript writes it."""
    data = {**json.loads(base(user.home)), **parts}
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def by_program(user: User, data: bytes) -> str:
    """The line as Python draws it."""
    done = subprocess.run(
        user.command("statusline"), env=user.environ, input=data, capture_output=True, check=True
    )
    assert done.stderr == b""
    return done.stdout.decode()


def without(name: str, work: Path) -> dict[str, Any]:
    """A session that lacks one part."""
    return {key: part for key, part in session(work).items() if key != name}


def folder(user: User, name: str, **files: str) -> Path:
    """A directory with these files in its ``.git``."""
    made = user.home / name
    (made / ".git").mkdir(parents=True)
    for file, text in files.items():
        (made / ".git" / file).write_text(text)
    return made


def worktree(user: User, name: str, git: str) -> Path:
    """A directory with a ``.git`` file."""
    made = user.home / name
    made.mkdir()
    (made / ".git").write_text(git)
    return made


def cases(user: User, work: Path) -> dict[str, tuple[dict[str, Any], str, bool]]:
    """Inputs with the expected line, and whether the launcher draws it without Python."""
    ours = session(work)
    inside = work / "a" / "b"
    inside.mkdir(parents=True)
    linked = work / ".git" / "worktrees" / "w"
    linked.mkdir(parents=True)
    (linked / "HEAD").write_text("ref: refs/heads/feature/x")
    detached = folder(user, "detached", HEAD=f"{HASH}\n")
    bare = user.home / "bare"
    bare.mkdir()
    usual = "Opus · 5h 42% · ctx 8% · $0.29 · {} · on {}"
    at = usual.replace(" · on {}", "")

    def model(name: Any) -> dict[str, Any]:
        return {**ours, "model": {"id": "x", "display_name": name}}

    def cost(number: Any) -> dict[str, Any]:
        return {**ours, "cost": {"total_cost_usd": number, "total_api_duration_ms": 1000}}

    def named(name: str) -> str:
        return at.format("work · on main").replace("Opus", name)

    main = at.format("work · on main")
    return {
        "plain": (ours, main, True),
        "below": (session(inside), usual.format("b", "main"), True),
        "detached": (session(detached), usual.format("detached", HASH[:7]), True),
        "no repository": (session(bare), at.format("bare"), True),
        "worktree": (
            session(worktree(user, "w", f"gitdir: {linked}\n")), usual.format("w", "feature/x"),
            True,
        ),
        "relative worktree": (
            session(worktree(user, "v", "gitdir: ../work/.git/worktrees/w\n")),
            usual.format("v", "feature/x"), True,
        ),
        "strange .git": (session(worktree(user, "s", "x\n")), at.format("s"), True),
        "a pipe": (session(pipe(user)), at.format("pipe"), True),
        "home": (session(user.home), at.format("~"), True),
        "root": (session("/"), at.format("/"), False),
        "no model": (without("model", work), main.replace("Opus · ", ""), True),
        "no context": (without("context_window", work), main.replace("ctx 8% · ", ""), True),
        "no directory": (without("workspace", work), main.partition(" · work")[0], True),
        "early": (
            {**ours, "context_window": {"used_percentage": None}}, main.replace("ctx 8% · ", ""),
            True,
        ),
        "empty": ({**ours, "context_window": {}}, main.replace("ctx 8% · ", ""), True),
        "odd": ({**ours, "model": "Opus"}, main.replace("Opus · ", ""), True),
        "nested": ({**ours, "x": {"model": {"display_name": "no"}, "cost": [1, {}]}}, main, True),
        "brackets": ({**ours, "x": ["}", {"y": "]{"}, [2, "model"]]}, main, True),
        "boolean": (cost(True), main.replace("$0.29 · ", ""), False),
        "whole": (cost(12), main.replace("0.29", "12.00"), True),
        "tenths": (cost(1.5), main.replace("0.29", "1.50"), True),
        "digits": (cost(0.123456789012), main.replace("0.29", "0.12"), True),
        "tiny": (cost(1e-9), main.replace("0.29", "0.00"), False),
        "quotes": (model('a "b"'), named('a "b"'), False),
        "accents": (model("Opüs é"), named("Opüs é"), True),
        "kana": (model("あいう漢字ぁ"), named("あいう漢字ぁ"), True),
        "latin": (model("«Opus»"), named("«Opus»"), False),
        "shell": (model("$(id) `id` %s %d ${x} ~ * ;"), named("$(id) `id` %s %d ${x} ~ * ;"), True),
        "braces": (model("{m}{} {c}"), named("{m}{} {c}"), True),
        "escape": (model("\x1b[31mred\x07"), named("?[31mred?"), False),
        "newline": (model("two\nlines"), named("two?lines"), False),
        "C1": (model("\x9b31mred"), named("?31mred"), False),
        "delete": (model("a\x7fb"), named("a?b"), False),
        "right to left": (model("a\u202eb"), named("a?b"), False),
        "mark": (model("\ufeffb"), named("?b"), False),
        "huge": (model("x" * 70_000), named("x" * 59 + "…"), False),
        "branch with an escape": (
            session(folder(user, "bad", HEAD="ref: refs/heads/\x1b]0;x\x07\n")),
            usual.format("bad", "?]0;x?"), False,
        ),
    }  # fmt: skip


def pipe(user: User) -> Path:
    """A directory whose HEAD is a pipe without a writer."""
    made = folder(user, "pipe")
    os.mkfifo(made / ".git" / "HEAD")
    return made


@pytest.mark.parametrize("shell", LAUNCHER_SHELLS)
def test_the_launcher_says_what_the_program_says(
    user: User, launcher: str, work: Path, shell: str
) -> None:
    """Both draw the expected line for each input; plain inputs need no Python."""
    user.environ["COLUMNS"] = "200"
    line(user, launcher, payload_of(user, session(work)), shell)
    user.take_slots()
    for name, (parts, expected, alone) in cases(user, work).items():
        data = payload_of(user, parts)
        before = runs(user)
        said = line(user, launcher, data, shell)
        assert (name, said, runs(user) - before) == (name, f"{expected}\n", int(not alone))
        assert (name, by_program(user, data)) == (name, said)


@pytest.mark.parametrize("shell", LAUNCHER_SHELLS)
def test_parts_are_dropped_from_the_end(user: User, launcher: str, work: Path, shell: str) -> None:
    """At each width the line fits, with whole parts, and the launcher needs no Python."""
    data = payload_of(user, session(work))
    line(user, launcher, data, shell)
    user.take_slots()
    whole = line(user, launcher, data, shell).rstrip("\n")
    before = runs(user)
    for columns in range(4, 60):
        user.environ["COLUMNS"] = str(columns)
        said = line(user, launcher, data, shell)
        assert by_program(user, data) == said
        assert len(said.rstrip("\n")) <= columns
        assert whole.startswith(said.rstrip("\n"))
        assert (" · on main" in said) == (columns >= len(whole.encode()))
    assert runs(user) == before


def test_it_takes_no_further_program(user: User, launcher: str, work: Path) -> None:
    """With only ``dd`` and ``date`` on PATH, the line is the same."""
    data = payload_of(user, session(work))
    line(user, launcher, data)
    known = line(user, launcher, data)
    before = runs(user)
    tools = user.home / "tools"
    tools.mkdir()
    for name in ("dd", "date"):
        (tools / name).symlink_to(program(name))
    user.environ["PATH"] = str(tools)
    assert line(user, launcher, data) == known
    assert runs(user) == before


def test_colours_end_with_their_part(user: User, launcher: str, work: Path) -> None:
    """If a part is left out, so are its colours."""
    write(
        user, 'template = "5h {5h} · at {claude.model} · 7d {7d}"\n[colours]\nlabel = "bold 244"\n'
    )
    data = payload_of(user, without("model", work))
    line(user, launcher, data)
    said = line(user, launcher, data)
    assert said == by_program(user, data)
    assert " at " not in said
    assert said.count("\033[1;38;5;244m") == said.count("\033[22;39m") == 3


def test_nothing_of_it_is_seen_elsewhere(user: User, launcher: str, work: Path) -> None:
    """In other formats, and by ``--format claude``, these parts are left out."""
    line(user, launcher, payload_of(user, session(work)))
    for kind in ("plain", "ascii", "ansi", "tmux", "bash", "zsh", "claude", "waybar"):
        done = subprocess.run(
            [program("dash"), launcher, "--format", kind], env=user.environ, capture_output=True,
            check=True,
        )  # fmt: skip
        assert b"5h" in done.stdout
        assert b"{m}" not in done.stdout
        assert b"ctx" not in done.stdout


def test_a_part_with_a_number_stays() -> None:
    """A name without a value is removed with one blank; a number beside it stays."""
    assert filled("5h 42% {m}{} · {}{.}{c} 7d 17%", {}, "", 80) == "7d 17%"
    assert filled("{.}5h 42% {m} now{} · {}x {c}", {}, "", 80) == "5h 42% now"
