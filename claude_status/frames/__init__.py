"""The film strip: everything that a line will say from now on, drawn ahead."""
