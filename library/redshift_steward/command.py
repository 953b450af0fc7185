"""The command `steward`, wherever it is installed."""

from cli.__main__ import main

__all__ = ["main"]
