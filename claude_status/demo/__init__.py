"""The real program at work on made-up numbers, against an API of its own."""
