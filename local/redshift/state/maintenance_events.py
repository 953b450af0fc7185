"""The events that tell of maintenance: one when a window opens, one when it closes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from local.redshift.state.backend import RedshiftBackend
    from local.redshift.state.cluster import Cluster

STARTED, COMPLETED = "2003", "2004"


def watch_maintenance(backend: RedshiftBackend, cluster: Cluster, moment: datetime) -> None:
    """Have the events happen from now on, for as long as the cluster exists."""

    def opens(opening: datetime) -> None:
        if backend.fleet.get(cluster.identifier) is not cluster:
            return
        if cluster.in_maintenance(opening):
            backend.events.note(STARTED, cluster.identifier, opening)
            backend.agenda.add(opening + cluster.window.length, closes)
        watch_maintenance(backend, cluster, opening)

    def closes(closing: datetime) -> None:
        backend.events.note(COMPLETED, cluster.identifier, closing)

    backend.agenda.add(cluster.window.next_opening(moment), opens)
