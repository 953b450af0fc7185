"""Event patterns: which events a rule is about, checked before they are kept.

Source: EventBridge user guide, "Creating Amazon EventBridge event patterns" and "Comparison operators".
moto's matcher takes an operator that it does not know for one that matches everything, and passes over
objects in arrays.
"""

import ipaddress
import json
import operator
import re
from collections.abc import Callable
from typing import Any

from local.strict_json import parse_json

OR = "$or"
EXISTS = "exists"
COMPARISONS = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}


class PatternError(Exception):
    """A pattern that EventBridge would refuse; the message is the reason as EventBridge gives it."""


def parse(text: str) -> dict[str, Any]:
    """The pattern that a rule's JSON stands for.

    Raises:
        PatternError: It is no pattern.
    """
    try:
        pattern = parse_json(text)
    except ValueError as error:
        raise PatternError(f"Pattern is not valid JSON: {error}") from error
    _check(pattern, "the pattern")
    return dict(pattern)


def matches(pattern: dict[str, Any], event: Any) -> bool:
    """Whether an event, or a part of one, is what a pattern describes.

    Of an array of objects, one object has to fit the whole pattern.
    """
    if isinstance(event, list):
        return any(matches(pattern, item) for item in event)
    fields = event if isinstance(event, dict) else {}
    return all(_fits(name, wanted, fields) for name, wanted in pattern.items())


def _fits(name: str, wanted: Any, fields: dict[str, Any]) -> bool:
    if name == OR:
        return any(matches(alternative, fields) for alternative in wanted)
    if isinstance(wanted, dict):
        return matches(wanted, fields.get(name))
    values = _leaves(fields[name]) if name in fields else []
    return any(_allows(each, values) for each in wanted)


def _leaves(value: Any) -> list[Any]:
    """What a field holds; an object, and an array without values, count as nothing."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if not isinstance(each, dict)]


def _allows(condition: Any, values: list[Any]) -> bool:
    if not isinstance(condition, dict):
        return any(_same(value, condition) for value in values)
    ((name, argument),) = condition.items()
    if name == EXISTS:
        return bool(values) is argument
    return any(OPERATORS[name](value, argument) for value in values)


def _same(value: Any, wanted: Any) -> bool:
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def _text(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    """An operator on strings, whose argument may ask to ignore case."""

    def applies(value: Any, argument: Any) -> bool:
        if not isinstance(value, str):
            return False
        if isinstance(argument, dict):
            return test(value.lower(), argument["equals-ignore-case"].lower())
        return test(value, argument)

    return applies


def _numeric(value: Any, argument: list[Any]) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    pairs = zip(argument[::2], argument[1::2], strict=True)
    return all(COMPARISONS[comparison](value, bound) for comparison, bound in pairs)


def _in_network(value: Any, argument: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(argument, strict=False)
    except ValueError:
        return False


def _wildcard(value: str, argument: str) -> bool:
    r"""``*`` stands for any characters; ``\*`` and ``\\`` for themselves."""
    parts = re.findall(r"\\[*\\]|.", argument, re.DOTALL)
    pattern = "".join(".*" if part == "*" else re.escape(part[-1]) for part in parts)
    return re.fullmatch(pattern, value, re.DOTALL) is not None


def _anything_but(value: Any, argument: Any) -> bool:
    if isinstance(argument, dict):
        ((name, inner),) = argument.items()
        excluded = inner if isinstance(inner, list) else [inner]
        return not any(OPERATORS[name](value, each) for each in excluded)
    excluded = argument if isinstance(argument, list) else [argument]
    return not any(_same(value, each) for each in excluded)


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "anything-but": _anything_but,
    "cidr": _in_network,
    "equals-ignore-case": _text(lambda value, wanted: value.lower() == wanted.lower()),
    "numeric": _numeric,
    "prefix": _text(str.startswith),
    "suffix": _text(str.endswith),
    "wildcard": _text(_wildcard),
}
WITHIN_ANYTHING_BUT = frozenset({"equals-ignore-case", "prefix", "suffix", "wildcard"})


def _check(pattern: Any, where: str) -> None:
    if not isinstance(pattern, dict) or not pattern:
        raise PatternError(f"{where} must be an object with at least one field")
    for name, wanted in pattern.items():
        if name == OR:
            _check_alternatives(wanted)
        elif isinstance(wanted, dict):
            _check(wanted, f'"{name}"')
        elif not isinstance(wanted, list):
            raise PatternError(f'"{name}" must be an object or an array')
        else:
            _check_conditions(name, wanted)


def _check_alternatives(alternatives: Any) -> None:
    if not isinstance(alternatives, list) or len(alternatives) < 2:  # noqa: PLR2004 - one is no alternative
        raise PatternError(f'"{OR}" must be an array of at least two patterns')
    for alternative in alternatives:
        _check(alternative, f'each pattern of "{OR}"')


def _check_conditions(name: str, conditions: list[Any]) -> None:
    if not conditions:
        raise PatternError(f'Empty arrays are not allowed: "{name}"')
    for condition in conditions:
        if isinstance(condition, list):
            raise PatternError(f'Match value must be String, number, true, false, or null: "{name}"')
        if isinstance(condition, dict):
            _check_operator(condition, OPERATORS.keys() | {EXISTS})


def _check_operator(condition: dict[str, Any], known: frozenset[str] | set[str]) -> None:
    if len(condition) != 1:
        raise PatternError(f"Only one key allowed in match expression: {json.dumps(condition)}")
    ((name, argument),) = condition.items()
    if name not in known:
        raise PatternError(f"Unrecognized match type {name}")
    if not _argument_fits(name, argument):
        raise PatternError(f"Value of {name} is not valid: {json.dumps(argument)}")
    if name == "anything-but" and isinstance(argument, dict):
        _check_operator(argument, WITHIN_ANYTHING_BUT)


def _argument_fits(name: str, argument: Any) -> bool:
    match name:
        case "exists":
            return isinstance(argument, bool)
        case "numeric":
            return _is_numeric(argument)
        case "anything-but":
            return argument not in ([], {})
        case "prefix" | "suffix" if isinstance(argument, dict):
            return argument.keys() == {"equals-ignore-case"}
        case _:
            return isinstance(argument, (str, list)) and argument != []


def _is_numeric(argument: Any) -> bool:
    return (
        isinstance(argument, list)
        and len(argument) in {2, 4}
        and all(comparison in COMPARISONS for comparison in argument[::2])
        and all(isinstance(bound, (int, float)) for bound in argument[1::2])
    )
