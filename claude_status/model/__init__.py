"""What is known about a plan's usage: pure, without input or output; ``now`` is passed in."""
