"""Our hooks in Claude Code's settings, beside those of others."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.install import changes, claude_hooks, json_edit
from claude_status.install.backup import Keep, Kept
from claude_status.install.claude_hooks import PROMPT, TOOL, HooksError
from claude_status.install.edits import ClaudeCode, ClaudeHooks
from claude_status.install.program import ByHand
from tests.commands.test_install import some_parts, there_and_back
from tests.formatting import KEYS, OBJECTS, VALUES, layouts
from tests.install.test_claude_settings import LINES
from tests.strategies import quick

PROGRAM = "/home/u/it's/claude-status"
HOOKS = st.fixed_dictionaries(
    {"type": st.just("command"), "command": st.text(max_size=8)}, optional={"timeout": VALUES}
)
GROUPS = st.fixed_dictionaries(
    {"hooks": st.lists(HOOKS | VALUES, max_size=2)}, optional={"matcher": st.text(max_size=4)}
)
EVENTS = st.dictionaries(
    st.sampled_from([PROMPT, TOOL, "Stop"]) | KEYS, st.lists(GROUPS | VALUES, max_size=3)
)
SETTINGS = st.builds(
    lambda rest, events, line: {**rest, **({"statusLine": line} if line else {}), "hooks": events},
    OBJECTS,
    EVENTS,
    st.none() | LINES,
)
TEXTS = layouts() | layouts(SETTINGS) | st.sampled_from(["", " ", "\ufeff", "{ }", '{"hooks": {}}'])


def put(text: str, most: float | None = None, tell: float | None = None) -> str:
    """The settings with our hooks in them."""
    return claude_hooks.put(text, PROGRAM, most, tell)


def load(text: str) -> Any:
    """The settings as Claude Code reads them."""
    return json.loads(text.removeprefix("\ufeff"))


def commands(text: str) -> dict[str, str]:
    """The last command of each event that has a hook of ours."""
    hooks = load(text)["hooks"]
    return {event: hooks[event][-1]["hooks"][-1]["command"] for event in (PROMPT, TOOL)}


class TestPut:
    """Adding our hooks."""

    def test_what_is_put(self) -> None:
        """A prompt gets the numbers and can be stopped, a tool can only be stopped."""
        ours = (
            """[ ! -x '/home/u/it'\\''s/claude-status' ] || '/home/u/it'\\''s/claude-status' hook"""
        )
        expected = {PROMPT: f"{ours} --max 95 --tell 70", TOOL: f"{ours} --max 95"}
        assert commands(put("{}")) == expected

    @quick
    @given(TEXTS)
    def test_all_else_is_as_it_was(self, text: str) -> None:
        """Ours come last, and everything else stays the same, in the same order."""
        before = load(text) if text.strip("\ufeff ") else {}
        after = load(put(text))
        for event in (PROMPT, TOOL):
            left = after["hooks"][event][:-1]
            assert left == before.get("hooks", {}).get(event, [])
            if event in before.get("hooks", {}):
                after["hooks"][event] = left
            else:
                del after["hooks"][event]
        if "hooks" not in before:
            assert after.pop("hooks") == {}
        assert json.dumps(after) == json.dumps(before)

    @quick
    @given(TEXTS, st.integers(0, 99), st.floats(0, 99))
    def test_twice_is_once(self, text: str, most: int, tell: float) -> None:
        """A second put changes nothing, not even without percentages."""
        once = put(text, most, tell)
        assert once == put(once, most, tell) == put(once)

    @quick
    @given(TEXTS)
    def test_other_numbers_replace_ours(self, text: str) -> None:
        """The last install counts, as if it were the only one."""
        assert put(text, 80, 50) == put(put(text, 90, 60), 80, 50)
        assert put(text, 80, 60) == put(put(text, 90, 60), most=80)

    def test_another_place_of_the_program(self) -> None:
        """If the program has moved, the hooks name its new place, with the old percentages."""
        moved = claude_hooks.put(put("{}", 80, 50), "/else/claude-status", None, None)
        assert moved == claude_hooks.put("{}", "/else/claude-status", 80, 50)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (
                '{\n  "hooks": {\n    "Stop": []\n  }\n}\n',
                '{\n  "hooks": {\n    "Stop": [],\n    "UserPromptSubmit": [\n      {\n        "',
            ),
            (
                '{\n\t"hooks": {\n\t\t"UserPromptSubmit": [\n\t\t\t{}\n\t\t]\n\t}\n}\n',
                '{\n\t"hooks": {\n\t\t"UserPromptSubmit": [\n\t\t\t{},\n\t\t\t{\n\t\t\t\t"hooks"',
            ),
            (
                '{"hooks": {"UserPromptSubmit": [{}]}}',
                '{"hooks": {"UserPromptSubmit": [{}, {"hooks"',
            ),
            (
                '{\n  "hooks": {}\n}',
                '{\n  "hooks": {\n    "UserPromptSubmit": [\n      {\n        "',
            ),
        ],
    )
    def test_they_look_like_their_neighbours(self, text: str, expected: str) -> None:
        """The indentation is the file's own, at every depth."""
        assert put(text).startswith(expected)

    @pytest.mark.parametrize(
        "command",
        ["claude-status hook --max 95", "! command -v x || /b/claude-status hook --tell 1"],
    )
    def test_a_hook_of_theirs_that_runs_ours_is_left(self, command: str) -> None:
        """A user's own hook that runs our program is neither duplicated nor removed."""
        hooks = [{"hooks": [{"type": "command", "command": command}]}]
        text = json.dumps({"hooks": {TOOL: hooks}})
        with pytest.raises(ByHand, match="already runs ours"):
            put(text)
        assert claude_hooks.take(text, None) == text

    @pytest.mark.parametrize("hooks", ["null", "[]", f'{{"{PROMPT}": {{}}}}', f'{{"{TOOL}": 1}}'])
    def test_no_known_shape(self, hooks: str) -> None:
        """Hooks that Claude Code would not understand are not changed."""
        with pytest.raises(HooksError):
            put(f'{{"hooks": {hooks}}}')


class TestTake:
    """Removing our hooks."""

    @quick
    @given(TEXTS)
    def test_after_another_program_wrote_the_file(self, text: str) -> None:
        """After Claude Code has rewritten the file, everything but our hooks is as before."""
        kept = Kept(text.encode(), put(text).encode())
        rewritten = json.dumps({**load(put(text)), "later": 1}, indent=2)
        before = load(text) if text.strip("\ufeff ") else {}
        assert load(claude_hooks.take(rewritten, kept)) == {**before, "later": 1}

    def test_a_group_that_others_share(self) -> None:
        """A hook that someone has put beside ours stays."""
        settings = load(put("{}"))
        settings["hooks"][TOOL][0]["hooks"].append({"type": "command", "command": "theirs"})
        left = load(claude_hooks.take(json.dumps(settings), None))
        assert left == {"hooks": {TOOL: [{"hooks": [{"type": "command", "command": "theirs"}]}]}}

    def test_what_is_no_json_and_not_ours_is_left(self) -> None:
        """Invalid settings without anything of ours are left alone."""
        assert claude_hooks.take("{,", None) == "{,"


class TestThereAndBack:
    """After install and uninstall the file is what it was, byte for byte."""

    @quick
    @given(st.none() | TEXTS)
    def test_alone(self, text: str | None) -> None:
        """Any settings in any layout, with any hooks, or no file."""
        there_and_back(ClaudeHooks(), None if text is None else text.encode())

    @quick
    @given(st.none() | TEXTS, st.permutations([0, 1]), st.permutations([0, 1]), st.booleans())
    def test_with_the_status_line(
        self, text: str | None, comes: list[int], goes: list[int], twice: bool
    ) -> None:
        """Both parts can be added and removed in any order, independently."""
        edits = (ClaudeCode(), ClaudeHooks(80, 50))
        with tempfile.TemporaryDirectory() as name:
            path, state = Path(name, "settings.json"), Path(name, "state")
            state.mkdir()
            keep = Keep(state / "claude-status" / "kept")
            keeps = (keep, keep.of_part("claude-hooks"))
            if text is not None:
                path.write_bytes(text.encode())
            parts = some_parts(Path(name))
            for which in comes:
                changes.putting(path, edits[which], parts, keeps[which]).make(keeps[which])
            if twice:
                other = ClaudeHooks(81, 51)
                changes.putting(path, other, parts, keeps[1]).make(keeps[1])
            first, last = goes
            changes.taking(path, edits[first], keeps[first]).make(keeps[first])
            assert edits[first].paths(path.read_bytes()) == []
            assert edits[last].paths(path.read_bytes()) == [parts.program]
            changes.taking(path, edits[last], keeps[last]).make(keeps[last])
            assert (path.read_bytes().decode() if path.exists() else None) == text
            assert list(state.iterdir()) == []


def test_a_program_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    """Once the program is gone the hooks are silent, and exit with 0."""
    text = claude_hooks.put("{}", str(tmp_path / "it's" / "claude-status"), None, None)
    for command in commands(text).values():
        done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True)
        assert (done.stdout, done.stderr) == (b"", b"")


def test_the_status_is_that_of_the_program(tmp_path: Path) -> None:
    """The shell passes on the output and the exit status of our program."""
    program = tmp_path / "claude-status"
    program.write_text('#!/bin/sh\necho "$*"\nexit 2\n')
    program.chmod(0o755)
    command = commands(claude_hooks.put("{}", str(program), 90.5, 60))[PROMPT]
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "hook --max 90.5 --tell 60\n")


class TestArrays:
    """Items of an array in a text."""

    @quick
    @given(layouts(st.fixed_dictionaries({"a": st.lists(VALUES, max_size=3)})), VALUES)
    def test_what_is_appended_can_be_taken_out(self, text: str, value: object) -> None:
        """A new item is the last; without it the text is the same, but for blanks in []."""
        start = json_edit.find(text, "a").value_start
        new = json_edit.append(text, value, start)
        assert load(new)["a"] == [*load(text)["a"], value]
        left = json_edit.take_out(new, json_edit.items(new, start)[-1], start)
        assert left == text if load(text)["a"] else load(left) == load(text)

    @quick
    @given(layouts(st.fixed_dictionaries({"a": st.lists(VALUES, min_size=1)})), st.data())
    def test_the_others_stay(self, text: str, data: st.DataObject) -> None:
        """Without one item the array has all the others, in order."""
        start = json_edit.find(text, "a").value_start
        items = json_edit.items(text, start)
        at = data.draw(st.integers(0, len(items) - 1))
        left = load(json_edit.take_out(text, items[at], start))["a"]
        assert left == load(text)["a"][:at] + load(text)["a"][at + 1 :]
