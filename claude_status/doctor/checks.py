"""What ``doctor`` checks between the login and the numbers, one function for each subject.

Each takes the scene and yields findings; one that needs an account yields none where the
environment names none.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping

from claude_status.asking.diagnosis import Asked, Scene
from claude_status.asking.snapshot import next_due
from claude_status.doctor.findings import Finding, Grade, from_sentence
from claude_status.errors import AskError, ClaudeStatusError, LoginError
from claude_status.model.schedule import ABSENT, BAR, LOOK_EVERY
from claude_status.model.usage import CLAUDE_CLI, STALE, Credits, Limit
from claude_status.render.colours import NONE
from claude_status.render.money import money
from claude_status.render.report import LIMIT_NAMES, ago
from claude_status.render.words import duration, in_words, plain_label, shown_percent
from claude_status.settings.settings import Settings
from claude_status.sources.login import Login


def check_login(scene: Scene) -> Iterator[Finding]:
    """Which login there is, and until when."""
    if scene.snapshot is None:
        return
    if scene.is_in_keychain:
        text = "in the Keychain, which doctor does not open: `claude-status refresh` reads it"
        yield Finding("login", text)
    elif isinstance(scene.login, LoginError):
        stops = scene.asks_endpoint and isinstance(scene.asked, ClaudeStatusError)
        yield from_sentence("login", str(scene.login), Grade.STOPS if stops else Grade.NOTE)
    elif scene.login is not None:
        plan = f"{scene.login.plan} plan, " if scene.login.plan else ""
        path = scene.snapshot.account.config_dir / ".credentials.json"
        yield Finding("login", f"{path}: {plan}{_validity(scene.login, scene.now)}")


def check_claude(scene: Scene) -> Iterator[Finding]:
    """Where Claude Code's program is, if it is a source, and whether it is asked."""
    if isinstance(scene.claude, AskError):
        grade = Grade.STOPS if scene.asked is scene.claude else Grade.WRONG
        yield from_sentence("claude", str(scene.claude), grade)
    elif scene.claude is not None:
        is_asked = isinstance(scene.asked, Asked) and scene.asked.source == CLAUDE_CLI
        use = "asked for the usage" if is_asked else "asked when the endpoint cannot be"
        yield Finding("claude", f"{scene.claude}: {use}")


def check_settings(scene: Scene) -> Iterator[Finding]:
    """Which sources are asked, and what the settings file says."""
    if scene.loaded is None or scene.settings_file is None:
        return
    sources = ", ".join(scene.loaded.settings.sources)
    if sources:
        yield Finding("sources", sources)
    else:
        yield Finding("sources", "none", Grade.STOPS, 'add one to the settings, such as "endpoint"')
    path = str(scene.settings_file)
    exists = os.path.exists(scene.settings_file)
    text = path if exists else f"{path}: no such file, so defaults are used"
    yield Finding("settings", text, Grade.WRONG if scene.loaded.problems else Grade.GOOD)
    colours = scene.loaded.settings.colours
    if colours:
        yield Finding("colours", _list(colours))
    for host, own in scene.loaded.settings.hosts.items():
        if "colours" in own:
            given = dict(own["colours"])
            text = "none" if set(given.values()) == {NONE} else _list(given)
            yield Finding("colours", f"in {host}: {text}")
    for problem in scene.loaded.problems:
        said = problem.removeprefix(path).lstrip(": ").rstrip(".")
        yield Finding("", said, Grade.WRONG)
    bundle = scene.loaded.settings.ca_bundle
    if bundle not in ("", "system") and not os.path.exists(bundle):
        text = f"ca_bundle names {bundle}, which does not exist"
        yield Finding("ca_bundle", text, Grade.WRONG, "name an existing file, or remove it")


def check_alerts(scene: Scene) -> Iterator[Finding]:
    """Whether the command that alerts run exists."""
    settings = scene.loaded.settings if scene.loaded else None
    if settings is None or not settings.alerts or not settings.on_alert:
        return
    command = settings.on_alert[0]
    if shutil.which(command, path=scene.environ.get("PATH")):
        yield Finding("alerts", f"run {command}")
    else:
        text = f"on_alert names {command}, which is not a program that can be run"
        yield Finding("alerts", text, Grade.WRONG, "fix it, then run `claude-status alert --test`")


def check_numbers(scene: Scene) -> Iterator[Finding]:
    """Each number with its age and source, and what was not understood."""
    if scene.snapshot is None:
        return
    usage, asking = scene.snapshot.usage, scene.snapshot.asking
    if asking.reason and not asking.failures:
        yield from_sentence("last answer", asking.reason, Grade.WRONG)
    if usage is None or not (usage.limits or usage.credits):
        cannot_be = asking.reason or isinstance(scene.asked, ClaudeStatusError)
        hint = "" if cannot_be else "run `claude-status show`"
        yield Finding("numbers", "no data yet", Grade.NOTE, hint)
        return
    shown = usage.shown_at(scene.now)
    if not shown.numbers():
        text = f"the last are from {ago(max(x.as_of for x in usage.numbers()), scene.now)}"
        advice = "too old to show: see below why there are no newer ones"
        yield Finding("numbers", text, Grade.WRONG, advice)
    for limit in shown.limits:
        yield Finding(LIMIT_NAMES.get(limit.key, plain_label(limit.label)), _limit(limit, scene))
    if shown.credits:
        yield Finding("credits", f"{money(shown.credits)} {_origin(shown.credits, scene)}")
    if usage.unknown_keys:
        keys = ", ".join(usage.unknown_keys)
        yield Finding("unknown keys", f"{keys}: sent by the API, not understood", Grade.NOTE)


def check_asking(scene: Scene) -> Iterator[Finding]:
    """When the next call is due, and why not earlier."""
    shown, asked = scene.snapshot, scene.asked
    if shown is None or asked is None:
        return
    if isinstance(asked, ClaudeStatusError):
        lacking = "login to use" if isinstance(asked, LoginError) else "`claude` to ask"
        look = f"checked every {duration(LOOK_EVERY)}"
        yield Finding("next call", f"once there is a {lacking} ({look})", Grade.NOTE)
        return
    due = next_due(shown, asked.login)
    why, wait = due.why.rstrip("."), in_words(due.at - scene.now)
    if due.never:
        yield from_sentence("next call", f"none: {why}", Grade.STOPS)
    elif due.is_backoff:
        count = shown.asking.failures
        text = f"in {wait}, after {'a failure' if count == 1 else f'{count} failures in a row'}"
        yield from_sentence("next call", f"{text}. {why}", Grade.STOPS)
    elif due.is_now(scene.now):
        why = why if due.at == scene.now else "the reading is older than the TTL"
        yield Finding("next call", f"with the next prompt: {why}")
    else:
        at_bar = in_words(next_due(shown, asked.login, BAR).at - scene.now)
        each = "" if wait == at_bar else f" for a prompt, in {at_bar} for a status bar"
        yield Finding("next call", f"in {wait}{each}: {why}")
        if scene.environ.get("TMUX"):
            rare = duration(ABSENT * shown.asking.ttl(shown.settings.ttl, scene.now))
            yield Finding("", f"while nobody uses tmux, its status bar asks every {rare}")


def _list(colours: Mapping[str, str]) -> str:
    return ", ".join(f"{kind} {colour}" for kind, colour in colours.items())


def _validity(login: Login, now: float) -> str:
    if login.expires_at is None:
        return "no expiry date"
    return f"valid for {in_words(login.expires_at - now)}"


def _limit(limit: Limit, scene: Scene) -> str:
    if limit.is_over(scene.now):
        return f"–, has been reset ({shown_percent(limit.percent)} {_origin(limit, scene)})"
    return f"{shown_percent(limit.percent)} {_origin(limit, scene)}"


def _origin(one: Limit | Credits, scene: Scene) -> str:
    """The source and the age; what is old is called old, as the line marks it."""
    ttl = scene.loaded.settings.ttl if scene.loaded else Settings().ttl
    old = one.state(scene.now, ttl) == STALE
    return f"from {one.origin}, {ago(one.as_of, scene.now)}{' (old, so marked ~)' * old}"
