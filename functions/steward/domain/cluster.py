"""One Redshift cluster as DescribeClusters reports it, reduced to what the steward decides by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from steward.domain.errors import UnexpectedAnswer
from steward.domain.moments import format_moment
from steward.domain.status import Phase, phase_of
from steward.domain.sync_roles.attached import AttachedRoles, attached_roles


@dataclass(frozen=True)
class Cluster:
    """The facts of one cluster at one moment.

    Attributes:
        encrypted: None when the API did not say.
        namespace_arn: The cluster's identity; a cluster created anew under the same name has another one.
            Empty when the API did not say, which a transitional status may do.
        maintenance_window: ``ddd:hh:mm-ddd:hh:mm`` in UTC, or empty.
        pending: Names of PendingModifiedValues that wait to be applied.
        home: Any ARN of its account and Region, for when its namespace's is missing; empty when not known.
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
    hsm: bool
    roles: AttachedRoles = field(default_factory=AttachedRoles)
    home: str = ""

    @property
    def phase(self) -> Phase:
        """What the statuses mean for somebody who wants to change the cluster.

        Only they decide: ResizeInfo may stay after a resize is over, and then says nothing.
        """
        return phase_of(self.status, self.availability)

    @property
    def is_identified(self) -> bool:
        """Whether both members are known that tell clusters of one name apart."""
        return bool(self.namespace_arn and self.created_at)

    def may_be(self, namespace_arn: str, created_at: str) -> bool:
        """Whether it can be the cluster of this identity: a member that is missing is not a mismatch.

        ``created_at`` is text as `format_moment` writes it.
        """
        created = format_moment(self.created_at) if self.created_at else ""
        pairs = ((self.namespace_arn, namespace_arn), (created, created_at))
        return all(one == other for one, other in pairs if one and other)

    @property
    def arn(self) -> str:
        return cluster_arn(self.namespace_arn or self.home, self.identifier)

    @property
    def region(self) -> str:
        return self._part_of_arn(3)

    @property
    def account(self) -> str:
        return self._part_of_arn(4)

    def _part_of_arn(self, part: int) -> str:
        return [*(self.namespace_arn or self.home).split(":"), *[""] * 5][part]

    @property
    def described(self) -> str:
        """Both statuses as a person reads them, for reasons."""
        return f"{self.status} ({self.availability})" if self.availability else self.status


def cluster_from_api(answer: Mapping[str, Any], home: str = "") -> Cluster:
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
        hsm=bool((answer.get("HsmStatus") or {}).get("HsmConfigurationIdentifier")),
        roles=attached_roles(answer),
        home=home,
    )


def _moment(value: datetime | None) -> datetime | None:
    return value.astimezone(UTC) if value else None


def _pending(values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(name for name, value in values.items() if value is not None))


def cluster_arn(home: str, identifier: str) -> str:
    """The ARN of a cluster, which DescribeClusters leaves out; ``home``: an ARN of its account and Region."""
    _, partition, _, region, account = [*home.split(":"), *[""] * 5][:5]
    return f"arn:{partition}:redshift:{region}:{account}:cluster:{identifier}"
