"""Rules of the Amazon States Language that moto's grammar does not know, one entry each.

Sources: Amazon States Language specification; Step Functions developer guide, "Handling errors", "Passing
data between states with variables", "Transforming data with JSONata".
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local.stepfunctions.asl.jsonata import expression
from local.stepfunctions.asl.limits import LONGEST_SECONDS, RANGES, is_number, whole_number_in_range

MOST_ATTEMPTS = 99_999_999
LONGEST_DELAY = 31_622_400
ALL = "States.ALL"
JSONPATH_FIELDS = (
    "InputPath",
    "OutputPath",
    "Parameters",
    "ResultPath",
    "ResultSelector",
    "ItemsPath",
    "SecondsPath",
    "TimestampPath",
    "TimeoutSecondsPath",
    "HeartbeatSecondsPath",
    "MaxConcurrencyPath",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentagePath",
    "ErrorPath",
    "CausePath",
)
CATCHING = frozenset({"Task", "Parallel", "Map"})
"""Types of states that may have Retry and Catch."""

OF_RETRIERS: Mapping[str, tuple[float, float]] = {
    "IntervalSeconds": (1, LONGEST_SECONDS),
    "MaxAttempts": (0, MOST_ATTEMPTS),
    "BackoffRate": (1, float("inf")),
    "MaxDelaySeconds": (1, LONGEST_DELAY),
}
"""Least and most of a retrier's numbers."""

WHOLE = frozenset(OF_RETRIERS) - {"BackoffRate"}


def broken_rules(state: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a state, each as the end of a sentence that its place begins."""
    for rule in RULES:
        yield from rule(state)


def _jsonpath_fields(state: Mapping[str, Any]) -> Iterator[str]:
    for field in JSONPATH_FIELDS:
        if field in state and not (field == "Parameters" and state["Type"] == "Task"):
            yield f"/{field} is a field of JSONPath and cannot stand in a state of JSONata"


def _errors_where_none_can_be(state: Mapping[str, Any]) -> Iterator[str]:
    for field in ("Retry", "Catch"):
        if field in state and state["Type"] not in CATCHING:
            yield f"/{field} cannot stand in a state of the type {state['Type']}"


def _all_alone_and_last(state: Mapping[str, Any]) -> Iterator[str]:
    for field in ("Retry", "Catch"):
        rules = state.get(field) or []
        for index, rule in enumerate(rules):
            names = rule.get("ErrorEquals", [])
            if ALL in names and (len(names) > 1 or index < len(rules) - 1):
                yield f"/{field}[{index}]/ErrorEquals: {ALL} must appear alone and in the last entry"


def _numbers_in_range(state: Mapping[str, Any]) -> Iterator[str]:
    for field, (low, high) in RANGES.items():
        value = state.get(field)
        if value is not None and expression(value) is None and not whole_number_in_range(field, value):
            yield f"/{field} must be a number from {low} to {high}, not {value}"


def _heartbeat_within_timeout(state: Mapping[str, Any]) -> Iterator[str]:
    heartbeat: Any = state.get("HeartbeatSeconds")
    timeout: Any = state.get("TimeoutSeconds")
    if is_number(heartbeat) and is_number(timeout) and heartbeat >= timeout:
        yield "/HeartbeatSeconds must be less than TimeoutSeconds"


def _retriers_in_range(state: Mapping[str, Any]) -> Iterator[str]:
    for index, retrier in enumerate(state.get("Retry") or []):
        for field, (low, high) in OF_RETRIERS.items():
            value = retrier.get(field)
            fits = is_number(value) and low <= value <= high and (field not in WHOLE or value == int(value))
            if value is not None and not fits:
                yield f"/Retry[{index}]/{field} must be a number from {low:g} to {high:g}, not {value}"
        first, most = retrier.get("IntervalSeconds", 1), retrier.get("MaxDelaySeconds")
        if is_number(most) and is_number(first) and most <= first:
            yield f"/Retry[{index}]/MaxDelaySeconds must be greater than IntervalSeconds"


def _variables_have_names(state: Mapping[str, Any]) -> Iterator[str]:
    sources = [state, *(state.get("Choices") or []), *(state.get("Catch") or [])]
    for name in (name for source in sources for name in source.get("Assign") or {}):
        if name == "states":
            yield "/Assign: the variable name 'states' is reserved"
        elif not name.isidentifier() or name.startswith("_") or len(name) > LONGEST_VARIABLE:
            yield f"/Assign: {name!r} is not a valid variable name"


def _waits_one_way(state: Mapping[str, Any]) -> Iterator[str]:
    if state["Type"] == "Wait" and len({"Seconds", "Timestamp"} & state.keys()) != 1:
        yield " must have exactly one of Seconds and Timestamp"


def _one_way_on(state: Mapping[str, Any]) -> Iterator[str]:
    if "Next" in state and state.get("End"):
        yield " has both Next and End"
    if state["Type"] in {"Choice", "Succeed", "Fail"} and ("Next" in state or "End" in state):
        yield f" is of the type {state['Type']} and can have neither Next nor End"


def _fails_plainly(state: Mapping[str, Any]) -> Iterator[str]:
    if state["Type"] == "Fail" and ({"Output", "Assign"} & state.keys()):
        yield " is of the type Fail and can have neither Output nor Assign"


LONGEST_VARIABLE = 80
RULES: tuple[Callable[[Mapping[str, Any]], Iterator[str]], ...] = (
    _jsonpath_fields,
    _errors_where_none_can_be,
    _all_alone_and_last,
    _numbers_in_range,
    _heartbeat_within_timeout,
    _retriers_in_range,
    _variables_have_names,
    _waits_one_way,
    _one_way_on,
    _fails_plainly,
)
"""Every rule, in the order in which they are looked at."""
