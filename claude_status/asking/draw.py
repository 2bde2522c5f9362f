"""Redraws the frames from what the store holds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from claude_status.asking.redraw import redraw_bars
from claude_status.frames.view import draw_view
from claude_status.frames.write import Head, postpone, write_view
from claude_status.frames_read import NARROW_FILES, read_frame
from claude_status.model.merge import merge
from claude_status.model.usage import Usage
from claude_status.paths import Account
from claude_status.render.dialects import DIALECTS
from claude_status.settings.settings import Settings
from claude_status.store import history, records
from claude_status.store.database import Store


@dataclass(frozen=True, slots=True)
class Drawer:
    """Draws one account's frames, as its settings say; ``clock`` gives epoch seconds."""

    account: Account
    settings: Settings
    environ: Mapping[str, str]
    clock: Callable[[], float] = time.time

    def draw(self, store: Store, head: Head, *, forget: bool = False) -> Usage | None:
        """Draw what the store holds; in a transaction, so that no older frames are written last.

        If it holds nothing, the frames are kept, unless they are to be forgotten.
        """
        before = self._line()
        with store.transaction():
            now = self.clock()
            usage = merge(records.readings(store, now).values())
            if usage is not None:
                history.add(store, usage, now)
            if usage is None and not forget:
                postpone(self.account, int(now), head)
            else:
                self._write(usage, int(now), store.read(records.PLAN) or "", head)
        if self._line() != before:
            redraw_bars(self.environ)
        return usage

    def _line(self) -> str:
        """What a bar shows now."""
        return read_frame(str(self.account.home), "tmux", self.clock(), prompt=False)[0]

    def _write(self, usage: Usage | None, now: int, plan: str, head: Head) -> None:
        """Write the frames of every dialect as set, and Claude Code's for fewer columns, too."""
        styles = {name: self.settings.style(name, self.account.name, plan) for name in DIALECTS}
        claude = styles["claude"] = replace(styles["claude"], in_claude=True)
        for columns, name in NARROW_FILES.items():
            styles[name] = replace(claude, max_width=min(columns, claude.max_width))
        view = draw_view(usage, now, self.settings.ttl, styles)
        write_view(self.account, view, head, {name: styles[name].colours for name in styles})
