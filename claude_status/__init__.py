"""How much of a Claude plan is used, shown where people already look."""

__version__ = "0.1.0"
