"""The names in the snippets of bash, zsh and fish: alike, and with our prefix."""

from __future__ import annotations

import re
from pathlib import Path

from tests.conftest import SHELL
from tests.hosts.prompts import Shell
from tests.hosts.shells import draw
from tests.hosts.traits import TRAITS

STEPS = ["find", "directory", "dialect", "locate", "read", "refresh", "hook"]


def test_the_steps_have_the_same_names_in_the_same_order() -> None:
    """The three snippets have the same functions in the same order."""
    for name in TRAITS:
        text = (SHELL / f"claude-status.{name}").read_text()
        found = re.findall(r"^(?:function )?__claude_status_(\w+)(?:\(\)| |$)", text, re.M)
        assert [step for step in dict.fromkeys(found) if step in STEPS] == STEPS


def test_names_have_our_prefix(shell: Shell, home: Path) -> None:
    """The snippet defines no name without the product's, except the lists of hooks."""
    draw(home)
    names = shell.traits.names
    script = f"{names}\necho ---\n{shell.sourcing()}{shell.traits.prompt}{names}"
    before, _, after = shell.run(script).partition("\n---\n")
    new = set(after.split()) - set(before.split())
    assert "CLAUDE_STATUS" in new
    others = {name for name in new if "claude_status" not in name.lower()}
    assert others <= {"PROMPT_COMMAND", "PIPESTATUS", "precmd_functions"}
