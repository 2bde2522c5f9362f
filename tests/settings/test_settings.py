from __future__ import annotations

import datetime
import math
import os
import socket
from dataclasses import asdict, fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status import __version__
from claude_status.paths import locate
from claude_status.render.colours import KINDS
from claude_status.settings.check import READERS
from claude_status.settings.settings import TABLES, Loaded, Settings, check, load
from tests.strategies import anything, thorough

WRONG = {
    "ttl": [179, 0, -300, 86401, 10**400, 300.0, math.nan, True, "300", [300], {}, None],
    "sources": ["endpoint", ["endpoints"], ["endpoint", 5], [["endpoint"]], [{}], {}, True, 5],
    "ca_bundle": ["ca.pem", 1, "/a\nb", "/" * 4097],
    "user_agent": ["", " ", "a\nb", "a\x00b", " a", "a ", "ä", "x" * 201, 5, ["a"], {}, True],
    "claude_command": ["", "./claude", "bin/claude", "a\nb", "x" * 4097, 5, ["claude"], True],
    "thresholds": [
        [70], [], [70, 80, 90], [90, 70], [0, 90], [-1, 90], [70, 1001], [70, math.nan],
        [math.nan, 90], [70, math.inf], ["70", "90"], [True, 90], 70, "70, 90", {}, True,
    ],
    "max_width": [9, 501, 0, -1, 60.0, "60", True, [60], {}],
    "template": [5, True, ["{5h}"], {}, "{5hh}", "{", "}", "{5h", "a\nb", "`id`", "$(id)", "50%",
                 "{\x1b[31m}", "#[fg=red]", "\\n", "minimul", "Full", "compact"],
    "clock": ["12", 12, "am", True, ["12h"]],
    "hide_below": ["50", -1, 100.5, math.nan, True, [50]],
    "colours": [
        "red", ["red"], 5, {"normal": "bald red"}, {"warn": "red"}, {"label": 256},
        {"label": -1}, {"label": True}, {"stale": "red blue"}, {"stale": ""}, {"stale": "#fff"},
        {"critical": 1.5}, {"critical": ["red"]},
    ],
    "hosts": ["tmux", ["tmux"], {"tmux": "{5h}"}, {"nushell": {"template": "{5h}"}},
              {"tmux": {"template": 5}}, {"tmux": {}}, {"tmux": {"template": "{5hh}"}}, 5,
              {"tmux": {"colours": "red"}}, {"tmux": {"colours": {"warning": "x"}}}],
    "labels": ["work", ["work"], {"/a": 5}, {"/a": "a$b"}, {"/a": "büro"}, {"/a": "x" * 21}, 5],
    "alerts": ["true", 1, 0, [], {}, "yes"],
    "alert_thresholds": [80, "80", ["80"], [True], [0], [80, -1], [math.nan], {}, True],
    "quiet_hours": ["22:00", "22-07", "24:00-07:00", "22:60-07:00", "22:00 - 07:00", 22, True,
                    datetime.time(22), ["22:00-07:00"]],
    "on_alert": [5, True, {}, "", "notify-send hi", [""], [5], [["a"]]],
}  # fmt: skip
RIGHT = {
    "ttl": [(180, 180), (86400, 86400)],
    "sources": [
        (["endpoint", "statusline"], ("statusline", "endpoint")),
        (["claude_cli", "claude_cli"], ("claude_cli",)),
        ([], ()),
    ],
    "ca_bundle": [("system", "system"), ("/ca.pem", "/ca.pem"), ("/" * 4096,) * 2],
    "user_agent": [("claude-cli/2.1 (external, cli)",) * 2, ("x" * 200,) * 2],
    "claude_command": [("claude-next", "claude-next"), ("/opt/claude",) * 2, ("x" * 4096,) * 2],
    "thresholds": [([50, 75.5], (50, 75.5)), ([90, 90], (90, 90)), ([0.1, 1000], (0.1, 1000))],
    "max_width": [(10, 10), (120, 120)],
    "template": [("{5h} · {7d}", "{5h} · {7d}"), ("minimal", "{5h}"), ("", "")],
    "clock": [("12h", "12h"), ("24h", "24h"), ("locale", "locale")],
    "hide_below": [(0, 0), (49.5, 49.5), (100, 100)],
    "colours": [
        ({"warning": "Bold  YELLOW", "label": 8}, {"warning": "bold yellow", "label": "8"}),
        ({"stale": "none", "normal": "#0A0b0c dim"}, {"stale": "none", "normal": "dim #0a0b0c"}),
    ],
    "hosts": [
        ({"tmux": {"template": "{5h}"}}, {"tmux": {"template": "{5h}"}}),
        ({"zsh": {"colours": "none"}}, {"zsh": {"colours": dict.fromkeys(KINDS, "none")}}),
        ({"zsh": {"colours": {"stale": 8}}}, {"zsh": {"colours": {"stale": "8"}}}),
    ],
    "labels": [({"/home/me/.work/": "at work"}, {"/home/me/.work": "at work"})],
    "alerts": [(True, True), (False, False)],
    "alert_thresholds": [([95, 80.5], (80.5, 95)), ([], ())],
    "quiet_hours": [("22:00-07:30",) * 2, ("23:59-00:00",) * 2],
    "on_alert": [(["/bin/x", "-y"], ("/bin/x", "-y")), ("x", ("x",))],
}


def _file(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "config.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _assert_one_sentence(loaded: Loaded, *words: str) -> None:
    """Fail unless there is one sentence, with these words, and all defaults are in force."""
    (problem,) = loaded.problems
    assert problem.isprintable()
    assert problem.endswith(".")
    for word in words:
        assert word in problem
    assert loaded.settings == Settings()
    assert loaded.named == frozenset()


@pytest.mark.parametrize(("clock", "hours"), [("12h", 12), ("24h", 24), ("locale", 24)])
def test_the_clock_of_the_line(clock: str, hours: int) -> None:
    """Clock times are in 12 or 24 hours as set, or as in the locale (here C's)."""
    assert Settings(clock=clock).style("plain", "/default").clock == hours


# What there is without a file, or with a good one


def test_the_defaults_are_those_that_are_documented() -> None:
    """Every setting has its documented default."""
    assert asdict(Settings()) == {
        "ttl": 300,
        "sources": ("statusline", "claude_json", "endpoint"),
        "user_agent": f"claude-status/{__version__}",
        "ca_bundle": "",
        "claude_command": "claude",
        "thresholds": (70, 90),
        "max_width": 60,
        "template": "",
        "clock": "locale",
        "hide_below": 0,
        "colours": {},
        "hosts": {},
        "labels": {},
        "alerts": False,
        "alert_thresholds": (80, 95, 100),
        "quiet_hours": "",
        "on_alert": (),
    }


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    """Without a file, or with an empty one, the defaults are in force and nothing is reported."""
    assert load(tmp_path / "none" / "config.toml") == Loaded(Settings())
    assert load(_file(tmp_path, "")) == Loaded(Settings())
    assert load(Path(os.devnull)) == Loaded(Settings())


def test_every_setting_can_be_read() -> None:
    """Each setting has a reader, and each reader a setting."""
    assert [field.name for field in fields(Settings)] == list(READERS)
    assert set(RIGHT) == set(WRONG) == set(READERS)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [(name, *pair) for name, pairs in RIGHT.items() for pair in pairs],
)
def test_a_good_value_is_taken(name: str, value: object, expected: object) -> None:
    """A valid value is in force, in the form that the program uses."""
    loaded = check({name: value}, "config.toml")
    assert loaded.problems == ()
    assert loaded.named == {name}
    assert getattr(loaded.settings, name) == expected


def test_a_file_is_read_as_toml(tmp_path: Path) -> None:
    """Comments, several lines, tables, a byte order mark and CRLF are accepted."""
    text = (
        '# mine\r\nttl = 600\r\nthresholds = [\r\n  50,\r\n  80,\r\n]\r\n[labels]\r\n"/a" = "b"\r\n'
    )
    expected = Settings(ttl=600, thresholds=(50, 80), labels={"/a": "b"})
    for content in (text.encode(), b"\xef\xbb\xbf" + text.encode()):
        loaded = load(_file(tmp_path, content))
        assert loaded.settings == expected
        assert loaded.problems == ()
        assert loaded.named == {"ttl", "thresholds", "labels"}


# Single values that are wrong


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_a_wrong_value_is_reported_and_ignored(name: str, value: object) -> None:
    """One sentence names the file and the setting, and the default is in force."""
    _assert_one_sentence(check({name: value}, "config.toml"), f"config.toml: {name}")


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("tll", "did you mean 'ttl'?"),
        ("TTL", "did you mean 'ttl'?"),
        ("source", "did you mean 'sources'?"),
        ("max-width", "did you mean 'max_width'?"),
        ("Max_Width", "did you mean 'max_width'?"),
        ("threshold", "did you mean 'thresholds'?"),
        ("useragent", "did you mean 'user_agent'?"),
        ("frobnicate", "remove it"),
        ("", "remove it"),
        ("\x1b[31mred\n", "remove it"),
    ],
)
def test_an_unknown_setting_is_named_with_a_suggestion(name: str, suggestion: str) -> None:
    """A misspelt name is reported with the name that was probably meant."""
    _assert_one_sentence(check({name: 5}, "config.toml"), repr(name), suggestion)


def test_one_wrong_value_spoils_no_other() -> None:
    """A file's valid values are in force, and each invalid one has its own sentence."""
    loaded = check({"ttl": 600, "tll": 5, "max_width": "wide", "alerts": True}, "config.toml")
    assert loaded.settings == Settings(ttl=600, alerts=True)
    assert loaded.named == {"ttl", "alerts"}
    assert len(loaded.problems) == 2


def test_a_label_of_the_default_directory(home: Path) -> None:
    """A label for ~/.claude counts whether or not CLAUDE_CONFIG_DIR names it."""
    loaded = check({"labels": {"~/.claude/": "home"}}, "config.toml")
    for environ in ({}, {"CLAUDE_CONFIG_DIR": f"{home}/.claude/"}):
        account = locate({"HOME": str(home), **environ})
        assert loaded.settings.style("plain", account.name).label == "home"


def test_one_wrong_entry_spoils_no_other() -> None:
    """Valid hosts and labels are in force, and each invalid one is reported by name."""
    hosts = {"tmux": {"template": "{5h}"}, "fish": {"template": "{5hh}"}, "ksh 93": {}}
    labels = {"/home/me/.work": "work", "/home/me/.claude": 5}
    loaded = check({"hosts": hosts, "labels": labels}, "config.toml")
    assert loaded.settings == Settings(
        hosts={"tmux": {"template": "{5h}"}}, labels={"/home/me/.work": "work"}
    )
    fish, ksh, label = loaded.problems
    assert fish.startswith("config.toml: hosts.fish: there is no name {5hh}")
    assert ksh.startswith("config.toml: hosts.'ksh 93': there is no such host: choose from ")
    assert label.startswith("config.toml: labels.'/home/me/.claude': must be")


moments = st.datetimes() | st.dates() | st.times()


@thorough
@given(st.sampled_from([*READERS, "tll"]) | st.text(max_size=10), anything | moments)
def test_no_value_is_too_strange(name: str, value: object) -> None:
    """Any value is either in force, or reported in one line and left at its default."""
    loaded = check({name: value}, "config.toml")
    if name in TABLES and isinstance(value, dict):  # some entries may be valid
        assert len(loaded.problems) <= len(value)
        assert all(each.isprintable() and each.endswith(".") for each in loaded.problems)
    elif loaded.problems:
        _assert_one_sentence(loaded)
    else:
        assert loaded.named == {name}


COMMAND = 'on_alert = ["/bin/x"]\nclaude_command = "/opt/claude"\nttl = 600\n'


def test_commands_are_taken_from_the_users_own_file(home: Path) -> None:
    """The settings file in its usual place may name commands."""
    path = home / ".config" / "claude-status" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(COMMAND)
    expected = Settings(on_alert=("/bin/x",), claude_command="/opt/claude", ttl=600)
    assert load(path) == Loaded(expected, named=frozenset({"on_alert", "claude_command", "ttl"}))


def test_no_command_is_taken_from_another_file(home: Path, tmp_path: Path) -> None:
    """Commands in a file that a variable names, perhaps anyone's, are reported and ignored."""
    loaded = load(_file(tmp_path, COMMAND))
    assert loaded.settings == Settings(ttl=600)
    assert loaded.named == {"ttl"}
    assert len(loaded.problems) == 2
    for problem, name in zip(loaded.problems, ("on_alert", "claude_command"), strict=True):
        assert f"{name} is only read from {home}/.config/claude-status/config.toml" in problem


# Files that cannot be read


@pytest.mark.parametrize(
    "content",
    [
        "ttl = ",
        "ttl 600",
        "ttl = 600\nttl = 700",
        "[labels",
        "\x00\x01\x02",
        b"\xff\xfe\x00ttl",
        b"\x89PNG\r\n\x1a\n\x1b[31m",
        '{"ttl": 600}',
        "x = " + "[" * 20_000,
        "x = " + "{x=" * 10_000,
        "ttl = 1" + "0" * 10_000,
    ],
    ids=lambda content: repr(content[:20]),
)
def test_invalid_toml_is_reported_in_one_sentence(tmp_path: Path, content: str | bytes) -> None:
    """A broken, binary or too deeply nested file is named, and the defaults are in force."""
    path = _file(tmp_path, content)
    _assert_one_sentence(load(path), str(path))


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    """A file beyond 64 KiB is refused as a whole, not half read."""
    good = b"ttl = 600\n"
    path = _file(tmp_path, good + b"#" * (65536 - len(good)))
    assert load(path).settings.ttl == 600
    with path.open("ab") as file:
        file.write(b"#")
    _assert_one_sentence(load(path), str(path), "longer")
    path.write_bytes(good + b"#" * 10_000_000)
    _assert_one_sentence(load(path), str(path), "longer")


def test_a_directory_is_no_settings(tmp_path: Path) -> None:
    """A directory instead of the file, or a file instead of its directory, is reported."""
    _assert_one_sentence(load(tmp_path), str(tmp_path))
    path = _file(tmp_path, "") / "config.toml"
    _assert_one_sentence(load(path), str(path))


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    """A FIFO is reported without waiting, with or without a writer."""
    path = tmp_path / "config.toml"
    os.mkfifo(path)
    _assert_one_sentence(load(path), str(path))
    writer = os.open(path, os.O_RDWR)
    try:
        _assert_one_sentence(load(path), str(path))
    finally:
        os.close(writer)


def test_a_device_or_a_socket_is_no_settings(tmp_path: Path) -> None:
    """An endless device or a socket is reported and not read."""
    _assert_one_sentence(load(Path("/dev/zero")), "/dev/zero")
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        _assert_one_sentence(load(path), str(path))


def test_a_link_that_leads_nowhere_or_in_circles(tmp_path: Path) -> None:
    """A dangling link counts as no file; a link to itself is reported."""
    dangling, circle = tmp_path / "dangling", tmp_path / "circle"
    dangling.symlink_to(tmp_path / "none")
    circle.symlink_to(circle)
    assert load(dangling) == Loaded(Settings())
    _assert_one_sentence(load(circle), str(circle))


def test_an_unreadable_file_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without read permission is reported with the reason."""
    path = _file(tmp_path, "ttl = 600")

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    _assert_one_sentence(load(path), str(path), "Permission denied", "make it readable")
