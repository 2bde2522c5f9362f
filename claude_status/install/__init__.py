"""The part of the user's files that is ours."""
