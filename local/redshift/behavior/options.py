"""Fields of knobs and faults: a default, what the handbook and the schema of fleet files say, and limits."""

from typing import Any

from pydantic import Field

from local.redshift.behavior.durations import duration


def option(default: object, description: str, **limits: float) -> Any:
    """A field; ``limits`` are pydantic's ``ge``, ``gt`` and ``le``."""
    return Field(default=default, description=description, **limits)  # type: ignore[call-overload] # limits only


def time_option(default: str, description: str) -> Any:
    """A field for a `Duration`, its default in words."""
    return option(duration(default), description)
