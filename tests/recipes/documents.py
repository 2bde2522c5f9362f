"""The code blocks of the documents' recipes, word for word."""

from __future__ import annotations

import re
import time

from tests.bodies import usage_body
from tests.conftest import ROOT
from tests.server import ApiServer, ok
from tests.support import User

SEEN = "5h 42%"


def blocks(document: str, heading: str) -> list[str]:
    """The code blocks below a heading, up to the next heading."""
    text = (ROOT / document).read_text()
    _, found, below = text.partition(f"\n## {heading}\n")
    assert found, heading
    return re.findall(r"```\w*\n(.*?)```", below.partition("\n## ")[0], re.DOTALL)


def block(document: str, heading: str, beginning: str) -> str:
    """The one block below a heading that begins with this text."""
    (found,) = (text for text in blocks(document, heading) if text.startswith(beginning))
    return found


def prepare(user: User, api: ApiServer, five_hour: float = 42) -> dict[str, str]:
    """Draw a user's frames and put the launcher on their PATH; returns their environment."""
    user.log_in()
    api.answer = ok(usage_body(time.time(), five_hour=five_hour))
    user.refresh()
    user.take_slots()
    folder = user.home / ".local" / "bin"
    user.install_launcher(folder)
    return {**user.environ, "PATH": f"{folder}:{user.environ['PATH']}"}
