"""Whether four eyes can work here: who could approve, and what CloudTrail can say of requests and changes."""

from collections.abc import Iterator
from typing import Any

from cli.doctor.check_context import CheckContext, Finding, fail, ok, warn
from cli.doctor.trust_policies import lets_choose_source_identity, others_than_identity_provider
from steward.domain.approvals.identity import SSO_ROLES, Identity, identity, is_sso_session, matches
from steward.domain.workflows import DEPROVISION, SYNC_ROLES

CHECK = "four eyes"
DRIFT = "changes by others"
SSO_PATH = "/aws-reserved/sso.amazonaws.com/"
"""The path of the roles that IAM Identity Center creates; IAM reserves what is below /aws-reserved/."""


def check_four_eyes(context: CheckContext) -> Iterator[Finding]:
    """No finding where the policy does not require a second approver."""
    approval = context.stack.settings(DEPROVISION.name).get("approval", {})
    if not (approval.get("required") and approval.get("four_eyes")):
        return
    account, roles = context.client("sts").get_caller_identity()["Account"], _roles(context)
    found = [
        *_trail(context),
        *_approvers(approval),
        *_federated_roles(approval, account, roles),
        *_source_identities(approval, roles),
        *_identity_center_roles(roles),
    ]
    yield from found or [ok(CHECK, "persons can approve, and CloudTrail can say who requested")]


def _trail(context: CheckContext) -> Iterator[Finding]:
    """Event history keeps 90 days by itself; a trail keeps who decided what for good."""
    if not has_management_trail(context):
        yield warn(
            CHECK,
            "no trail of CloudTrail logs management events here, "
            "so after 90 days nobody can show who requested",
            "create a trail with read and write management events for this Region",
        )


def check_drift_events(context: CheckContext) -> Iterator[Finding]:
    """EventBridge gets others' calls only where a trail logs write management events (CloudTrail guide)."""
    if SYNC_ROLES.name not in context.stack.machines:
        return
    if has_management_trail(context):
        yield ok(DRIFT, "a trail logs management events, so that changes by others start sync-roles")
    else:
        yield warn(
            DRIFT,
            "no trail of CloudTrail logs management events here, so changes of roles by others start no run, "
            "and only the schedule corrects them",
            "create a trail with write management events for this Region",
        )


def has_management_trail(context: CheckContext) -> bool:
    """Whether a trail logs write management events of this Region."""
    trails = context.client("cloudtrail")
    arns = [each["TrailARN"] for each in trails.describe_trails()["trailList"]]
    return any(
        trails.get_trail_status(Name=arn)["IsLogging"]
        and _has_management_events(trails.get_event_selectors(TrailName=arn))
        for arn in arns
    )


def _has_management_events(answer: dict[str, Any]) -> bool:
    simple = answer.get("EventSelectors") or []
    if any(
        each.get("IncludeManagementEvents") and each.get("ReadWriteType") != "ReadOnly" for each in simple
    ):
        return True
    return any(_selects_writes(each["FieldSelectors"]) for each in answer.get("AdvancedEventSelectors") or [])


def _selects_writes(fields: list[dict[str, Any]]) -> bool:
    equals = {field["Field"]: field.get("Equals") or [] for field in fields}
    return "Management" in equals.get("eventCategory", []) and equals.get("readOnly") != ["true"]


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


def _federated_roles(approval: dict[str, Any], account: str, roles: list[Any]) -> Iterator[Finding]:
    by_name = {role["RoleName"]: role["AssumeRolePolicyDocument"] for role in roles}
    for arn in approval.get("federated_roles", []):
        if arn.split(":")[4] in {account, "*"}:
            name = arn.rpartition("/")[2]
            yield from _federated_role(name, by_name.get(name))


def _federated_role(name: str, trust: Any) -> Iterator[Finding]:
    if trust is None:
        yield warn(
            CHECK, f"the federated role {name} does not exist", "remove it from approval.federated_roles"
        )
    elif other := others_than_identity_provider(trust):
        yield fail(
            CHECK,
            f"the role {name} is named as federated, but its trust policy also allows {', '.join(other)}, "
            "and so a session of any name",
            "leave only AssumeRoleWithSAML or AssumeRoleWithWebIdentity, or remove it from "
            "approval.federated_roles",
        )


def _source_identities(approval: dict[str, Any], roles: list[Any]) -> Iterator[Finding]:
    """Roles whose sessions may approve by a source identity that whoever assumes them may choose."""
    patterns = approval.get("approvers", [])
    for role in roles:
        may_approve = not patterns or any(matches(_session_of(role), pattern) for pattern in patterns)
        if may_approve and lets_choose_source_identity(role["AssumeRolePolicyDocument"]):
            yield fail(
                CHECK,
                f"whoever may assume the role {role['RoleName']} may set any source identity, and so approve "
                "in the name of anybody",
                'demand "sts:SourceIdentity": "${aws:username}" in its trust policy, or do not allow '
                "sts:SetSourceIdentity",
            )


def _identity_center_roles(roles: list[Any]) -> Iterator[Finding]:
    """Roles that only look as if IAM Identity Center named their sessions: an ARN does not show the path."""
    for role in roles:
        foreign = not role["Path"].startswith(SSO_PATH)
        other = others_than_identity_provider(role["AssumeRolePolicyDocument"])
        if is_sso_session(_session_of(role)) and (foreign or other):
            yield fail(
                CHECK,
                f"the role {role['RoleName']} is named as one of IAM Identity Center, but "
                + ("is none" if foreign else f"its trust policy also allows {', '.join(other)}"),
                "delete it, and find out in CloudTrail who created or changed it",
            )


def _session_of(role: Any) -> Identity:
    _, partition, _, _, account, _ = role["Arn"].split(":", 5)
    return identity(f"arn:{partition}:sts::{account}:assumed-role/{role['RoleName']}/anybody")


def _roles(context: CheckContext) -> list[Any]:
    pages = context.client("iam").get_paginator("list_roles").paginate()
    return [role for page in pages for role in page["Roles"]]
