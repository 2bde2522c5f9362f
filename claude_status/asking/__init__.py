"""Asking the sources, and keeping what they answered."""
