"""What programs beside the tests print."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """Print to whoever watches, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
