"""The Condition element of policies.

IAM user guide, "IAM JSON policy elements: Condition operators", "Conditions with multiple context keys or
values" and "Single-valued vs. multivalued context keys".
"""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from local.iam.patterns import matches, plain, substitute_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.iam.patterns import ReadContext

    Test = Callable[[str, str], bool]

IF_EXISTS = "IfExists"
ALL, ANY = "ForAllValues", "ForAnyValue"
ARN_PARTS = 6


class UnknownOperatorError(Exception):
    """A policy uses a condition operator that is not evaluated here; the message is a sentence."""


def holds(condition: Mapping[str, Mapping[str, Any]], context: ReadContext) -> bool:
    """Whether every operator of a Condition element holds for every key that it names.

    Raises:
        UnknownOperatorError: Local AWS cannot evaluate an operator.
    """
    return all(
        _key_holds(operator, key.lower(), _texts(wanted), context)
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def _key_holds(operator: str, key: str, wanted: list[str], context: ReadContext) -> bool:
    quantifier, colon, name = operator.rpartition(":")
    optional = name.endswith(IF_EXISTS)
    name = name.removesuffix(IF_EXISTS)
    found = context.get(key, ())
    if name == "Null":
        return all((value.lower() == "true") is not bool(found) for value in wanted)
    test, negated = _test(name)
    if not found:
        return optional or quantifier == ALL or (negated and quantifier != ANY)
    patterns = [text for text in (substitute_variables(each, context) for each in wanted) if text is not None]
    results = [any(test(pattern, value) for pattern in patterns) is not negated for value in found]
    # Without a quantifier, a negated operator must hold for every value there is (a single one, usually).
    demands_all = quantifier == ALL or (not colon and negated)
    return all(results) if demands_all else any(results)


def _test(name: str) -> tuple[Test, bool]:
    """How one value is compared, and whether the outcome is turned round."""
    if name in TESTS:
        return TESTS[name], False
    positive = NEGATIONS.get(name)
    if positive is None:
        raise UnknownOperatorError(f"local AWS does not evaluate the condition operator {name}")
    return TESTS[positive], True


def _texts(wanted: Any) -> list[str]:
    values = wanted if isinstance(wanted, list) else [wanted]
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]


def _equals(pattern: str, value: str) -> bool:
    return plain(pattern) == value


def _equals_ignoring_case(pattern: str, value: str) -> bool:
    return plain(pattern).lower() == value.lower()


def _arn_like(pattern: str, value: str) -> bool:
    """Each of an ARN's six parts for itself: a wildcard does not reach over a colon of the first five."""
    wanted, found = pattern.split(":", ARN_PARTS - 1), value.split(":", ARN_PARTS - 1)
    pairs = zip(wanted, found, strict=False)
    return len(wanted) == len(found) == ARN_PARTS and all(matches(part, text) for part, text in pairs)


def _number(compare: Callable[[float, float], bool]) -> Test:
    return _compare(float, compare)


def _date(compare: Callable[[float, float], bool]) -> Test:
    return _compare(_moment, compare)


def _compare(read: Callable[[str], float], compare: Callable[[float, float], bool]) -> Test:
    def test(pattern: str, value: str) -> bool:
        try:
            return compare(read(value), read(pattern))
        except ValueError:
            return False

    return test


def _moment(text: str) -> float:
    """ISO 8601 or seconds since 1970."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _in_network(pattern: str, value: str) -> bool:
    try:
        return ip_address(value) in ip_network(pattern, strict=False)
    except ValueError:
        return False


TESTS: dict[str, Test] = {
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": _equals_ignoring_case,
    "StringLike": matches,
    "Bool": _equals_ignoring_case,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "NumericEquals": _number(lambda a, b: a == b),
    "NumericLessThan": _number(lambda a, b: a < b),
    "NumericLessThanEquals": _number(lambda a, b: a <= b),
    "NumericGreaterThan": _number(lambda a, b: a > b),
    "NumericGreaterThanEquals": _number(lambda a, b: a >= b),
    "DateEquals": _date(lambda a, b: a == b),
    "DateLessThan": _date(lambda a, b: a < b),
    "DateLessThanEquals": _date(lambda a, b: a <= b),
    "DateGreaterThan": _date(lambda a, b: a > b),
    "DateGreaterThanEquals": _date(lambda a, b: a >= b),
    "IpAddress": _in_network,
}
"""Operators: whether a request's value fits what the policy names."""

NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}
"""Operators that hold where another one does not, also for a key that the request lacks."""
