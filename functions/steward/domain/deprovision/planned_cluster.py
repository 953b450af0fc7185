"""The cluster that a run planned to delete, as it was then: what the later observations are compared with."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from steward.domain.deprovision.cluster_details import ClusterDetails
from steward.domain.items import PlannedItem
from steward.domain.moments import parse_moment
from steward.domain.new_name import find_new_name


@dataclass(frozen=True)
class PlannedCluster:
    """Identity, encryption and size of a cluster at planning time.

    Attributes:
        created_at: ClusterCreateTime as text; with ``namespace_arn`` it tells clusters of one name apart.
        storage_mb: TotalStorageCapacityInMegaBytes, 0 when unknown.
        previous_mb: Total size of its latest earlier snapshot, 0 when there is none.
    """

    name: str
    namespace_arn: str
    created_at: str
    encrypted: bool
    kms_key: str
    storage_mb: float
    previous_mb: float = 0

    def as_item(self) -> PlannedItem:
        """JSON for the item of a child execution; `planned_cluster_from_item` reads it."""
        return {
            "cluster": self.name,
            "namespace_arn": self.namespace_arn,
            "created_at": self.created_at,
            "encrypted": self.encrypted,
            "kms_key": self.kms_key,
            "storage_mb": self.storage_mb,
            "previous_mb": self.previous_mb,
        }


def with_planned_identity(details: ClusterDetails, planned: PlannedCluster) -> ClusterDetails:
    """The cluster with the planned identity where DescribeClusters left it out and nothing contradicts it.

    Its ARN, its plan and what depends on it can then be looked up in every status; whether it said itself
    which cluster it is stays a fact of its own (`steward.domain.deprovision.situation.Observation`).
    """
    cluster = details.cluster
    if cluster.is_identified or not cluster.may_be(planned.namespace_arn, planned.created_at):
        return details
    created = parse_moment(planned.created_at) if planned.created_at else None
    namespace_arn = cluster.namespace_arn or planned.namespace_arn
    filled = replace(cluster, namespace_arn=namespace_arn, created_at=cluster.created_at or created)
    return replace(details, cluster=filled)


@dataclass(frozen=True)
class Whereabouts:
    """The planned cluster where it is not under its name.

    Attributes:
        details: None when it is not found.
        unseen: It may still be there: a cluster that does not say which it is can be this one.
    """

    details: ClusterDetails | None = None
    unseen: bool = False


def whereabouts(planned: PlannedCluster, fleet: Iterable[ClusterDetails]) -> Whereabouts:
    """Find it by its namespace among all clusters: it keeps that when it is renamed."""
    by_name = {each.name: each for each in fleet}
    clusters = (each.cluster for each in by_name.values())
    found = find_new_name(planned.name, planned.namespace_arn, planned.created_at, clusters)
    return Whereabouts(by_name.get(found.name), found.unseen)


def planned_cluster_from_item(item: PlannedItem) -> PlannedCluster:
    return PlannedCluster(
        name=item["cluster"],
        namespace_arn=item["namespace_arn"],
        created_at=item["created_at"],
        encrypted=item["encrypted"],
        kms_key=item["kms_key"],
        storage_mb=item["storage_mb"],
        previous_mb=item["previous_mb"],
    )
