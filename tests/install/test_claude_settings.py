"""Our status line in Claude Code's settings."""

import json
import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.install import claude_settings, json_edit
from claude_status.install.backup import Kept
from claude_status.install.program import ByHand
from tests.formatting import OBJECTS, VALUES, layouts
from tests.strategies import quick

PROGRAM = "/home/u/.local/bin/claude-status"
LINE = {"type": "command", "command": "-", "padding": 0, "refreshInterval": 5}
COMMANDS = st.text(min_size=1).filter(str.strip) | st.sampled_from(
    ["~/.claude/line.sh", "printf '%s' \"it's\"", "a; b # c", "x \\\n y", "echo \ud83d", "echo 🤖"]
)
LINES = st.fixed_dictionaries(
    {"command": COMMANDS}, optional={"type": VALUES, "padding": VALUES, "refreshInterval": VALUES}
)
SETTINGS = st.builds(lambda rest, line: {**rest, "statusLine": line}, OBJECTS, LINES)


def put(text: str, program: str = PROGRAM) -> str:
    """The settings with our line in them."""
    return claude_settings.put(text, program, LINE)


def kept(text: str) -> Kept:
    """What is kept after ``put``."""
    return Kept(text.encode(), put(text).encode())


def load(text: str) -> dict:
    """The settings as Claude Code reads them."""
    return json.loads(text.removeprefix("\ufeff"))


def without_line(text: str) -> list:
    """All settings but the status line, in order."""
    return [item for item in load(text).items() if item[0] != "statusLine"]


class TestPut:
    """Adding our line."""

    @quick
    @given(layouts())
    def test_all_else_is_as_it_was(self, text):
        """All other settings stay the same, in the same order."""
        assert without_line(text) == without_line(put(text))

    @quick
    @given(layouts())
    def test_twice_is_once(self, text):
        """A second put changes nothing."""
        assert put(text) == put(put(text))

    @quick
    @given(layouts(SETTINGS))
    def test_a_line_that_is_there_is_wrapped(self, text):
        """Its command becomes an argument of ours; its other keys stay, in place."""
        was, now = load(text)["statusLine"], load(put(text))["statusLine"]
        expected = {**was, "command": "", "refreshInterval": was.get("refreshInterval", 60)}
        assert list(expected.items()) == list({**now, "command": ""}.items())
        assert [PROGRAM, "statusline", "--wrap", was["command"]] == claude_settings.our_words(now)[
            :4
        ]

    @pytest.mark.parametrize("gap", [" ", "\n    ", "\r\n\t\t"])
    def test_a_line_that_is_there_is_drawn_each_minute(self, gap):
        """The new key is laid out like its neighbours, and nothing else changes."""
        text = f'{{"statusLine": {{{gap}"command": "mine"{gap[:-1]}}}, "a": [1,2]}}'
        command = json_edit.dump(claude_settings.command_line(PROGRAM, "mine"))
        expected = text.replace('"mine"', f'{command},{gap}"refreshInterval": 60')
        assert expected == put(text)

    @pytest.mark.parametrize(
        "line", ["null", '"x"', "{}", '{"command": 3}', '{"command": " "}', "[]"]
    )
    def test_what_runs_nothing_is_replaced(self, line):
        """A status line without a command is replaced, since there is nothing to wrap."""
        command = claude_settings.command_line(PROGRAM, None)
        expected = {"statusLine": {**LINE, "command": command}}
        assert expected == load(put(f'{{"statusLine": {line}}}'))

    @pytest.mark.parametrize(
        "command",
        [
            "claude-status statusline --wrap ~/mine.sh",
            "claude-status statusline --wrap='~/mine.sh'",
            "/bin/claude-status statusline && ~/mine.sh",
            "claude-status statusline | tee -a ~/log",
            "claude-status statusline --wrap ~/mine.sh; ~/other.sh",
        ],
    )
    def test_a_command_of_theirs_that_runs_ours_is_left(self, command):
        """A user's own command around ours is neither replaced nor removed."""
        text = json.dumps({"statusLine": {"command": command}})
        with pytest.raises(ByHand, match="already runs ours"):
            put(text)
        assert (text, "") == claude_settings.take(text, None)

    @pytest.mark.parametrize("text", ["", "\n", "\ufeff", " \r\n"])
    def test_an_empty_file_is_an_empty_object(self, text):
        """An empty file has no settings, as for Claude Code."""
        assert list(load(put(text))) == ["statusLine"]

    @quick
    @given(layouts())
    def test_another_place_of_the_program_is_another_command(self, text):
        """If the program has moved, only the command changes, and still wraps the same."""
        assert put(text, "/elsewhere/claude-status") == put(put(text), "/elsewhere/claude-status")

    def test_a_comment_is_refused_with_its_place(self):
        """A file that Claude Code's JSON parser would refuse is not changed."""
        with pytest.raises(json_edit.JSONTextError, match="line 2, column 1"):
            put('{\n// mine\n"a": 1}')


class TestTake:
    """Removing our line."""

    @quick
    @given(layouts() | layouts(SETTINGS))
    def test_the_others_stay_without_anything_kept(self, text):
        """Even without a kept copy, all other settings and the wrapped command are back."""
        left, _ = claude_settings.take(put(text), None)
        assert without_line(text) == without_line(left)
        was = load(text).get("statusLine")
        if isinstance(was, dict) and isinstance(was.get("command"), str) and was["command"].strip():
            assert {"refreshInterval": 60, **was} == load(left)["statusLine"]
        else:
            assert "statusLine" not in load(left)

    @quick
    @given(layouts(SETTINGS))
    def test_after_another_program_wrote_the_file_the_line_is_back(self, text):
        """After Claude Code has rewritten the file, the old line is back."""
        rewritten = json.dumps({**load(put(text)), "model": "x"}, indent=2)
        left, note = claude_settings.take(rewritten, kept(text))
        assert {**load(text), "model": "x"} == load(left)
        assert note == ""

    def test_escapes_come_back_as_they_were(self):
        r"""A command that was written with \u escapes has them again, although JSON needs none."""
        text = '{"statusLine": {"command": "\\u0065cho \\/"}, "a": 1}'
        left, _ = claude_settings.take(put(text).replace('"a": 1', '"a": 2'), kept(text))
        assert text.replace('"a": 1', '"a": 2') == left

    def test_a_line_that_was_changed_keeps_the_change(self):
        """If the user has changed a wrapped line, only what we added goes, with a note."""
        text = '{"statusLine": {"command": "mine"}}'
        changed = put(text).replace('{"command"', '{"padding": 2, "command"')
        left, note = claude_settings.take(changed, kept(text))
        assert load(left) == {"statusLine": {"padding": 2, "command": "mine"}}
        assert "changed since" in note

    @quick
    @given(layouts(SETTINGS))
    def test_a_line_that_was_changed_has_what_it_had(self, text):
        """A key that the user has added to the line stays, and only that."""
        changed = load(put(text))
        changed["statusLine"]["theirs"] = 1
        left, _ = claude_settings.take(json.dumps(changed), kept(text))
        assert {**load(text)["statusLine"], "theirs": 1} == load(left)["statusLine"]

    def test_an_interval_that_was_changed_is_theirs(self):
        """An interval that the user has changed stays, although the key was ours."""
        text = '{"statusLine": {"command": "mine"}}'
        left, _ = claude_settings.take(put(text).replace(": 60", ": 5"), kept(text))
        assert load(left) == {"statusLine": {"command": "mine", "refreshInterval": 5}}

    def test_another_line_stays(self):
        """A status line that is no longer ours is left alone."""
        text = '{"statusLine": {"command": "theirs; claude-status --format claude"}}'
        assert (text, "") == claude_settings.take(text, kept("{}"))

    def test_what_is_no_json_and_not_ours_is_left(self):
        """Invalid settings without anything of ours are left alone."""
        assert claude_settings.take("{,", None) == ("{,", "")


@pytest.mark.parametrize("body", [None, "exit 1"], ids=["gone", "broken"])
@pytest.mark.parametrize("theirs", ["cat", 'read -r x; echo "$x" # \'done', "false; cat"])
def test_theirs_shows_without_ours(tmp_path, body, theirs):
    """If our program is gone or fails, the shell runs the wrapped command with the same input."""
    program = tmp_path / "claude-status"
    if body:
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
    line = claude_settings.command_line(str(program), theirs)
    done = subprocess.run(
        ["/bin/sh", "-c", line], input="{}\n", capture_output=True, text=True, check=True
    )
    assert done.stdout == "{}\n"


@quick
@given(COMMANDS.filter(lambda command: "\0" not in command))
def test_the_shell_gives_back_the_command(command):
    """Split by the shell, our command has the wrapped one as an unchanged word."""
    line = claude_settings.command_line("/a b/claude-status", command)
    assert line.startswith("'/a b/claude-status' statusline --wrap ")
    assert [command] == shlex.split(line)[3:4] == shlex.split(line)[-1:]
