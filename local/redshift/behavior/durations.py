"""Durations as people write them: ``10 minutes``, ``30 to 120 seconds``, ``forever``."""

from __future__ import annotations

import math
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
USUALLY = re.compile(r"usually (.+), at most (.+)")
FOREVER = timedelta(days=36500)
"""A hundred years: longer than any run, short enough to add to a date."""

TAIL = 2.33
"""Standard deviations within which 99 of 100 draws of ``usually …, at most …`` lie."""

EXAMPLES = [
    "10 minutes",
    "1 hour 30 minutes",
    "30 to 120 seconds",
    "usually 10 minutes, at most 4 hours",
    "forever",
]
HINT = f"write a duration such as {', '.join(map(repr, EXAMPLES[:-1]))} or {EXAMPLES[-1]!r}"


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something takes: always the same, or anything between two bounds.

    Attributes:
        median: Where given, lengths are log-normal around it, so that a few take much longer.
    """

    shortest: timedelta
    longest: timedelta
    median: timedelta | None = None

    def draw(self, rng: random.Random) -> timedelta:
        """One length within the bounds; whole milliseconds, so that timestamps stay readable."""
        if self.shortest == self.longest:
            return self.shortest
        if self.median is not None:
            return min(self.longest, self._log_normal(self.median, rng))
        extra = (self.longest - self.shortest).total_seconds()
        return self.shortest + timedelta(milliseconds=round(rng.random() * extra * 1000))

    def _log_normal(self, median: timedelta, rng: random.Random) -> timedelta:
        spread = math.log(self.longest / median) / TAIL
        return timedelta(milliseconds=round(rng.lognormvariate(0, spread) * median.total_seconds() * 1000))

    def __str__(self) -> str:
        """As one writes it."""
        if self.endless:
            return "forever"
        if self.median is not None:
            return f"usually {_in_words(self.median)}, at most {_in_words(self.longest)}"
        if self.shortest == self.longest:
            return _in_words(self.longest)
        return f"{_in_words(self.shortest)} to {_in_words(self.longest)}"

    @property
    def endless(self) -> bool:
        """True for ``forever``: what takes this long never ends by itself."""
        return self.shortest >= FOREVER

    @classmethod
    def parse(cls, text: object) -> Duration:
        """Read a duration.

        Raises:
            ValueError: The text is none of the accepted forms; the message shows them.
        """
        if isinstance(text, Duration):
            return text
        if not isinstance(text, str):
            raise ValueError(f"{text!r} is not a duration; {HINT}")  # noqa: TRY004 pydantic reports ValueErrors
        words = " ".join(text.lower().split())
        if words == "forever":
            return cls(FOREVER, FOREVER)
        usually = USUALLY.fullmatch(words)
        if usually is not None:
            return _around(text, parse_length(usually[1]), parse_length(usually[2]))
        return _between(text, words)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        written = core_schema.to_string_ser_schema()
        return core_schema.no_info_plain_validator_function(_validate, serialization=written)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "examples": EXAMPLES}


def _between(text: str, words: str) -> Duration:
    """One length, or ``30 to 120 seconds``, where the first one may leave its unit to the second."""
    low, to, high = words.partition(" to ")
    if not to:
        length = parse_length(low)
        return Duration(length, length)
    unitless = re.fullmatch(r"\d+(?:\.\d+)?", low)
    shortest = parse_length(f"{low} {high.split()[-1]}" if unitless else low)
    longest = parse_length(high)
    if shortest > longest:
        raise ValueError(f"{text!r} begins with its longer end; write the shorter one first")
    return Duration(shortest, longest)


def _around(text: str, median: timedelta, longest: timedelta) -> Duration:
    if not timedelta() < median < longest:
        raise ValueError(f"{text!r} is at most shorter than it usually is; write the shorter one first")
    return Duration(timedelta(), longest, median)


def parse_length(text: str) -> timedelta:
    """Read one fixed length, ``90 seconds`` or ``1 hour 30 minutes``.

    Raises:
        ValueError: The text is not a number and a unit, once or several times.
    """
    words = text.strip().lower()
    if not words or PART.sub("", words).strip():
        raise ValueError(f"{text.strip()!r} is not a duration; {HINT}")
    return sum((float(number) * UNITS[unit] for number, unit in PART.findall(words)), timedelta())


def _in_words(length: timedelta) -> str:
    """A length in the largest unit that it is a whole number of."""
    for unit, size in reversed(UNITS.items()):
        if length and not length % size:
            number = length // size
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return f"{length.total_seconds():g} seconds"


def duration(text: str) -> Duration:
    """Short for `Duration.parse`, for defaults."""
    return Duration.parse(text)


def _validate(value: object) -> Duration:
    try:
        return Duration.parse(value)
    except ValueError as error:
        raise PydanticCustomError("duration", "{reason}", {"reason": str(error)}) from error
