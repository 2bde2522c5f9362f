from __future__ import annotations

import html
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.model.usage import Limit, Usage
from claude_status.render.colours import Colours
from claude_status.render.dialects import DIALECTS
from claude_status.render.line import draw_line
from claude_status.render.segments import IN_ASCII, Line, Piece
from claude_status.render.style import Style
from tests.strategies import DAY, NOW, hostile_texts, palettes, styles, thorough, usages

LINE = (
    Piece("5h "), Piece("42%", "normal"), Piece(" 2h13m"), Piece(" · "), Piece("7d "),
    Piece("~71%", "warning"), Piece(" · "), Piece("Opus 4.5 "), Piece("100%", "critical"),
    Piece(" · "), Piece("credits "), Piece("€5/€10", "normal"), Piece(" – "),
)  # fmt: skip
MARKUP = {  # what a dialect may contain besides the text
    "plain": r"(?<=[%0-9])!",
    "ascii": r"(?<=[%0-9])!",
    "ansi": r"\x1b\[[0-9;]+m",
    "bash": r"\x01\x1b\[[0-9;]+m\x02",
    "zsh": r"%F\{(?:[a-z]+|[0-9]+|#[0-9a-f]{6})\}|%[fBb]|%\{(?:\x1b\[22?m)?%\}",
    "tmux": r"#\[(?:(?:,?(?:[fb]g=(?:[a-z]+[0-9]*|#[0-9a-f]{6})|bold|dim))+"
    r"|default|(?:push|pop)-default)\]",
}
MARKUP |= dict.fromkeys(("fish", "starship", "claude"), MARKUP["ansi"])
MARKUP["polybar"] = r"%\{F(?:-|#[0-9a-f]{6})\}"
MARKUP["xbar"] = r" \| color=#[0-9a-f]{6}$"
PANGO = re.compile(r"<span(?: (?:color='#[0-9a-f]{6}'|weight='bold'|alpha='60%'))+>|</span>")
JSON = {"waybar": "text", "i3bar": "full_text"}  # the field with the text
MARKUP |= dict.fromkeys(JSON, "")
HARMLESS = r"(?:[A-Za-z0-9 .:+_~%?<·–⇡€£¥/電-]|\$(?=[0-9]))*"


def visible(name: str, text: str) -> str:
    """What a host that reads this dialect shows."""
    if name in JSON:
        shown = PANGO.sub("", str(json.loads(text)[JSON[name]])) if text else ""
        return html.unescape(shown)
    if name == "zsh":
        return re.sub(f"%%|{MARKUP[name]}", lambda found: "%" * (found[0] == "%%"), text)
    return re.sub(MARKUP[name], "", text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain", "5h 42% 2h13m · 7d ~71% · Opus 4.5 100%! · credits €5/€10 – "),
        ("ascii", "5h 42% 2h13m - 7d ~71% - Opus 4.5 100%! - credits EUR 5/EUR 10 - "),
        (
            "ansi",
            "\x1b[38;5;244m5h \x1b[39m42%\x1b[38;5;244m 2h13m · 7d \x1b[39m"
            "\x1b[38;5;166m~71%\x1b[39m\x1b[38;5;244m · Opus 4.5 \x1b[39m"
            "\x1b[38;5;196m100%\x1b[39m\x1b[38;5;244m · credits \x1b[39m€5/€10"
            "\x1b[38;5;244m – \x1b[39m",
        ),
        (
            "bash",
            "\x01\x1b[38;5;244m\x025h \x01\x1b[39m\x0242%"
            "\x01\x1b[38;5;244m\x02 2h13m · 7d \x01\x1b[39m\x02"
            "\x01\x1b[38;5;166m\x02~71%\x01\x1b[39m\x02"
            "\x01\x1b[38;5;244m\x02 · Opus 4.5 \x01\x1b[39m\x02"
            "\x01\x1b[38;5;196m\x02100%\x01\x1b[39m\x02"
            "\x01\x1b[38;5;244m\x02 · credits \x01\x1b[39m\x02€5/€10"
            "\x01\x1b[38;5;244m\x02 – \x01\x1b[39m\x02",
        ),
        (
            "zsh",
            "%F{244}5h %f42%%%F{244} 2h13m · 7d %f%F{166}~71%%%f%{%}%F{244} · Opus 4.5 %f"
            "%F{196}100%%%f%{%}%{%}%F{244} · credits %f€5/€10%F{244} – %f",
        ),
        (
            "tmux",
            "5h 42% 2h13m · 7d "
            "#[push-default]#[fg=colour16,bg=colour220]~71%#[default]#[pop-default] · "
            "Opus 4.5 #[push-default]#[fg=colour16,bg=colour196]100%#[default]#[pop-default]"
            " · credits €5/€10 – ",
        ),
        (
            "waybar",
            '{"text":"5h 42% 2h13m · 7d ~71% · Opus 4.5 100% · credits €5/€10 – ","tooltip":'
            '"Claude plan: 5h 42% 2h13m · 7d ~71% · Opus 4.5 100% · credits €5/€10 – ",'
            '"class":"critical","percentage":42}',
        ),
        (
            "i3bar",
            '{"full_text":"5h 42% 2h13m · 7d ~71% · Opus 4.5 100% · credits €5/€10 – ",'
            '"short_text":"5h 42% 2h13m","color":"#ff0000",'
            '"text":"5h 42% 2h13m · 7d ~71% · Opus 4.5 100% · credits €5/€10 – ",'
            '"state":"Critical","urgent":true}',
        ),
        (
            "polybar",
            "%{F#808080}5h %{F-}42%%{F#808080} 2h13m · 7d %{F-}%{F#d75f00}~71%%{F-}"
            "%{F#808080} · Opus 4.5 %{F-}%{F#ff0000}100%%{F-}%{F#808080} · credits %{F-}€5/€10"
            "%{F#808080} – %{F-}",
        ),
        (
            "xbar",
            "5h 42% 2h13m · 7d ~71% · Opus 4.5 100% · credits €5/€10 –  | color=#ff0000",
        ),
    ],
)
def test_a_line_in_each_dialect(name: str, text: str) -> None:
    """Each dialect has the same line in its host's own markup."""
    assert DIALECTS[name](LINE) == text


@pytest.mark.parametrize("name", DIALECTS)
def test_an_empty_line_is_empty(name: str) -> None:
    """An empty line has no markup."""
    assert DIALECTS[name](()) == ""


def test_every_dialect_is_known_to_these_tests() -> None:
    """Every dialect is covered by the tests below."""
    assert DIALECTS.keys() == MARKUP.keys()


lines: st.SearchStrategy[Line] = st.builds(
    draw_line,
    usages(label=hostile_texts) | st.none(),
    st.integers(NOW, NOW + DAY),
    styles(),
    minutes=st.booleans(),
)


@thorough
@given(lines, palettes)
def test_nothing_dangerous_reaches_any_dialect(line: Line, colours: Colours) -> None:
    """Apart from a dialect's own markup, no character is special to any host."""
    for name, dialect in DIALECTS.items():
        text = dialect(line, colours)
        assert re.fullmatch(HARMLESS, visible(name, text)), (name, text)
        assert text.splitlines() == [text] * bool(text)
        if name not in ("zsh", "polybar", *JSON):
            assert text.count("%") == visible(name, text).count("%")


@thorough
@given(lines, palettes)
def test_every_dialect_shows_the_same(line: Line, colours: Colours) -> None:
    """Without its markup each dialect shows the plain text, ascii its transliteration."""
    plain = visible("plain", DIALECTS["plain"](line))
    for name, dialect in DIALECTS.items():
        expected = plain
        if name == "ascii":
            expected = "".join(IN_ASCII.get(sign, sign) for sign in plain).replace("電", "?")
        assert visible(name, dialect(line, colours)) == expected


@thorough
@given(st.lists(st.builds(Piece, st.text(max_size=9), st.sampled_from(["", "normal"])), max_size=4))
def test_ascii_is_printable_ascii(pieces: list[Piece]) -> None:
    """The ascii dialect has only printable ASCII, whatever the text."""
    text = "".join(sign for piece in pieces for sign in piece.text if sign.isprintable())
    assert re.fullmatch(r"[ -~]*", DIALECTS["ascii"]((Piece(text),)))


@thorough
@given(hostile_texts)
def test_a_hostile_name_is_the_same_in_all_dialects(name: str) -> None:
    """A model's name cannot break out of the line in any host."""
    limit = Limit("scope:x", name, 95, None, NOW, "endpoint")
    line = draw_line(Usage("endpoint", NOW, (limit,)), NOW, Style(max_width=99))
    shown = {name: visible(name, dialect(line)) for name, dialect in DIALECTS.items()}
    assert len(set(shown.values())) == 1
    assert re.fullmatch(r"[A-Za-z0-9 .+_?-]+ 95%", shown["plain"])
