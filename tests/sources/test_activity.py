"""Whether Claude Code has been used here lately."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from claude_status.sources import activity
from claude_status.sources.activity import used_since

WHEN = 1_790_000_000.0


def written(path: Path, when: float) -> None:
    """A file that was last written at that time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    os.utime(path, (when, when))


def test_an_empty_directory_was_not_used(tmp_path: Path) -> None:
    """Without history and transcripts nothing was used."""
    assert not used_since(tmp_path / "missing", WHEN)


def test_history_and_transcripts_tell(tmp_path: Path) -> None:
    """A transcript or the history that was written later says that Claude Code was used."""
    transcript, history = tmp_path / "projects/-home-me/a.jsonl", tmp_path / "history.jsonl"
    written(transcript, WHEN - 1)
    written(history, WHEN - 1)
    assert not used_since(tmp_path, WHEN)

    os.utime(transcript, (WHEN + 1, WHEN + 1))
    assert used_since(tmp_path, WHEN)

    os.utime(transcript, (WHEN - 1, WHEN - 1))
    os.utime(history, (WHEN + 1, WHEN + 1))
    assert used_since(tmp_path, WHEN)


def test_too_much_to_look_at_counts_as_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where looking costs more than asking, nothing is spared."""
    monkeypatch.setattr(activity, "MAX_ENTRIES", 3)
    for number in range(6):
        written(tmp_path / f"projects/p/{number}.jsonl", WHEN - 1)

    assert used_since(tmp_path, WHEN)


def test_a_dangling_link_does_not_hide_what_was_used(tmp_path: Path) -> None:
    """What cannot be followed is looked at itself, and a later transcript still tells."""
    written(tmp_path / "projects/p/a.jsonl", WHEN + 1)
    (tmp_path / "projects/p/0.jsonl").symlink_to("nowhere")

    assert used_since(tmp_path, WHEN)
