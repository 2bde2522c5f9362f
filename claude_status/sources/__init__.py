"""Where readings come from; a source knows how to ask, and nothing about caching or display."""
