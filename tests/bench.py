"""What each path costs, beside what it may cost: ``python -m tests.bench``.

Figures are of runs that take turns, so that a busy machine slows all alike; whole processes are
judged by their ratio to the cheapest one there is, made in the same way in the same minute. Medians
are judged; where the best runs are far below them, the machine had other things to do. Exit status
1 if anything is over its budget.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from claude_status.frames.write import replace_file
from tests.conftest import ROOT, SHELL
from tests.server import ApiServer
from tests.store.test_history import use_heavily
from tests.support import User

ROUNDS = 15
PROMPTS = 200  # in one run of a shell
CROWD = 300
PAST = (1, 12, 40)  # frames whose time has come
FRESH, DUE = 3, 6  # the same, halfway through the TTL and after it
TRUE, PYTHON, STARSHIP = "/bin/true", "python -c pass", "starship prompt, bare"
SPY = """
import os, sys
child = os.fork() or os.execv(sys.argv[1], sys.argv[1:])
usage = os.wait4(child, 0)[2]
os.write(2, b"%d" % usage.ru_maxrss)
"""  # a small parent, since a child's peak counts from its fork


@dataclass(frozen=True)
class Row:
    """One figure: how to take it once, in ``unit``; the budget is in units, or times ``base``."""

    name: str
    sample: Callable[[], float]
    unit: str = "ms"
    base: str = ""
    budget: float | None = None


class Cost(NamedTuple):
    """What a process took, in milliseconds: from its start to its end, and of the processor."""

    wall: float
    cpu: float


def cost(argv: Sequence[str], environ: dict[str, str], stdin: str = os.devnull) -> Cost:
    """Run a process until it has ended and nobody holds its output open any more."""
    out, held = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, held, 1),
    ]
    program = shutil.which(argv[0]) or argv[0]
    begun = time.perf_counter()
    child = os.posix_spawn(program, argv, environ, file_actions=actions)
    os.close(held)
    while os.read(out, 65536):
        pass
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    os.close(out)
    assert os.waitstatus_to_exitcode(status) == 0, argv
    return Cost(1000 * wall, 1000 * (usage.ru_utime + usage.ru_stime))


# The user whose prompts are timed


class Bench(User):
    """A user with an installed launcher, whose frames are made by hand."""

    def __init__(self, home: Path, url: str) -> None:
        """Install into ``home``, as pip would."""
        home.mkdir(mode=0o700)
        super().__init__(home, url)
        self.environ = {
            "HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8", "TERM": "xterm-256color",
            "PYTHONPATH": str(ROOT), "CLAUDE_STATUS_API_BASE": url,
        }  # fmt: skip
        self.launcher = self.install_launcher(home / "bin")
        self.script = home / "bin/claude-status-py"
        self.script.write_text(
            f"#!{sys.executable}\nimport re\nimport sys\n"
            "from claude_status.__main__ import entry\nsys.exit(entry())\n"
        )
        self.account.frames.mkdir(mode=0o700, parents=True)

    def draw(self, past: int, *, due: bool) -> None:
        """Write a strip of 40 frames; a refresh that is ``due`` has been started already."""
        now = int(time.time())
        refresh_at = now - 60 if due else now + 3600
        header = f"claude-status 2 {refresh_at} {refresh_at}\n"
        start = now - 60 * past + 30
        rows = [f"{start + 60 * i} 5h 42% {i + 1}m · 7d 17%\n" for i in range(40)]
        for dialect in ("plain", "bash", "zsh", "fish", "starship", "tmux", "claude"):
            replace_file(self.account.frames / dialect, header + "".join(rows))
        for slot in range(now // 15, now // 15 + 40):
            (self.account.home / f"kick.{slot}").touch(0o600)

    def free_slots(self) -> None:
        """Let the next reader start a refresh."""
        for path in self.account.home.glob("kick.*"):
            path.unlink()


def adopt_orphans() -> None:
    """Become the parent of every process below this one whose own parent ends (Linux)."""
    set_child_subreaper = 36
    ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def wait_for_all() -> None:
    """Wait for the end of every process below this one, refreshes in the background among them."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


# What is measured


SHELLS = {"dash": ["dash"], "bash as sh": ["bash", "--posix"], "busybox": ["busybox", "sh"]}


def one_shots(fresh: Bench) -> list[Row]:
    """The launcher under each sh, with fresh frames."""
    fresh.draw(FRESH, due=False)
    rows = []
    for name, argv in SHELLS.items():
        clock = subprocess.run([*argv, "-c", "echo $EPOCHSECONDS"], capture_output=True, check=True)
        run = [*argv, fresh.launcher]
        budget = 2 if clock.stdout.strip() else 3
        rows.append(Row(f"one-shot, fresh, {name}", lambda run=run: cost(run, fresh.environ).wall,
                        base=TRUE, budget=budget))  # fmt: skip
    return rows


def stale_one_shot(user: Bench) -> Row:
    """The launcher when it has to start a refresh, which goes on for longer."""

    def sample() -> float:
        user.draw(DUE, due=True)
        user.free_slots()
        elapsed = cost(["dash", user.launcher], user.environ).wall
        wait_for_all()
        return elapsed

    return Row("one-shot, stale, dash, starts the refresh", sample, base=TRUE, budget=5)


def status_line(user: Bench) -> list[Row]:
    """Claude Code's hook, when it brings the numbers that are known already; the gate on them."""
    now = int(time.time())
    windows = {"five_hour": {"used_percentage": 42.6, "resets_at": now + 8000},
               "seven_day": {"used_percentage": 17, "resets_at": now + 300000}}  # fmt: skip
    told = user.home / "told.json"
    data = {
        "session_id": "made-up", "padding": "x" * 1100, "rate_limits": windows,
        "cost": {"total_api_duration_ms": 1000},
    }  # fmt: skip
    told.write_text(json.dumps(data, separators=(",", ":")).replace("1000}", "999}") + "\n")
    user.environ.update(TERM="xterm-256color", LANG="C.UTF-8", COLUMNS="120")
    command = ["dash", user.launcher, "statusline"]
    user.run("refresh")

    def sample() -> float:
        return cost(command, user.environ, str(told)).wall

    sample()
    told.write_text(told.read_text().replace("999}", "1000}"))  # an answer, which is true now
    sample()
    check = ["dash", user.launcher, "check", "--max", "90"]
    return [
        Row("statusline, nothing new, dash", sample, base=TRUE, budget=5.5),
        Row("check, dash", lambda: cost(check, user.environ).wall, base=TRUE, budget=4),
    ]


def displays(user: Bench) -> list[Row]:
    """Starship's prompt without and with each of our tables, and what tmux runs for the bar."""
    user.draw(FRESH, due=False)
    starship = user.home / "bin/starship"  # the wheel may hold it without its bit
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
    bar = ["/bin/sh", "-c", f"{user.launcher} --format tmux"]
    rows.append(Row("tmux #(), fresh", lambda: cost(bar, user.environ).wall, base=TRUE))
    return rows


def refreshes(user: Bench) -> list[Row]:
    """A refresh that asks a server on this machine."""
    user.log_in()
    command = [str(user.script), "refresh", "--force"]

    def megabytes() -> float:
        spy = [sys.executable, "-I", "-S", "-c", SPY, *command]
        done = subprocess.run(spy, env=user.environ, capture_output=True, check=True)
        return int(done.stderr) / 1024

    return [
        Row("refresh, asks the API", lambda: cost(command, user.environ).wall, budget=300),
        Row("refresh, memory at its peak", megabytes, "MB", budget=60),
    ]


HOOKS = {
    "bash": (["bash", "--norc", "--noprofile"], '. "$1" "$2"; for ((i = 0; i < $3; i++)); do '
             'eval "${PROMPT_COMMAND[*]}"; done'),
    "zsh": (["zsh", "-f"], '. "$1" "$2"; repeat $3; do for hook in $precmd_functions; do '
            "$hook; done; done"),
    "fish": (["fish", "--no-config", "--interactive"], "source $argv[2] $argv[3]; "
             "for i in (seq $argv[4]); emit fish_prompt; end"),
}  # fmt: skip


def hooks(users: dict[int, Bench]) -> list[Row]:
    """The prompt hooks: microseconds of the processor for each prompt, less the shell's start."""
    rows = []
    for past, user in users.items():
        user.draw(past, due=past > 1)
        for shell, (argv, script) in HOOKS.items():
            snippet = SHELL / f"claude-status.{shell}"
            if not snippet.exists():
                continue
            run = [*argv, "-c", script, shell, str(snippet), user.launcher]

            def sample(run: list[str] = run, user: Bench = user) -> float:
                busy, idle = (cost([*run, str(n)], user.environ).cpu for n in (PROMPTS, 0))
                return 1000 * (busy - idle) / PROMPTS

            budget = None if shell == "fish" else 100 if past == 1 else 300
            rows.append(Row(f"{shell} prompt, {past} past frames", sample, "µs", budget=budget))
    return rows


def crowd(user: Bench, api: ApiServer) -> Row:
    """Many one-shots at the same moment, all of them stale."""

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
    """What the database takes after 90 days of heavy use."""
    return Row("cache after 90 days", lambda: use_heavily(place / "store") / 1e6, "MB", budget=2)


# The table


class Figure(NamedTuple):
    """What all rounds came to; on a quiet machine, the two are near each other."""

    median: float
    best: float


def measure(rows: Sequence[Row], rounds: int) -> dict[str, Figure]:
    """All figures; each is taken once before any is taken twice."""
    taken: dict[str, list[float]] = {row.name: [] for row in rows}
    for turn in range(rounds + 1):
        for row in rows:
            figure = row.sample()
            if turn:  # the first round only warms up
                taken[row.name].append(figure)
    return {name: Figure(statistics.median(all_), min(all_)) for name, all_ in taken.items()}


def tell(rows: Sequence[Row], figures: dict[str, Figure]) -> bool:
    """Print the table; whether every median is within its budget."""
    print(f"{'':42}{'median':>8}{'best':>8}{'':7}{'median':>7}{'best':>7}   budget")
    fine = True
    for row in rows:
        figure = figures[row.name]
        line = f"{row.name:42}" + "".join(f"{each:8.4g}" for each in figure) + f" {row.unit:<6}"
        base = figures[row.base] if row.base else Figure(1, 1)
        ratios = [one / another for one, another in zip(figure, base, strict=True)]
        line += "".join(f"{ratio:7.2f}" if row.base else " " * 7 for ratio in ratios)
        if row.budget is not None:
            within = 0 < ratios[0] <= row.budget
            fine = fine and within
            of = f"x {row.base}" if row.base else row.unit
            line += f"   {f'<= {row.budget:g} {of}':<25}{'ok' if within else 'OVER'}"
        print(line)
    return fine


def main() -> int:
    """Measure everything and print the table."""
    print(f"Medians of {ROUNDS} interleaved rounds, Python {platform.python_version()}, "
          f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n")  # fmt: skip
    adopt_orphans()
    with tempfile.TemporaryDirectory() as place, ApiServer() as api:

        def user(name: str) -> Bench:
            return Bench(Path(place, name), api.url)

        plain = user("plain").environ
        rows = [
            Row(TRUE, lambda: cost([TRUE], plain).wall),
            Row(PYTHON, lambda: cost([sys.executable, "-c", "pass"], plain).wall),
            *one_shots(user("fresh")),
            stale_one_shot(user("stale")),
            *status_line(user("statusline")),
            *displays(user("displays")),
            *refreshes(user("refresh")),
            *hooks({past: user(f"prompt{past}") for past in PAST}),
        ]
        figures = measure(rows, ROUNDS)
        once = crowd(user("crowd"), api), days(user("days").home)
        figures |= {row.name: Figure(*[row.sample()] * 2) for row in once}
        return 0 if tell([*rows, *once], figures) else 1


if __name__ == "__main__":
    sys.exit(main())
