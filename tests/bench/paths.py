"""The paths that are measured, each with its budget."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.bench.measure import Row, cost, wait_for_all
from tests.bench.users import Bench
from tests.conftest import SHELL
from tests.server import ApiServer
from tests.store.test_history import use_heavily

PROMPTS = 200  # in one run of a shell
CROWD = 300
PAST = (1, 12, 40)  # how many frames' time has come
FRESH, DUE = 3, 6  # the same, halfway through the TTL and after it
TRUE, PYTHON, STARSHIP = "/bin/true", "python -c pass", "starship prompt, bare"
SPY = """
import os, sys
child = os.fork() or os.execv(sys.argv[1], sys.argv[1:])
usage = os.wait4(child, 0)[2]
os.write(2, b"%d" % usage.ru_maxrss)
"""  # a small parent, since a child's peak counts from its fork
SHELLS = {"dash": ["dash"], "bash as sh": ["bash", "--posix"], "busybox": ["busybox", "sh"]}
HOOKS = {
    "bash": (["bash", "--norc", "--noprofile"], '. "$1" "$2"; for ((i = 0; i < $3; i++)); do '
             'eval "${PROMPT_COMMAND[*]}"; done'),
    "zsh": (["zsh", "-f"], '. "$1" "$2"; repeat $3; do for hook in $precmd_functions; do '
            "$hook; done; done"),
    "fish": (["fish", "--no-config", "--interactive"], "source $argv[2] $argv[3]; "
             "for i in (seq $argv[4]); emit fish_prompt; end"),
}  # fmt: skip


def bases(user: Bench) -> list[Row]:
    """The cheapest process possible, and the cheapest Python."""
    bare = [user.python[0], "-c", "pass"]
    return [
        Row(TRUE, lambda: cost([TRUE], user.environ).wall),
        Row(PYTHON, lambda: cost(bare, user.environ).wall, base=TRUE),
    ]


def one_shots(fresh: Bench) -> list[Row]:
    """The launcher under each sh, with fresh frames; a shell with its own clock needs no `date`."""
    fresh.draw(FRESH, due=False)
    rows = []
    for name, argv in SHELLS.items():
        clock = subprocess.run([*argv, "-c", "echo $EPOCHSECONDS"], capture_output=True, check=True)
        bare, run = [*argv, "-c", ":"], [*argv, fresh.launcher]
        start = Row(
            f"{name}, its start alone", lambda bare=bare: cost(bare, fresh.environ).wall, base=TRUE
        )
        base, budget = (start.name, 1.5) if clock.stdout.strip() else (TRUE, 3)
        shot = Row(f"one-shot, fresh, {name}", lambda run=run: cost(run, fresh.environ).wall,
                   base=base, budget=budget)  # fmt: skip
        rows += [start, shot]
    return rows


def stale_one_shot(user: Bench) -> Row:
    """The launcher when it starts a refresh, which is not waited for."""

    def sample() -> float:
        user.draw(DUE, due=True)
        user.free_slots()
        elapsed = cost(["dash", user.launcher], user.environ).wall
        wait_for_all()
        return elapsed

    return Row("one-shot, stale, dash, starts the refresh", sample, base=TRUE, budget=5)


def status_lines(users: Mapping[int, Bench]) -> list[Row]:
    """Claude Code's status line, with numbers that are already known."""
    rows = []
    for past, user in users.items():
        for count in (999, 1000):  # the second is an answer, so its numbers are current
            given = user.hand_in(count)
            subprocess.run(
                [user.launcher, "statusline"], env=user.environ, stdin=Path(given).open(),  # noqa: SIM115
                stdout=subprocess.DEVNULL, check=True,
            )  # fmt: skip
        user.draw(past, due=False)
        for columns in (120, 30) if past == PAST[0] else (120,):
            environ = {**user.environ, "COLUMNS": str(columns)}
            name = f"{past} past" if columns > 100 else f"in {columns} columns"
            rows.append(Row(
                f"statusline, nothing new, {name}",
                lambda user=user, environ=environ, given=given:
                cost(["dash", user.launcher, "statusline"], environ, given).wall,
                base=TRUE, budget=6 if past == PAST[-1] else 5.5,
            ))  # fmt: skip
    first = users[PAST[0]]
    given, wrap = first.hand_in(1000), ["dash", first.launcher, "statusline", "--wrap", "printf x"]
    environ = {**first.environ, "COLUMNS": "120"}
    rows.append(Row("statusline --wrap, nothing new",
                    lambda: cost(wrap, environ, given).wall, base=TRUE))  # fmt: skip
    return rows


def gates(user: Bench) -> list[Row]:
    """What scripts and hooks run before each step."""
    user.log_in()
    user.run("refresh")
    user.take_slots()
    words = {"check": ["check", "--max", "90"], "hook": ["hook", "--max", "95", "--tell", "70"]}

    def timed(name: str, command: list[str]) -> Row:
        run = ["dash", user.launcher, *command]
        return Row(name, lambda: cost(run, user.environ).wall, base=TRUE, budget=4)

    return [timed(name, command) for name, command in words.items()]


def displays(user: Bench) -> list[Row]:
    """Starship's prompt without and with each of our tables, and what the bar of tmux runs."""
    user.draw(FRESH, due=False)
    starship = user.home / "starship"  # in the wheel it may not be executable
    shutil.copyfile(Path(sysconfig.get_path("scripts"), "starship"), starship)
    starship.chmod(0o755)
    tables = (SHELL / "starship.toml").read_text().replace("@CLAUDE_STATUS@", user.launcher)
    variable, custom = tables.split("[custom.claude_status]")
    line = {"CLAUDE_STATUS": user.line(time.time())}
    rows = []
    for name, table in (
        ("bare", ""),
        ("env_var", variable),
        ("custom", f"[custom.claude_status]{custom}"),
    ):
        config = user.home / f"{name}.toml"
        config.write_text(f'format = "$env_var$custom$character"\n{table}')
        environ = {**user.environ, **line, "STARSHIP_CONFIG": str(config)}
        run = [str(starship), "prompt"]
        base = STARSHIP if rows else ""
        rows.append(Row(f"starship prompt, {name}", lambda run=run, environ=environ:
                        cost(run, environ).wall, base=base))  # fmt: skip
    bar = ["/bin/sh", "-c", f"{shlex.quote(user.launcher)} --format tmux"]
    rows.append(Row("tmux #(), fresh", lambda: cost(bar, user.environ).wall, base=TRUE))
    return rows


def python_paths(user: Bench) -> list[Row]:
    """What needs Python, as multiples of a bare one: polled formats, and refreshes."""
    user.log_in()
    user.run("refresh")
    user.take_slots()

    def timed(name: str, words: str, budget: float) -> Row:
        command = [*user.python, *words.split()]
        return Row(name, lambda: cost(command, user.environ).wall, base=PYTHON, budget=budget)

    def megabytes() -> float:
        spy = [sys.executable, "-I", "-S", "-c", SPY, *user.python, "refresh", "--force"]
        done = subprocess.run(spy, env=user.environ, capture_output=True, check=True)
        return int(done.stderr) / 1024

    return [
        timed("--format json", "--format json", 6),
        timed("--format prometheus", "--format prometheus", 6),
        timed("refresh, nothing due", "refresh", 6),
        timed("refresh, asks the API", "refresh --force", 16),
        Row("refresh, memory at its peak", megabytes, "MB", budget=60),
    ]


def hooks(users: Mapping[int, Bench]) -> list[Row]:
    """The prompt hooks: processor time for each prompt, without the shell's start."""
    rows = []
    for past, user in users.items():
        user.draw(past, due=past > 1)
        for shell, (argv, script) in HOOKS.items():
            snippet = SHELL / f"claude-status.{shell}"
            run = [*argv, "-c", script, shell, str(snippet), user.launcher]

            def sample(run: list[str] = run, user: Bench = user) -> float:
                busy, idle = (cost([*run, str(n)], user.environ).cpu for n in (PROMPTS, 0))
                return (busy - idle) / PROMPTS

            budget = 0.5 if shell == "fish" else 0.12
            rows.append(
                Row(f"{shell} prompt, {past} past frames", sample, base=TRUE, budget=budget)
            )
    return rows


def crowd(user: Bench, api: ApiServer) -> Row:
    """The calls made by many stale one-shots at the same moment."""

    def sample() -> float:
        user.log_in()
        user.draw(DUE, due=True)
        user.free_slots()
        before = len(api.requests)
        nothing = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in range(3)]
        dash = shutil.which("dash") or "dash"
        for _ in range(CROWD):
            os.posix_spawn(dash, ["dash", user.launcher], user.environ, file_actions=nothing)
        wait_for_all()
        return len(api.requests) - before

    return Row(f"{CROWD} one-shots at once, stale", sample, "calls", budget=1)


def days(place: Path) -> Row:
    """The size of the database after 90 days of heavy use."""
    return Row("cache after 90 days", lambda: use_heavily(place / "store") / 1e6, "MB", budget=2)


def peers(user: Bench, commands: Mapping[str, str]) -> list[Row]:
    """Other programs' status lines, which get the same input."""
    given, environ = user.hand_in(), {**user.environ, "PATH": os.environ["PATH"], "COLUMNS": "120"}

    def sample(words: list[str]) -> Callable[[], float]:
        return lambda: cost(words, environ, given).wall

    return [
        Row(f"{name}, status line", sample(shlex.split(command)), base=TRUE)
        for name, command in commands.items()
    ]
