"""One member of a JSON text, edited in place."""

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from claude_status.install import json_edit
from tests.formatting import KEYS, OBJECTS, VALUES, layouts
from tests.strategies import quick

BOM = "\ufeff"


def load(text: str) -> object:
    """The value that a parser reads."""
    return json.loads(text.removeprefix(BOM))


class TestInsert:
    """Adding a member."""

    @quick
    @given(layouts(), VALUES)
    def test_it_is_the_last_member_and_the_rest_is_the_same(self, text, value):
        """In any layout the new member comes last, and all others stay the same."""
        key = "a key of nobody's"
        expected = [*load(text).items(), (key, value)]
        assert expected == list(load(json_edit.insert(text, key, value)).items())

    @quick
    @given(layouts(), VALUES)
    def test_every_character_that_was_there_is_still_there(self, text, value):
        """Every character of the text is kept, but for blanks in {}."""
        new = json_edit.insert(text, "a key of nobody's", value)
        at = new.index('"a key of nobody\'s"')
        lead = new[:at].rstrip(", \t\r\n")
        assert text.startswith(lead)
        left = text[len(lead) :]
        assert new.endswith(left if load(text) else left.lstrip())

    @quick
    @given(layouts(), VALUES)
    def test_removing_it_gives_back_the_text(self, text, value):
        """``remove`` undoes ``insert`` to the character, if the object was not empty."""
        assume(load(text))
        key = "a key of nobody's"
        new = json_edit.insert(text, key, value)
        assert text == json_edit.remove(new, json_edit.find(new, key))

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("{}", '{\n  "k": {\n    "a": 1\n  }\n}'),
            ("{}\n", '{\n  "k": {\n    "a": 1\n  }\n}\n'),
            ('{"x": 1}', '{"x": 1, "k": {"a": 1}}'),
            ('{\n  "x": 1\n}\n', '{\n  "x": 1,\n  "k": {\n    "a": 1\n  }\n}\n'),
            ('{\n\t"x": 1\n}', '{\n\t"x": 1,\n\t"k": {\n\t\t"a": 1\n\t}\n}'),
            ('{\r\n "x": 1\r\n}', '{\r\n "x": 1,\r\n "k": {\r\n  "a": 1\r\n }\r\n}'),
        ],
    )
    def test_it_looks_like_its_neighbours(self, text, expected):
        """Indentation and line endings are those of the object's first member."""
        assert expected == json_edit.insert(text, "k", {"a": 1})


class TestFind:
    """Finding a member."""

    @quick
    @given(layouts())
    def test_it_finds_what_json_finds(self, text):
        """The value of a key is the parser's, and its offsets enclose its text."""
        for key, value in load(text).items():
            member = json_edit.find(text, key)
            assert value == member.value
            assert value == json.loads(text[member.value_start : member.end])

    def test_of_two_alike_the_last_counts(self):
        """Of a repeated key the last value counts, as for every parser."""
        text = '{"a": 1, "b": 0, "a": 2}'
        assert load(text)["a"] == json_edit.find(text, "a").value

    def test_it_looks_into_a_member(self):
        """From the start of an inner object, it finds only members of that object."""
        text = '{"a": {"x": {"b": 1}, "b": 2}, "b": 3}'
        outer = json_edit.find(text, "a")
        assert load(text)["a"]["b"] == json_edit.find(text, "b", outer.value_start).value
        assert json_edit.find(text, "a", outer.value_start) is None


class TestReplace:
    """Replacing a value."""

    @quick
    @given(layouts(), st.data())
    def test_all_else_stays(self, text, data):
        """Replacing a value changes no other character."""
        assume(load(text))
        key = data.draw(st.sampled_from(list(load(text))))
        member = json_edit.find(text, key)
        new = json_edit.replace(text, member, '"new"')
        assert {**load(text), key: "new"} == load(new)
        assert text == json_edit.replace(
            new, json_edit.find(new, key), text[member.value_start : member.end]
        )


class TestRemove:
    """Removing a member."""

    @quick
    @given(layouts(), st.data())
    def test_the_others_stay_in_order(self, text, data):
        """Without one member the object has all the others, in order."""
        assume(load(text))
        key = data.draw(st.sampled_from(list(load(text))))
        left = load(json_edit.remove(text, json_edit.find(text, key)))
        assert [item for item in load(text).items() if item[0] != key] == list(left.items())


class TestParse:
    """What is refused or accepted as JSON."""

    @pytest.mark.parametrize(
        ("text", "where"),
        [
            ('{\n  // mine\n  "a": 1\n}', "line 2, column 3"),
            ('{\n  "a": 1,\n}', "line "),
            ('{"a": NaN}', "NaN"),
            ("", "line 1, column 1"),
            ("\n []", "line 2, column 2"),
            (BOM + '{"a" 1}', "line 1, column 6"),
            ("{" * 3 + "}", "line 1, column 2"),
            ("null", "line 1, column 1"),
        ],
    )
    def test_what_is_no_object_is_refused_with_its_place(self, text, where):
        """Comments, trailing commas and other values are errors with line and column."""
        with pytest.raises(json_edit.JSONTextError, match=where):
            json_edit.parse(text)

    def test_depth_without_end_is_refused(self):
        """A text nested too deeply for the parser is an error of ours, not a crash."""
        with pytest.raises(json_edit.JSONTextError):
            json_edit.parse('{"a":' * 200_000)


@quick
@given(KEYS, OBJECTS)
def test_a_dump_can_be_written(key, value):
    """The JSON of any value, even of a lone surrogate, can be encoded in UTF-8."""
    value = {key: value, "lone": "\ud83d"}
    assert value == json.loads(json_edit.dump(value).encode().decode())
