"""No variable can divert the login: a proxy that is not trusted sees only a CONNECT."""

from __future__ import annotations

import base64
import itertools
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from claude_status.errors import AskError
from claude_status.settings.settings import load
from claude_status.sources.api_base import DEFAULT_BASE
from claude_status.sources.endpoint import fetch_usage
from tests.server import ok
from tests.support import RENEWAL, TOKEN, User, until
from tests.tunnel import Tunnel, certificate

PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
OTHERS = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


@pytest.fixture
def diverted(home: Path, tmp_path: Path) -> Iterator[tuple[User, Tunnel]]:
    """A user of the real API in a directory with a certificate, and a proxy that uses it."""
    (tmp_path / "repository").mkdir()
    pem = certificate(tmp_path / "repository")
    user = User(home, DEFAULT_BASE)
    for name in list(user.environ):
        if name.lower().endswith("_proxy"):
            del user.environ[name]
    user.log_in()
    with Tunnel(pem, ok({"five_hour": None})) as tunnel:
        yield user, tunnel


def saw_nothing(tunnel: Tunnel) -> None:
    """Fail unless the proxy was asked to connect to the API, and saw nothing else."""
    assert tunnel.outside
    assert all(head.startswith("CONNECT api.anthropic.com:443 ") for head in tunnel.outside)
    heard = "".join([*tunnel.outside, *tunnel.inside])
    assert tunnel.inside == []
    assert TOKEN not in heard
    assert RENEWAL not in heard


@pytest.mark.parametrize("place", ["absolute", "relative"])
@pytest.mark.parametrize(("proxy", "bundle"), list(itertools.product(PROXIES, BUNDLES)))
def test_no_variable_makes_a_proxy_trusted(
    diverted: tuple[User, Tunnel], tmp_path: Path, proxy: str, bundle: str, place: str
) -> None:
    """Certificates named by variables do not count, and the error names the setting."""
    user, tunnel = diverted
    folder = tmp_path / "repository"
    path = "public.pem" if place == "relative" else str(folder / "public.pem")
    done = user.run("refresh", "--force", cwd=folder, environ={proxy: tunnel.url, bundle: path})
    saw_nothing(tunnel)
    assert (done.returncode, done.stdout) == (1, "")
    assert "`ca_bundle`" in done.stderr


@pytest.mark.parametrize("place", ["absolute", "relative"])
@pytest.mark.parametrize("bundle", [*BUNDLES, "SSL_CERT_FILE"])
def test_the_refresh_of_the_status_line_trusts_no_variable(
    diverted: tuple[User, Tunnel], tmp_path: Path, bundle: str, place: str
) -> None:
    """A refresh that the status line starts trusts no variable either."""
    user, tunnel = diverted
    folder = tmp_path / "repository"
    path = "public.pem" if place == "relative" else str(folder / "public.pem")
    user.run(
        "statusline", cwd=folder, input="{}", environ={"HTTPS_PROXY": tunnel.url, bundle: path}
    )
    until(lambda: tunnel.outside)
    until(user.is_drawn)
    saw_nothing(tunnel)


@pytest.mark.parametrize("name", OTHERS)
def test_variables_of_openssl_have_no_effect(
    diverted: tuple[User, Tunnel], tmp_path: Path, name: str
) -> None:
    """Neither certificates nor a key log are taken from OpenSSL's variables."""
    user, tunnel = diverted
    folder = tmp_path / "repository"
    log = folder / "keys"
    value = {"SSL_CERT_FILE": folder / "public.pem", "SSL_CERT_DIR": folder, "SSLKEYLOGFILE": log}
    user.run("refresh", "--force", environ={"HTTPS_PROXY": tunnel.url, name: str(value[name])})
    saw_nothing(tunnel)
    assert not log.exists()


def test_doctor_names_the_setting(diverted: tuple[User, Tunnel]) -> None:
    """After a failed check of a certificate, doctor names the setting."""
    user, tunnel = diverted
    environ = {"HTTPS_PROXY": tunnel.url}
    user.run("refresh", "--force", environ=environ)
    output = user.run("doctor", environ=environ).stdout
    assert "certificate" in output
    assert "`ca_bundle`" in output


def test_the_systems_store_can_be_used(
    diverted: tuple[User, Tunnel], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ``system`` the certificates of the system's store are trusted, too."""
    _, tunnel = diverted
    monkeypatch.setenv("HTTPS_PROXY", tunnel.url)
    # in this process, which did not drop the variable, that file is the system's store
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "repository" / "public.pem"))
    body = fetch_usage(DEFAULT_BASE, TOKEN, "claude-status/0", "system")
    assert body == {"five_hour": None}
    assert TOKEN in tunnel.inside[0]


@pytest.mark.parametrize("name", [*BUNDLES, *OTHERS])
def test_no_variable_adds_to_the_systems_store(
    diverted: tuple[User, Tunnel], tmp_path: Path, name: str
) -> None:
    """With ``system``, variables add no certificate and no key log."""
    user, tunnel = diverted
    own = user.home / ".config" / "claude-status" / "config.toml"
    own.parent.mkdir(parents=True)
    own.write_text('ca_bundle = "system"\n')
    folder, log = tmp_path / "repository", tmp_path / "keys"
    value = {"SSL_CERT_DIR": folder, "SSLKEYLOGFILE": log}.get(name, folder / "public.pem")
    environ = {"HTTPS_PROXY": tunnel.url, name: str(value)}
    done = user.run("refresh", "--force", environ=environ)
    saw_nothing(tunnel)
    assert "`ca_bundle`" in done.stderr
    assert not log.exists()


def test_a_proxy_gets_its_own_credentials_and_no_netrc_counts(
    diverted: tuple[User, Tunnel], tmp_path: Path
) -> None:
    """The API gets only our header, and the proxy only the credentials in its URL."""
    user, tunnel = diverted
    netrc = user.home / ".netrc"
    netrc.write_text(
        "machine api.anthropic.com login jo password other\ndefault login x password y\n"
    )
    netrc.chmod(0o600)
    own = user.home / ".config" / "claude-status" / "config.toml"
    own.parent.mkdir(parents=True)
    own.write_text(f'ca_bundle = "{tmp_path / "repository" / "public.pem"}"\n')
    proxy = tunnel.url.replace("//", "//jo:secret@")
    user.run("refresh", "--force", environ={"HTTPS_PROXY": proxy})
    (outside,), (inside,) = tunnel.outside, tunnel.inside
    assert f"Basic {base64.b64encode(b'jo:secret').decode()}" in outside
    assert TOKEN not in outside
    assert [line for line in inside.split("\r\n") if line.lower().startswith("auth")] == [
        f"Authorization: Bearer {TOKEN}"
    ]
    assert "proxy-authorization" not in inside.lower()


def test_no_proxy_is_honoured(
    diverted: tuple[User, Tunnel], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A host in NO_PROXY is asked without the proxy."""
    _, tunnel = diverted
    names = []

    def look_up(host: str, *_: object, **__: object) -> list[object]:
        names.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "no network here")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setenv("HTTPS_PROXY", tunnel.url)
    monkeypatch.setenv("NO_PROXY", "api.anthropic.com")
    with pytest.raises(AskError):
        fetch_usage(DEFAULT_BASE, TOKEN, "claude-status/0")
    assert set(names) == {"api.anthropic.com"}
    assert tunnel.outside == []


def test_a_ca_bundle_is_taken_from_the_users_own_settings_alone(home: Path, tmp_path: Path) -> None:
    """A settings file that a variable names cannot set ``ca_bundle``."""
    path = tmp_path / "config.toml"
    path.write_text('ca_bundle = "/ca.pem"\n')
    loaded = load(path)
    assert loaded.settings.ca_bundle == ""
    assert "ca_bundle is only read from" in loaded.problems[0]


@pytest.mark.parametrize("value", ["ca.pem", "./ca.pem", "SYSTEM"])
def test_a_ca_bundle_is_absolute_or_the_systems(home: Path, value: str) -> None:
    """A relative ``ca_bundle``, another file in each directory, is refused."""
    own = home / ".config" / "claude-status" / "config.toml"
    own.parent.mkdir(parents=True)
    own.write_text(f'ca_bundle = "{value}"\n')
    loaded = load(own)
    assert loaded.settings.ca_bundle == ""
    assert "absolute path" in loaded.problems[0]
