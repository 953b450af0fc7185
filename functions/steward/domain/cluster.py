"""One Redshift cluster as DescribeClusters reports it, reduced to what the steward decides by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from steward.domain.errors import UnexpectedAnswer
from steward.domain.status import Phase, phase_of
from steward.domain.sync_roles.attached import AttachedRoles, attached_roles


@dataclass(frozen=True)
class Cluster:
    """The facts of one cluster at one moment.

    Attributes:
        encrypted: None when the API did not say.
        namespace_arn: The cluster's identity; a cluster created anew under the same name has another one.
        maintenance_window: ``ddd:hh:mm-ddd:hh:mm`` in UTC, or empty.
        pending: Names of PendingModifiedValues that wait to be applied.
    """

    identifier: str
    status: str
    availability: str
    encrypted: bool | None
    kms_key: str
    namespace_arn: str
    created_at: datetime | None
    tags: Mapping[str, str]
    maintenance_window: str
    next_maintenance_at: datetime | None
    pending: tuple[str, ...]
    resizing: bool
    hsm: bool
    roles: AttachedRoles = field(default_factory=AttachedRoles)

    @property
    def phase(self) -> Phase:
        """What the statuses mean for somebody who wants to change the cluster."""
        return Phase.RESIZING if self._resizes_quietly else phase_of(self.status, self.availability)

    @property
    def _resizes_quietly(self) -> bool:
        return self.resizing and phase_of(self.status, self.availability) is Phase.READY

    @property
    def region(self) -> str:
        return self._identity(3)

    @property
    def account(self) -> str:
        return self._identity(4)

    def _identity(self, part: int) -> str:
        return [*self.namespace_arn.split(":"), *[""] * 5][part]

    @property
    def described(self) -> str:
        """Both statuses as a person reads them, for reasons."""
        return f"{self.status} ({self.availability})" if self.availability else self.status


def cluster_from_api(answer: Mapping[str, Any]) -> Cluster:
    """The cluster in one element of DescribeClusters' ``Clusters``.

    Fields that are missing become their cautious value (no status is no `Phase.READY`).

    Raises:
        UnexpectedAnswer: There is not even a ClusterIdentifier.
    """
    if not answer.get("ClusterIdentifier"):
        raise UnexpectedAnswer("DescribeClusters answered a cluster without ClusterIdentifier")
    return Cluster(
        identifier=answer["ClusterIdentifier"],
        status=answer.get("ClusterStatus") or "",
        availability=answer.get("ClusterAvailabilityStatus") or "",
        encrypted=answer.get("Encrypted"),
        kms_key=answer.get("KmsKeyId") or "",
        namespace_arn=answer.get("ClusterNamespaceArn") or "",
        created_at=_moment(answer.get("ClusterCreateTime")),
        tags={tag["Key"]: tag.get("Value", "") for tag in answer.get("Tags") or [] if tag.get("Key")},
        maintenance_window=answer.get("PreferredMaintenanceWindow") or "",
        next_maintenance_at=_moment(answer.get("NextMaintenanceWindowStartTime")),
        pending=_pending(answer.get("PendingModifiedValues") or {}),
        resizing=bool(answer.get("ResizeInfo")),
        hsm=bool((answer.get("HsmStatus") or {}).get("HsmConfigurationIdentifier")),
        roles=attached_roles(answer),
    )


def _moment(value: datetime | None) -> datetime | None:
    return value.astimezone(UTC) if value else None


def _pending(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(name for name, value in values.items() if value is not None))


def cluster_arn(namespace_arn: str, identifier: str) -> str:
    """The ARN of a cluster, which DescribeClusters leaves out: that of its namespace says the rest."""
    return ":".join([*namespace_arn.split(":")[:5], "cluster", identifier])
