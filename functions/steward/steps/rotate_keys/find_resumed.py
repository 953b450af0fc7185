"""A cluster that was resumed for its rotation has to be paused again, under whatever name it has by then."""

from steward.adapters.clusters import Clusters
from steward.domain.cluster import Cluster
from steward.domain.new_name import NewName, find_new_name
from steward.domain.operation import Operation


def find_resumed(operation: Operation, clusters: Clusters) -> tuple[Cluster | None, bool]:
    """The cluster as it is now, and whether it may be there unseen if it is not found (`NewName`)."""
    seen = clusters.one(operation.cluster)
    if seen is not None and operation.is_about(seen):
        return seen, False
    fleet = clusters.all() if operation.resumed else []
    found = _new_name(operation, fleet)
    return next((each for each in fleet if each.identifier == found.name), None), found.unseen


def _new_name(operation: Operation, fleet: list[Cluster]) -> NewName:
    return find_new_name(operation.cluster, operation.namespace_arn, operation.created_at, fleet)
