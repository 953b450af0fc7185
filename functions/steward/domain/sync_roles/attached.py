"""The IAM roles that a cluster has, as DescribeClusters lists them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

IN_SYNC, ADDING, REMOVING = "in-sync", "adding", "removing"
"""ApplyStatus of a role (Redshift API reference, ClusterIamRole). There is none for a role that failed."""


@dataclass(frozen=True)
class AttachedRoles:
    """What one look shows.

    Attributes:
        statuses: Each listed role's ApplyStatus, by ARN.
        default: ARN of the default role, empty when there is none.
    """

    statuses: Mapping[str, str] = field(default_factory=dict)
    default: str = ""

    @property
    def staying(self) -> frozenset[str]:
        """The roles that are there or about to be."""
        return frozenset(arn for arn, status in self.statuses.items() if status != REMOVING)

    @property
    def unsettled(self) -> tuple[str, ...]:
        """The roles that are on their way in or out; a status that is not documented counts as that, too."""
        return tuple(sorted(arn for arn, status in self.statuses.items() if status != IN_SYNC))


def attached_roles(answer: Mapping[str, Any]) -> AttachedRoles:
    listed = answer.get("IamRoles") or []
    statuses = {role["IamRoleArn"]: role.get("ApplyStatus", "") for role in listed if role.get("IamRoleArn")}
    return AttachedRoles(statuses, answer.get("DefaultIamRoleArn") or "")
