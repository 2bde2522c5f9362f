"""What doctor reports about a user's login, numbers, cache and environment."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.asking.diagnosis import Scene, take_scene
from claude_status.commands.doctor import examine, own_program
from claude_status.doctor.findings import Finding, Grade, draw_findings, from_sentence, summary
from claude_status.install.link import link_file
from claude_status.store import records
from claude_status.store.database import open_store
from tests.bodies import usage_body
from tests.conftest import program
from tests.screen import Screen
from tests.server import UNAUTHORIZED, ApiServer, html, ok, throttled
from tests.support import RENEWAL, TOKEN, User, unprivileged

PROGRAM = Path("/opt/made up/bin/claude-status")


@pytest.fixture
def user(home: Path, api: ApiServer) -> User:
    """A user without a login."""
    return User(home, api.url)


def findings(user: User, now: float | None = None, **environ: str) -> dict[str, list[Finding]]:
    """What doctor finds, by the names of the rows."""
    scene = take_scene({**user.environ, **environ}, time.time() if now is None else now, PROGRAM)
    return by_name(scene)


def by_name(scene: Scene) -> dict[str, list[Finding]]:
    """What doctor finds in a scene, by the names of the rows."""
    found: dict[str, list[Finding]] = {}
    for finding in examine(scene):
        found.setdefault(finding.name, []).append(finding)
    return found


def only(found: list[Finding]) -> Finding:
    """The only finding."""
    assert len(found) == 1, found
    return found[0]


def run_command(user: User, command: list[str]) -> str:
    """What a command prints for a user."""
    return subprocess.run(
        command, env=user.environ, cwd=user.home, stdout=subprocess.PIPE, text=True, check=False
    ).stdout


# The login


def test_good_login_is_reported_with_plan_and_expiry(user: User) -> None:
    """A login that can read usage is reported with its file, its plan and its validity."""
    path = user.log_in(lasts=8 * 3600)
    login = only(findings(user, time.time() + 2.5)["login"])
    assert login.grade is Grade.GOOD
    assert login.text == (f"{path}: max plan, valid for 7h59m")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expiresAt": 1}, "has expired"),
        ({"accessToken": "", "expiresAt": 0}, "emptied it"),
        ({"scopes": ["user:inference"]}, "lacks the scope user:profile"),
        ({"expiresAt": "soon"}, "not contain a valid"),
    ],
)
def test_bad_login_stops_numbers(user: User, change: dict[str, object], words: str) -> None:
    """A login that cannot read usage is reported with what is wrong and what to do."""
    user.log_in(**change)
    found = findings(user)
    login = only(found["login"])
    assert login.grade is Grade.STOPS
    assert words in login.text
    assert login.advice
    assert only(found["next call"]).grade is Grade.NOTE


def test_missing_login_does_not_matter_without_the_endpoint(user: User, tmp_path: Path) -> None:
    """If the endpoint is not among the sources, a missing login is only a note."""
    settings = tmp_path / "config.toml"
    settings.write_text('sources = ["statusline"]\n')
    found = findings(user, CLAUDE_STATUS_CONFIG=str(settings))
    assert only(found["login"]).grade is Grade.NOTE
    assert "next call" not in found


def fake_security(folder: Path, status: int) -> tuple[str, Path]:
    """A ``security`` that exits with ``status`` and records its arguments."""
    calls, fake = folder / "calls", folder / "security"
    fake.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >>"{calls}"\nexit {status}\n')
    fake.chmod(0o755)
    return str(fake), calls


def keychain_scene(user: User, security: str) -> Scene:
    """A scene on macOS, with the real API."""
    environ = {**user.environ, "CLAUDE_STATUS_API_BASE": ""}
    scene = take_scene(environ, time.time(), PROGRAM)
    return Scene(**{**scene.__dict__, "platform": "darwin", "security": security})


def test_keychain_is_looked_up_and_never_opened(user: User, tmp_path: Path) -> None:
    """On macOS the item is looked up without its secret, which alone could open a dialog."""
    security, calls = fake_security(tmp_path, 0)
    login = only(by_name(keychain_scene(user, security))["login"])
    asked = calls.read_text().splitlines()
    assert login.text.startswith("in the Keychain")
    assert asked[0] == "find-generic-password"
    assert "Claude Code-credentials" in asked
    assert not {"-w", "-g"} & set(asked)


def test_file_stands_in_for_an_empty_keychain(user: User, tmp_path: Path) -> None:
    """If the Keychain has no item, the login in the file is reported."""
    path = user.log_in()
    security, _ = fake_security(tmp_path, 44)
    login = only(by_name(keychain_scene(user, security))["login"])
    assert login.text.startswith(str(path))


def refuse_keychain(user: User) -> None:
    """Record in the store that the Keychain refused."""
    user.refresh()
    with open_store(user.account.store) as store:
        store.write(records.KEYCHAIN, "refused")


def test_keychain_that_refused_stops_numbers(user: User, tmp_path: Path) -> None:
    """A refusal stops all calls in the background, so it is reported with how to undo it."""
    refuse_keychain(user)
    security, calls = fake_security(tmp_path, 0)
    scene = keychain_scene(user, security)
    found = by_name(scene)
    login = only(found["login"])
    assert login.grade is Grade.STOPS
    assert login.text.startswith("The Keychain did not hand out the login")
    assert login.advice == "run `claude-status refresh` in a terminal and allow it"
    assert only(found["next call"]).text.startswith("once there is a login")
    assert scene.obstacle.startswith("The Keychain did not")
    assert not calls.exists()


def test_file_stands_in_for_a_keychain_that_refused(user: User, tmp_path: Path) -> None:
    """With a login in the file, a refusal by the Keychain stops no numbers."""
    path = user.log_in()
    refuse_keychain(user)
    security, _ = fake_security(tmp_path, 0)
    scene = keychain_scene(user, security)
    login = only(by_name(scene)["login"])
    assert (login.grade, login.text.partition(": ")[0]) == (Grade.GOOD, str(path))
    assert scene.obstacle == ""


# Claude Code itself


def claude_user(user: User, sources: str, *, claude: bool) -> User:
    """The user with these sources, and with only ``claude``, or nothing, on PATH."""
    settings = user.home / ".config" / "claude-status" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"sources = {sources}\n")
    folder = user.home / "bin"
    folder.mkdir()
    if claude:
        (folder / "claude").write_text('#!/bin/sh\n>"$HOME/was-run"\n')
        (folder / "claude").chmod(0o755)
    user.environ["PATH"] = str(folder)
    return user


def test_claude_that_is_missing_stops_numbers(user: User) -> None:
    """If Claude Code is the only source and is missing, doctor says the same as refresh."""
    claude_user(user, '["claude_cli"]', claude=False)
    found = findings(user)
    claude = only(found["claude"])
    assert (claude.grade, claude.text) == (Grade.STOPS, "`claude` is not on PATH")
    assert claude.advice == "set `claude_command` to Claude Code"
    assert only(found["next call"]).text.startswith("once there is a `claude` to ask")
    done = user.run("doctor")
    assert (done.returncode, done.stderr) == (1, "")
    assert "`claude` is not on PATH" in user.run("refresh").stderr


@pytest.mark.parametrize("sources", ['["claude_cli"]', '["endpoint", "claude_cli"]'])
def test_claude_stands_in_for_an_expired_login(user: User, sources: str) -> None:
    """If Claude Code can be asked, an expired login stops nothing; doctor does not run it."""
    claude_user(user, sources, claude=True)
    user.log_in(lasts=-60)
    found = findings(user)
    assert only(found["login"]).grade is Grade.NOTE
    assert only(found["claude"]).text == f"{user.home}/bin/claude: asked for the usage"
    assert only(found["next call"]).text == "with the next prompt: nothing is known yet"
    assert Grade.STOPS not in {finding.grade for row in found.values() for finding in row}
    assert not (user.home / "was-run").exists()


def test_claude_stands_in_for_a_login_that_was_refused(user: User, api: ApiServer) -> None:
    """After a 401, a call is still due if Claude Code can make it."""
    claude_user(user, '["endpoint", "claude_cli"]', claude=True)
    user.log_in()
    assert only(findings(user)["claude"]).text.endswith(": asked when the endpoint cannot be")
    api.answer = UNAUTHORIZED
    user.refresh()
    found = findings(user)
    assert only(found["claude"]).text.endswith(": asked for the usage")
    assert only(found["next call"]).grade is Grade.GOOD


def test_claude_does_not_stand_in_for_a_login_that_cannot_be_read(user: User) -> None:
    """A malformed login is for the user to fix, as in a refresh."""
    claude_user(user, '["endpoint", "claude_cli"]', claude=True)
    user.log_in(expiresAt="soon")
    found = findings(user)
    assert only(found["login"]).grade is Grade.STOPS
    assert only(found["claude"]).grade is Grade.GOOD
    assert "not contain a valid" in user.run("refresh").stderr


def test_missing_claude_does_not_stop_numbers_with_a_good_login(user: User) -> None:
    """With a good login a missing Claude Code is reported, but stops nothing."""
    claude_user(user, '["endpoint", "claude_cli"]', claude=False)
    user.log_in()
    assert only(findings(user)["claude"]).grade is Grade.WRONG
    assert user.run("doctor").returncode == 0


# The numbers, and the next call


def test_numbers_are_reported_with_source_and_age(user: User, api: ApiServer) -> None:
    """Each number has its source and age; keys that were not understood are named."""
    user.log_in()
    now = time.time()
    body = usage_body(now, 42.6, 17, credits_used=1250)
    api.answer = ok({**body, "tangelo": {"new": 1}, "iguana_necktie": 5})
    user.refresh(now)
    found = findings(user, now + 125)
    assert only(found["session (5h)"]).text == "42% from endpoint, 2m ago"
    assert only(found["week (7d)"]).text == "17% from endpoint, 2m ago"
    assert only(found["credits"]).text == "$12.50/$500 from endpoint, 2m ago"
    assert "iguana_necktie, tangelo" in only(found["unknown keys"]).text
    why = "the reading is fresh until then"
    call = only(found["next call"])
    assert call.text == f"in 2m for a prompt, in 6m for a status bar: {why}"


def test_next_call_follows_the_schedule(user: User) -> None:
    """Steady numbers are asked for less often, least of all by a tmux that nobody uses."""
    user.log_in()
    now = time.time()
    user.refresh(now)
    user.refresh(now + 300)
    call = only(findings(user, now + 310)["next call"])
    assert call.text == "in 8m: the last call brought no new numbers"
    user.environ["TMUX"] = "/tmp/tmux-0/default,1,0"
    asking = findings(user, now + 310)["next call"] + findings(user, now + 310)[""]
    assert "while nobody uses tmux, its status bar asks every 1h00m" in [one.text for one in asking]


def test_old_and_reset_numbers_are_called_so(user: User) -> None:
    """A number older than two TTLs is called old; one whose window was reset is not shown."""
    user.log_in()
    now = time.time()
    user.refresh(now)
    found = findings(user, now + 3 * 3600)
    assert only(found["session (5h)"]).text.startswith("–, has been reset")
    assert only(found["week (7d)"]).text == "17% from endpoint, 3h00m ago (old, so marked ~)"
    assert only(found["next call"]).text == "with the next prompt: a window has been reset"


def test_no_reading_yet_is_no_fault(user: User) -> None:
    """A new installation with a login has no problem, and the row says how to get a reading."""
    user.log_in()
    found = findings(user)
    assert only(found["numbers"]).advice == "run `claude-status show`"
    assert only(found["next call"]).text == "with the next prompt: nothing is known yet"
    assert Grade.STOPS not in {finding.grade for row in found.values() for finding in row}


def test_back_off_is_reported_with_its_end_and_reason(user: User, api: ApiServer) -> None:
    """After a 429 the back-off is reported as stopping numbers, with its end and reason."""
    user.log_in()
    api.answer = throttled("1600")
    now = time.time()
    user.refresh(now)
    call = only(findings(user, now + 60)["next call"])
    assert call.grade is Grade.STOPS
    said = "The API says there were too many requests (429)"
    assert (call.text, call.advice) == (f"in 25m, after a failure. {said}", "")


def test_only_what_can_be_done_has_an_arrow(user: User, api: ApiServer) -> None:
    """After a failure the row has its reason, and only what to do about it is the advice."""
    user.log_in()
    api.answer = html(200)
    user.refresh()
    call = only(findings(user)["next call"])
    assert call.text.endswith("after a failure. Something else answered instead of the API (200)")
    assert call.advice == "check for a login page"


def test_without_a_login_no_command_brings_numbers(user: User) -> None:
    """Without a login, doctor does not advise to refresh."""
    assert only(findings(user)["numbers"]).advice == ""


def test_refused_login_is_reported(user: User, api: ApiServer) -> None:
    """After a 401 no call is due until another login is stored."""
    user.log_in()
    api.answer = UNAUTHORIZED
    user.refresh()
    call = only(findings(user)["next call"])
    assert call.grade is Grade.STOPS
    assert call.text == "none: the API refused this login"
    user.log_in(lasts=3600)
    assert only(findings(user)["next call"]).grade is Grade.GOOD


# Settings and environment


def test_settings_are_reported_with_their_problems(user: User, tmp_path: Path) -> None:
    """The settings file is named, and each ignored value has a row."""
    settings = tmp_path / "config.toml"
    settings.write_text("ttl = 5\ncolour = true\n")
    found = findings(user, CLAUDE_STATUS_CONFIG=str(settings))
    assert only(found["settings"]) == Finding("settings", str(settings), Grade.WRONG)
    assert [finding.grade for finding in found[""]] == [Grade.WRONG, Grade.WRONG]
    assert found[""][0].text.startswith("ttl")


def test_the_colours_are_shown(user: User, tmp_path: Path) -> None:
    """Colours that are set are listed, for all hosts or for one; defaults are not."""
    settings = tmp_path / "config.toml"
    assert "colours" not in findings(user)
    settings.write_text(
        '[colours]\nwarning = "bold yellow"\n[hosts.zsh]\ncolours = "none"\n'
        "[hosts.fish.colours]\nlabel = 8\n"
    )
    found = findings(user, CLAUDE_STATUS_CONFIG=str(settings))
    texts = [finding.text for finding in found["colours"]]
    assert texts == ["warning bold yellow", "in zsh: none", "in fish: label 8"]


def test_no_source_at_all_stops_numbers(user: User, tmp_path: Path) -> None:
    """With an empty list of sources, no numbers are possible."""
    settings = tmp_path / "config.toml"
    settings.write_text("sources = []\n")
    found = findings(user, CLAUDE_STATUS_CONFIG=str(settings))
    assert only(found["sources"]).grade is Grade.STOPS


@pytest.mark.parametrize(
    "name", ["CLAUDE_CODE_OAUTH_TOKEN", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"]
)
def test_ignored_variables_are_explained_without_values(user: User, name: str) -> None:
    """A variable that only Claude Code uses is named, but its value is not shown."""
    user.log_in()
    done = user.run("doctor", environ={name: "hush-hush"})
    assert f"{name} is set: " in done.stdout
    assert "hush-hush" not in done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLAUDE_STATUS_API_BASE", "https://gateway.example"),
        ("CLAUDE_CONFIG_DIR", "not/absolute"),
        ("CLAUDE_STATUS_CACHE_DIR", "not/absolute"),
        ("HOME", ""),
    ],
)
def test_refused_values_stop_numbers_but_not_doctor(user: User, name: str, value: str) -> None:
    """A refused value is reported with what to do, and the other rows are still shown."""
    user.log_in()
    done = user.run("doctor", environ={name: value})
    assert done.returncode == 1
    assert f"✗ environment  {name} " in done.stdout
    assert "✓ versions" in done.stdout
    assert done.stderr == ""


# The cache


def test_cache_is_reported_with_its_size(user: User) -> None:
    """A usable cache is reported with its size and the number of accounts."""
    user.log_in()
    user.refresh()
    cache = only(findings(user)["cache"])
    assert cache.grade is Grade.GOOD
    assert cache.text.startswith(f"{user.account.cache}: ")
    assert cache.text.endswith(" KiB, 1 account")


def test_read_only_cache_stops_numbers(user: User) -> None:
    """A cache that cannot be written is found out by writing, and reported."""
    program("setpriv")
    user.log_in()
    user.refresh()
    user.account.home.chmod(0o500)
    done = run_command(user, unprivileged(user.command("doctor")))
    user.account.home.chmod(0o700)
    row = f"✗ cache {user.account.cache} cannot be written (Permission denied)"
    assert row in " ".join(done.split())
    assert "make it writable" in done


def test_cache_that_others_can_write_stops_numbers(user: User) -> None:
    """A cache directory that others can write is reported with what to do."""
    user.log_in()
    user.refresh()
    user.account.cache.chmod(0o777)
    cache = only(findings(user)["cache"])
    assert cache.grade is Grade.STOPS
    assert cache.advice == "remove it, or chmod 700 it"


def test_broken_store_is_reported(user: User) -> None:
    """A database that was set aside is reported with its path, which may be removed."""
    user.log_in()
    user.refresh()
    (user.account.store / "cache.db").write_bytes(b"no database at all" * 1000)
    user.refresh()
    store = only(findings(user)["store"])
    assert store.text.startswith("a broken database was set aside just now")
    assert store.advice == f"you can remove {user.account.store}.broken"


def test_numbers_too_old_to_be_shown_are_not_well(user: User) -> None:
    """If the last numbers are too old to be shown, doctor says so, and not that all is well."""
    user.log_in()
    now = time.time()
    user.refresh(now - 30 * 3600)
    numbers = only(findings(user, now)["numbers"])
    assert numbers.grade is Grade.WRONG
    assert numbers.text == "the last are from 1d6h ago"
    assert "All is well" not in user.run("doctor").stdout


# PATH


def launcher(folder: Path) -> Path:
    """A made-up installation of this program in ``folder``."""
    folder.mkdir(parents=True)
    for name in ("claude-status", "claude-status-py"):
        (folder / name).write_text("#!/bin/sh\n#\n# claude-status - made up\n")
        (folder / name).chmod(0o755)
    return folder / "claude-status"


def path_finding(user: User, own: Path, *folders: Path) -> Finding:
    """What doctor says about a PATH, for a program that was started as ``own``."""
    environ = {**user.environ, "PATH": os.pathsep.join(map(str, folders))}
    return only(by_name(take_scene(environ, time.time(), own))["PATH"])


def test_another_program_first_on_path_is_reported(user: User, tmp_path: Path) -> None:
    """Another claude-status first on PATH is reported, as that is what a person would run."""
    own, other = launcher(tmp_path / "own"), launcher(tmp_path / "other")
    finding = path_finding(user, own, other.parent, own.parent)
    assert finding.grade is Grade.WRONG
    assert finding.text.startswith(f"{other} comes first")


@pytest.mark.parametrize("theirs", [None, "#!/usr/bin/python3\nimport another\n"])
def test_launcher_that_is_not_ours(user: User, tmp_path: Path, theirs: str | None) -> None:
    """A launcher that is missing, or overwritten by another package, has a remedy."""
    own = launcher(tmp_path / "own")
    own.unlink()
    if theirs:
        own.write_text(theirs)
        own.chmod(0o755)
    finding = path_finding(user, own, own.parent)
    assert (finding.grade, str(own) in finding.text) == (Grade.WRONG, True)
    assert "an environment of its own" in finding.advice


def test_own_program_is_known_through_links(user: User, tmp_path: Path) -> None:
    """A link to this program, as pipx and uv make them, counts as this program."""
    own = launcher(tmp_path / "venv" / "bin")
    links = tmp_path / "bin"
    links.mkdir()
    for name in ("claude-status", "claude-status-py"):
        (links / name).symlink_to(own.with_name(name))
    finding = path_finding(user, links / "claude-status", links)
    assert (finding.grade, finding.text) == (Grade.GOOD, str(links / "claude-status"))
    assert path_finding(user, own, links).grade is Grade.GOOD


def test_absence_from_path_is_a_note(user: User, tmp_path: Path) -> None:
    """If the command is not on PATH, doctor advises what install does, not a venv's folder.

    That would put the venv's python3 and pip before the user's own. Only if another file has the
    link's name, there is no other way.
    """
    own, link = launcher(tmp_path / "own"), link_file(user.environ)
    assert path_finding(user, own, tmp_path).advice.startswith("`claude-status install HOST`")
    link.parent.mkdir(parents=True)
    link.symlink_to(own)
    assert path_finding(user, own, tmp_path).advice == f"add {link.parent} to it"
    link.unlink()
    link.write_text("theirs")
    assert path_finding(user, own, tmp_path).advice == f"add {own.parent} to it"


def test_own_program_is_beside_the_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """The launcher is expected beside claude-status-py, or else beside the interpreter."""
    monkeypatch.setattr(sys, "argv", ["/home/someone/.local/bin/claude-status-py", "doctor"])
    assert own_program() == Path("/home/someone/.local/bin/claude-status")
    monkeypatch.setattr(sys, "argv", ["/somewhere/claude_status/__main__.py", "doctor"])
    assert own_program() == Path(sys.executable).with_name("claude-status")


# The command as a whole


def test_doctor_asks_nobody_and_makes_nothing(user: User, api: ApiServer) -> None:
    """Without a cache, doctor sends no request, creates no file and shows no token."""
    path = user.log_in()
    before = sorted(user.home.rglob("*"))
    done = user.run("doctor")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(user.home.rglob("*")) == before
    assert api.requests == []
    assert TOKEN not in done.stdout
    assert RENEWAL not in done.stdout
    assert TOKEN in path.read_text()


def test_doctor_does_not_import_requests(user: User) -> None:
    """The version of requests is shown without importing it, which would take long."""
    script = (
        "import sys\nfrom claude_status.cli import main\nmain(['doctor'])\n"
        "print(sorted({'requests', 'urllib3'} & set(sys.modules)))"
    )
    done = run_command(user, [sys.executable, "-c", script])
    assert done.splitlines()[-1] == "[]"
    assert "requests 2." in done


def test_exit_status_says_whether_numbers_are_possible(user: User) -> None:
    """Without a login the status is 1 and the last line says why; with one it is 0."""
    done = user.run("doctor")
    assert done.returncode == 1
    assert done.stdout.endswith("\n\nOne problem prevents new numbers.\n")
    user.log_in()
    done = user.run("doctor")
    assert done.returncode == 0
    assert done.stdout.endswith("\n\nAll is well.\n")


def test_terminal_shows_marks_in_colour(user: User) -> None:
    """On a terminal the marks have colours, and the first row is still on the screen."""
    environ = {**user.environ, "PATH": os.environ["PATH"]}
    with Screen(user.command("doctor"), environ, cwd=str(user.home)) as screen:
        screen.until("prevents new numbers")
        assert screen.colours("✗") == {"red"}
        assert screen.colours("✓") == {"green"}
        assert screen.row(0).startswith("✗ login")


def test_locale_without_utf8_gets_ascii(user: User) -> None:
    """In a locale without UTF-8, only ASCII is printed."""
    environ = {
        "LANG": "de_DE.ISO-8859-1",
        "PYTHONIOENCODING": "latin-1",
        "PYTHONCOERCECLOCALE": "0",
    }
    done = user.run("doctor", environ=environ)
    assert done.stdout.isascii()
    assert done.stdout.startswith("x login ")
    assert done.stderr == ""


# How findings read


TEXT = st.text(max_size=200)
FINDINGS = st.lists(
    st.builds(Finding, st.text(st.characters(codec="ascii", categories=["L"]), max_size=20), TEXT,
              st.sampled_from(Grade), TEXT), max_size=8,
)  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "grade"),
    [
        ('alerts = true\non_alert = ["/missing/program"]', Grade.WRONG),
        ('alerts = true\non_alert = ["/bin/sh", "-c", ":"]', Grade.GOOD),
        ('on_alert = ["/missing/program"]', None),
        ("alerts = true", None),
    ],
)
def test_the_command_of_alerts_is_checked(user: User, settings: str, grade: Grade | None) -> None:
    """A missing command is reported only if alerts are on."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(settings)
    assert [row.grade for row in findings(user).get("alerts", [])] == ([grade] if grade else [])


@pytest.mark.parametrize(
    ("bundle", "grades"),
    [("/missing.pem", [Grade.WRONG]), ("/etc/passwd", []), ("system", []), ("", [])],
)
def test_a_missing_ca_bundle_is_reported(user: User, bundle: str, grades: list[Grade]) -> None:
    """A file of certificates that does not exist is reported before a call fails."""
    path = user.home / ".config/claude-status/config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f'ca_bundle = "{bundle}"\n')
    assert [row.grade for row in findings(user).get("ca_bundle", [])] == grades


@given(FINDINGS, st.integers(1, 120), st.sampled_from(["ansi", "plain", "ascii"]))
def test_any_findings_can_be_drawn(rows: list[Finding], columns: int, dialect: str) -> None:
    """Whatever a finding says, every line is printable."""
    drawn = draw_findings(rows, columns, dialect)
    for line in drawn.split("\n"):
        assert line.replace("\033", "").isprintable()
        assert dialect == "ansi" or "\033" not in line
        assert dialect != "ascii" or line.isascii()


def test_findings_are_aligned_and_wrapped() -> None:
    """Texts are aligned, long ones are wrapped, and a path is never cut."""
    path = "/a/very/long/path/that/does/not/fit/into/the/columns/at/all"
    rows = [
        Finding("login", "word " * 9 + "end"),
        Finding("login", "again"),
        Finding("a cache", path, Grade.STOPS, "make it writable"),
    ]
    assert draw_findings(rows, 40, "plain").split("\n") == [
        "✓ login    word word word word word word",
        "           word word word end",
        "✓          again",
        f"✗ a cache  {path}",
        "           → make it writable",
    ]


def test_sentence_is_split_into_fault_and_advice() -> None:
    """An error's sentence is split into what is wrong and what to do."""
    parted = from_sentence("login", "There is none in a: b: run `claude`.", Grade.STOPS)
    assert (parted.text, parted.advice) == ("There is none in a: b", "run `claude`")
    whole = from_sentence("login", "Nobody knows.", Grade.WRONG)
    assert (whole.text, whole.advice) == ("Nobody knows", "")


def test_summary_counts_what_stops_numbers() -> None:
    """The last sentence follows from the worst finding."""
    good, wrong, stops = (
        Finding("", "", grade) for grade in (Grade.GOOD, Grade.WRONG, Grade.STOPS)
    )
    assert summary([good]) == "All is well."
    assert summary([good, wrong]) == "New numbers are possible, but not all is well."
    assert summary([good, stops, wrong]) == "One problem prevents new numbers."
    assert summary([stops, stops]) == "2 problems prevent new numbers."


def test_a_closed_cache_is_reported(user: User) -> None:
    """A cache that cannot even be entered is reported instead of causing an error."""
    user.log_in()
    user.refresh()
    user.account.cache.chmod(0)
    try:
        done = subprocess.run(
            unprivileged(user.command("doctor")), env=user.environ, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
    finally:
        user.account.cache.chmod(0o700)

    assert done.returncode == 1
    assert "went wrong" not in done.stderr
    assert "Permission" in done.stdout
