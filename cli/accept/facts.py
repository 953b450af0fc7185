"""What an acceptance run asks of an account, and what local AWS assumes in the meantime."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

Value = str | bool | int | timedelta | tuple[str, ...]
"""One reading: a word (a code, a status), yes or no, a number, how long something took, or several words."""


class Basis(StrEnum):
    """What the assumption rests on."""

    DOCUMENTED = "documented"
    OBSERVED = "observed by others"
    INFERRED = "inferred"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    OPEN = "open"


@dataclass(frozen=True)
class Fact:
    """One question.

    Attributes:
        id: Its name; that of local AWS's knob, if there is one.
        subject: Which part of the run answers it.
        expected: What local AWS assumes; None for durations.
        at_most: Of a duration: what the steward allows for.
        readings: The other values that the knob can have, if they can be counted.
        is_knob: Whether there is a knob that takes any value.
    """

    id: str
    subject: str
    question: str
    basis: Basis
    expected: Value | None = None
    at_most: timedelta | None = None
    readings: tuple[Value, ...] = ()
    is_knob: bool = False

    @property
    def has_knob(self) -> bool:
        return self.is_knob or bool(self.readings)

    def can_be_set_to(self, value: Value) -> bool:
        """Whether local AWS can be made to behave like this."""
        if not self.has_knob:
            return False
        return not self.readings or value in (self.expected, *self.readings)


def verdict(fact: Fact, values: tuple[Value, ...]) -> Verdict:
    """What the readings say about the assumption; without any, the question stays open."""
    if not values:
        return Verdict.OPEN
    if fact.at_most is not None:
        fits = all(isinstance(value, timedelta) and value <= fact.at_most for value in values)
    else:
        fits = all(value == fact.expected for value in values)
    return Verdict.CONFIRMED if fits else Verdict.REFUTED
