"""The hosts of the line and of our hooks: their files, and how our part is added to them."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from claude_status.errors import ClaudeStatusError
from claude_status.install import blocks, completions, next_steps, rc_files, snippets
from claude_status.install.edits import Block, ClaudeCode, ClaudeHooks, Edit, Starship
from claude_status.install.files import look
from claude_status.paths import locate

HOOKS = "claude-hooks"
HOST_NAMES = ("bash", "zsh", "fish", "starship", "tmux", "claude", HOOKS)
SHELLS = HOST_NAMES[:3]


@dataclass(frozen=True)
class Host:
    """A program that shows the line, or that runs our hooks.

    ``files`` may contain our part; it is added to the first, and no two are the same file. The
    completions of our command are loaded from ``completion``, where the host looks for them.
    ``is_there`` says whether the user seems to use the host, ``notes`` what is left to do after
    the installation.
    """

    name: str
    files: tuple[Path, ...]
    edit: Edit
    is_there: bool
    notes: Callable[[Mapping[str, str]], Iterator[str]]
    completion: Path | None = None
    part: str = ""  # its name if the file may also contain another part of ours

    @property
    def is_optional(self) -> bool:
        """Whether it is installed only if it is named."""
        return self.name == HOOKS


def hosts(
    environ: Mapping[str, str], names: Collection[str] = HOST_NAMES, *, hooked: bool = False
) -> list[Host]:
    """The hosts with these names, shells first; ``hooked``: a shell is about to get its hook."""
    made = [HOSTS[name](environ) for name in HOST_NAMES if name in names and name != "starship"]
    if "starship" in names:
        hooked = hooked or any(_has_block(HOSTS[name](environ)) for name in SHELLS)
        made.insert(sum(host.name in SHELLS for host in made), _starship(environ, hooked))
    return made


def is_installed(host: Host) -> bool:
    """Whether one of a host's files has our part, as far as they can be understood."""
    with contextlib.suppress(ClaudeStatusError):
        found = [look(file).data or b"" for file in host.files]
        return any(host.edit.take(data, None)[0] != data for data in found)
    return False


def _bash(environ: Mapping[str, str]) -> Host:
    file = rc_files.bash(environ)
    there = _is_shell(environ, "bash") or file.exists()
    return Host(
        "bash",
        (file,),
        Block("bash", partial(snippets.block, "bash")),
        there,
        next_steps.bash,
        completions.bash_file(environ),
    )


def _zsh(environ: Mapping[str, str]) -> Host:
    files = _different(rc_files.zsh(environ), rc_files.home(environ) / ".zshrc")
    there = _is_shell(environ, "zsh") or files[0].exists()
    return Host("zsh", files, Block("zsh", partial(snippets.block, "zsh")), there, next_steps.zsh)


def _fish(environ: Mapping[str, str]) -> Host:
    folder = rc_files.fish(environ)
    file = folder / "conf.d" / "claude-status.fish"
    there = _is_shell(environ, "fish") or folder.exists()
    return Host(
        "fish",
        (file,),
        Block("fish", partial(snippets.block, "fish")),
        there,
        next_steps.fish,
        completions.fish_file(environ),
    )


def _starship(environ: Mapping[str, str], hooked: bool) -> Host:
    file = rc_files.starship(environ)
    there = _is_program(environ, "starship") or file.exists()
    body = partial(snippets.block, "starship" if hooked else "starship_alone")
    return Host("starship", (file,), Starship("starship", body), there, next_steps.starship)


def _tmux(environ: Mapping[str, str]) -> Host:
    files = _different(*rc_files.tmux(environ))
    there = _is_program(environ, "tmux") or files[0].exists()
    return Host(
        "tmux", files, Block("tmux", partial(snippets.block, "tmux")), there, next_steps.tmux
    )


def _claude(environ: Mapping[str, str]) -> Host:
    folder = locate(environ).config_dir
    there = _is_program(environ, "claude") or folder.exists()
    return Host("claude", (folder / "settings.json",), ClaudeCode(), there, next_steps.none)


def _claude_hooks(environ: Mapping[str, str]) -> Host:
    files = _claude(environ).files
    return Host(HOOKS, files, ClaudeHooks(), False, next_steps.none, part=HOOKS)


HOSTS: dict[str, Callable[[Mapping[str, str]], Host]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
    "tmux": _tmux,
    "claude": _claude,
    HOOKS: _claude_hooks,
}


def _different(*files: Path) -> tuple[Path, ...]:
    """The paths of different files, as some may be links to others."""
    found = {os.path.realpath(file): file for file in reversed(files)}
    return tuple(file for file in files if found[os.path.realpath(file)] is file)


def _has_block(host: Host) -> bool:
    try:
        return any(blocks.find(look(file).data or b"") for file in host.files)
    except ClaudeStatusError:
        return False


def _is_shell(environ: Mapping[str, str], name: str) -> bool:
    return Path(environ.get("SHELL", "")).name == name


def _is_program(environ: Mapping[str, str], name: str) -> bool:
    return shutil.which(name, path=environ.get("PATH", "")) is not None
