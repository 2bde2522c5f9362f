"""``--left`` and ``--right``: on which side a host shows the line, where it has two."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from claude_status.errors import SettingsError
from claude_status.install.edits import Block
from claude_status.install.hosts import Host
from claude_status.install.snippets import TEXTS

CHOICE = tuple(name for name, text in TEXTS.items() if len(text.sides) > 1)


def refuse(side: str | None, named: Collection[str], *, every: bool) -> None:
    """Raise SettingsError if one of the named hosts cannot show the line on that side."""
    if side is None:
        return
    if not named and not every:
        raise SettingsError(f"--{side} needs a host: name {_either()}, or add --all.")
    if side == "right" and "bash" in named:
        raise SettingsError(
            "bash has no right prompt: install it at the left, or see `claude-status init bash`."
        )
    for name in named:
        if name not in TEXTS:
            raise SettingsError(
                f"--left and --right are for {_either()}, not for {name}: name it without --{side}."
            )


def on(side: str | None, host: Host) -> Host:
    """The host with our part on that side, if it has it; None leaves it where it is."""
    if side in _sides(host.name) and isinstance(host.edit, Block):
        return replace(host, edit=replace(host.edit, side=side))
    return host


def _sides(name: str) -> tuple[str, ...]:
    return TEXTS[name].sides if name in TEXTS else ()


def _either() -> str:
    return f"{', '.join(CHOICE[:-1])} or {CHOICE[-1]}"
