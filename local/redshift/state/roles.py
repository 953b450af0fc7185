"""The IAM roles that a cluster may assume: associated, being added or removed, and which is the default."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

QUOTA = 50
"""Roles per cluster, not adjustable (Amazon Redshift Management Guide, quotas and limits)."""

IN_SYNC = "in-sync"
ADDING = "adding"
REMOVING = "removing"


@dataclass
class Roles:
    """Role ARN → ApplyStatus (``in-sync``, ``adding``, ``removing``), in the order of association.

    Attributes:
        known_from: When IAM has propagated each role that was ever asked for.
    """

    statuses: dict[str, str] = field(default_factory=dict)
    default: str | None = None
    known_from: dict[str, datetime] = field(default_factory=dict)

    def associate(self, arns: Iterable[str], status: str) -> None:
        """Note the status of roles, new or known."""
        self.statuses.update(dict.fromkeys(arns, status))

    def forget(self, arns: Iterable[str]) -> None:
        """Drop roles that are gone."""
        for arn in arns:
            self.statuses.pop(arn, None)

    def staying(self) -> list[str]:
        """The roles that are associated or about to be."""
        return [arn for arn, status in self.statuses.items() if status != REMOVING]

    def view(self) -> list[dict[str, str]]:
        """IamRoles, as the API lists them."""
        return [{"IamRoleArn": arn, "ApplyStatus": status} for arn, status in self.statuses.items()]
