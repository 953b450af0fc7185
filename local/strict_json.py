"""Texts of JSON as AWS reads them: what Python's reader lets through beyond JSON is refused."""

import json
import math
from collections.abc import Iterable
from typing import Any

DEEPEST = 1_000
"""Arrays and objects inside one another. AWS documents no limit; Java's usual reader of JSON has this one."""

TOO_DEEP = f"it is nested deeper than {DEEPEST} arrays and objects"


def parse_json(text: str | bytes) -> Any:
    """The value of a JSON text.

    Raises:
        ValueError: It is none, it is not in UTF-8, it has a number that is no double, or it is nested deeper
            than `DEEPEST`.
    """
    text = text.decode() if isinstance(text, bytes) else text  # UTF-8 without a mark, where Python guesses
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_double)
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    layer, depth = [value], 0
    while layer := [part for each in layer for part in _parts(each)]:
        depth += 1
        if depth > DEEPEST:
            raise ValueError(TOO_DEEP)
    return value


def _parts(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not valid JSON")


def _double(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text} is out of range")
    return number
