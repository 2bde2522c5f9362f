"""JSON objects in any layout that people and programs use, for property tests."""

from __future__ import annotations

import json
import re

from hypothesis import strategies as st

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+')
KEYS = st.text(max_size=8) | st.sampled_from(["statusLine", "command", "env", "model", "type"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)
BLANKS = st.sampled_from(["", "", " ", "\n", "\r\n", "\t", "  ", "\n    "])


@st.composite
def layouts(draw: st.DrawFn, objects: st.SearchStrategy[dict[str, object]] = OBJECTS) -> str:
    """An object's text in one of the usual layouts, or with blanks wherever they are allowed."""
    found = draw(objects)
    lone = re.search("[\ud800-\udfff]", json.dumps(found, ensure_ascii=False))
    ascii_only = lone is not None or draw(st.booleans())
    text = json.dumps(found, ensure_ascii=ascii_only)
    how = draw(st.sampled_from(["one line", "tight", "2", "4", "tab", "blanks"]))
    if how == "tight":
        text = json.dumps(found, ensure_ascii=ascii_only, separators=(",", ":"))
    elif how in ("2", "4", "tab"):
        indent = "\t" if how == "tab" else int(how)
        text = json.dumps(found, ensure_ascii=ascii_only, indent=indent)
        text += draw(st.sampled_from(["", "\n", "\n\n"]))
        text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    elif how == "blanks":
        tokens = TOKEN.findall(text)
        text = draw(BLANKS) + "".join(token + draw(BLANKS) for token in tokens)
    return draw(st.sampled_from(["", "", "", "\ufeff"])) + text
