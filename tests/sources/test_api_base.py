from __future__ import annotations

import subprocess
import sys

import pytest

from claude_status.errors import SettingsError
from claude_status.sources.api_base import DEFAULT_BASE, check_base, is_loopback


@pytest.mark.parametrize("value", [None, "", DEFAULT_BASE, DEFAULT_BASE + "/"])
def test_the_real_api_is_the_default(value: str | None) -> None:
    """Without a value, or with the API's own address, the base is the API, not loopback."""
    assert check_base(value) == DEFAULT_BASE
    assert not is_loopback(check_base(value))


@pytest.mark.parametrize(
    "value",
    [
        "http://127.0.0.1",
        "http://127.0.0.1:8080",
        "http://127.255.0.9:1",
        "http://127.0.0.1:65535/",
        "http://[::1]",
        "http://[::1]:8080/",
    ],
)
def test_literal_loopback_addresses_are_accepted(value: str) -> None:
    """A server on this machine is accepted at any port, without its final slash."""
    assert check_base(value) == value.removesuffix("/")
    assert is_loopback(check_base(value))


@pytest.mark.parametrize(
    "value",
    [
        "http://api.anthropic.com",
        "https://api.anthropic.com:443",
        "https://api.anthropic.com//",
        "https://api.anthropic.com/v1",
        "https://api.anthropic.com?x=1",
        "https://api.anthropic.com#x",
        "https://api.anthropic.com.evil.example",
        "https://api.anthropic.com@evil.example",
        "https://evil.example",
        "https://API.anthropic.com",
        "HTTPS://api.anthropic.com",
        " https://api.anthropic.com",
        "https://api.anthropic.com\n",
        "api.anthropic.com",
        "https://127.0.0.1",
        "http://localhost",
        "http://localhost:8080",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1@evil.example",
        "http://evil.example@127.0.0.1",
        "http://jo:secret@127.0.0.1:8080",
        "http://127.0.0.1:8080/api",
        "http://127.0.0.1:8080?x=1",
        "http://127.0.0.1:8080#x",
        "http://127.0.0.1:8080\n",
        "http://127.0.0.1:",
        "http://127.0.0.1:0",
        "http://127.0.0.1:65536",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:08080",
        "http://127.0.0.1:\u0661",
        "http://127.1",
        "http://127.0.0.256",
        "http://127.0.0.01",
        "http://0127.0.0.1",
        "http://0x7f.0.0.1",
        "http://2130706433",
        "http://128.0.0.1",
        "http://0.0.0.0",
        "http://10.0.0.1",
        "http://[::]",
        "http://[::2]",
        "http://[::ffff:127.0.0.1]",
        "http://[0:0:0:0:0:0:0:1]",
        "http://[::1%25lo]",
        "http://[::1",
        "http://",
        "unix:///run/api.sock",
        "file:///etc/passwd",
        "\x1b[31m",
    ],
)
def test_everything_else_is_refused(value: str) -> None:
    """No other spelling is accepted, and the sentence does not quote the value."""
    with pytest.raises(SettingsError) as caught:
        check_base(value)
    assert str(caught.value).startswith("CLAUDE_STATUS_API_BASE is refused")
    assert "evil" not in str(caught.value)
    assert str(caught.value).isprintable()


def test_neither_this_nor_the_login_needs_requests() -> None:
    """Checking a base and reading a login import neither requests nor ssl."""
    code = (
        "import sys; import claude_status.sources.api_base, claude_status.sources.credentials; "
        "print(sorted({'requests', 'urllib3', 'ssl', 'diskcache'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")
