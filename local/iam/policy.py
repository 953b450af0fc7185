"""Policy documents: which statements apply to a request, and what they say together.

IAM user guide, "Policy evaluation logic": an explicit deny wins, else one allow is needed. Elements are those
of the "IAM JSON policy element reference".
"""

import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from local.iam.conditions import holds
from local.iam.patterns import ReadContext, matches, substitute_variables


class Effect(Enum):
    """What policies say about a request."""

    ALLOW = "Allow"
    DENY = "Deny"
    SILENT = "no statement applies"


@dataclass(frozen=True)
class Request:
    """One action on one resource.

    Attributes:
        action: ``redshift:DeleteCluster``.
        resource: Its ARN, or ``*`` for actions that have none.
        context: Condition keys.
        principals: What a resource's policy may call the caller: ARNs, account number, service.
    """

    action: str
    resource: str
    context: ReadContext
    principals: tuple[str, ...] = ()


def effect(documents: Iterable[str], request: Request) -> Effect:
    """What policy documents (JSON) say together about a request.

    Raises:
        UnknownOperatorError: A condition cannot be evaluated.
    """
    found = Effect.SILENT
    for document in documents:
        for statement in _statements(document):
            if statement["Effect"] != found.value and _applies(statement, request):
                if statement["Effect"] == Effect.DENY.value:
                    return Effect.DENY
                found = Effect.ALLOW
    return found


@functools.lru_cache(maxsize=1024)
def _statements(document: str) -> tuple[dict[str, Any], ...]:
    statements = json.loads(document)["Statement"]
    return tuple(statements if isinstance(statements, list) else [statements])


def _applies(statement: dict[str, Any], request: Request) -> bool:
    return (
        _names_action(statement, request.action)
        and _names_resource(statement, request)
        and _names_principal(statement, request.principals)
        and holds(statement.get("Condition") or {}, request.context)
    )


def _names_action(statement: dict[str, Any], action: str) -> bool:
    element = "NotAction" if "NotAction" in statement else "Action"
    named = any(matches(pattern, action, ignore_case=True) for pattern in _as_list(statement[element]))
    return named is (element == "Action")


def _names_resource(statement: dict[str, Any], request: Request) -> bool:
    if "Resource" not in statement and "NotResource" not in statement:
        return True  # trust policies have none
    element = "NotResource" if "NotResource" in statement else "Resource"
    patterns = (substitute_variables(pattern, request.context) for pattern in _as_list(statement[element]))
    named = any(pattern is not None and matches(pattern, request.resource) for pattern in patterns)
    return named is (element == "Resource")


def _names_principal(statement: dict[str, Any], principals: tuple[str, ...]) -> bool:
    if "Principal" not in statement and "NotPrincipal" not in statement:
        return True  # identity-based policies have none
    element = "NotPrincipal" if "NotPrincipal" in statement else "Principal"
    named = any(name == "*" or name in principals for name in _principals(statement[element]))
    return named is (element == "Principal")


def _principals(element: Any) -> list[str]:
    if isinstance(element, dict):
        return [name for names in element.values() for name in _as_list(names)]
    return _as_list(element)


def _as_list(value: Any) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]
