"""What is known of a plan's use: pure, without input or output; ``now`` is passed in."""
