"""Tongban 通办: apply where you are, decided where the power lies."""

__version__ = "0.1.0"
