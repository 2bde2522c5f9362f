"""What ``doctor`` finds, and how it is printed (pure)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum


class Grade(Enum):
    """How serious a finding is: its character, the same in ASCII, and its SGR code."""

    GOOD = ("✓", "+", "32")
    NOTE = ("·", "-", "2")  # worth knowing; nothing is wrong
    WRONG = ("!", "!", "38;5;166")  # should be fixed, but does not prevent new numbers
    STOPS = ("✗", "x", "31")  # prevents new numbers


@dataclass(frozen=True, slots=True)
class Finding:
    """One row: what was checked, what was found, and what to do where something is wrong."""

    name: str
    text: str
    grade: Grade = Grade.GOOD
    advice: str = ""


def from_sentence(name: str, sentence: str, grade: Grade) -> Finding:
    """The finding for an error's sentence, ``what is wrong: what to do``."""
    text, colon, advice = sentence.rstrip(".").rpartition(": ")
    return Finding(name, text, grade, advice) if colon else Finding(name, advice, grade)


def draw_findings(findings: Sequence[Finding], columns: int, dialect: str) -> str:
    """An aligned table, a finding a row; ``dialect`` is ansi, plain or ascii."""
    names = max((len(finding.name) for finding in findings), default=0)
    rows: list[str] = []
    last = ""
    for finding in findings:
        shown = replace(finding, name="") if finding.name == last else finding
        rows += _rows(shown, names, columns, dialect)
        last = finding.name
    text = "\n".join(rows)
    return text.encode("ascii", "replace").decode("ascii") if dialect == "ascii" else text


def summary(findings: Iterable[Finding]) -> str:
    """The last sentence: whether all is well."""
    grades = [finding.grade for finding in findings]
    stops, wrong = grades.count(Grade.STOPS), grades.count(Grade.WRONG)
    if stops:
        return f"{_problems(stops)} new numbers."
    return "New numbers are possible, but not all is well." if wrong else "All is well."


def _problems(count: int) -> str:
    return "One problem prevents" if count == 1 else f"{count} problems prevent"


def _rows(finding: Finding, names: int, columns: int, dialect: str) -> Iterator[str]:
    character, plain, colour = finding.grade.value
    character, arrow = (plain, "-> ") if dialect == "ascii" else (character, "→ ")
    indent = names + 4
    text = _wrap(finding.text, columns - indent) or [""]
    painted = f"\033[{colour}m{character}\033[0m" if dialect == "ansi" else character
    yield f"{painted} {finding.name:<{names}}  {text[0]}"
    yield from (" " * indent + line for line in text[1:])
    for line in _wrap(finding.advice, columns - indent - len(arrow)):
        yield " " * indent + arrow + line
        arrow = " " * len(arrow)


def _wrap(text: str, columns: int) -> list[str]:
    """Lines of at most so many columns; a longer word stays whole, so that it can be copied."""
    safe = "".join(character if character.isprintable() else "?" for character in text)
    return textwrap.wrap(
        safe, max(columns, 20), break_long_words=False, break_on_hyphens=False
    )  # fmt: skip
