"""Whether four eyes can work here: who could approve, and whether CloudTrail can say who requested."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from cli.doctor.check_context import CheckContext, Finding, fail, ok, warn
from steward.domain.approvals.identity import SSO_ROLES
from steward.domain.workflows import DEPROVISION

CHECK = "four eyes"
FEDERATED = {
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:TagSession",
    "sts:SetSourceIdentity",
}
"""What a trust policy may allow so that only an identity provider lets people in and names them."""


def check_four_eyes(context: CheckContext) -> Iterator[Finding]:
    """No finding where the policy does not require a second approver."""
    approval = context.stack.settings(DEPROVISION.name).get("approval", {})
    if not (approval.get("required") and approval.get("four_eyes")):
        return
    found = [*_trail(context), *_approvers(approval), *_federated_roles(context, approval)]
    yield from found or [ok(CHECK, "persons can approve, and CloudTrail can say who requested")]


def _trail(context: CheckContext) -> Iterator[Finding]:
    """Event history keeps 90 days by itself; a trail keeps who decided what for good."""
    trails = context.client("cloudtrail")
    for each in trails.describe_trails()["trailList"]:
        arn = each["TrailARN"]
        logging = trails.get_trail_status(Name=arn)["IsLogging"]
        if logging and _has_management_events(trails.get_event_selectors(TrailName=arn)):
            return
    yield warn(
        CHECK,
        "no trail of CloudTrail logs management events here, so after 90 days nobody can show who requested",
        "create a trail with read and write management events for this Region",
    )


def _has_management_events(answer: dict[str, Any]) -> bool:
    simple = answer.get("EventSelectors") or []
    if any(
        each.get("IncludeManagementEvents") and each.get("ReadWriteType") != "ReadOnly" for each in simple
    ):
        return True
    fields = [
        field for each in answer.get("AdvancedEventSelectors") or [] for field in each["FieldSelectors"]
    ]
    return any("Management" in (field.get("Equals") or []) for field in fields)


def _approvers(approval: dict[str, Any]) -> Iterator[Finding]:
    """Approvers that are all sessions of plain roles: each needs a source identity."""
    approvers, federated = approval.get("approvers", []), set(approval.get("federated_roles", []))
    plain = [each for each in approvers if not (":user/" in each or SSO_ROLES in each or each in federated)]
    if approvers and len(plain) == len(approvers):
        yield fail(
            CHECK,
            f"all approvers are sessions of roles, whose names are no persons: {', '.join(plain)}",
            "name IAM users or roles of IAM Identity Center as approvers, or the roles in "
            "approval.federated_roles; else each approver has to assume the role with a source identity",
        )


def _federated_roles(context: CheckContext, approval: dict[str, Any]) -> Iterator[Finding]:
    account = context.client("sts").get_caller_identity()["Account"]
    for arn in approval.get("federated_roles", []):
        if arn.split(":")[4] in {account, "*"}:
            yield from _federated_role(context, arn.rpartition("/")[2])


def _federated_role(context: CheckContext, name: str) -> Iterator[Finding]:
    iam = context.client("iam")
    try:
        trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    except iam.exceptions.NoSuchEntityException:
        yield warn(
            CHECK, f"the federated role {name} does not exist", "remove it from approval.federated_roles"
        )
        return
    other = sorted(_actions(trust) - FEDERATED)
    if other:
        yield fail(
            CHECK,
            f"the role {name} is named as federated, but its trust policy also allows {', '.join(other)}, "
            "and so a session of any name",
            "leave only AssumeRoleWithSAML or AssumeRoleWithWebIdentity, or remove it from "
            "approval.federated_roles",
        )


def _actions(trust: Any) -> set[str]:
    """What the statements of a trust policy allow; NotAction counts as everything."""
    document = trust if isinstance(trust, dict) else json.loads(unquote(trust))
    statements = document.get("Statement", [])
    found: set[str] = set()
    for each in [statements] if isinstance(statements, dict) else statements:
        if each.get("Effect") == "Allow":
            actions = each.get("Action", "*")
            found |= {actions} if isinstance(actions, str) else set(actions)
    return found
