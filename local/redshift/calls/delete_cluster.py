"""DeleteCluster: with a final snapshot or expressly without one, and never by accident."""

from datetime import datetime
from typing import Any

from local.redshift import errors
from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import cluster_result
from local.redshift.behavior.durations import Duration
from local.redshift.calls.snapshots import STATUS_OF_OUTCOME, check_new_snapshot, store_snapshot
from local.redshift.errors import invalid_combination, invalid_state
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster
from local.redshift.state.operations import (
    BROKEN,
    DELETABLE,
    DELETE,
    FINAL_SNAPSHOT,
    PAUSED,
    TAKE_FINAL_SNAPSHOT,
)
from local.redshift.state.snapshots import AUTOMATED, MANUAL, Snapshot
from local.redshift.validation import check_manual_retention

REGISTERED = "REGISTERED"
RESIZING = frozenset(
    {"resizing", "cancelling-resize", "available, prep-for-resize", "available, resize-cleanup"}
)
EVENT_OF_OUTCOME = {"ok": "3005", "failed": "3502", "cancelled": "3006"}


@call("DeleteCluster", resource=resources.cluster)
def delete_cluster(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Begin a deletion: `final-snapshot` (if one is taken), `deleting`, gone.

    Raises:
        RedshiftError: Neither a final snapshot nor its omission was asked for, or the cluster cannot now.
    """
    now = backend.now()
    snapshot_id = _check(parameters)
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    retention = parameters.get("FinalClusterSnapshotRetentionPeriod")
    if cluster.knobs.repeated_delete_error == "InvalidClusterState":
        _check_state(backend, cluster, now)
    if snapshot_id is not None:
        check_new_snapshot(backend, snapshot_id, retention)
    _check_state(backend, cluster, now)
    endpoint = cluster.view(now)["Endpoint"]
    if snapshot_id is None:
        begin_deleting(backend, cluster, now, saved=False)
    else:
        _begin_final_snapshot(backend, cluster, snapshot_id, retention, now)
    if cluster.current_status() == FINAL_SNAPSHOT:
        return cluster_result(backend, cluster, ClusterStatus=cluster.knobs.delete_response_status)
    return cluster_result(backend, cluster, Endpoint=endpoint)  # still the whole one, as in AWS's sample


def begin_deleting(
    backend: RedshiftBackend, cluster: Cluster, now: datetime, *, saved: bool, length: Duration | None = None
) -> None:
    """Delete a cluster, whatever state it is in; ``saved`` is whether a final snapshot was taken."""
    cluster.begin(now, DELETE, lambda moment: _remove(backend, cluster, moment, saved=saved), length=length)


def _check(parameters: dict[str, Any]) -> str | None:
    """The identifier of the final snapshot, None if it is to be skipped."""
    skip = parameters.get("SkipFinalClusterSnapshot", False)
    snapshot_id: str | None = parameters.get("FinalClusterSnapshotIdentifier")
    if skip and not snapshot_id:
        return None
    if not skip and snapshot_id is None:
        raise invalid_combination(
            "FinalClusterSnapshotIdentifier is required unless SkipFinalClusterSnapshot is specified."
        )
    if skip and snapshot_id is not None:
        raise invalid_combination(
            "FinalClusterSnapshotIdentifier can't be specified when SkipFinalClusterSnapshot is true."
        )
    if "FinalClusterSnapshotRetentionPeriod" in parameters:
        check_manual_retention(parameters["FinalClusterSnapshotRetentionPeriod"])
    return snapshot_id


def _check_state(backend: RedshiftBackend, cluster: Cluster, now: datetime) -> None:
    if cluster.lakehouse == REGISTERED:
        raise invalid_state(errors.LAKEHOUSE_REGISTERED)
    if cluster.knobs.zero_etl_delete == "reject" and backend.inventory.integrations_into(
        cluster.namespace_arn
    ):
        raise invalid_state(errors.ZERO_ETL_TARGET)
    obstacle = cluster.refusal_reason(now)
    status = cluster.current_status()
    if status in RESIZING:
        raise invalid_state(errors.NOT_DELETABLE.format(identifier=cluster.identifier))
    if obstacle == errors.CONCURRENT_OPERATION:
        raise invalid_state(errors.OPERATION_RUNNING)
    if status == PAUSED:
        if cluster.knobs.paused_delete == "reject":
            raise invalid_state(errors.OPERATION_RUNNING)
    elif status not in DELETABLE:
        raise invalid_state(errors.NOT_DELETABLE.format(identifier=cluster.identifier))


def _begin_final_snapshot(
    backend: RedshiftBackend, cluster: Cluster, snapshot_id: str, retention: int | None, now: datetime
) -> None:
    snapshot = Snapshot.of(cluster, snapshot_id, MANUAL, cluster.knobs.final_snapshot_status, now)
    if cluster.knobs.final_snapshot_tags == "copied":
        snapshot.tags = [dict(tag) for tag in cluster.tags]
    store_snapshot(backend, snapshot, retention)
    backend.events.record("2012", snapshot_id, now, cluster=cluster.identifier)
    outcome = "failed" if cluster.status in BROKEN else cluster.knobs.final_snapshot_outcome

    def finish(moment: datetime) -> None:
        snapshot.status = STATUS_OF_OUTCOME[outcome]
        backend.events.record(EVENT_OF_OUTCOME[outcome], snapshot_id, moment, cluster=cluster.identifier)
        if outcome == "ok":
            begin_deleting(backend, cluster, moment, saved=True)
            cluster.lag = None

    cluster.begin(now, TAKE_FINAL_SNAPSHOT, finish)


def _remove(backend: RedshiftBackend, cluster: Cluster, moment: datetime, *, saved: bool) -> None:
    if backend.clusters_by_id.get(cluster.identifier) is cluster:  # else another has taken the name
        del backend.clusters_by_id[cluster.identifier]
    backend.inventory.forget_cluster(cluster.identifier, cluster.namespace_arn)
    lost = [
        name
        for name, snapshot in backend.snapshots_by_id.items()
        if snapshot.kind == AUTOMATED and snapshot.namespace_id == cluster.namespace_id
    ]
    for name in lost:
        del backend.snapshots_by_id[name]
    backend.events.record("2001", cluster.identifier, moment, was="was" if saved else "was not")
