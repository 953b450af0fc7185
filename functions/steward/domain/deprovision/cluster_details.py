"""A cluster with the facts that only deprovision needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from steward.domain.cluster import Cluster, cluster_from_api
from steward.domain.moments import format_moment

RELEASED = "DEREGISTERED"
"""The one LakehouseRegistrationStatus, besides none at all, that does not block a deletion."""


@dataclass(frozen=True)
class ClusterDetails:
    """One cluster at one moment.

    Attributes:
        cluster: The facts that every workflow needs.
        lakehouse: LakehouseRegistrationStatus, empty when the cluster was never registered.
        catalog: The Glue data catalog that is associated with it, empty for none.
        storage_mb: TotalStorageCapacityInMegaBytes, 0 when it is not known.
        restore: RestoreStatus, for a cluster that was restored from a snapshot.
        copies_to: The Region that its snapshots are copied to, empty for none.
    """

    cluster: Cluster
    node_type: str = ""
    nodes: int = 0
    lakehouse: str = ""
    catalog: str = ""
    storage_mb: float = 0
    restore: str = ""
    subnet_group: str = ""
    parameter_groups: tuple[str, ...] = ()
    copies_to: str = ""

    @property
    def name(self) -> str:
        return self.cluster.identifier

    @property
    def arn(self) -> str:
        return self.cluster.arn

    @property
    def created_at(self) -> str:
        """When it was created, as text; empty when it is not known."""
        return format_moment(self.cluster.created_at) if self.cluster.created_at else ""

    @property
    def is_registered(self) -> bool:
        """Whether it is registered with a lakehouse catalog; an unknown status counts as yes."""
        return self.lakehouse.upper() not in {"", RELEASED}


def cluster_details_from_api(answer: Mapping[str, Any], home: str = "") -> ClusterDetails:
    """The cluster in one element of DescribeClusters' ``Clusters``.

    Raises:
        UnexpectedAnswer: There is not even a ClusterIdentifier.
    """
    groups = answer.get("ClusterParameterGroups") or []
    return ClusterDetails(
        cluster=cluster_from_api(answer, home),
        node_type=answer.get("NodeType") or "",
        nodes=answer.get("NumberOfNodes") or 0,
        lakehouse=answer.get("LakehouseRegistrationStatus") or "",
        catalog=answer.get("CatalogArn") or "",
        storage_mb=float(answer.get("TotalStorageCapacityInMegaBytes") or 0),
        restore=(answer.get("RestoreStatus") or {}).get("Status", ""),
        subnet_group=answer.get("ClusterSubnetGroupName") or "",
        parameter_groups=tuple(group.get("ParameterGroupName", "") for group in groups),
        copies_to=(answer.get("ClusterSnapshotCopyStatus") or {}).get("DestinationRegion", ""),
    )
