"""The readings, the history and the memory of calls, on disk."""
