from __future__ import annotations

import hashlib
import json
import os
import pwd
from collections.abc import Callable
from pathlib import Path

import pytest

from claude_status.errors import LoginError
from claude_status.sources import keychain
from claude_status.sources.credentials import Login, read_login
from tests.sources.errors import fit_to_print
from tests.sources.test_credentials import NOW, TOKEN, stored, write

FAKE = """#!/bin/sh
# A stand-in for security(1): writes down how it was called, then does as the files beside it say.
here=${0%/*}
printf '%s\\n' "$@" >>"$here/asked"
printf 'end\\n' >>"$here/asked"
cat >"$here/stdin"
[ ! -e "$here/hangs" ] || exec cat "$here/hangs"
cat "$here/answer"
exit "$(cat "$here/status")"
"""


class Security:
    """A fake ``security`` on a PATH of its own, and a login read through it."""

    def __init__(self, where: Path) -> None:
        """Install the program, which has no item at first."""
        self.where = where / "bin"
        self.where.mkdir()
        self.program = self.where / "security"
        self.program.write_text(FAKE)
        self.program.chmod(0o755)
        self.config_dir = where / "claude"
        self.user = {"USER": "jo"}
        self.remembered: list[bool] = []
        self.says(b"", 44)

    def says(self, answer: bytes | dict[str, object], status: int = 0) -> None:
        """Give this answer from now on."""
        text = answer if isinstance(answer, bytes) else json.dumps(answer).encode() + b"\n"
        (self.where / "answer").write_bytes(text)
        (self.where / "status").write_text(str(status))

    def hangs(self) -> None:
        """Hang from now on, like a dialog that nobody answers."""
        os.mkfifo(self.where / "hangs")

    def asked(self) -> list[list[str]]:
        """The arguments of each call so far."""
        path = self.where / "asked"
        calls = path.read_text().split("end\n")[:-1] if path.exists() else []
        return [call.splitlines() for call in calls]

    def read(
        self,
        *,
        configured: str | None = None,
        typed: bool = False,
        keychain: bool = True,
        keychain_refused: bool = False,
        platform: str = "darwin",
    ) -> Login:
        """Read the login as on macOS."""
        return read_login(
            self.config_dir,
            configured,
            now=NOW,
            typed=typed,
            environ={**self.user, "PATH": f"{self.where}:/usr/bin:/bin"},
            keychain=keychain,
            keychain_refused=keychain_refused,
            remember_refusal=self.remembered.append,
            platform=platform,
            security=str(self.program),
        )


@pytest.fixture
def security(tmp_path: Path) -> Security:
    """A Keychain without an item."""
    return Security(tmp_path)


def refused(read: Callable[[], Login]) -> LoginError:
    """The error that reading raises, which is fit to print."""
    with pytest.raises(LoginError) as caught:
        read()
    fit_to_print(caught.value)
    return caught.value


def test_the_keychain_comes_first(security: Security) -> None:
    """On macOS the Keychain's item is the login, whatever the file contains."""
    write(security.config_dir, stored(accessToken="from-the-file"))
    security.says(stored())
    login = security.read()
    assert (login.token, login.origin) == (TOKEN, "keychain")
    assert security.remembered == [False]


def test_the_question_names_one_account_and_one_service(security: Security) -> None:
    """There is one call, with Claude Code's own arguments and no token."""
    security.says(stored())
    security.read()
    service = "Claude Code-credentials"
    assert security.asked() == [["find-generic-password", "-a", "jo", "-w", "-s", service]]


def test_the_question_leaves_standard_input_alone(security: Security) -> None:
    """``security`` does not read our standard input, such as a status line's JSON."""
    security.says(stored())
    kept = os.dup(0)
    reader, writer = os.pipe()
    try:
        os.write(writer, b"for somebody else")
        os.close(writer)
        os.dup2(reader, 0)
        security.read()
        assert (security.where / "stdin").read_bytes() == b""
        assert os.read(0, 100) == b"for somebody else"
    finally:
        os.dup2(kept, 0)
        os.close(kept)
        os.close(reader)


def test_a_configured_directory_has_a_service_of_its_own(security: Security) -> None:
    """CLAUDE_CONFIG_DIR is hashed as written, and only that name is looked up."""
    security.says(stored())
    security.read(configured="/home/jo/work/")
    digest = hashlib.sha256(b"/home/jo/work/").hexdigest()
    assert [call[-1] for call in security.asked()] == [f"Claude Code-credentials-{digest[:8]}"]


def test_a_service_is_hashed_from_the_composed_form() -> None:
    """Accents in any encoding give the same service; an empty value counts as unset."""
    composed, decomposed = "/home/jos\u00e9", "/home/jose\u0301"
    assert keychain.service(decomposed) == keychain.service(composed)
    assert keychain.service(composed).endswith(
        hashlib.sha256(composed.encode()).hexdigest()[:8],
    )
    assert keychain.service(None) == keychain.service("") == "Claude Code-credentials"
    assert keychain.service(os.fsdecode(b"/\xff")) != keychain.service(os.fsdecode(b"/\xfe"))


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_hex_digits_are_decoded(security: Security, case: Callable[[str], str]) -> None:
    """A value that macOS prints as hex digits is read, too."""
    security.says(case(json.dumps(stored()).encode().hex()).encode() + b"\n")
    assert security.read().token == TOKEN


def test_without_an_item_the_file_is_read(security: Security) -> None:
    """Exit status 44 means that there is no item: then the file is read."""
    assert refused(security.read).state == "missing"
    write(security.config_dir, stored())
    assert security.read().origin == "file"
    assert security.remembered == [False, False]


def test_without_the_program_the_file_is_read(security: Security) -> None:
    """Without ``security`` the file is read."""
    security.program.unlink()
    assert refused(security.read).state == "missing"
    write(security.config_dir, stored())
    assert security.read().origin == "file"


def test_a_locked_keychain_is_no_refusal(security: Security) -> None:
    """Exit status 36 (ssh) shows no dialog, so it is no refusal; the file is read."""
    security.says(b"", 36)
    assert refused(security.read).state == "keychain_locked"
    assert security.remembered == []
    write(security.config_dir, stored())
    assert security.read().origin == "file"


@pytest.mark.parametrize("status", [1, 51, 128])
def test_a_refusal_is_remembered(security: Security, status: int) -> None:
    """Any other failure is a refusal for the caller to remember."""
    security.says(b"", status)
    assert refused(security.read).state == "keychain_refused"
    assert security.remembered == [True]


@pytest.mark.parametrize("typed", [False, True])
def test_a_dialog_that_nobody_answers_is_a_refusal(
    security: Security, monkeypatch: pytest.MonkeyPatch, typed: bool
) -> None:
    """A dialog times out, and that is remembered as a refusal."""
    monkeypatch.setattr(keychain, "TYPED_SECONDS" if typed else "BACKGROUND_SECONDS", 0.3)
    security.hangs()
    error = refused(lambda: security.read(typed=typed))
    assert error.state == "keychain_refused"
    assert "0.3 s" in str(error)
    assert security.remembered == [True]


def test_a_person_has_more_time_than_the_background() -> None:
    """A dialog has 30 s for a typed command, otherwise 5 s."""
    assert (keychain.TYPED_SECONDS, keychain.BACKGROUND_SECONDS) == (30.0, 5.0)


def test_after_a_refusal_the_background_never_asks(security: Security) -> None:
    """After a refusal the background makes no call, and reads the file."""
    security.says(stored())
    error = refused(lambda: security.read(keychain_refused=True))
    assert error.state == "keychain_refused"
    write(security.config_dir, stored())
    assert security.read(keychain_refused=True).origin == "file"
    assert security.asked() == []
    assert security.remembered == []


def test_after_a_refusal_a_typed_command_asks_again(security: Security) -> None:
    """A typed command asks again, and its success is remembered."""
    security.says(stored())
    assert security.read(keychain_refused=True, typed=True).origin == "keychain"
    assert security.remembered == [False]


def test_a_refusal_is_remembered_though_the_file_stands_in(security: Security) -> None:
    """A refusal is remembered even if the file has a login."""
    security.says(b"", 128)
    write(security.config_dir, stored())
    assert security.read().origin == "file"
    assert security.remembered == [True]


def test_a_refusal_outweighs_a_useless_file(security: Security) -> None:
    """If the file has no valid login either, the refusal is reported."""
    security.says(b"", 128)
    write(security.config_dir, stored(expiresAt=1))
    assert refused(security.read).state == "keychain_refused"


@pytest.mark.parametrize(
    ("state", "changes"),
    [
        ("blank", {"accessToken": "", "expiresAt": 0}),
        ("expired", {"expiresAt": 1}),
        ("no_scope", {"scopes": ["user:inference"]}),
    ],
)
def test_accounts_never_mix(security: Security, state: str, changes: dict[str, object]) -> None:
    """If the item cannot be used, the file is not read: it may be another account's."""
    security.says(stored(**changes))
    write(security.config_dir, stored())
    error = refused(security.read)
    assert error.state == state
    assert "Keychain" in str(error)


@pytest.mark.parametrize("answer", [b"", b"{", b"\xff\xfe", b"MADE-UP", b"7b", b"[]"])
def test_a_malformed_item_gives_way_to_the_file(security: Security, answer: bytes) -> None:
    """If the item is malformed, the file is read."""
    security.says(answer)
    assert refused(security.read).state == "malformed"
    write(security.config_dir, stored())
    assert security.read().origin == "file"


@pytest.mark.parametrize("how", [{"keychain": False}, {"platform": "linux"}])
def test_only_a_mac_asks_and_only_if_allowed(security: Security, how: dict[str, object]) -> None:
    """On other systems, and for loopback, the Keychain is not used."""
    security.says(stored())
    assert refused(lambda: security.read(**how)).state == "missing"  # type: ignore[arg-type]
    assert security.asked() == []


def test_an_origin_is_part_of_the_fingerprint(security: Security) -> None:
    """The same record in another place has another fingerprint."""
    write(security.config_dir, stored())
    from_file = security.read().fingerprint
    security.says(stored())
    assert security.read().fingerprint != from_file


def test_without_user_the_account_is_the_owner_of_the_process(security: Security) -> None:
    """If USER is unset, as under cron, the process's owner is looked up."""
    security.says(stored())
    keychain.read_item(
        None, environ={"PATH": "/usr/bin:/bin"}, seconds=20, security=str(security.program)
    )
    (call,) = security.asked()
    assert call[1] == "-a"
    assert call[2]


def test_a_user_without_a_name(security: Security, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without USER the account has the system's name, or none if there is none."""
    name = pwd.getpwuid(os.getuid()).pw_name
    security.user = {}
    security.says(stored())
    assert security.read().token == TOKEN
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 9)
    assert security.read().token == TOKEN
    assert [call[2] for call in security.asked()] == [name, ""]
