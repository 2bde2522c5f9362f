"""``claude-status looks`` on a real terminal: it shows every preset and saves the chosen one."""

from __future__ import annotations

import pytest

from claude_status.render.template import PRESETS
from claude_status.settings.settings import load
from tests.screen import Screen
from tests.support import User

UP, DOWN = "\x1b[A", "\x1b[B"


def looking(user: User, **options: int) -> Screen:
    """The running command, once it has drawn."""
    screen = Screen(user.command("looks"), user.environ, **{"columns": 90, "lines": 30, **options})
    screen.until("saves")
    return screen


def template(user: User) -> str:
    """The template in the settings file."""
    return load(user.home / ".config/claude-status/config.toml").settings.template


def test_every_preset_is_drawn_from_own_numbers(user: User) -> None:
    """In a pipe there is a row for each preset with the user's own numbers."""
    user.refresh()
    done = user.run("looks")
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[: len(PRESETS)])
    assert list(rows) == list(PRESETS)
    assert rows["minimal"] == "78%"
    assert "config set template NAME" in done.stdout
    assert "made up" not in done.stdout


def test_made_up_numbers_are_marked(user: User) -> None:
    """Without a reading the presets show made-up numbers, and a sentence says so."""
    assert "made up" in user.run("looks").stdout


def test_a_look_is_chosen_and_saved(user: User) -> None:
    """The arrow keys choose, the return key saves, and the frames have the new look."""
    user.refresh()
    with looking(user) as screen:
        screen.send(DOWN)
        screen.until("❯ minimal")
        screen.send("\n")
        screen.until("now uses the preset")
    assert template(user) == PRESETS["minimal"]
    _, _, text = (user.account.frames / "plain").read_text().splitlines()[1].partition(" ")
    assert text == "78%"


def test_keys_that_come_at_once_count_each(user: User) -> None:
    """Of keys that arrive together, as when one is held down, none is lost."""
    with looking(user) as screen:
        screen.send(3 * DOWN + "jk" + UP)
        screen.until("❯ full")


@pytest.mark.parametrize("lines", [12, 18, 24])
def test_the_keys_are_always_named(user: User, lines: int) -> None:
    """However many hosts there are, the keys come last, and no host's name is without its line."""
    user.run("install", "bash", "zsh", "fish", "starship", "tmux", "claude")
    with Screen(user.command("looks"), user.environ, columns=80, lines=lines) as screen:
        rows = screen.until("q quits without saving").splitlines()
    assert rows[0] == "How the line looks"
    assert rows[-1].startswith("↑ ↓ choose")
    assert rows[-2] == "These numbers are made up: yours are not known yet."
    assert (rows[-3] == "") == (lines > 12)
    assert ("tmux" in rows, "bash" in rows) == (False, lines > 14)
    assert all("5h 42%" in rows[rows.index(host) + 1] for host in ("bash", "zsh") if host in rows)


def test_looks_scroll(user: User) -> None:
    """If there is no room for all looks, the chosen one is in sight."""
    with Screen(user.command("looks"), user.environ, columns=80, lines=6) as screen:
        screen.until("❯ default")
        screen.send(7 * DOWN)
        screen.until("❯ powerline")


def test_leaving_changes_nothing(user: User) -> None:
    """q leaves without writing settings."""
    with looking(user) as screen:
        screen.send(DOWN)
        screen.until("❯ minimal")
        screen.send("q")
        while screen.pump(5):
            pass
    assert not (user.home / ".config/claude-status/config.toml").exists()


@pytest.mark.parametrize("host", ["bash", "zsh", "fish", "starship", "tmux", "claude"])
def test_installed_hosts_are_previewed(user: User, host: str) -> None:
    """Each installed host has a preview of the line in the chosen look."""
    user.refresh()
    user.run("install", host)
    with looking(user) as screen:
        rows = screen.text().splitlines()
    place = next(number for number, row in enumerate(rows) if row.strip() == host)
    assert "5h 78%" in rows[place + 1]


@pytest.mark.parametrize(("columns", "lines"), [(20, 6), (40, 12), (200, 60)])
def test_any_size(user: User, columns: int, lines: int) -> None:
    """At any size the presets are drawn, and q quits."""
    with Screen(user.command("looks"), user.environ, columns=columns, lines=lines) as screen:
        screen.until("default")
        screen.send("q")
        while screen.pump(5):
            pass


@pytest.mark.parametrize(
    ("settings", "label", "number"),
    [
        ("", "808080", "default"),
        ('[colours]\nnormal = "#0a7b0c"\nlabel = 30\n', "008787", "0a7b0c"),
    ],
)
def test_the_looks_have_the_colours_of_the_settings(
    user: User, settings: str, label: str, number: str
) -> None:
    """The presets have a terminal's colours, and each preview has its host's."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(settings + '[hosts.tmux.colours]\nnormal = "white"\n')
    user.refresh()
    user.run("install", "tmux")
    with looking(user) as screen:
        rows = [screen.row(y) for y in range(30)]
        y = next(y for y, row in enumerate(rows) if row.startswith("❯ default"))
        look = screen.display.buffer[y], rows[y].index("7d 34%")
        assert [look[0][look[1] + at].fg for at in (0, 3)] == [label, number]
        y = 1 + next(y for y, row in enumerate(rows) if row.strip() == "tmux")
        assert screen.display.buffer[y][rows[y].index("34%")].fg == "white"
