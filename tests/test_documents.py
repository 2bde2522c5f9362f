"""What other programs rely on: the documents match the program."""

from __future__ import annotations

import json
import re

from claude_status.frames.gates import MAX_TEXT
from claude_status.frames.strip import MAX_FRAMES, MAX_LINE
from claude_status.frames.write import FILES
from claude_status.frames_read import HEADER
from tests.conftest import ROOT
from tests.render.test_json import CREDITS_KEYS, KEYS, LIMIT_KEYS

FRAMES = (ROOT / "docs/how-it-works.md").read_text()
JSON = (ROOT / "docs/json.md").read_text()


def test_every_file_of_frames_is_named() -> None:
    """The table of dialects lists every file of frames, and no other."""
    table = FRAMES.partition("| `<dialect>` |")[2].partition("\n\n")[0]
    cells = re.findall(r"(?m)^\| (`.*?) \|", table)
    assert sorted(re.findall(r"`([\w-]+)`", " ".join(cells))) == sorted(FILES)


def test_the_numbers_of_the_format_are_the_programs() -> None:
    """The document has the program's own header and limits."""
    assert f"    {HEADER} <refresh_at>" in FRAMES
    assert f"at most {MAX_FRAMES} frames, a line at most {MAX_LINE:,} bytes" in FRAMES
    assert f"longer than {MAX_TEXT} bytes" in FRAMES


def test_the_example_of_json_is_complete() -> None:
    """The example has every name of the schema, in the object and in a limit."""
    example = json.loads(JSON.partition("```json\n")[2].partition("```")[0])
    assert set(example) == KEYS
    assert set(example["limits"][0]) == LIMIT_KEYS


def test_every_name_of_the_json_is_explained() -> None:
    """The table explains each name, those of limits and credits in their own rows."""
    rows = [row for row in JSON.splitlines() if row.startswith("| `")]
    named = [(row.split("|")[1], set(re.findall(r"[a-z_]+", row))) for row in rows]
    of_limits = set().union(*(words for head, words in named if "limits[]." in head))
    (of_credits,) = (words for head, words in named if "`credits`" in head)
    others = set().union(*(set(re.findall(r"[a-z_]+", head)) for head, _ in named))
    assert of_limits >= LIMIT_KEYS
    assert of_credits >= CREDITS_KEYS
    assert others >= KEYS
