"""Claude Code's own status line: what it hands to us, and what it gets back."""
