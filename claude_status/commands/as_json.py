"""``claude-status --format json``: what is known, and why there is nothing newer, as an object."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

from claude_status.asking.diagnosis import take_scene
from claude_status.asking.due import refresh_if_due
from claude_status.render.json import draw_json
from claude_status.terminal import place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace


def run(arguments: Namespace) -> int:
    """Print the object, and have the numbers refreshed where that is due."""
    account, settings = place(os.environ, warn=sys.stderr.isatty())
    now = time.time()
    scene = take_scene(os.environ, now, Path(sys.argv[0]))
    usage, plan = (scene.snapshot.usage, scene.snapshot.plan) if scene.snapshot else (None, "")
    style = settings.style("plain", account.name, plan)
    if arguments.max_width is not None:
        style = replace(style, max_width=arguments.max_width)
    text = draw_json(usage, now, style, account=account.name, plan=plan, problem=scene.obstacle)
    prompt = arguments.prompt or sys.stdout.isatty()
    refresh_if_due(account, now, prompt=prompt, environ=os.environ)
    print(text)
    return 0
