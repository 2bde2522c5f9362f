"""``claude-status history``: the charts on a real screen, and the data for scripts."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from pathlib import Path

import pytest

from claude_status.model.switch import Owner
from claude_status.model.usage import SESSION, WEEK, WINDOW_SECONDS, Limit, Usage
from claude_status.render.json import iso
from claude_status.store import history, records
from claude_status.store.database import open_store
from tests.commands.pictures.conftest import HOUR, WIDTHS, without
from tests.screen import Screen
from tests.server import ApiServer, ok, usage_body
from tests.support import User

DAY = 24 * HOUR
BLOCKS = "▁▂▃▄▅▆▇█"
PASSED = 3.5 * HOUR  # of the session


@pytest.fixture
def now() -> int:
    """The present time, rounded down to the minute."""
    return int(time.time()) // 60 * 60


@pytest.fixture
def used(user: User, now: int) -> User:
    """A user with 3.5 hours of a session behind them, including a break of 75 minutes."""
    user.refresh()
    with open_store(user.account.store) as store:
        for name in store.names(history.PREFIX):
            store.drop(name)  # the refresh's number is a few seconds later than those below
        for seconds in range(0, int(PASSED) + 1, 300):
            if not 4500 < seconds < 9000:
                as_of = now - PASSED + seconds
                share = seconds / PASSED
                usage = reading(as_of, 78 * share, 34 - 10 * (1 - share), now)
                history.add(store, usage, as_of)
        records.keep(store, [usage])
    return user


def reading(as_of: float, session: float, week: float, now: int) -> Usage:
    """A reading of all windows at that time."""
    week_end = now + 3 * DAY
    limits = tuple(
        Limit(key, label, percent, end, as_of, "endpoint", window=WINDOW_SECONDS.get(key, 7 * DAY))
        for key, label, percent, end in (
            (SESSION, "5h", session, now + 5 * HOUR - int(PASSED)),
            (WEEK, "7d", week, week_end),
            ("scope:fable", "Fable", 51 * week / 34, week_end),
        )
    )
    return Usage("endpoint", as_of, limits)


def shown(user: User, *arguments: str, columns: int = 80, **environ: str) -> Screen:
    """The screen after the command has ended."""
    env = {**user.environ, **environ}
    screen = Screen(user.command("history", *arguments), env, columns=columns, lines=62)
    while screen.pump(30):
        pass
    return screen


@pytest.mark.parametrize("columns", WIDTHS)
def test_all_windows_at_every_width(used: User, columns: int) -> None:
    """Session, week and model's week each have a chart with heading, axes and legend."""
    with shown(used, columns=columns) as screen:
        text = screen.text()
    words = re.sub(r"\s+", " ", text)
    assert "session (5h) 78%, 8 points ahead of pace, runs out about " in words
    assert "week (7d) 34%, will last" in words
    assert "Fable (7d) 51%" in words
    assert "█ used · even pace • at this rate ░ likely range blank: not known" in words
    assert "session (5h): 1 window, none reached 90%" in words
    for axis in ("100%┤", "75%┤", "50%┤", "25%┤", "0%┼"):
        assert text.count(axis) == 3
    across = [n for line in text.splitlines() if (n := line.count("100%┤"))]
    assert across == ([3] if columns == 200 else [1, 1, 1])


def plot_of(screen: Screen) -> list[str]:
    """The rows of the session's plot, from the top."""
    rows = screen.text().split("week (7d)")[0].splitlines()
    return [row[5:] for row in rows if re.match(r"[ \d%]{4}[┤│]", row)]


def test_use_ends_at_the_present_time(used: User) -> None:
    """Usage ends at 70% of the session's chart; the projection continues to the top."""
    with shown(used) as screen:
        plot = plot_of(screen)
    last = max(x for row in plot for x, cell in enumerate(row) if cell in BLOCKS)
    assert abs(last - 0.7 * 75) <= 2
    assert "•" in plot[0]
    assert min(x for row in plot for x, cell in enumerate(row) if cell in "•░") > last


def test_a_break_is_a_gap(used: User) -> None:
    """A break of more than an hour without readings is a gap in the chart."""
    with shown(used, columns=105) as screen:
        plot = plot_of(screen)
    drawn = {x for row in plot for x, cell in enumerate(row) if cell in BLOCKS}
    begin, end = (int(seconds / (5 * HOUR) * 100) for seconds in (4500, 9000))
    assert not drawn & set(range(begin + 2, end - 1))
    assert {begin, end} <= drawn | {x + 1 for x in drawn} | {x - 1 for x in drawn}


def test_colours(used: User) -> None:
    """Use is drawn in the colour of its severity, as in the line, without a background."""
    with shown(used) as screen:
        assert {"d75f00", "green"} <= {
            screen.display.buffer[y][x].fg
            for y, row in enumerate(screen.display.display)
            for x, cell in enumerate(row)
            if cell in BLOCKS
        }
        codes = set(re.findall(r"\x1b\[([\d;]*)m", screen.raw.decode()))
    assert codes <= {"", "0", "1", "2", "32", "38;5;166", "38;5;196"}


@pytest.mark.parametrize(
    ("environ", "ascii_only"), [({"NO_COLOR": "1"}, False), ({"LC_ALL": "C"}, True)]
)
def test_plain_terminals(used: User, environ: dict[str, str], ascii_only: bool) -> None:
    """Without colour there are no escapes, and without UTF-8 only ASCII."""
    with shown(used, **environ) as screen:
        assert b"\x1b" not in screen.raw
        assert screen.raw.isascii() == ascii_only
        assert "even pace" in screen.text()


def test_days(used: User, now: int) -> None:
    """--days draws all windows of these days, with each limit's peak."""
    with open_store(used.account.store) as store:
        old = replace_reset(reading(now - 2 * DAY, 96.5, 12, now), now - 2 * DAY + HOUR)
        store.write(f"{history.PREFIX}{(now - 2 * DAY) // DAY}", line(old))
    with shown(used, "--days", "3") as screen:
        text = screen.text()
    assert "session (5h)  peak 96%" in text
    assert "week (7d)  peak 34%" in text
    assert "at this rate" not in text


def test_a_month_is_a_bar_for_each_day(used: User, now: int) -> None:
    """Beyond two weeks each day is a bar, and a model that was seen once is included."""
    with open_store(used.account.store) as store:
        store.write(
            f"{history.PREFIX}{(now - 20 * DAY) // DAY}",
            f"{now - 20 * DAY},scope:opus=95@{now - 19 * DAY}\n",
        )
    with shown(used, "--days", "30") as screen:
        text = screen.text()
    assert "opus (7d)  peak 95%" in text
    assert "opus (7d): 1 window, 1 reached 90%" in text
    assert "█ peak of each day   blank: not known" in text


def line(usage: Usage) -> str:
    """A row of the history with that one reading."""
    fields = (f"{limit.key}={limit.percent:g}@{limit.resets_at}" for limit in usage.limits)
    return f"{int(usage.as_of)},{','.join(fields)}\n"


def replace_reset(usage: Usage, resets_at: int) -> Usage:
    """The same reading with another reset."""
    limits = [
        Limit(x.key, x.label, x.percent, resets_at, x.as_of, x.source, window=x.window)
        for x in usage.limits
    ]
    return Usage(usage.source, usage.as_of, tuple(limits))


@pytest.mark.parametrize("libraries", [(), ("rich",)])
def test_csv(used: User, now: int, tmp_path: Path, libraries: tuple[str, ...]) -> None:
    """--csv has every number at its own time, in order, and needs no library."""
    environ = {}
    for library in libraries:
        environ = without(library, tmp_path / "path")
    done = used.run("history", "--csv", environ=environ)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert (done.returncode, done.stderr) == (0, "")
    assert list(rows[0]) == ["time", "key", "percent", "resets_at"]
    assert [row["time"] for row in rows] == sorted(row["time"] for row in rows)
    last = [row for row in rows if row["key"] == SESSION][-1]
    assert last == {
        "time": iso(now),
        "key": SESSION,
        "percent": "78.0",
        "resets_at": iso(now + 1.5 * HOUR),
    }


def test_json(used: User, now: int) -> None:
    """--json has the same numbers in one object, for the days requested."""
    found = json.loads(used.run("history", "--json", "--days", "1").stdout)
    rows = list(csv.DictReader(io.StringIO(used.run("history", "--csv").stdout)))
    assert (found["schema"], found["account"]) == (1, "/default")
    assert found["since"] < found["readings"][0]["time"]
    assert [{**row, "percent": str(row["percent"])} for row in found["readings"]] == rows


def test_names_in_any_locale(user: User, now: int) -> None:
    """A model's name is complete even in a locale that cannot print it."""
    user.refresh()
    with open_store(user.account.store) as store:
        store.write(f"{history.PREFIX}{now // DAY}", f"{now},scope:Ünï=7@-\n")
    environ = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    as_csv = user.run("history", "--csv", environ=environ, text=False).stdout.decode()
    as_json = user.run("history", "--json", environ=environ).stdout
    assert as_csv.splitlines()[1] == f"{iso(now)},scope:Ünï,7.0,"
    assert json.loads(as_json)["readings"][0]["key"] == "scope:Ünï"


def test_an_unknown_reset(user: User, now: int) -> None:
    """An unknown reset is empty in CSV and null in JSON."""
    user.refresh()
    with open_store(user.account.store) as store:
        store.write(f"{history.PREFIX}{now // DAY}", f"{now},{SESSION}=0@-\n")
    assert user.run("history", "--csv").stdout.splitlines()[1] == f"{iso(now)},five_hour,0.0,"
    (row,) = json.loads(user.run("history", "--json").stdout)["readings"]
    assert row["resets_at"] is None


def test_another_account_is_left_out(used: User, now: int) -> None:
    """Numbers of the account that was logged in before are left out."""
    with open_store(used.account.store) as store:
        store.write(records.OWNER, Owner("someone-else", now - 1000).dump())
    rows = used.run("history", "--csv").stdout.splitlines()[1:]
    assert rows
    assert min(rows) >= iso(now - 1000)


def test_nothing_is_asked(used: User, api: ApiServer) -> None:
    """``history`` makes no request."""
    asked = len(api.requests)
    used.run("history")
    used.run("history", "--json")
    assert len(api.requests) == asked


@pytest.mark.parametrize("arguments", [(), ("--days", "7")])
def test_nothing_to_draw(user: User, arguments: tuple[str, ...]) -> None:
    """Without a reading there is a sentence instead of a chart, and status 1."""
    done = user.run("history", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("claude-status: No data yet")


def test_no_data(user: User) -> None:
    """Without a reading the data is empty but well formed."""
    assert user.run("history", "--csv").stdout == "time,key,percent,resets_at\n"
    assert json.loads(user.run("history", "--json").stdout)["readings"] == []


@pytest.mark.parametrize("days", ["0", "91", "-1", "many"])
def test_days_out_of_range(user: User, days: str) -> None:
    """A number of days out of range is a usage error."""
    done = user.run("history", "--days", days)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_refresh_keeps_its_reading(user: User) -> None:
    """A refresh adds its reading to the history at once."""
    user.refresh()
    keys = {row["key"] for row in csv.DictReader(io.StringIO(user.run("history", "--csv").stdout))}
    assert keys == {SESSION, WEEK, "scope:fable"}


def test_credits_have_no_window(user: User, api: ApiServer) -> None:
    """An account that has only credits is not told to ask for what it has."""
    api.answer = ok(usage_body(time.time(), None, None, credits_used=12550))
    user.log_in()
    user.refresh()
    done = user.run("history")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("claude-status: There are no windows to chart")
