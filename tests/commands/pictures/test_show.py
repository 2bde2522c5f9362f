"""``claude-status show`` as a person sees it, on terminals of many widths."""

from __future__ import annotations

import re
import shlex
import time
from pathlib import Path

import pytest

from tests.bodies import usage_body
from tests.commands.pictures.conftest import WIDTHS, without
from tests.screen import Screen
from tests.server import ApiServer, ok, throttled
from tests.support import User

FOREGROUNDS = {"", "0", "1", "2", "32", "38;5;166", "38;5;196"}  # and attributes


def shown(user: User, *arguments: str, columns: int = 80, **environ: str) -> Screen:
    """The screen after the command has ended."""
    env = {**user.environ, **environ}
    screen = Screen(user.command("show", *arguments), env, columns=columns, lines=40)
    while screen.pump(30):
        pass
    return screen


@pytest.mark.parametrize("columns", WIDTHS)
def test_everything_is_shown_at_every_width(user: User, columns: int) -> None:
    """At every width all limits are shown, with their resets, paces and sources."""
    with shown(user, columns=columns) as screen:
        text = screen.text()
    words = re.sub(r"\s+", " ", text)
    assert words.startswith("Claude usage · max plan")
    for part in ("session (5h)", "78%", "week (7d)", "34%", "Fable (7d)", "51%", "$125.50/$500"):
        assert part in words
    if columns == 80:  # one line for each limit, in few words
        assert len(text.splitlines()) == 11
        assert re.search(r"▸ session \(5h\) .* 78% 1h(29|30)m \(\d\d:\d\d\) runs out about ", words)
        assert "▸ runs out first" in words
        assert "used resets in outlook" in words
        assert words.count("endpoint, just now") == 1
        return
    assert "8 points ahead of pace, runs out about " in words
    assert "will last" in words
    assert re.search(r"resets in 1h(29|30)m \(\d\d:\d\d\)", words)
    assert words.count("endpoint, just now") == 4


def test_the_screen_is_that_of_the_output(user: User) -> None:
    """The picture fits the terminal of standard output, whatever standard input is."""
    user.refresh()
    line = f"exec {shlex.join(user.command('show'))} </dev/null"
    with Screen(["/bin/sh", "-c", line], user.environ, columns=60, lines=40) as screen:
        while screen.pump(30):
            pass
        rows = screen.text().splitlines()
    assert max(map(len, rows)) == 60
    assert any(re.search(r"[━╸─│]{40,} +78%", row) for row in rows)


@pytest.mark.parametrize("columns", WIDTHS)
def test_bars_are_as_long_as_the_per_cent(user: User, columns: int) -> None:
    """A bar's filled part is the percentage, rounded down; the mark may hide its end."""
    with shown(user, columns=columns) as screen:
        bars = re.findall(r"[━╸─│]{6,}", screen.text())
    assert len(bars) == 4
    for bar, share in zip(bars, (0.784, 0.34, 0.51, 0.251), strict=True):
        end = max(bar.rfind("━") + 1, bar.rfind("╸") + 0.5)
        assert share * len(bar) - 2 < end <= share * len(bar)


def test_time_is_marked_in_the_bar(user: User) -> None:
    """The mark in the session's bar is at the time elapsed, 70%."""
    with shown(user) as screen:
        bar = re.findall(r"[━╸─│]{6,}", screen.text())[0]
    assert bar.index("│") == int(0.7 * len(bar))


def test_colours(user: User) -> None:
    """A warning has the line's colour, a normal number none; there is no background.

    The yellow of a theme cannot be read on white, and its green hardly.
    """
    with shown(user) as screen:
        assert screen.colours("78%") == {"d75f00"}
        assert screen.colours("34%") == {"default"}
        assert screen.colours("week (7d)") == {"default"}
        codes = re.findall(r"\x1b\[(?:1;)?([\d;]*)m", screen.raw.decode())
    assert set(codes) <= FOREGROUNDS


@pytest.mark.parametrize("columns", WIDTHS)
def test_no_color(user: User, columns: int) -> None:
    """With NO_COLOR the text is plain, without any escape."""
    with shown(user, columns=columns, NO_COLOR="1") as screen:
        words = re.sub(r"\s+", " ", screen.text())
        assert b"\x1b" not in screen.raw
    assert "8 points ahead of pace, runs out about" in words
    assert "78% ####" in words


def test_without_utf8(user: User) -> None:
    """In a locale without UTF-8 the screen has only ASCII."""
    with shown(user, LC_ALL="C") as screen:
        assert screen.raw.isascii()
        assert "Claude usage - max plan" in screen.text()


def test_pipe(user: User) -> None:
    """A pipe gets plain text with a line for each limit."""
    done = user.run("show")
    title, session, week, model, credit = done.stdout.splitlines()
    assert done.returncode == 0
    assert done.stderr == ""
    assert title == "Claude usage · max plan"
    assert re.match(
        r"  session \(5h\)  78%  #{15}\.{5}  resets in 1h\d\dm .* · 8 points ahead", session
    )
    assert re.match(
        r"  week \(7d\)     34%  #{6}\.{14}  resets in 3d1\dh .* "
        r"· will last: about \d+% at the reset · end",
        week,
    )
    assert model.startswith("  Fable (7d)    51%")
    assert credit.startswith("  credits       25%  #####...............  $125.50/$500 · endpoint")


def test_without_rich(user: User, tmp_path: Path) -> None:
    """Without rich a terminal gets the plain text, without a complaint."""
    with shown(user, **without("rich", tmp_path / "path")) as screen:
        text = screen.text()
    assert text.startswith("Claude usage · max plan\n  session (5h)  78%  ####")
    assert "rich" not in text


def test_nothing_known(home: Path, api: ApiServer) -> None:
    """Without a login and a reading it says what to do, with status 1."""
    user = User(home, api.url)
    with shown(user) as screen:
        text = screen.text()
    assert "no data yet" in text
    assert "! " in text
    assert "log in with" in text.lower()
    assert user.run("show").returncode == 1
    assert api.requests == []


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}])
def test_what_is_wrong_stands_below_the_numbers(
    user: User, api: ApiServer, environ: dict[str, str]
) -> None:
    """A refusal is shown below the numbers, with the time of the next try."""
    user.refresh()
    api.answer = throttled("600")
    user.refresh(force=True)
    with shown(user, **environ) as screen:
        text = screen.text()
    assert "78%" in text
    assert re.search(r"429\)\. The next try is in 9m\.", text)


def test_a_window_that_was_reset(user: User, api: ApiServer) -> None:
    """A window that was reset has no number and no bar; the others keep theirs."""
    user.refresh(time.time() - 2 * 3600)
    with user.database() as database:
        database.execute("DELETE FROM Cache WHERE key = 'asking'")
    api.answer = throttled("600")
    body = usage_body(time.time() - 2 * 3600, 97, 34, five_hour_left=3600)
    api.answer = ok(body)
    user.refresh(time.time() - 2 * 3600, force=True)
    api.answer = throttled("600")
    with shown(user) as screen:
        text = screen.text()
    session, *_ = text.split("session (5h)")[1].splitlines()
    assert re.fullmatch(r" +– +was reset", session)
    assert "97%" not in text
    assert "~34%" in text
    assert "2h00m ago" in text


def test_every_account(user: User, api: ApiServer) -> None:
    """--all shows each account from its own store, without asking."""
    user.refresh()
    work = User(user.home, api.url, TZ="UTC", CLAUDE_CONFIG_DIR=str(user.home / "work"))
    api.answer = ok(usage_body(time.time(), 12, 3))
    work.log_in()
    work.refresh()
    other = User(user.home, api.url, TZ="UTC", CLAUDE_CONFIG_DIR=str(user.home / "other"))
    other.refresh()
    config = user.home / ".config" / "claude-status" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[labels]\n"{user.home}/work" = "office"\n')
    asked = len(api.requests)
    with shown(user, "--all") as screen:
        text = screen.text()
    first, second, third = text.split("Claude usage · ")[1:]
    assert first.startswith("~/.claude · max plan\n")
    assert "78%" in first
    assert second.startswith("~/other\n")
    assert "no data yet" in second
    assert "log in with" in second.lower()
    assert third.startswith("office · max plan\n")
    assert "12%" in third
    assert len(api.requests) == asked


def test_an_account_that_claude_code_is_asked_about(user: User, tmp_path: Path) -> None:
    """--all reports an expired login only if Claude Code cannot be asked instead."""
    user.refresh()
    user.log_in(lasts=-60)
    claude = tmp_path / "claude"
    claude.write_text("#!/bin/sh\n")
    claude.chmod(0o755)
    config = user.home / ".config" / "claude-status" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'sources = ["endpoint", "claude_cli"]\nclaude_command = "{claude}"\n')
    assert "login" not in user.run("show", "--all").stdout
    claude.unlink()
    assert f"`{claude}` is not a program: set" in user.run("show", "--all").stdout


def test_no_account_yet(user: User) -> None:
    """Without any known account, --all says so with status 1."""
    done = user.run("show", "--all")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("claude-status: No account is known on this machine yet")
