"""Where readings come from; a source knows how to ask, and nothing of caching or display."""
