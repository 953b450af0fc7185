"""A cluster with the facts that only deprovision needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from steward.domain.cluster import Cluster, cluster_from_api
from steward.domain.moments import format_moment

SDK_MEMBERS = (
    *("ClusterAvailabilityStatus", "ClusterCreateTime", "ClusterIdentifier", "ClusterNamespaceArn"),
    *("ClusterStatus", "DefaultIamRoleArn", "Encrypted", "HsmStatus", "IamRoles", "KmsKeyId"),
    *("LakehouseRegistrationStatus", "NextMaintenanceWindowStartTime", "PendingModifiedValues"),
    *("PreferredMaintenanceWindow", "Tags"),
    *("CatalogArn", "ClusterParameterGroups", "ClusterSnapshotCopyStatus", "ClusterSubnetGroupName"),
    *(
        "MasterPasswordSecretArn",
        "NodeType",
        "NumberOfNodes",
        "RestoreStatus",
        "TotalStorageCapacityInMegaBytes",
    ),
)
"""Every member of DescribeClusters' ``Cluster`` that is read before a deletion.

botocore drops members that its own model does not know, and the Lambda runtime has a botocore of its own:
with one that is too old a cluster looks as if a member were not set (LakehouseRegistrationStatus is absent in
1.41.0 and present in 1.42.20). So what is missing in the model is not known, rather than not set.
"""

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
        managed_password: Whether its admin's password is in a secret that Redshift manages.
        not_read: Those of `SDK_MEMBERS` that the SDK does not know, so that their values are not known.
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
    managed_password: bool = False
    not_read: tuple[str, ...] = ()

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


def cluster_details_from_api(
    answer: Mapping[str, Any], home: str = "", not_read: tuple[str, ...] = ()
) -> ClusterDetails:
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
        managed_password=bool(answer.get("MasterPasswordSecretArn")),
        not_read=not_read,
    )
