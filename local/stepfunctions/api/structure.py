"""Which fields of a definition hold what: checked first and at every depth, so that the rules can rely on it.

Source: Amazon States Language specification. Fields that are not here are left to moto's grammar.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from local.stepfunctions.asl.jsonata import expression

Check = Callable[[Any, str], Iterator[str]]
"""What is wrong with the value at a place, each a sentence."""

EXCERPT = 60


def _value_of(description: str, *types: type, expressions: bool = False) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        fits = isinstance(value, types) and (bool in types or not isinstance(value, bool))
        if not fits and not (expressions and expression(value) is not None):
            yield f"{place} must be {description}, not {_excerpt(value)}"

    return check


def _list_of(element: Check) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        yield from _value_of("an array", list)(value, place)
        for index, each in enumerate(value if isinstance(value, list) else []):
            yield from element(each, f"{place}[{index}]")

    return check


def _object_of(fields: dict[str, Check], required: tuple[str, ...] = ()) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield from OBJECT(value, place or "The definition")
            return
        yield from (f"{place or 'The definition'} has no {name}" for name in required if name not in value)
        for name, each in value.items():
            yield from fields.get(name, _anything)(each, f"{place}/{name}")

    return check


def _states(value: Any, place: str) -> Iterator[str]:
    yield from OBJECT(value, place)
    for name, state in (value if isinstance(value, dict) else {}).items():
        yield from _object_of(STATE, ("Type",))(state, f"{place}/{name}")


def _anything(value: Any, place: str) -> Iterator[str]:
    del value, place
    yield from ()


def _excerpt(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"


OBJECT = _value_of("an object", dict)
TEXT = _value_of("a string", str)
NUMBER = _value_of("a number", int, float)
BOOLEAN = _value_of("true or false", bool)
NUMBER_OR_EXPRESSION = _value_of("a number or an expression", int, float, expressions=True)
BOOLEAN_OR_EXPRESSION = _value_of("true, false or an expression", bool, expressions=True)
OBJECT_OR_EXPRESSION = _value_of("an object or an expression", dict, expressions=True)
ITEMS = _value_of("an array, an object or an expression", list, dict, expressions=True)

RETRIER = {
    "Comment": TEXT,
    "ErrorEquals": _list_of(TEXT),
    "IntervalSeconds": NUMBER,
    "MaxAttempts": NUMBER,
    "BackoffRate": NUMBER,
    "MaxDelaySeconds": NUMBER,
    "JitterStrategy": TEXT,
}
LEADS_ON: dict[str, Check] = {"Comment": TEXT, "Next": TEXT, "Assign": OBJECT}
CATCHER = {**LEADS_ON, "ErrorEquals": _list_of(TEXT)}
CHOICE = {**LEADS_ON, "Condition": BOOLEAN_OR_EXPRESSION}
SEQUENCE: dict[str, Check] = {"Comment": TEXT, "QueryLanguage": TEXT, "StartAt": TEXT, "States": _states}
PROCESSOR = {**SEQUENCE, "ProcessorConfig": _object_of({"Mode": TEXT, "ExecutionType": TEXT})}
READER = {
    "Resource": TEXT,
    "Arguments": OBJECT_OR_EXPRESSION,
    "ReaderConfig": _object_of({"InputType": TEXT, "MaxItems": NUMBER_OR_EXPRESSION}),
}
STATE: dict[str, Check] = {
    **LEADS_ON,
    "Type": TEXT,
    "QueryLanguage": TEXT,
    "End": BOOLEAN,
    "Default": TEXT,
    "Resource": TEXT,
    "Timestamp": TEXT,
    "Error": TEXT,
    "Cause": TEXT,
    "Label": TEXT,
    "Seconds": NUMBER_OR_EXPRESSION,
    "TimeoutSeconds": NUMBER_OR_EXPRESSION,
    "HeartbeatSeconds": NUMBER_OR_EXPRESSION,
    "MaxConcurrency": NUMBER_OR_EXPRESSION,
    "ToleratedFailureCount": NUMBER_OR_EXPRESSION,
    "ToleratedFailurePercentage": NUMBER_OR_EXPRESSION,
    "ItemSelector": OBJECT_OR_EXPRESSION,
    "Items": ITEMS,
    "Retry": _list_of(_object_of(RETRIER, ("ErrorEquals",))),
    "Catch": _list_of(_object_of(CATCHER, ("ErrorEquals", "Next"))),
    "Choices": _list_of(_object_of(CHOICE, ("Condition", "Next"))),
    "Branches": _list_of(_object_of(SEQUENCE, ("StartAt", "States"))),
    "ItemProcessor": _object_of(PROCESSOR, ("StartAt", "States")),
    "ItemReader": _object_of(READER, ("Resource", "ReaderConfig")),
}
MACHINE = {**SEQUENCE, "Version": TEXT, "TimeoutSeconds": NUMBER}

structure_problems = _object_of(MACHINE, ("StartAt", "States"))
"""What is wrong with the structure of a definition, given the place ``""``."""
