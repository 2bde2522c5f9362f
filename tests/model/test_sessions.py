"""What is new in a push: numbers may be repeated in any order, and none gets a new date."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

import pytest

from claude_status.model.merge import merge
from claude_status.model.sessions import MAX_SESSIONS, Memory, Push, take_push, with_push
from claude_status.model.usage import SESSION, WEEK, Limit, Usage

START = 1_800_000_000.0
MINUTE, HOUR, DAY = 60, 3600, 86400
RESET = int(START) + 4 * HOUR


def limit(key: str, percent: float, resets_at: int | None = RESET) -> Limit:
    """One limit of a push, not dated yet."""
    return Limit(key, key, percent, resets_at, 0, "statusline")


def push(
    name: str,
    percent: float | None,
    count: int | None,
    written: float | None = None,
    week: float = 10,
) -> Push:
    """What a session passes on; without a percentage the five-hour window is missing."""
    source = f"statusline:{name}"
    limits = [limit(WEEK, week, RESET + 5 * DAY)]
    limits += [limit(SESSION, percent)] if percent is not None else []
    return Push(Usage(source, 0, tuple(limits)), count, written)


@dataclass
class Machine:
    """What the store would hold."""

    memory: Memory = field(default_factory=Memory)
    readings: dict[str, Usage] = field(default_factory=dict)

    def hear(self, said: Push, now: float) -> None:
        """Take a push, with the memory written and read back as by the store."""
        self.memory = Memory.load(self.memory.dump())
        self.memory, usage = take_push(self.memory, self.readings, said, now)
        if usage:
            self.readings = {each.source: each for each in with_push(self.readings, usage, now)}

    def session(self) -> tuple[float, float] | None:
        """The session's percentage that would be shown, and when it was true."""
        truth = merge(self.readings.values())
        found = truth.find(SESSION) if truth else None
        return (found.percent, found.as_of - START) if found else None


@pytest.fixture
def machine() -> Machine:
    """A machine that has heard a session's first two answers, 40 and then 41 per cent."""
    made = Machine()
    made.hear(push("a", 40, 1000, START), START)
    made.hear(push("a", 41, 2000, START), START + 10)
    return made


def test_an_answer_is_true_now(machine: Machine) -> None:
    """If the count has grown, the number is true now, even if the transcript is old."""
    machine.hear(push("a", 41, 2500, START), START + 700)
    assert machine.session() == (41, 700)


def test_a_repetition_keeps_its_date(machine: Machine) -> None:
    """An idle session's number keeps its date, even if the transcript changes (``/rename``)."""
    machine.hear(push("b", 60, 1, START + 20), START + 20)
    machine.hear(push("b", 62, 2, START + 30), START + 30)
    machine.hear(push("a", 41, 2000, START + 900), START + 900)
    assert machine.session() == (62, 30)
    machine.readings.pop("statusline:b")
    assert machine.session() == (41, 10)


def test_after_clear_the_numbers_are_old(machine: Machine) -> None:
    """After ``/clear`` a session repeats the previous one's numbers, with a count of 0."""
    machine.hear(push("c", 41, 0, START + 900), START + 900)
    assert machine.session() == (41, 10)
    machine.hear(push("c", 43, 40, START + 900), START + 960)
    assert machine.session() == (43, 960)


def test_numbers_before_the_first_answer_cannot_be_dated() -> None:
    """With a count of 0, numbers not seen before may be of any age, so none is shown."""
    machine = Machine()
    machine.hear(push("c", 41, 0, START), START)
    assert machine.session() is None


def test_resume_in_the_same_process(machine: Machine) -> None:
    """After ``/resume`` a known count comes with the process's numbers, which are not new."""
    machine.hear(push("old", 12, 5000, START - HOUR), START + 20)
    machine.hear(push("a", 45, 3000, START), START + 30)
    machine.hear(push("old", 45, 5000, START + 900), START + 900)
    assert machine.session() == (45, 30)


def test_resume_of_a_forgotten_session(machine: Machine) -> None:
    """Numbers that were seen before are not new if a forgotten session repeats them."""
    machine.hear(push("unheard", 41, 77000, START + 900), START + 900)
    assert machine.session() == (41, 10)


def test_a_first_push_is_dated_by_its_transcript() -> None:
    """New numbers of a session that has had answers are as old as its transcript."""
    machine = Machine()
    machine.hear(push("a", 41, 77000, START - 500), START)
    assert machine.session() == (41, -500)


def test_one_session_in_two_terminals(machine: Machine) -> None:
    """If two processes share a session, only growth within one of them is new."""
    machine.hear(push("a", 50, 9000, START), START + 100)
    machine.hear(push("a", 41, 2000, START), START + 110)
    machine.hear(push("a", 50, 9000, START), START + 900)
    machine.hear(push("a", 41, 2000, START), START + 910)
    assert machine.session() == (50, 100)
    machine.hear(push("a", 52, 2600, START), START + 920)
    assert machine.session() == (52, 920)
    machine.hear(push("a", 50, 9000, START), START + 990)
    assert machine.session() == (52, 920)


def test_a_terminal_that_is_overtaken(machine: Machine) -> None:
    """A process that idled while another of its session went on says nothing new."""
    machine.hear(push("a", 60, 9000, START), START + 20)
    for number in range(30):
        machine.hear(push("a", 61 + number, 2100 + number, START), START + 30 + number)
    machine.hear(push("a", 95, 9500, START), START + 100)
    machine.hear(push("a", 60, 9000, START), START + 900)
    assert machine.session() == (95, 100)


def test_a_number_keeps_the_date_of_its_first_sight(machine: Machine) -> None:
    """A number that one session confirmed is not newer for a session that repeats it."""
    machine.hear(push("a", 41, 3000, START), START + 700)
    machine.readings.clear()
    machine.hear(push("c", 41, 0, START + 800), START + 800)
    assert machine.session() == (41, 10)


def test_windows_that_are_over_are_forgotten(machine: Machine) -> None:
    """Once a window has been reset, its numbers are forgotten."""
    machine.hear(push("a", None, 9000, RESET), RESET + 60)
    assert {key for key, _ in machine.memory.seen} == {WEEK}


def test_an_answer_that_was_not_recorded_is_not_new_later(machine: Machine) -> None:
    """A count that was seen but not recorded is not taken for a new answer later."""
    said = push("a", 43, 2900, START)
    machine.hear(push("b", 43, 1, START + 30), START + 30)
    machine.hear(replace(said, before=2900), START + 900)
    assert machine.session() == (43, 30)


def test_a_missing_window_is_no_difference(machine: Machine) -> None:
    """A session that drops a window and brings it back says nothing new about either."""
    machine.hear(push("b", 60, 5, START + 20), START + 20)
    machine.hear(push("a", None, 2000, START + 900), START + 900)
    machine.hear(push("a", 41, 2000, START + 900), START + 905)
    truth = merge(machine.readings.values())
    assert truth
    assert {one.key: one.as_of - START for one in truth.limits} == {SESSION: 20, WEEK: 10}


def test_the_65th_session(machine: Machine) -> None:
    """A session forgotten in favour of others says nothing new when it is heard again."""
    for number in range(MAX_SESSIONS):
        machine.hear(push(f"s{number}", 50, 10, START + 20 + number), START + 20 + number)
    assert len(machine.memory.sessions) == MAX_SESSIONS
    assert "statusline:a" not in machine.memory.sessions
    machine.hear(push("a", 41, 2000, START + 900), START + 900)
    assert machine.session() == (50, 20)


def test_a_session_forgotten_after_a_day() -> None:
    """A session forgotten after a day keeps the date of its repeated number."""
    machine = Machine()
    machine.hear(push("a", None, 1000, START, week=30), START)
    machine.hear(push("a", None, 2000, START, week=31), START + 10)
    later = START + 25 * HOUR
    machine.hear(push("b", None, 5, later, week=33), later)
    machine.hear(push("a", None, 2000, later, week=31), later + 5)
    truth = merge(machine.readings.values())
    week = truth.find(WEEK) if truth else None
    assert week
    assert (week.percent, week.as_of) == (33, later)
    assert machine.readings["statusline:a"].as_of == START + 10


class TestOldClients:
    """Clients that do not report how long they have waited for answers."""

    def test_a_higher_number_is_new(self) -> None:
        """A number higher than in the session's last push is true now."""
        machine = Machine()
        machine.hear(push("a", 40, None, START), START)
        machine.hear(push("a", 41, None, START), START + 700)
        assert machine.session() == (41, 700)

    def test_a_lower_number_is_not_new(self) -> None:
        """A lower number in the same window is as old as the transcript."""
        machine = Machine()
        machine.hear(push("a", 60, None, START), START)
        machine.hear(push("a", 50, None, START + 10), START + 900)
        assert machine.readings["statusline:a"].as_of == START + 10

    def test_an_equal_number_is_confirmed_by_the_transcript(self) -> None:
        """An equal number is as new as the transcript if nothing else was reported since."""
        machine = Machine()
        machine.hear(push("a", 40, None, START), START)
        machine.hear(push("a", 40, None, START + 600), START + 700)
        assert machine.session() == (40, 600)

    def test_an_equal_number_is_not_confirmed_against_a_later_one(self) -> None:
        """A changed transcript (``/rename``) does not bring an old number back."""
        machine = Machine()
        machine.hear(push("a", 60, None, START), START)
        machine.hear(push("b", 3, None, START + 100), START + 100)
        machine.hear(push("a", 60, None, START + 600), START + 600)
        assert machine.session() == (3, 100)

    def test_a_missing_window_is_no_difference(self) -> None:
        """A window that was dropped and comes back is not new."""
        machine = Machine()
        machine.hear(push("a", 60, None, START), START)
        machine.hear(push("a", None, None, START), START + 100)
        machine.hear(push("a", 60, None, START), START + 900)
        assert machine.session() == (60, 0)


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", "7", '{"sessions": {"a": 5}}', '{"seen": [1]}']
)
def test_a_damaged_memory_is_an_empty_one(text: str | None) -> None:
    """An unreadable memory counts as empty."""
    assert Memory.load(text) == Memory()


def test_the_memory_stays_small() -> None:
    """A day of numbers in steps of 0.1 takes less than 100 KB."""
    machine = Machine()
    for number in range(5000):
        now = START + number * 10
        said = push("a", number % 1000 / 10, number + 1, now, week=number % 997 / 10)
        machine.hear(said, now)
    assert len(machine.memory.dump()) < 100_000


def test_sessions_and_their_readings_are_few(machine: Machine) -> None:
    """The last 64 sessions are kept, and none that was silent for a day."""
    for number in range(MAX_SESSIONS + 20):
        machine.hear(push(f"s{number}", 10 + number / 10, 5, START + number), START + number)
    assert len(machine.memory.sessions) == len(machine.readings) == MAX_SESSIONS
    assert "statusline:s19" not in machine.memory.sessions
    machine.hear(push("late", 5, 1, START + DAY + 100), START + DAY + 100)
    assert list(machine.memory.sessions) == list(machine.readings) == ["statusline:late"]


@dataclass
class Process:
    """A running Claude Code: its session, that session's count, and the last numbers it got."""

    session: str
    count: int = 0
    percent: float | None = None


@pytest.mark.parametrize("seed", range(40))
def test_the_shown_number_is_never_dated_too_late(seed: int) -> None:
    """Whatever sessions do, no number is dated over a minute later than the API reported it.

    After an answer in a session that was heard before, its number is the one shown.
    """
    chance = random.Random(seed)
    machine, truth, now = Machine(), 1.0, START
    said_at: dict[float, float] = {}
    counts: dict[str, int] = {}
    processes = [Process(f"s{number}") for number in range(4)]
    while now < RESET - HOUR:
        now += chance.uniform(1, 40)
        one = chance.choice(processes)
        act = chance.random()
        is_heard = f"statusline:{one.session}" in machine.memory.sessions
        if act < 0.4:  # an answer, of the session's own or of a subagent
            truth += chance.choice((0, 0, 0.25))
            one.percent = truth
            one.count += chance.randrange(1, 5000)
            counts[one.session] = max(one.count, counts.get(one.session, 0))
            said_at[truth] = now
        elif act < 0.5:  # /clear
            one.session, one.count = f"n{now}", 0
        elif act < 0.6 and counts:  # /resume, of any session there was
            one.session = chance.choice(list(counts))
            one.count = counts[one.session]
        machine.hear(push(one.session, one.percent, one.count, now - 5), now)
        shown = machine.session()
        if shown:
            assert shown[1] + START <= said_at[shown[0]] + MINUTE
        if act < 0.4 and is_heard:
            assert shown
            assert shown[0] == truth


def test_a_lower_number_of_an_old_client_is_no_change(machine: Machine) -> None:
    """Without a count and a reset, only a number higher than the last is true now."""
    for number, (percent, date) in enumerate(((40, 0), (39, 0), (41, 200))):
        usage = Usage("statusline:old", 0, (limit(SESSION, percent, None),))
        memory, dated = take_push(
            machine.memory, machine.readings, Push(usage, None, START), START + 100 * number
        )
        assert dated is not None
        assert (dated.limits[0].percent, dated.limits[0].as_of - START) == (percent, date)
        machine.memory, machine.readings = memory, {dated.source: dated}


def test_a_window_is_forgotten_when_it_ends(machine: Machine) -> None:
    """What was seen of a window is kept until its reset, and no longer."""
    for moment, kept in ((RESET - 1, True), (RESET, False)):
        assert ((SESSION, RESET) in machine.memory.see([], moment).seen) == kept
