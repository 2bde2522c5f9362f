"""What a desktop bar's configuration needs to show the line; ``init`` prints it."""

from __future__ import annotations

from claude_status.install.program import Parts
from claude_status.install.quoting import sh

WAYBAR = """\
// in ~/.config/waybar/config, and "custom/claude-status" among its modules:
"custom/claude-status": {
  "exec": "COMMAND",
  "return-type": "json",
  "interval": 10
}
/* in style.css: */
#custom-claude-status.warning { color: #e5b800; }
#custom-claude-status.critical { color: #ff5555; }
"""
I3BAR = """\
# i3blocks, in ~/.config/i3blocks/config:
[claude-status]
command=COMMAND
format=json
interval=10

# i3status-rust, in ~/.config/i3status-rust/config.toml:
# [[block]]
# block = "custom"
# command = "COMMAND"
# json = true
# interval = 10
"""
POLYBAR = """\
; in ~/.config/polybar/config.ini, and claude-status among modules-right:
[module/claude-status]
type = custom/script
exec = COMMAND
interval = 10
"""
XBAR = """\
#!/bin/sh
# An executable file named claude-status.10s.sh in the folder of plugins of xbar or SwiftBar.
exec COMMAND
"""
TEXTS = {"waybar": WAYBAR, "i3bar": I3BAR, "polybar": POLYBAR, "xbar": XBAR}


def init(bar: str, parts: Parts) -> str:
    """The lines for a bar's own file; the program's path is quoted for sh."""
    settings = " ".join(f"{name}={sh(value)}" for name, value in parts.settings)
    command = f"{sh(parts.program)} --format {bar}"
    whole = f"env {settings} {command}" if settings else command
    text = TEXTS[bar]
    if bar == "waybar":
        whole = whole.replace("\\", "\\\\").replace('"', '\\"')
    return text.replace("COMMAND", whole)
