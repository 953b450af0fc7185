"""RestoreFromClusterSnapshot: a new cluster with the data, and the key generations, of a snapshot."""

from datetime import datetime
from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import cluster_result
from local.redshift.behavior.maintenance import MaintenanceWindow
from local.redshift.calls.create_cluster import (
    DEFAULT_WINDOW,
    associate_initial_roles,
    build_cluster,
    check_identifier_is_free,
)
from local.redshift.calls.snapshots import take_automated_snapshot
from local.redshift.errors import invalid_combination, invalid_snapshot_state, snapshot_not_found_error
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster, KeyGenerations
from local.redshift.state.maintenance_events import schedule_maintenance_events
from local.redshift.state.operations import RESTORE
from local.redshift.state.roles import IN_SYNC
from local.redshift.state.snapshots import AVAILABLE, Snapshot
from local.redshift.validation import (
    check_automated_retention,
    check_cluster_identifier,
    check_manual_retention,
    check_node_type,
)

INHERITED = ("NodeType", "NumberOfNodes", "MasterUsername", "DBName", "Port")


@call("RestoreFromClusterSnapshot", resource=resources.snapshot_and_cluster)
def restore_from_cluster_snapshot(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Begin a restore; the cluster is `creating`, then `available` while data still streams in.

    Raises:
        RedshiftError: No such snapshot, or not an available one, or the new cluster's name will not do.
    """
    now = backend.now()
    check_cluster_identifier(parameters["ClusterIdentifier"])
    check_identifier_is_free(backend, parameters["ClusterIdentifier"])
    snapshot = _snapshot(backend, parameters)
    cluster = _cluster_of(backend, snapshot, parameters, now)
    associate_initial_roles(backend, cluster, parameters, now)
    backend.clusters_by_id[cluster.identifier] = cluster
    backend.events.record("2008", cluster.identifier, now)
    cluster.begin(now, RESTORE, lambda moment: _ready(backend, cluster, moment))
    cluster.lag = None
    return cluster_result(backend, cluster)


def _snapshot(backend: RedshiftBackend, parameters: dict[str, Any]) -> Snapshot:
    identifier, arn = parameters.get("SnapshotIdentifier"), parameters.get("SnapshotArn")
    if (identifier is None) == (arn is None):
        raise invalid_combination("Exactly one of SnapshotIdentifier and SnapshotArn must be given.")
    snapshot = backend.snapshot(identifier if identifier is not None else str(arn).rsplit("/", 1)[-1])
    if arn is not None and snapshot.arn != arn:
        raise snapshot_not_found_error(arn)
    of_cluster = parameters.get("SnapshotClusterIdentifier", snapshot.cluster_identifier)
    owner = parameters.get("OwnerAccount", snapshot.account_id)
    if (of_cluster, owner) != (snapshot.cluster_identifier, snapshot.account_id):
        raise snapshot_not_found_error(snapshot.identifier)
    if snapshot.status != AVAILABLE:
        raise invalid_snapshot_state(
            f"The snapshot {snapshot.identifier} is {snapshot.status}, not available."
        )
    return snapshot


def _cluster_of(
    backend: RedshiftBackend, snapshot: Snapshot, parameters: dict[str, Any], now: datetime
) -> Cluster:
    inherited = {name: snapshot.source[name] for name in INHERITED}
    key = snapshot.source.get("KmsKeyId", "")
    inherited["KmsKeyId"] = key if key.startswith("arn:") else None  # what stands for AWS's own names no key
    inherited |= snapshot.settings
    asked = inherited | parameters
    check_node_type(asked["NodeType"])
    check_automated_retention(asked.get("AutomatedSnapshotRetentionPeriod", 1), asked["NodeType"])
    check_manual_retention(parameters.get("ManualSnapshotRetentionPeriod", -1))
    MaintenanceWindow.parse(asked.get("PreferredMaintenanceWindow", DEFAULT_WINDOW))
    cluster = build_cluster(backend, asked, now)
    cluster.encrypted = parameters.get("Encrypted", snapshot.source["Encrypted"])
    cluster.generations = KeyGenerations(snapshot.generations.cek, snapshot.generations.dek)
    cluster.restored_at = now
    cluster.originally_created = snapshot.source["ClusterCreateTime"]
    return cluster


def _ready(backend: RedshiftBackend, cluster: Cluster, moment: datetime) -> None:
    cluster.roles.associate(cluster.roles.statuses, IN_SYNC)
    cluster.streaming_until = moment + cluster.draw(cluster.knobs.restore_streaming)
    backend.events.record("3003", cluster.identifier, moment)
    schedule_maintenance_events(backend, cluster, moment)
    take_automated_snapshot(backend, cluster, moment)
