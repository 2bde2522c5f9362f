"""The colours of the settings: how they are written, and what each host makes of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claude_status.render.colours import (
    BY_DEFAULT,
    HOSTS,
    KINDS,
    NO_COLOURS,
    Colour,
    Colours,
    colours_of,
    hexadecimal,
    parse_colour,
)
from claude_status.render.dialects import DIALECTS
from claude_status.render.segments import Line, Piece
from tests.strategies import colour_names, palettes, thorough

WARNING: Line = (Piece("71%", "warning"),)
TERMINALS = ("ansi", "fish", "starship", "claude")


def read(value: object) -> tuple[Colour | None, str]:
    """A value as a colour, or the reason why it is none."""
    try:
        return parse_colour(value), ""
    except ValueError as error:
        return None, str(error)


@thorough
@given(st.just("none") | colour_names, st.permutations(["bold", "dim"]), st.integers(0, 2))
def test_each_form_of_a_value_is_read(name: str, attributes: list[str], count: int) -> None:
    """A name, a number, #rrggbb or none, with bold and dim in any order and case."""
    words = attributes[:count]
    colour = parse_colour("  ".join([*words, name]).upper())
    expected = "" if name == "none" else name
    assert colour == Colour(expected, bold="bold" in words, dim="dim" in words)
    assert parse_colour(" ".join([name, *words])) == colour


@thorough
@given(st.integers(0, 255))
def test_a_number_needs_no_quotes(number: int) -> None:
    """A TOML integer means the same as its text."""
    assert parse_colour(number) == parse_colour(str(number)) == Colour(str(number))


@thorough
@given(colour_names | st.just(""), st.booleans(), st.booleans())
def test_what_is_shown_can_be_set(name: str, bold: bool, dim: bool) -> None:
    """A colour's text can be parsed back."""
    colour = Colour(name, bold, dim)
    assert parse_colour(str(colour)) == colour


@thorough
@given(
    st.text()
    | st.integers()
    | st.booleans()
    | st.none()
    | st.floats()
    | st.lists(st.text())
    | st.sampled_from(["bald", "#12345", "256", "-1", "٣", "red blue", "bright-", "#FFFFFG", "1.5"])
)
def test_anything_else_is_refused_in_one_sentence(value: object) -> None:
    """Any other value is refused with a sentence that lists the possible values."""
    colour, said = read(value)
    if colour:
        assert parse_colour(str(colour)) == colour
        return
    assert said.startswith(f"{value!r} is no colour: use a name (black, red, ")
    assert all(word in said for word in ("255", "#rrggbb", "none", "bold", "dim"))
    assert "; " not in said.removeprefix(repr(value))


@pytest.mark.parametrize(
    ("value", "sgr", "zsh", "tmux", "hexa"),
    [
        ("yellow", ("33", "39"), "%F{yellow}71%%%f", "fg=yellow", "#cdcd00"),
        ("bright-red", ("91", "39"), "%F{9}71%%%f", "fg=brightred", "#ff0000"),
        ("3", ("38;5;3", "39"), "%F{3}71%%%f", "fg=colour3", "#cdcd00"),
        ("244", ("38;5;244", "39"), "%F{244}71%%%f", "fg=colour244", "#808080"),
        ("166", ("38;5;166", "39"), "%F{166}71%%%f", "fg=colour166", "#d75f00"),
        ("#d75faf", ("38;2;215;95;175", "39"), "%F{#d75faf}71%%%f", "fg=#d75faf", "#d75faf"),
        ("bold red", ("1;31", "22;39"), "%B%F{red}71%%%f%b", "fg=red,bold", "#cd0000"),
        ("dim", ("2", "22"), "%{\x1b[2m%}71%%%{\x1b[22m%}", "dim", ""),
        ("bold dim 8", ("1;2;38;5;8", "22;39"),
         "%B%F{8}%{\x1b[2m%}71%%%{\x1b[22m%}%f%b", "fg=colour8,bold,dim", "#7f7f7f"),
        ("none", None, "71%%", "", ""),
    ],
)  # fmt: skip
def test_each_value_in_each_host(
    value: str, sgr: tuple[str, str] | None, zsh: str, tmux: str, hexa: str
) -> None:
    """A host's own colour is written in that host's language, as far as it can be."""
    shown = {
        host: dialect(WARNING, colours_of(host, {}, {"warning": value}))
        for host, dialect in DIALECTS.items()
    }
    begin, end = (f"\x1b[{code}m" for code in sgr) if sgr else ("", "")
    assert {shown[host] for host in TERMINALS} == {f"{begin}71%{end}"}
    assert shown["bash"] == (f"\x01{begin}\x0271%\x01{end}\x02" if sgr else "71%")
    assert shown["zsh"] == zsh + "%{%}"
    style = f"#[push-default]#[{tmux}]71%#[default]#[pop-default]"
    assert shown["tmux"] == (style if tmux else "71%")
    assert shown["polybar"] == (f"%{{F{hexa}}}71%%{{F-}}" if hexa else "71%")
    assert shown["xbar"] == (f"71% | color={hexa}" if hexa else "71%")
    assert (f'"color":"{hexa}"' if hexa else '"text":"71%"') in shown["i3bar"]
    assert ('"color"' in shown["i3bar"]) == bool(hexa)
    assert shown["plain"] == shown["ascii"] == "71%"
    span = re.search("<span(.*?)>71%</span>", shown["waybar"])
    assert bool(span) == (value != "none")
    assert not span or (f"color='{hexa}'" in span[1]) == bool(hexa)
    assert not span or ("bold" in span[1], "alpha" in span[1]) == ("bold" in value, "dim" in value)


@thorough
@given(palettes)
def test_the_level_of_a_number_stays(colours: Colours) -> None:
    """Whatever the colours, zsh's text and waybar's class give the number's level."""
    for level, mark in (("normal", 0), ("warning", 1), ("critical", 2)):
        line = (Piece("5h "), Piece("71%", level), Piece(" 2h13m"))
        assert DIALECTS["zsh"](line, colours).count("%{%}") == mark
        assert f'"class":"{level}"' in DIALECTS["waybar"](line, colours)


@thorough
@given(palettes, st.sampled_from(["warning", "critical"]))
def test_an_old_warning_stays_a_warning(colours: Colours, level: str) -> None:
    """An old warning keeps its colour, as usage cannot have fallen."""
    old, new = colours.of(level, is_old=True), colours.of(level)
    assert (old.name, old.on) == (new.name, new.on)
    assert colours.stale.dim <= old.dim


@thorough
@given(palettes)
def test_an_old_number_is_drawn_as_stale_says(colours: Colours) -> None:
    """An old normal number has the colour and the weight of `stale`."""
    old, stale = colours.of("normal", is_old=True), colours.stale
    if stale == Colour():
        assert old == colours.normal
    else:
        assert (old.name, old.bold) == (stale.name or colours.normal.name, stale.bold)


@pytest.mark.parametrize("host", DIALECTS)
def test_none_of_them_means_no_colour_at_all(host: str) -> None:
    """If every colour is none, no colour is set or reset."""
    line = (Piece("5h "), Piece("42%", "normal"), Piece("~71%", "warning", is_old=True))
    colours = colours_of(host, {}, dict.fromkeys(KINDS, "none"))
    text = DIALECTS[host](line, colours)
    assert colours == NO_COLOURS
    assert not re.search(r"\x1b|%F\{|%f|#\[|<span|color", text)


@pytest.mark.parametrize(
    ("value", "style"),
    [
        ("yellow", "fg=colour16,bg=yellow"),
        ("bold 19", "fg=colour231,bg=colour19,bold"),
        ("#ffffff", "fg=colour16,bg=#ffffff"),
        ("bold", "bold"),
    ],
)
def test_in_tmux_a_warning_can_be_read_on_any_bar(value: str, style: str) -> None:
    """In tmux, a colour for all hosts is the background; one for tmux is the text's."""
    colours = colours_of("tmux", {"warning": value}, {})
    assert f"#[{style}]71%" in DIALECTS["tmux"](WARNING, colours)
    assert colours.critical == HOSTS["tmux"].critical
    own = colours_of("tmux", {"warning": value}, {"warning": "red"})
    assert "#[fg=red]71%" in DIALECTS["tmux"](WARNING, own)


def test_what_is_set_for_all_hosts_counts_in_each() -> None:
    """A host's own table comes first, then that for all hosts, then the defaults."""
    colours = colours_of("zsh", {"warning": "blue", "label": "dim"}, {"label": "none"})
    assert colours == Colours(
        warning=Colour("blue"), critical=BY_DEFAULT.critical, stale=BY_DEFAULT.stale
    )


def test_the_256_colours_are_xterms() -> None:
    """The sixteen, the cube and the greys are xterm's."""
    known = {0: "#000000", 15: "#ffffff", 16: "#000000", 21: "#0000ff", 166: "#d75f00"}
    known |= {231: "#ffffff", 232: "#080808", 244: "#808080", 255: "#eeeeee"}
    assert {number: hexadecimal(str(number)) for number in known} == known
    assert len({hexadecimal(str(number)) for number in range(16, 232)}) == 216
