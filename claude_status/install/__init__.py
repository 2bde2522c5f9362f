"""Our part of the user's files."""
