"""The real Claude Code, fetched from npm, against an API on loopback; run with -m real_claude."""
