"""For administrators, in docs/permissions.md: a permissions boundary, and the service control policy."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from policy import load
from policy.guardrails import service_control_policy
from tests.support.synthesis import REPOSITORY, as_list, resources, statements_of

if TYPE_CHECKING:
    from collections.abc import Iterator

BOUNDARY_LIMIT = 6144
"""Characters of a managed policy without white space (IAM quotas)."""

INTRODUCTION = """\
For the stack's roles, where an organization demands one: all that any of them is granted, and nothing else.
Create it as a managed policy and name it in `cdk.json`, under `@aws-cdk/core:permissionsBoundary`. It only
bounds: what a role may do follows from its own policy.
"""


def permissions_boundary() -> dict[str, Any]:
    """What the roles of the stack are granted, by service."""
    granted: dict[str, set[str]] = defaultdict(set)
    for role in resources("AWS::IAM::Role"):
        for statement in statements_of(role):
            if statement["Effect"] == "Allow":
                for action in as_list(statement["Action"]):
                    granted[action.partition(":")[0]].add(action)
    statements = [
        {"Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
        for _, actions in sorted(granted.items())
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def guardrails() -> Iterator[str]:
    """Both sections, as lines."""
    yield "## Permissions boundary\n"
    yield INTRODUCTION
    yield from _block(permissions_boundary())
    yield "## Service control policy\n"
    yield "What `steward policy scp` prints for the example; `--tagger` names who may write trusted tags.\n"
    yield from _block(service_control_policy(load(REPOSITORY / "fleet.yaml")))


def _block(document: dict[str, Any]) -> Iterator[str]:
    yield f"```json\n{json.dumps(document, indent=2)}\n```\n"
