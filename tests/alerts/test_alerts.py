"""Alerts: one for each threshold and window, by every available way, and never through a shell."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.alerts.alerts import Alert, dump, is_quiet, load, next_alerts
from claude_status.alerts.notify import facts, send
from claude_status.asking import refresh
from claude_status.model.usage import Credits, Limit, Usage
from claude_status.render.style import Style
from claude_status.settings.settings import Settings
from claude_status.store import records
from claude_status.store.database import open_store
from tests.conftest import program
from tests.server import ApiServer, ok, usage_body
from tests.strategies import NOW, thorough
from tests.support import User

LEVELS = (80, 95, 100)
STYLE = Style(ttl=300)
ALERT = Alert(
    "five_hour", 96.0, 95, NOW, "5h at 96%; $(touch /tmp/never) `id` 'x' \"y\"", ("Go on.",)
)


def usage(percent: float, *, resets_at: int = NOW + 3600, as_of: float = NOW) -> Usage:
    """A reading of the session alone."""
    limit = Limit("five_hour", "5h", percent, resets_at, as_of, "endpoint", window=18000)
    return Usage("endpoint", as_of, (limit,))


def run_through(*readings: tuple[float, Usage]) -> list[str]:
    """The events of the alerts that these readings cause, each at its time."""
    record, texts = load(None), []
    for now, reading in readings:
        alerts, record = next_alerts(reading, record, LEVELS, now)
        texts += [alert.event for alert in alerts]
    return texts


def test_each_threshold_alerts_once() -> None:
    """Each threshold that rising usage crosses alerts once; unchanged numbers alert no more."""
    rising = [(NOW + n, usage(p)) for n, p in enumerate([50, 79.9, 80, 81, 95, 99, 100, 100])]

    texts = run_through(*rising)

    assert texts == ["session (5h) at 80%", "session (5h) at 95%", "session (5h) used up"]


def paid(percent: float, resets_at: int | None = None) -> Usage:
    """A reading of the credits alone."""
    credit = Credits(1, 2, "USD", 2, percent, NOW, "endpoint", resets_at=resets_at)
    return Usage("endpoint", NOW, (), credit)


def test_credits_alert_too() -> None:
    """Credits without a reset alert once for each threshold, and again after a top-up."""
    rising = [(NOW + n, paid(p)) for n, p in enumerate([79, 80, 85, 96, 96, 40, 81])]
    spent = replace(Credits(1, 2, "USD", 2, None, NOW, "endpoint"), reason="out of usage credits")
    assert run_through(*rising, (NOW + 9, Usage("endpoint", NOW, (), spent))) == [
        "credits at 80%", "credits at 96%", "credits at 81%", "credits used up",
    ]  # fmt: skip


def alert_of(reading: Usage, style: Style = STYLE) -> Alert:
    """The one alert of that reading."""
    ((alert,), _) = next_alerts(reading, {}, LEVELS, NOW, style)
    return alert


def weekly(key: str, label: str, percent: float) -> Usage:
    """A reading of a week that is half over."""
    end = NOW + 7 * 43200
    return Usage("endpoint", NOW, (Limit(key, label, percent, end, NOW, "", window=7 * 86400),))


@pytest.mark.usefixtures("utc")
def test_an_alert_says_what_happened_and_what_to_do() -> None:
    """The title says what happened; bar, reset time and advice have a line each."""
    alert = alert_of(usage(96, resets_at=NOW + 3600))
    assert alert.title == "Claude: session (5h) at 96%"
    assert alert.body.splitlines() == [
        "███████████████████▏ 96%",
        "Resets at 09:00, in 1h00m.",
        "It runs out about 08:10 at this pace. Finish what matters first.",
    ]
    assert alert.text == (
        "Claude: session (5h) at 96%. Resets at 09:00, in 1h00m. "
        "It runs out about 08:10 at this pace. Finish what matters first"
    )
    at_twelve = alert_of(usage(96, resets_at=NOW + 7 * 3600), replace(STYLE, clock=12))
    assert at_twelve.details[0] == "Resets at 3:00pm, in 7h00m."


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(
    ("reading", "title", "advice"),
    [
        (
            usage(100), "session (5h) used up",
            "To go on then: claude-status wait --below 100 --limit 5h",
        ),
        (usage(81, resets_at=NOW + 600), "session (5h) at 81%",
         "It will last at this pace (about 83% at the reset)."),
        (usage(81, resets_at=NOW + 18000 - 60), "session (5h) at 81%",
         "Finish what matters first."),  # a window just begun has no pace
        (weekly("seven_day", "7d", 85), "week (7d) at 85%",
         "It runs out about 22:00 at this pace. Finish what matters first."),
        (weekly("scope:fable", "Fable", 100), "Fable (7d) used up",
         "Choose another model with /model."),
        (weekly("scope:fable", "Fable", 85), "Fable (7d) at 85%",
         "It runs out about 22:00 at this pace. "
         "Choose another model with /model for what needs less."),
        (paid(96), "credits at 96%", "Add credits, or raise their limit, in Claude's settings."),
    ],
)  # fmt: skip
def test_the_advice_fits_the_limit(reading: Usage, title: str, advice: str) -> None:
    """The advice depends on the limit and on its pace, which is never made up."""
    alert = alert_of(reading)
    assert (alert.event, alert.details[-1]) == (title, advice)
    assert alert_of(weekly("seven_day", "7d", 85)).details[0] == "Resets Mon 20:00, in 3d12h."


def test_a_bar_is_full_at_100_only() -> None:
    """The bar is rounded down, like the number."""
    assert "█" * 20 not in alert_of(usage(99.99)).body
    assert alert_of(usage(112)).body.startswith(f"{'█' * 20} 112%")


def test_limits_reset_together_are_one_alert() -> None:
    """Limits that are reset at the same moment cause one alert."""
    week = weekly("seven_day", "7d", 96).limits + weekly("scope:fable", "Fable", 99).limits
    end = NOW + 7 * 43200
    assert run_through((NOW, Usage("endpoint", NOW, week)), (end, Usage("endpoint", end)))[2:] == [
        "week (7d) and fable are free again"
    ]


@pytest.mark.usefixtures("utc")
def test_free_again_is_said_only_if_it_is_true() -> None:
    """The alert for a reset says if another limit is still used up, and until when."""
    record = {"five_hour": {"reset": NOW, "threshold": 95.0, "highest": 97.5}}
    for percent, words in (
        (99.9, ("Reset after 97%.", "You can go on.")),
        (100, ("Reset after 97%.", "But week (7d) is used up until Mon 20:00.")),
    ):
        alerts, _ = next_alerts(weekly("seven_day", "7d", percent), record, [], NOW, STYLE)
        assert [alert.details for alert in alerts] == [words]
        assert alerts[0].body == "\n".join(words)  # no bar of a number that is gone


def test_only_the_highest_threshold_alerts() -> None:
    """A jump past two thresholds causes one alert."""
    assert len(run_through((NOW, usage(96)), (NOW + 1, usage(96)))) == 1


def test_the_reset_of_a_full_window_alerts_once() -> None:
    """A reset is news, once, only if the window had been above 90 %."""
    full = [(NOW, usage(91)), (NOW + 3600, usage(91)), (NOW + 3700, usage(91))]
    half = [(NOW, usage(85)), (NOW + 3600, usage(85))]

    assert run_through(*full)[1:] == ["session (5h) is free again"]
    assert run_through(*half)[1:] == []


def test_a_reset_needs_no_new_number() -> None:
    """A reset is reported even if the API has no number for the next window yet."""
    fresh = Usage("endpoint", NOW + 3700, (Limit("five_hour", "5h", 0.0, None, NOW, "endpoint"),))
    nothing = Usage("endpoint", NOW + 3700)
    free = "session (5h) is free again"

    assert run_through((NOW, usage(100)), (NOW + 3700, fresh))[1:] == [free]
    assert run_through((NOW, usage(100)), (NOW + 3700, nothing))[1:] == [free]


def test_each_window_alerts_again() -> None:
    """A threshold alerts again in the next window."""
    second = usage(85, resets_at=NOW + 22000, as_of=NOW + 4000)

    assert len(run_through((NOW, usage(85)), (NOW + 4000, second))) == 2


def test_a_window_that_ends_early_counts_as_reset() -> None:
    """A window that is replaced before its end counts as reset; a shift of a minute does not."""
    second = usage(97, resets_at=NOW + 9000, as_of=NOW + 60)

    texts = run_through((NOW, usage(96)), (NOW + 60, second))

    assert texts == ["session (5h) at 96%", "session (5h) is free again", "session (5h) at 97%"]
    nearly = usage(97, resets_at=NOW + 3660, as_of=NOW + 60)
    assert len(run_through((NOW, usage(96)), (NOW + 60, nearly))) == 1


def test_a_hostile_name_is_harmless() -> None:
    """A limit's name contains nothing that tmux or a shell would run, even after its window."""
    key, name = "scope:#(touch x)$(id)`id`", "#(touch x)$(id)`id`"
    limit = Limit(key, name, 96.0, NOW + 3600, NOW, "endpoint")

    texts = run_through(
        (NOW, Usage("endpoint", NOW, (limit,))), (NOW + 3700, Usage("endpoint", NOW + 3700))
    )

    assert texts == ["touch xidid at 96%", "touch xidid is free again"]


@thorough
@given(st.lists(st.tuples(st.integers(0, 7200), st.floats(0, 120)), max_size=20))
def test_never_twice_in_one_window(steps: list[tuple[int, float]]) -> None:
    """Whatever the numbers do, no threshold alerts twice in one window."""
    record, seen = load(None), []
    for after, percent in sorted(steps):
        window = NOW + 3600 if after < 3600 else NOW + 7260
        alerts, record = next_alerts(
            usage(percent, resets_at=window, as_of=NOW + after),
            load(dump(record)),
            LEVELS,
            NOW + after,
        )
        seen += [(window, alert.threshold) for alert in alerts if alert.threshold]

    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("text", [None, "", "x", "[]", '{"a": 1}', '{"a": {"reset": "x"}}'])
def test_a_memory_that_cannot_be_read_is_empty(text: str | None) -> None:
    """An unreadable record of sent alerts counts as empty."""
    assert load(text) == {}


@pytest.mark.parametrize(
    ("hours", "when", "quiet"),
    [
        ("", "03:00", False),
        ("22:00-07:00", "22:00", True),
        ("22:00-07:00", "06:59", True),
        ("22:00-07:00", "07:00", False),
        ("12:00-13:00", "12:30", True),
        ("12:00-13:00", "13:00", False),
    ],
)
def test_quiet_hours_may_include_midnight(hours: str, when: str, quiet: bool) -> None:
    """Quiet hours include their first minute but not their last, and may span midnight."""
    assert is_quiet(hours, when) is quiet


def test_the_command_gets_the_facts_verbatim(home: Path, tmp_path: Path) -> None:
    """The user's command gets the facts in its environment, with no character interpreted."""
    seen = tmp_path / "seen"
    command = ["/bin/sh", "-c", f'printf "%s" "$CLAUDE_STATUS_TEXT" > {seen}']

    ways = send(ALERT, command, {"PATH": "/nowhere"})

    assert ways == ["on_alert"]
    assert seen.read_text() == ALERT.text
    assert facts(ALERT)["CLAUDE_STATUS_THRESHOLD"] == "95"
    assert facts(ALERT)["CLAUDE_STATUS_TITLE"] == ALERT.title
    assert facts(ALERT)["CLAUDE_STATUS_BODY"] == "███████████████████▏ 96%\nGo on."
    assert facts(replace(ALERT, threshold=0))["CLAUDE_STATUS_ALERT"] == "reset"


def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A command that times out is killed."""
    monkeypatch.setattr("claude_status.alerts.notify.WAY_SECONDS", 0.5)
    mark = tmp_path / "pid"

    assert send(ALERT, ["/bin/sh", "-c", f"echo $$ > {mark}; sleep 60 & wait"], {}) == []
    assert not Path(f"/proc/{mark.read_text().strip()}").exists()


def test_a_command_that_fails_is_not_counted(tmp_path: Path) -> None:
    """A command that is missing or fails does not count as a way that worked."""
    for command in ([str(tmp_path / "gone")], ["/bin/sh", "-c", "exit 1"]):
        assert send(ALERT, command, {}) == []


@pytest.fixture
def user(home: Path) -> Iterator[User]:
    """A user with a session at 96 per cent, and alerts on."""
    with ApiServer() as api:
        api.answer = ok(usage_body(time.time(), five_hour=96))
        user = User(home, api.url)
        user.log_in()
        yield user


def test_a_refresh_alerts_once(user: User, tmp_path: Path) -> None:
    """An alert is sent once across refreshes, and only if alerts are on."""
    seen = tmp_path / "seen"
    command = ("/bin/sh", "-c", f"echo $CLAUDE_STATUS_LIMIT >> {seen}")
    user.refresh(force=True)
    assert not seen.exists()

    on = Settings(alerts=True, on_alert=command)
    for _ in range(3):
        user.refresh(settings=on, force=True)

    assert seen.read_text() == "five_hour\n"
    with open_store(user.account.store) as store:
        ((_, event),) = records.sent(store)
    assert event == "session (5h) at 96%"


def test_alerts_have_a_time_limit(
    user: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the time for alerts is over, no further one is sent, so that the refresh can end."""
    seen = tmp_path / "seen"
    on = Settings(alerts=True, on_alert=("/bin/sh", "-c", f"echo x >> {seen}; sleep 1"))
    full = usage_body(time.time(), five_hour=96, seven_day=97)
    monkeypatch.setattr(refresh, "ALERT_SECONDS", 0.5)
    with ApiServer() as api:
        api.answer = ok(full)
        user = User(user.home, api.url)
        user.refresh(settings=on)

    assert seen.read_text() == "x\n"


def test_quiet_hours_keep_an_alert_for_later(user: User, tmp_path: Path) -> None:
    """An alert that became due in the quiet hours is sent when they end."""
    seen = tmp_path / "seen"
    settings = Settings(alerts=True, on_alert=("/bin/sh", "-c", f"echo x >> {seen}"))
    now = time.strftime("%H:%M")
    later = time.strftime("%H:%M", time.localtime(time.time() + 7200))
    user.refresh(settings=replace(settings, quiet_hours=f"{now}-{later}"), force=True)
    assert not seen.exists()

    user.refresh(settings=settings)

    assert seen.read_text() == "x\n"


def test_a_real_notification_daemon_shows_it(home: Path, tmp_path: Path) -> None:
    """A real notification daemon on a private session bus receives the title and the text."""
    session, monitor = program("dbus-run-session"), program("dbus-monitor")
    program("notify-send")
    daemon = program("dunst")
    program("Xvfb")
    script = tmp_path / "session.sh"
    script.write_text(
        f"""Xvfb -displayfd 3 -screen 0 640x480x8 3>{tmp_path}/display 2>/dev/null &
xvfb=$!
until [ -s {tmp_path}/display ]; do sleep 0.05; done
export DISPLAY=:$(cat {tmp_path}/display)
{daemon} -conf /dev/null >/dev/null 2>&1 &
dunst=$!
{monitor} "interface='org.freedesktop.Notifications'" > {tmp_path}/heard 2>/dev/null &
monitor=$!
until gdbus introspect --session -d org.freedesktop.Notifications \\
  -o /org/freedesktop/Notifications >/dev/null 2>&1; do sleep 0.05; done
until [ -s {tmp_path}/heard ]; do sleep 0.05; done
"$@"
until grep -q 'This is a test' {tmp_path}/heard; do sleep 0.05; done
dunstctl count displayed > {tmp_path}/count
kill $monitor $dunst $xvfb
"""
    )
    user = User(home, "http://127.0.0.1:9")

    done = subprocess.run(
        [session, "--", "/bin/sh", str(script), *user.command("alert", "--test")],
        env=user.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert "Alerts reach you by desktop" in done.stdout
    heard = (tmp_path / "heard").read_text()
    assert "member=Notify" in heard
    assert 'string "Claude: session (5h) at 80%"' in heard
    assert f"{'█' * 16}{'░' * 4} 80%" in heard
    assert 'string "claude-status-five-hour"' in heard  # an alert takes the last one's place
    assert (tmp_path / "count").read_text().strip() == "1"


def test_a_real_tmux_shows_it(home: Path, tmp_path: Path) -> None:
    """tmux rings the bell and shows the message until a key is pressed."""
    from tests.screen import Screen

    tmux = program("tmux")
    user = User(home, "http://127.0.0.1:9", TMUX_TMPDIR=str(tmp_path))
    environ = {name: text for name, text in user.environ.items() if name != "TMUX"}
    with Screen([tmux, "-f", "/dev/null", "new-session", "exec sleep 600"], environ) as screen:
        screen.until("[0]")
        try:
            subprocess.run([*user.command("alert", "--test")], env=environ, check=True, timeout=60)
            screen.until("Claude: session (5h) at 80%. Resets at ")
            while b"\a" not in screen.raw:
                assert screen.pump(20)
            quick = time.monotonic() + 2  # the 750 ms that tmux shows a message by itself are over
            while time.monotonic() < quick:
                screen.pump(0.1)
            assert "(5h) at 80%" in screen.text()
            screen.send(" ")
            screen.until(lambda text: "(5h) at 80%" not in text, 10)
        finally:
            subprocess.run([tmux, "kill-server"], env=environ, check=False)


def test_a_tmux_before_3_2_shows_it(home: Path, tmp_path: Path) -> None:
    """A tmux that does not know -d shows the message for its default time."""
    (tmp_path / "tmux").write_text(
        "#!/bin/sh\n"
        'case $1:$* in list-clients:*) echo /dev/nowhere ;; *" -d "*) exit 1 ;;'
        f' *) printf "%s\\n" "$*" >"{tmp_path}/shown" ;; esac\n'
    )
    (tmp_path / "tmux").chmod(0o755)
    assert send(ALERT, (), {"PATH": f"{tmp_path}:/bin", "HOME": str(home)}) == ["tmux"]
    said = (tmp_path / "shown").read_text()
    assert said.startswith("display-message -c /dev/nowhere 5h at 96%")


def test_no_available_way_is_reported(home: Path) -> None:
    """If nothing can show an alert, the test alert says so and what to install."""
    user = User(home, "http://127.0.0.1:9", PATH=os.devnull, TMUX_TMPDIR="/nonexistent")

    done = user.run("alert", "--test")

    assert done.returncode == 1
    assert "notify-send" in done.stderr


def test_the_environment_cannot_name_a_command(user: User, tmp_path: Path) -> None:
    """Commands in a settings file that the environment names are ignored."""
    evil, seen = tmp_path / "evil.toml", tmp_path / "seen"
    evil.write_text(f'alerts = true\non_alert = ["/bin/touch", "{seen}"]\n')
    for environ in (
        {"CLAUDE_STATUS_CONFIG": str(evil)},
        {"XDG_CONFIG_HOME": str(tmp_path)},
    ):
        (tmp_path / "claude-status").mkdir(exist_ok=True)
        (tmp_path / "claude-status/config.toml").write_text(evil.read_text())
        done = user.run("refresh", "--force", environ=environ)
        assert "on_alert is only read from" in done.stderr

    assert not seen.exists()
