"""Claude Code's own state: the account, its last reading, and how cheaply it is read."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from claude_status.sources.claude_json import read_state
from tests.bodies import usage_body

OURS = "00000000-0000-0000-0000-000000000001"
NOW = 1_790_000_000.0


def state(**more: object) -> dict[str, object]:
    """The file's content, with a reading of the account that is logged in."""
    cached = {
        "fetchedAtMs": NOW * 1000,
        "accountUuid": OURS,
        "utilization": usage_body(NOW, five_hour=61),
    }
    return {
        "numStartups": 3,
        "oauthAccount": {"accountUuid": OURS, "emailAddress": "person@example.com"},
        "cachedUsageUtilization": cached,
        **more,
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The path of the file."""
    return tmp_path / ".claude.json"


@pytest.mark.parametrize("indent", [None, 2, 4])
def test_a_reading_has_its_true_age(path: Path, indent: int | None) -> None:
    """The reading has the date at which Claude Code fetched it, in any layout of the file."""
    path.write_text(json.dumps(state(), indent=indent))

    found = read_state(path, "")

    assert found is not None
    assert found.account == OURS
    assert found.usage is not None
    assert (found.usage.as_of, found.usage.source) == (NOW, "claude_json")
    assert [limit.percent for limit in found.usage.limits] == [61.0, 17.0]


@pytest.mark.parametrize(
    "changed",
    [
        {"oauthAccount": {"accountUuid": "another"}},
        {"oauthAccount": None},
        {"oauthAccount": "x"},
        {"cachedUsageUtilization": None},
        {"cachedUsageUtilization": []},
        {"cachedUsageUtilization": {"accountUuid": OURS, "utilization": usage_body(NOW)}},
        {"cachedUsageUtilization": {"accountUuid": OURS, "fetchedAtMs": True, "utilization": {}}},
        {"cachedUsageUtilization": {"accountUuid": OURS, "fetchedAtMs": 1, "utilization": 7}},
    ],
)
def test_only_a_dated_reading_of_this_account_counts(path: Path, changed: object) -> None:
    """Another account's numbers, undated or missing ones are no reading."""
    path.write_text(json.dumps({**state(), **dict(changed)}))  # type: ignore[call-overload]

    found = read_state(path, "")

    assert found is not None
    assert found.usage is None


def test_a_version_that_was_read_is_not_read_again(path: Path) -> None:
    """A file with the same stamp is not read again; a changed one is."""
    path.write_text(json.dumps(state()))
    found = read_state(path, "")
    assert found is not None

    assert read_state(path, found.stamp) is None

    os.utime(path, (NOW, NOW))
    assert read_state(path, found.stamp) is not None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000])
def test_a_file_in_the_making_is_no_error(path: Path, content: bytes) -> None:
    """An incomplete or invalid file gives no account and raises nothing."""
    path.write_bytes(content)

    found = read_state(path, "")

    assert found is None or (found.account, found.usage) == ("", None)


def test_what_is_no_file_is_not_waited_for(path: Path) -> None:
    """A missing file, a directory and a FIFO give nothing, without waiting."""
    assert read_state(path, "") is None
    path.mkdir()
    assert read_state(path, "") is None
    path.rmdir()
    os.mkfifo(path)
    found = read_state(path, "")
    assert found is None or found.usage is None


def test_a_large_file_costs_hardly_more_than_its_read(path: Path) -> None:
    """Of a file of twenty megabytes only our two keys are parsed."""
    path.write_text(json.dumps({"projects": {"x" * n: "y" * 4000 for n in range(4500)}, **state()},
                               indent=2))  # fmt: skip
    assert path.stat().st_size > 18_000_000

    begun = time.perf_counter()
    found = read_state(path, "")
    ours = time.perf_counter() - begun
    begun = time.perf_counter()
    json.loads(path.read_bytes())
    whole = time.perf_counter() - begun

    assert found is not None
    assert found.usage is not None
    assert ours < whole


def test_a_large_file_without_a_reading_still_names_the_account(path: Path) -> None:
    """In a large file, one key may be null and the other still counts."""
    more = {"filling": "z" * 2_000_000, **state(cachedUsageUtilization=None)}
    path.write_text(json.dumps(more, indent=2))

    found = read_state(path, "")

    assert found is not None
    assert (found.account, found.usage) == (OURS, None)


def test_a_key_inside_a_text_is_not_taken_for_ours(path: Path) -> None:
    """A key quoted inside a string is not taken for the real one."""
    quoted = '\n  "oauthAccount": {\n    "accountUuid": "of a stranger"\n  },\n'
    text = json.dumps({"history": quoted, "filling": "z" * 2_000_000, **state()}, indent=2)
    path.write_text(text)

    found = read_state(path, "")

    assert found is not None
    assert found.account == OURS
