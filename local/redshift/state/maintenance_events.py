"""The maintenance events of a cluster: one when its window opens, one when it closes."""

from datetime import datetime

from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster

STARTED, COMPLETED = "2003", "2004"


def schedule_maintenance_events(backend: RedshiftBackend, cluster: Cluster, moment: datetime) -> None:
    """Schedule both events of each window, until the cluster is gone."""

    def opens(opening: datetime) -> None:
        if backend.clusters_by_id.get(cluster.identifier) is not cluster:
            return
        if cluster.in_maintenance(opening):
            backend.events.record(STARTED, cluster.identifier, opening)
            backend.timeline.add(opening + cluster.window.length, closes)
        schedule_maintenance_events(backend, cluster, opening)

    def closes(closing: datetime) -> None:
        backend.events.record(COMPLETED, cluster.identifier, closing)

    backend.timeline.add(cluster.window.next_opening(moment), opens)
