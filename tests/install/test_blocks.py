"""A marked block in a file of lines."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from claude_status.install import blocks
from tests.strategies import thorough

BODY = b"one line\nand another\n"
LINES = st.sampled_from([b"alias a=b", b"# \xff\xfe", b"\xef\xbb\xbfset", b"", b"\r", b"\t", b"\0"])
EOLS = st.sampled_from([b"\n", b"\r\n", b"\n\n"])
FILES = st.builds(bytes.join, EOLS, st.lists(LINES | st.binary(max_size=12), max_size=6))


def put(data: bytes, body: bytes = BODY) -> bytes:
    """The file with the block; rejects the example if there is no place for one."""
    try:
        return blocks.put(data, body)
    except blocks.BlockError:
        assume(False)
        raise


@thorough
@given(FILES)
@example(b"")
@example(b"no end")
@example(b"crlf\r\nno end")
@example(b"blank at the end\n\n\n")
def test_put_and_take_is_the_identity(data):
    """After put and take, any file is the same, byte for byte."""
    assert data == blocks.take(put(data))


@thorough
@given(FILES)
def test_twice_is_once(data):
    """A second put of the same body changes nothing."""
    assert put(data) == blocks.put(put(data), BODY)


@thorough
@given(FILES, FILES)
def test_a_block_is_renewed_where_it_stands(data, after):
    """A new body replaces the old one in place; everything around the block stays."""
    with_old = put(data + b"\n") + after
    assume(len(blocks.MARK.findall(with_old)) == 2)
    with_new = blocks.put(with_old, b"new\n")
    assert with_old.replace(BODY, b"new\n") == with_new
    assert blocks.take(with_old) == blocks.take(with_new)


@thorough
@given(FILES, FILES)
def test_lines_that_were_added_later_stay(data, later):
    """Take keeps what a user has added below the block, and everything above it."""
    assume(later and not blocks.MARK.search(later))
    ended = data + b"\n" * (not data.endswith(b"\n"))
    assert (ended if data else b"") + later == blocks.take(put(data) + later)


def test_the_block_begins_and_ends_on_lines_of_its_own():
    """The marks are whole lines, so that text appended to the file is not part of them."""
    marked = blocks.BEGIN + b"\n" + BODY + blocks.END
    assert b"a\n" + marked + b"\n" == blocks.put(b"a\n", BODY)
    assert b"a\n" + marked + blocks.NO_END + b"\n" == blocks.put(b"a", BODY)
    assert marked + b"\n" == blocks.put(b"", BODY)


def test_marks_that_an_editor_has_touched_are_still_marks():
    """Blanks around a mark and a carriage return after it do not hide it."""
    data = b"a\r\n  # >>> claude-status >>>\r\nx\r\n# <<< claude-status <<< \r\nb\r\n"
    expected = b"a\r\nb\r\n"
    assert expected == blocks.take(data)


@pytest.mark.parametrize(
    "lines",
    [
        [blocks.BEGIN],
        [blocks.END],
        [blocks.END, blocks.BEGIN],
        [blocks.BEGIN, b"x", blocks.END, blocks.BEGIN, b"x", blocks.END],
    ],
)
def test_marks_without_a_match_are_refused(lines):
    """An incomplete block, or two blocks, are refused with a line number, and left to the user."""
    data = b"first\n" + b"\n".join(lines)
    for edit in (lambda: blocks.put(data, BODY), lambda: blocks.take(data)):
        with pytest.raises(blocks.BlockError, match="line 2"):
            edit()


@pytest.mark.parametrize("data", [b"a \\", b"a \\\n", b"# x\n  a\\\\\\"])
def test_a_last_line_that_goes_on_is_refused(data):
    """A backslash at the end is refused, since it would continue with our first line."""
    with pytest.raises(blocks.BlockError, match="backslash"):
        blocks.put(data, BODY)


@pytest.mark.parametrize("data", [b"a \\\\", b"# a \\", b"a \\\n\n"])
def test_other_backslashes_are_none_of_our_business(data):
    """A backslash that continues no line is accepted."""
    assert data == blocks.take(blocks.put(data, BODY))
