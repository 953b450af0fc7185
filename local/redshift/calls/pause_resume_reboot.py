"""PauseCluster, ResumeCluster and RebootCluster."""

from datetime import datetime
from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import cluster_result
from local.redshift.behavior.durations import Duration
from local.redshift.calls.snapshots import take_automated_snapshot
from local.redshift.errors import RedshiftError, invalid_state
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster
from local.redshift.state.operations import AVAILABLE, PAUSE, PAUSED, REBOOT, RESUME


@call("PauseCluster", resource=resources.cluster)
def pause_cluster(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Begin to pause: a snapshot is taken, then the cluster is `paused`.

    Raises:
        RedshiftError: Not now, or not this cluster (no automated snapshots, or an HSM).
    """
    now = backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    cluster.require_ready(now)
    if not cluster.automated_retention:
        raise RedshiftError("UnsupportedOperation", "A cluster without automated snapshots can't be paused.")
    if "HsmStatus" in cluster.facts:
        raise RedshiftError(
            "UnsupportedOperation", "A cluster with a hardware security module can't be paused."
        )
    begin_pausing(backend, cluster, now)
    return cluster_result(backend, cluster)


def begin_pausing(
    backend: RedshiftBackend, cluster: Cluster, now: datetime, length: Duration | None = None
) -> None:
    """Pause whatever the cluster's state; ``length`` is taken instead of the knob's."""

    def finish(moment: datetime) -> None:
        cluster.status = PAUSED
        cluster.use.pause(moment)
        take_automated_snapshot(backend, cluster, moment)
        backend.events.record("3619", cluster.identifier, moment)

    backend.events.record("3618", cluster.identifier, now)
    cluster.begin(now, PAUSE, finish, status=cluster.knobs.pausing_status, length=length)


@call("ResumeCluster", resource=resources.cluster)
def resume_cluster(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Begin to resume a paused cluster.

    Raises:
        RedshiftError: It is not paused, or there is no capacity for it.
    """
    now = backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    if cluster.operation is not None or cluster.status != PAUSED or now < cluster.busy_until:
        raise invalid_state("The specified cluster is not in the paused state.")
    if cluster.knobs.resume_outcome != "ok":
        sentence = "The number of nodes specified exceeds the allotted capacity of the cluster."
        raise RedshiftError(cluster.knobs.resume_outcome, sentence)
    begin_resuming(cluster, now)
    return cluster_result(backend, cluster)


def begin_resuming(cluster: Cluster, now: datetime, length: Duration | None = None) -> None:
    """Resume whatever the cluster's state; ``length`` is taken instead of the knob's."""

    def finish(moment: datetime) -> None:
        cluster.status = AVAILABLE
        cluster.use.resume(moment)

    cluster.begin(now, RESUME, finish, status=cluster.knobs.resuming_status, length=length)


@call("RebootCluster", resource=resources.cluster)
def reboot_cluster(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Begin a reboot.

    Raises:
        RedshiftError: Not now.
    """
    now = backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    cluster.require_ready(now)
    begin_rebooting(backend, cluster, now)
    return cluster_result(backend, cluster)


def begin_rebooting(
    backend: RedshiftBackend, cluster: Cluster, now: datetime, length: Duration | None = None
) -> None:
    """Reboot whatever the cluster's state; ``length`` is taken instead of the knob's."""

    def finish(moment: datetime) -> None:
        for group in cluster.facts.get("ClusterParameterGroups", []):
            group["ParameterApplyStatus"] = "in-sync"
        backend.events.record("3000", cluster.identifier, moment)

    cluster.begin(now, REBOOT, finish, length=length)
