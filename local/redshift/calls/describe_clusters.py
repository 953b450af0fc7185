"""DescribeClusters: one by name, or a page of those that the tags select."""

from typing import Any

from local.redshift.api import resources
from local.redshift.api.paging import page
from local.redshift.api.registry import call
from local.redshift.errors import invalid_combination
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.tags import selects


@call("DescribeClusters", resource=resources.cluster)
def describe_clusters(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """What is shown may lag behind, as `Cluster.describe` says.

    Raises:
        RedshiftError: No such cluster, or a name and a marker together.
    """
    now, identifier = backend.now(), parameters.get("ClusterIdentifier")
    if identifier is not None:
        if "Marker" in parameters:
            raise invalid_combination("ClusterIdentifier and Marker can't be used together.")
        return {"Clusters": [backend.cluster(identifier).describe(now)]}
    selected = (each for each in backend.clusters_by_id.values() if selects(parameters, each.tags))
    shown, marker = page(parameters, selected, lambda cluster: cluster.identifier)
    return {"Clusters": [cluster.describe(now) for cluster in shown], "Marker": marker}
