"""Spans of time as people write them: ``10 minutes``, ``30 to 120 seconds``, ``forever``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError, core_schema

if TYPE_CHECKING:
    import random

    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
PART = re.compile(r"(\d+(?:\.\d+)?) ?(second|minute|hour|day|week)s?")
FOREVER = timedelta(days=36500)
"""A hundred years: longer than any run, short enough to add to a date."""

HINT = "write a span such as '10 minutes', '1 hour 30 minutes', '30 to 120 seconds' or 'forever'"


@dataclass(frozen=True, slots=True)
class Span:
    """How long something takes: always the same, or anything between two bounds."""

    shortest: timedelta
    longest: timedelta

    def draw(self, dice: random.Random) -> timedelta:
        """One length out of the span; whole milliseconds, so that timestamps stay readable."""
        extra = (self.longest - self.shortest).total_seconds()
        if not extra:
            return self.shortest
        return self.shortest + timedelta(milliseconds=round(dice.random() * extra * 1000))

    @property
    def endless(self) -> bool:
        """True for ``forever``: what takes this long never ends by itself."""
        return self.shortest >= FOREVER

    @classmethod
    def parse(cls, text: object) -> Span:
        """Read a span.

        Raises:
            ValueError: The text is none of the accepted forms; the message shows them.
        """
        if isinstance(text, Span):
            return text
        if not isinstance(text, str):
            raise ValueError(f"{text!r} is not a span of time; {HINT}")  # noqa: TRY004 pydantic reports ValueErrors
        if text.strip().lower() == "forever":
            return cls(FOREVER, FOREVER)
        low, to, high = text.strip().lower().partition(" to ")
        if not to:
            length = parse_length(low)
            return cls(length, length)
        longest = parse_length(high)
        bare = re.fullmatch(r"\d+(?:\.\d+)?", low.strip())
        shortest = parse_length(f"{low} {high.split()[-1]}" if bare else low)
        if shortest > longest:
            raise ValueError(f"{text!r} begins with its longer end; write the shorter one first")
        return cls(shortest, longest)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(_validate)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {
            "type": "string",
            "examples": ["10 minutes", "1 hour 30 minutes", "30 to 120 seconds", "forever"],
        }


def parse_length(text: str) -> timedelta:
    """Read one fixed length, ``90 seconds`` or ``1 hour 30 minutes``.

    Raises:
        ValueError: The text is not a number and a unit, once or several times.
    """
    words = text.strip().lower()
    if not words or PART.sub("", words).strip():
        raise ValueError(f"{text.strip()!r} is not a span of time; {HINT}")
    return sum((float(number) * UNITS[unit] for number, unit in PART.findall(words)), timedelta())


def span(text: str) -> Span:
    """A span from its text; the short form for defaults."""
    return Span.parse(text)


def _validate(value: object) -> Span:
    try:
        return Span.parse(value)
    except ValueError as error:
        raise PydanticCustomError("span", "{reason}", {"reason": str(error)}) from error
