"""What a role's trust policy says of its sessions: who names them, and who sets their source identity."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

FEDERATED = {
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
}
"""What a trust policy may allow so that only an identity provider lets people in and names them."""

SETS_SOURCE = {"sts:setsourceidentity", "sts:*", "*"}
SOURCE = "sts:sourceidentity"
EXACT = {"stringequals", "stringlike"}
_OF_CALLER = re.compile(r"\$\{aws:(username|PrincipalTag/[^}]+|SourceIdentity)\}", re.IGNORECASE)
"""The policy variables that stand for one value of each caller."""


def allowed_actions(trust: Any) -> set[str]:
    """What the statements of a trust policy allow; NotAction counts as everything."""
    return {action for each in _allowing(trust) for action in _as_list(each.get("Action", "*"))}


def others_than_identity_provider(trust: Any) -> list[str]:
    """The actions by which others than an identity provider let somebody in."""
    return sorted(allowed_actions(trust) - FEDERATED)


def lets_choose_source_identity(trust: Any) -> bool:
    """Whether somebody who may assume the role may set a source identity of their own choice."""
    return any(_lets_choose(each) for each in _allowing(trust))


def _lets_choose(statement: dict[str, Any]) -> bool:
    actions = _as_list(statement.get("Action", "*"))
    principal = statement.get("Principal")
    if isinstance(principal, dict) and principal.keys() == {"Federated"} and set(actions) <= FEDERATED:
        return False  # it comes with the assertion of the identity provider
    if not any(action.lower() in SETS_SOURCE for action in actions):
        return False
    return not any(_OF_CALLER.fullmatch(each) for each in _exact_sources(statement))


def _exact_sources(statement: dict[str, Any]) -> Iterator[str]:
    """The value that the source identity has to equal, unless there is a choice of several."""
    for operator, keys in (statement.get("Condition") or {}).items():
        for key, value in keys.items():
            if operator.lower() in EXACT and key.lower() == SOURCE and len(_as_list(value)) == 1:
                yield from _as_list(value)


def _allowing(trust: Any) -> Iterator[dict[str, Any]]:
    document = trust if isinstance(trust, dict) else json.loads(unquote(trust))
    for each in _as_list(document.get("Statement", [])):
        if each.get("Effect") == "Allow":
            yield each


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
