"""Whether an IAM role lets Redshift use it, from its trust policy; else why not, as half a sentence about it.

Redshift refuses others: "The IAM role … is not valid. The IAM role must delegate access to an Amazon Redshift
account." (observed: hashicorp/terraform-provider-aws#19113).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

PRINCIPALS = ("redshift.amazonaws.com", "redshift.amazonaws.com.cn")
"""Redshift's service principal, and its name in China."""

ASSUME = "sts:assumerole"
"""IAM compares actions without regard to case."""


@dataclass(frozen=True)
class Trust:
    """What a trust policy says about Redshift.

    Attributes:
        problem: Why Redshift may not assume the role, empty when it may.
        conditions: Condition keys under which it may: they are met or not, which only a cluster shows.
    """

    problem: str = ""
    conditions: tuple[str, ...] = ()


def trust_of(policy: Any) -> Trust:
    """What the trust policy in ``policy``, a JSON document, says about Redshift."""
    about = [statement for statement in _statements(policy) if _is_about_redshift(statement)]
    if any(statement.get("Effect") == "Deny" and not statement.get("Condition") for statement in about):
        return Trust("is denied to Redshift by its trust policy")
    allowing = [_conditions(statement) for statement in about if statement.get("Effect") == "Allow"]
    if not allowing:
        return Trust("does not trust Redshift: its trust policy has to let redshift.amazonaws.com assume it")
    return Trust(conditions=() if () in allowing else allowing[0])


def _statements(policy: Any) -> Iterator[Mapping[str, Any]]:
    statements = policy.get("Statement", []) if isinstance(policy, dict) else []
    yield from (each for each in _as_list(statements) if isinstance(each, dict))


def _is_about_redshift(statement: Mapping[str, Any]) -> bool:
    return _names_redshift(statement) and _is_to_assume(statement)


def _names_redshift(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    if principal == "*":
        return True
    services = _as_list(principal.get("Service", [])) if isinstance(principal, dict) else []
    return any(service in PRINCIPALS for service in services)


def _is_to_assume(statement: Mapping[str, Any]) -> bool:
    return any(fnmatchcase(ASSUME, str(action).lower()) for action in _as_list(statement.get("Action", [])))


def _conditions(statement: Mapping[str, Any]) -> tuple[str, ...]:
    condition = statement.get("Condition") or {}
    return tuple(sorted(key for test in condition.values() for key in test))


def _as_list(value: Any) -> list[Any]:
    """IAM writes one of something without a list."""
    return value if isinstance(value, list) else [value]
