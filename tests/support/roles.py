"""The language of the tests about sync-roles: clusters with roles, rules, and the calls that were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steward.domain.workflows import SYNC_ROLES
from tests.support.scenario import cluster

if TYPE_CHECKING:
    from tests.support.outcome import Result
    from tests.support.scenario import Steward

COPY, UNLOAD, LAKE, ML, FEED = (
    f"redshift-{name}" for name in ("copy", "unload", "spectrum", "ml", "partner-feed")
)
"""The roles that the deployed policy (fleet.yaml) lets the steward pass."""

ACCOUNT = "arn:aws:iam::123456789012:role/"
LINKED = f"{ACCOUNT}aws-service-role/redshift.amazonaws.com/AWSServiceRoleForRedshift"
STANDARD = {"name": "standard", "roles": [COPY, UNLOAD]}
IN_IAM = [{"name": name} for name in (COPY, UNLOAD, LAKE)]


def has(identifier: str, *roles: str, **fields: Any) -> dict[str, Any]:
    """A cluster with these roles."""
    return cluster(identifier, roles=list(roles), **fields)


def rule(name: str, roles: list[str], default: str = "keep") -> dict[str, Any]:
    """A rule about the clusters whose names begin with its own."""
    return {"name": name, "select": {"identifiers": [f"{name}*"]}, "roles": roles, "default": default}


def sync(steward: Steward, fleet: list[dict[str, Any]], *rules: dict[str, Any], **policy: Any) -> Result:
    """Begin anew with this fleet and these rules besides the standard one, and run."""
    given(steward, fleet, *rules, **policy)
    return steward.run_again()


def given(steward: Steward, fleet: list[dict[str, Any]], *rules: dict[str, Any], **policy: Any) -> None:
    """Begin anew with this fleet and these rules besides the standard one."""
    stranger = {"name": FEED, "trusts_redshift": False}
    policy = {"rules": [STANDARD, *rules], **policy}
    steward.given(fleet, workflow=SYNC_ROLES.name, policy=policy, iam_roles=[*IN_IAM, stranger])


def roles(steward: Steward, name: str) -> dict[str, str]:
    """The roles of a cluster by name, with their ApplyStatus."""
    return {short(arn): status for arn, status in steward.find(name).roles.statuses.items()}


def default(steward: Steward, name: str) -> str:
    """The name of its default role."""
    return short(steward.find(name).roles.default or "")


def calls(result: Result, name: str = "") -> list[dict[str, Any]]:
    """What each ModifyClusterIamRoles that was carried out asked for, roles by name."""
    made = result.to_redshift("ModifyClusterIamRoles", name)
    return [_asked(call.parameters) for call in made if call.applied]


def short(arn: str) -> str:
    """A role's name."""
    return arn.rpartition("/")[2]


def _asked(parameters: dict[str, Any]) -> dict[str, Any]:
    lists = {
        key: sorted(short(str(v)) for k, v in parameters.items() if k.startswith(member))
        for key, member in (("add", "AddIamRoles"), ("remove", "RemoveIamRoles"))
    }
    chosen = parameters.get("DefaultIamRoleArn")
    told = {} if chosen is None else {"default": short(chosen)}
    return told | {key: value for key, value in lists.items() if value}
