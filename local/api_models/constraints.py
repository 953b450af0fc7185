"""Parameters against the shape that a model gives them: types, required members, values, bounds, patterns.

botocore checks types and lower bounds before it sends a call, and leaves everything else to the service;
other clients check less. Sentences are AWS's own ("1 validation error detected: …", observed of every
service that checks by its model).
"""

import re
from collections.abc import Callable, Iterator, Sized
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

BITS = {"integer": 31, "long": 63}
UNICODE_CLASSES = {
    "\\p{ASCII}": "[\\x00-\\x7F]",
    "\\p{L}": "\\w",
    "\\p{M}": "\\w",
    "\\p{N}": "\\d",
    "\\p{P}": "!-/:-@\\[-`{-~",
    "\\p{S}": "$+<=>^`|~",
    "\\p{Zs}": " ",
    "\\p{Z}": "\\s",
}
"""Java's classes that Python's regular expressions lack, at least as wide."""


class WrongTypeError(Exception):
    """A parameter is not of its shape's type; the message names it and says what it should be."""


@dataclass(frozen=True)
class Violation:
    """One constraint that one parameter breaks.

    Attributes:
        field: Where, as AWS writes it: ``tags.1.member.key``.
        value: What was given, None for a required member that is missing.
        constraint: ``Member must …``.
    """

    field: str
    value: Any
    constraint: str

    @property
    def missing(self) -> bool:
        """Whether a required member was not given."""
        return self.value is None

    def __str__(self) -> str:
        value = "null" if self.missing else f"'{_shorten(self.value)}'"
        return f"Value {value} at '{self.field}' failed to satisfy constraint: {self.constraint}"


def violations(value: Any, shape: Any, field: str = "") -> Iterator[Violation]:
    """Every constraint that a parameter, or a part of it, breaks.

    Args:
        value: Scalars typed; timestamps as a datetime or seconds since 1970, blobs as bytes or text.
        shape: botocore's.
        field: Where it is; empty for a call's whole input.

    Raises:
        WrongTypeError: A part is not of its type; the constraints after it are not looked at.
    """
    kind = shape.type_name
    fits: bool = _FITS[kind](value)
    if not fits:
        raise WrongTypeError(f"{field or 'The request'} must be {_NOUNS[kind]}")
    if kind == "structure":
        yield from _of_structure(value, shape, field)
    elif kind == "list":
        yield from _of_bounds(len(value), value, shape, field, "length")
        for number, part in enumerate(value, 1):
            yield from violations(part, shape.member, f"{field}.{number}.member")
    elif kind == "map":
        yield from _of_bounds(len(value), value, shape, field, "length")
        for key, part in value.items():
            yield from violations(key, shape.key, f"{field}.{key}.key")
            yield from violations(part, shape.value, f"{field}.{key}.value")
    else:
        yield from _of_scalar(value, shape, field)


def summary(found: list[Violation]) -> str:
    """All of them in AWS's one sentence."""
    plural = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {plural} detected: {'; '.join(map(str, found))}"


def _of_structure(value: dict[str, Any], shape: Any, field: str) -> Iterator[Violation]:
    is_tag = (
        shape.name == "Tag"
    )  # some models say of no member that it is required, and every service wants a key
    for name, member in shape.members.items():
        here = f"{field}.{name[0].lower()}{name[1:]}" if field else f"{name[0].lower()}{name[1:]}"
        part = value.get(name)
        if part is not None:
            yield from violations(part, member, here)
        elif name in shape.required_members or (is_tag and name.lower() == "key"):
            yield Violation(here, None, "Member must not be null")


def _of_scalar(value: Any, shape: Any, field: str) -> Iterator[Violation]:
    kind = shape.type_name
    if kind in _NUMBERS:
        yield from _of_bounds(value, value, shape, field, "value")
    if kind != "string":
        return
    yield from _of_bounds(len(value), value, shape, field, "length")
    if getattr(shape, "enum", None) and value not in shape.enum:
        yield Violation(field, value, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    pattern = shape.metadata.get("pattern")
    compiled = None if pattern is None else compiled_pattern(pattern)
    if compiled is not None and not compiled.fullmatch(value):
        yield Violation(field, value, f"Member must satisfy regular expression pattern: {pattern}")


def _of_bounds(size: float, value: Any, shape: Any, field: str, noun: str) -> Iterator[Violation]:
    lowest, highest = shape.metadata.get("min"), shape.metadata.get("max")
    if lowest is not None and size < lowest:
        yield Violation(field, value, f"Member must have {noun} greater than or equal to {lowest}")
    if highest is not None and size > highest:
        yield Violation(field, value, f"Member must have {noun} less than or equal to {highest}")


@cache
def compiled_pattern(pattern: str) -> re.Pattern[str] | None:
    """A model's pattern as Python's; None for the few that Python has no equal of, which are not checked."""
    for java, python in UNICODE_CLASSES.items():
        pattern = pattern.replace(java, python)
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _is_whole(bits: int, value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) <= 1 << bits and value == int(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_moment(value: Any) -> bool:
    return _is_number(value) and EARLIEST <= value < LATEST


def _shorten(value: Any, most: int = 200) -> str:
    text = f"a value of length {len(value)}" if isinstance(value, list | dict) else str(value)
    return text if len(text) <= most else f"{text[:most]}…"


EARLIEST, LATEST = -62_135_596_800, 253_402_300_800
"""Seconds since 1970 of the years 1 and 10000."""

_NUMBERS = {"integer", "long", "float", "double"}
_FITS: dict[str, Callable[[Any], bool]] = {
    "structure": lambda value: isinstance(value, dict),
    "map": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _is_whole(BITS["integer"], value),
    "long": lambda value: _is_whole(BITS["long"], value),
    "float": _is_number,
    "double": _is_number,
    "blob": lambda value: isinstance(value, Sized),
    "timestamp": lambda value: isinstance(value, datetime) or _is_moment(value),
}
_NOUNS = {
    "structure": "a structure",
    "map": "a map",
    "list": "a list",
    "string": "a string",
    "boolean": "true or false",
    "integer": "a whole number of 32 bits",
    "long": "a whole number of 64 bits",
    "float": "a number",
    "double": "a number",
    "blob": "a blob",
    "timestamp": "a timestamp: seconds since 1970, of the years 1 to 9999",
}
