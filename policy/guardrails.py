"""The service control policy that protects what decisions rest on: tags, records, and who calls functions.

Source of its limits: AWS Organizations user guide, "Quotas and service limits" (5,120 characters) and "SCP
evaluation": it applies to everybody in an account but service-linked roles and AWS services themselves.
"""

from collections.abc import Sequence
from typing import Any

from policy.models import Policy
from steward.domain.deprovision.copies import COPY_TAG
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.rotate_keys.last_rotation import TAG as ROTATED_TAG

STACKS = "RedshiftSteward-*"
"""How the names of the stack's roles and functions begin."""

OWN_ROLES = f"arn:*:iam::*:role/{STACKS}"
OWN_TAGS = sorted((APPROVED_TAG, COPY_TAG, ROTATED_TAG))
LEDGER_WRITES = [
    f"dynamodb:{action}"
    for action in ("BatchWriteItem", "DeleteItem", "PartiQL*", "PutItem", "PutResourcePolicy", "UpdateItem")
]
TAGGING = ["redshift:CreateTags", "redshift:DeleteTags"]


def service_control_policy(policy: Policy, taggers: Sequence[str] = ()) -> dict[str, Any]:
    """The document for AWS Organizations.

    Args:
        policy: Its ``sync_roles.trusted_tags`` are protected.
        taggers: ARNs (with wildcards) of the only principals who may write trusted tags.
    """
    trusted = policy.sync_roles.trusted_tags if policy.sync_roles else []
    statements = [_tags("TagsOfTheSteward", OWN_TAGS, [OWN_ROLES]), _direct_invocations(), _records()]
    if trusted:
        statements.insert(0, _tags("TagsThatGrantRoles", sorted(trusted), taggers))
    return {"Version": "2012-10-17", "Statement": statements}


def _tags(sid: str, keys: list[str], but: Sequence[str]) -> dict[str, Any]:
    condition: dict[str, Any] = {"ForAnyValue:StringEquals": {"aws:TagKeys": keys}}
    if but:
        condition["ArnNotLike"] = {"aws:PrincipalArn": list(but)}
    return {"Sid": sid, "Effect": "Deny", "Action": TAGGING, "Resource": "*", "Condition": condition}


def _direct_invocations() -> dict[str, Any]:
    """Only the state machines call functions; people call the one with a URL by that URL."""
    return {
        "Sid": "DirectInvocations",
        "Effect": "Deny",
        "Action": "lambda:InvokeFunction",
        "Resource": f"arn:*:lambda:*:*:function:{STACKS}",
        "Condition": {
            "ArnNotLike": {"aws:PrincipalArn": OWN_ROLES},
            "BoolIfExists": {"lambda:InvokedViaFunctionUrl": "false"},
        },
    }


def _records() -> dict[str, Any]:
    """Only the functions write the ledger, and the plans that runs work through: approvals are records.

    Readers write the fleet's page, which is no run's.
    """
    return {
        "Sid": "RecordsOfTheSteward",
        "Effect": "Deny",
        "Action": [*LEDGER_WRITES, "s3:DeleteObject*", "s3:PutObject"],
        "Resource": [f"arn:*:dynamodb:*:*:table/{STACKS}", f"arn:*:s3:::{STACKS.lower()}/runs/*"],
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": OWN_ROLES}},
    }
