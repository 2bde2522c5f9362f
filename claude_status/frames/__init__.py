"""The frames: everything that a line will show from now on, drawn ahead."""
