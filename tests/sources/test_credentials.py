from __future__ import annotations

import copy
import json
import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.errors import LoginError
from claude_status.sources import credentials
from claude_status.sources.credentials import Login, read_login
from claude_status.sources.login import judge
from tests.sources.errors import fit_to_print

NOW = 1_790_000_000.0
TOKEN = "sk-ant-oat01-MADE-UP"
REFRESH = "sk-ant-ort01-MADE-UP"
RECORD: dict[str, object] = {
    "accessToken": TOKEN,
    "refreshToken": REFRESH,
    "expiresAt": int(NOW + 3600) * 1000,
    "refreshTokenExpiresAt": int(NOW + 86400) * 1000,
    "scopes": ["user:inference", "user:profile"],
    "subscriptionType": "max",
    "rateLimitTier": "default_claude_max_5x",
}


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait before reading a broken file again."""
    monkeypatch.setattr(credentials, "sleep", lambda seconds: None)


def stored(**changes: object) -> dict[str, object]:
    """What Claude Code stores, with changes to the record."""
    return {"claudeAiOauth": {**RECORD, **changes}, "mcpOAuth": {}}


def write(config_dir: Path, content: object) -> Path:
    """Write Claude Code's login file; bytes as they are, anything else as JSON."""
    config_dir.mkdir(mode=0o700, exist_ok=True)
    path = config_dir / ".credentials.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def read(config_dir: Path) -> Login:
    """Read the login as a background refresh does on Linux."""
    return read_login(config_dir, None, now=NOW, typed=False, environ={}, platform="linux")


def refused(config_dir: Path) -> LoginError:
    """The error that reading this login raises, which is fit to print."""
    with pytest.raises(LoginError) as caught:
        read(config_dir)
    fit_to_print(caught.value)
    return caught.value


def test_a_login_is_read_with_all_its_parts(tmp_path: Path) -> None:
    """A record is read in the program's own units."""
    write(tmp_path, stored())
    login = read(tmp_path)
    assert login.token == TOKEN
    assert login.expires_at == NOW + 3600
    assert login.plan == "max"
    assert login.origin == "file"


def test_a_login_hides_its_token(tmp_path: Path) -> None:
    """Neither repr, str, pickle nor copy reveals the token."""
    write(tmp_path, stored())
    login = read(tmp_path)
    assert "MADE-UP" not in f"{login!r} {login!s} {login}"
    for keep in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="stays where it was read"):
            keep(login)


@pytest.mark.parametrize("missing", ["expiresAt", "scopes", "subscriptionType"])
def test_optional_parts_may_be_missing(tmp_path: Path, missing: str) -> None:
    """A record without an expiry, scopes or a plan is still a login."""
    write(tmp_path, stored(**{missing: None}))
    login = read(tmp_path)
    assert login.token == TOKEN
    unknown = {"expiresAt": login.expires_at, "subscriptionType": login.plan}
    assert unknown.get(missing) is None


@pytest.mark.parametrize(
    ("plan", "shown"),
    [
        ("max", "max"),
        ("team_x-5", "team_x-5"),
        ("a" * 32, "a" * 32),
        ("a" * 33, None),
        ("", None),
        ("max\n", None),
        ("$(reboot)", None),
        ("plän", None),
        (5, None),
        (True, None),
        (["max"], None),
    ],
)
def test_a_plan_is_a_plain_word_or_unknown(tmp_path: Path, plan: object, shown: object) -> None:
    """A plan has at most 32 letters, digits, _ and -, or is unknown."""
    write(tmp_path, stored(subscriptionType=plan))
    assert read(tmp_path).plan == shown


@pytest.mark.parametrize(
    ("state", "content"),
    [
        ("missing", {}),
        ("missing", {"claudeAiOauth": None}),
        ("missing", {"mcpOAuth": {}}),
        ("only_mcp", {"mcpOAuth": {"server": {"accessToken": "MADE-UP"}}}),
        ("blank", {"claudeAiOauth": {}}),
        ("blank", stored(accessToken="", refreshToken="", expiresAt=0)),
        ("blank", stored(accessToken="")),
        ("blank", stored(accessToken=None)),
        ("blank", stored(expiresAt=0)),
        ("expired", stored(expiresAt=NOW * 1000)),
        ("expired", stored(expiresAt=NOW)),
        ("expired", stored(expiresAt=-5)),
        ("no_scope", stored(scopes=["user:inference"])),
        ("no_scope", stored(scopes=[])),
        ("no_scope", stored(scopes=["user:inference"], expiresAt=1)),
    ],
)
def test_each_kind_of_bad_login_has_its_state(tmp_path: Path, state: str, content: object) -> None:
    """Each kind of unusable record has its own state."""
    write(tmp_path, content)
    assert refused(tmp_path).state == state


@pytest.mark.parametrize(
    "content",
    [
        [],
        "MADE-UP",
        17,
        {"claudeAiOauth": []},
        {"claudeAiOauth": "MADE-UP"},
        stored(accessToken=17),
        stored(accessToken=True),
        stored(accessToken=[TOKEN]),
        stored(expiresAt=True),
        stored(expiresAt=False),
        stored(expiresAt="1790000000000"),
        stored(expiresAt=float("nan")),
        stored(expiresAt=float("inf")),
        stored(expiresAt=10**400),
        stored(expiresAt=[]),
        stored(scopes="user:profile"),
        stored(scopes=["user:profile", 5]),
        stored(scopes={"user:profile": True}),
    ],
    ids=repr,
)
def test_wrong_types_are_malformed(tmp_path: Path, content: object) -> None:
    """A value of the wrong type is malformed, not another error."""
    write(tmp_path, content)
    assert refused(tmp_path).state == "malformed"


@pytest.mark.parametrize(
    "bad", ["\n", "\r\nX-Evil: 1", "\0", "\x1b[31m", " ", "é", "\u20ac", "\x7f"]
)
def test_a_token_that_could_break_a_header_is_malformed(tmp_path: Path, bad: str) -> None:
    """A token with anything but visible ASCII is malformed."""
    for token in (TOKEN + bad, bad + TOKEN, TOKEN + bad + TOKEN):
        write(tmp_path, stored(accessToken=token))
        assert refused(tmp_path).state == "malformed"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        json.dumps(stored()).encode()[:-1],
        json.dumps(stored()).encode("utf-16"),
        b'{"claudeAiOauth": "\xff"}',
        b"[" * 100_000,
        json.dumps(stored()).encode() + b" " * (50 << 20),
    ],
    ids=["empty", "brace", "half", "utf-16", "latin-1", "deep", "50 MB"],
)
def test_a_file_that_is_not_json_is_malformed(tmp_path: Path, content: bytes) -> None:
    """A file that cannot be parsed twice, or is too long, is malformed."""
    write(tmp_path, content)
    assert refused(tmp_path).state == "malformed"


def test_a_half_written_file_is_read_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is completed within one pause is a login; there is no second pause."""
    write(tmp_path, json.dumps(stored()).encode()[:40])
    pauses: list[float] = []

    def completed(seconds: float) -> None:
        pauses.append(seconds)
        write(tmp_path, stored())

    monkeypatch.setattr(credentials, "sleep", completed)
    assert read(tmp_path).token == TOKEN
    monkeypatch.setattr(credentials, "sleep", pauses.append)
    write(tmp_path, b"{")
    assert refused(tmp_path).state == "malformed"
    assert len(pauses) == 2
    assert all(0 < pause <= 0.5 for pause in pauses)


@pytest.mark.parametrize("kind", ["directory", "fifo", "device"])
def test_anything_but_a_file_is_malformed(tmp_path: Path, kind: str) -> None:
    """A directory, a FIFO and an endless device are malformed, without waiting."""
    path = tmp_path / ".credentials.json"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    assert refused(tmp_path).state == "malformed"


def test_a_pipe_with_a_writer_is_malformed_too(tmp_path: Path) -> None:
    """Even a complete login in a FIFO is not read."""
    content = json.dumps(stored()).encode()
    path = tmp_path / ".credentials.json"
    os.mkfifo(path)
    writer = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        os.write(writer, content)
        assert refused(tmp_path).state == "malformed"
        assert os.read(writer, 1 << 16) == content
    finally:
        os.close(writer)


def test_no_file_is_a_missing_login(tmp_path: Path) -> None:
    """Without a directory or a file, or with a dangling link, the login is missing."""
    assert refused(tmp_path).state == "missing"
    assert refused(tmp_path / "none").state == "missing"
    (tmp_path / "file").touch()
    assert refused(tmp_path / "file").state == "missing"
    (tmp_path / ".credentials.json").symlink_to("gone")
    assert refused(tmp_path).state == "missing"


@pytest.fixture
def nobody() -> Iterator[None]:
    """Be an ordinary user during the test, if this is root."""
    if os.geteuid() == 0:
        os.seteuid(65534)
        yield
        os.seteuid(0)
    else:
        yield


def test_a_file_that_may_not_be_read_is_unreadable(tmp_path: Path, nobody: None) -> None:
    """Without permission the state is ``unreadable``, and the file is named."""
    if os.getuid() != 0:
        write(tmp_path, stored()).chmod(0)
    error = refused(tmp_path)
    assert error.state == "unreadable"
    assert str(tmp_path / ".credentials.json") in str(error)


def test_a_link_that_leads_to_itself_is_unreadable(tmp_path: Path) -> None:
    """Any other error of the file system is ``unreadable``, too."""
    (tmp_path / ".credentials.json").symlink_to(".credentials.json")
    assert refused(tmp_path).state == "unreadable"


def test_a_linked_login_is_read(tmp_path: Path) -> None:
    """A login may be a link to a file elsewhere."""
    kept = write(tmp_path / "elsewhere", stored())
    (tmp_path / ".credentials.json").symlink_to(kept)
    assert read(tmp_path).token == TOKEN


def test_no_directory_name_reaches_a_terminal_raw(tmp_path: Path) -> None:
    """Control characters and undecodable bytes in a path are not printed."""
    for name in ("red\x1b[31m\nline", os.fsdecode(b"\xff\xfe")):
        (tmp_path / name).mkdir()
        error = refused(tmp_path / name)
        assert str(error).encode()


def test_a_fingerprint_follows_the_login_and_not_the_token(tmp_path: Path) -> None:
    """The fingerprint depends on the expiry, not on the tokens."""
    write(tmp_path, stored())
    first = read(tmp_path).fingerprint
    write(tmp_path, stored(accessToken="other-MADE-UP", refreshToken="other-MADE-UP"))
    assert read(tmp_path).fingerprint == first
    write(tmp_path, {**stored(), "mcpOAuth": {"server": {}}})
    assert read(tmp_path).fingerprint == first
    write(tmp_path, stored(expiresAt=int(NOW + 7200) * 1000))
    assert read(tmp_path).fingerprint != first


@pytest.mark.parametrize(
    "changes",
    [{"expiresAt": 5}, {"scopes": []}, {"accessToken": ""}, {"accessToken": "a b", "expiresAt": 7}],
)
def test_an_error_has_the_fingerprint_of_its_login(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    """An error has a fingerprint, which changes with the stored login."""
    write(tmp_path, stored(**changes))
    first = refused(tmp_path).fingerprint
    assert first == refused(tmp_path).fingerprint != ""
    write(tmp_path, stored(**changes, refreshTokenExpiresAt=99))
    assert refused(tmp_path).fingerprint != first


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(
    record=json_values
    | st.dictionaries(st.sampled_from(sorted(RECORD)), json_values).map(lambda new: RECORD | new),
)
def test_any_json_is_a_login_or_a_login_error(record: object) -> None:
    """Any JSON is a valid Login or a LoginError."""
    try:
        login = judge({"claudeAiOauth": record}, "file", "/place", NOW)
    except LoginError as error:
        fit_to_print(error)
    else:
        assert login.token.isascii()
        assert login.token.isprintable()
        assert login.expires_at is None or login.expires_at > NOW
