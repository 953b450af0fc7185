"""A cluster is the operation's by its identity, under whatever name it has by then.

Its name may be another cluster's meanwhile: that one must neither be paused nor tagged instead.
"""

from steward.adapters.clusters import Clusters
from steward.domain.cluster import Cluster
from steward.domain.new_name import find_new_name
from steward.domain.operation import Operation


def find_resumed(operation: Operation, clusters: Clusters) -> tuple[Cluster | None, bool]:
    """As `find_cluster`; one that was not resumed is not looked for under another name."""
    if operation.resumed:
        return find_cluster(operation, clusters)
    seen = clusters.one(operation.cluster)
    return (seen if seen is not None and operation.is_about(seen) else None), False


def find_cluster(operation: Operation, clusters: Clusters) -> tuple[Cluster | None, bool]:
    """The cluster as it is now, and whether it may be there unseen if it is not found (`NewName`)."""
    seen = clusters.one(operation.cluster)
    if seen is not None and operation.is_about(seen):
        return seen, False
    fleet = clusters.all()
    found = find_new_name(operation.cluster, operation.namespace_arn, operation.created_at, fleet)
    return next((each for each in fleet if each.identifier == found.name), None), found.unseen
