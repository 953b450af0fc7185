"""The calls about snapshots: create, copy, modify, delete; and the automated snapshots."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import snapshot_result
from local.redshift.behavior.knobs import SnapshotOutcome
from local.redshift.errors import (
    RedshiftError,
    invalid_snapshot_state,
    invalid_value,
    snapshot_already_exists,
)
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster
from local.redshift.state.operations import TAKE_SNAPSHOT
from local.redshift.state.snapshots import (
    AUTOMATED,
    AVAILABLE,
    CANCELLED,
    CREATING,
    DELETED,
    FAILED,
    MANUAL,
    Snapshot,
)
from local.redshift.state.tags import merge_tags
from local.redshift.validation import check_manual_retention, check_snapshot_identifier

STATUS_OF_OUTCOME = {"ok": AVAILABLE, "failed": FAILED, "cancelled": CANCELLED}
EVENT_OF_OUTCOME = {"ok": "3004", "failed": "3503", "cancelled": "2010"}


@call("CreateClusterSnapshot", resource=resources.new_snapshot)
def create_cluster_snapshot(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Take a manual snapshot; it is `creating` for a while, and so long the cluster refuses changes.

    Raises:
        RedshiftError: The name is taken or not valid, there are too many, or the cluster cannot now.
    """
    now = backend.now()
    identifier, retention = parameters["SnapshotIdentifier"], parameters.get("ManualSnapshotRetentionPeriod")
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    check_new_snapshot(backend, identifier, retention)
    cluster.require_ready(now)
    tags = merge_tags([], parameters.get("Tags", []))
    snapshot = Snapshot.of(cluster, identifier, MANUAL, CREATING, now)
    snapshot.tags = tags
    store_snapshot(backend, snapshot, retention)
    backend.events.record("2009", identifier, now, cluster=cluster.identifier)
    outcome = cluster.knobs.snapshot_outcome
    cluster.begin(now, TAKE_SNAPSHOT, lambda moment: _end_snapshot(backend, snapshot, outcome, moment))
    return snapshot_result(backend, snapshot)


def take_automated_snapshot(backend: RedshiftBackend, cluster: Cluster, moment: datetime) -> None:
    """The snapshot that Redshift takes by itself, ``rs:CLUSTER-DATE``, available at once."""
    if not cluster.automated_retention:
        return
    identifier = f"rs:{cluster.identifier}-{moment:%Y-%m-%d-%H-%M-%S}"
    snapshot = Snapshot.of(cluster, identifier, AUTOMATED, AVAILABLE, moment)
    backend.snapshots_by_id[identifier.lower()] = snapshot


def check_new_snapshot(backend: RedshiftBackend, identifier: str, retention: int | None) -> None:
    """Refuse a manual snapshot that cannot be made under this name.

    Raises:
        RedshiftError: The name is not valid or taken, its retention not possible, or the quota used up.
    """
    check_snapshot_identifier(identifier)
    if retention is not None:
        check_manual_retention(retention)
    if identifier.lower() in backend.snapshots_by_id:
        raise snapshot_already_exists(identifier)
    manual = sum(snapshot.kind == MANUAL for snapshot in backend.snapshots_by_id.values())
    if manual >= backend.snapshot_quota:
        sentence = f"You have reached the quota of {backend.snapshot_quota} user snapshots in this Region."
        raise RedshiftError("ClusterSnapshotQuotaExceeded", sentence)


def store_snapshot(backend: RedshiftBackend, snapshot: Snapshot, retention: int | None) -> None:
    """Add a manual snapshot; ``retention`` is in days, the cluster's own where it is None."""
    if retention is not None:
        snapshot.retention = retention
    backend.snapshots_by_id[snapshot.identifier.lower()] = snapshot
    schedule_expiry(backend, snapshot)


def schedule_expiry(backend: RedshiftBackend, snapshot: Snapshot) -> None:
    """Delete the snapshot when its retention ends, unless the retention has changed by then."""
    if snapshot.expires is None:
        return

    def expire(moment: datetime) -> None:
        still_there = backend.snapshots_by_id.get(snapshot.identifier.lower()) is snapshot
        if still_there and snapshot.expires is not None and snapshot.expires <= moment:
            del backend.snapshots_by_id[snapshot.identifier.lower()]

    backend.timeline.add(snapshot.expires, expire)


def _end_snapshot(
    backend: RedshiftBackend, snapshot: Snapshot, outcome: SnapshotOutcome, moment: datetime
) -> None:
    snapshot.status = STATUS_OF_OUTCOME[outcome]
    event = EVENT_OF_OUTCOME[outcome]
    backend.events.record(event, snapshot.identifier, moment, cluster=snapshot.cluster_identifier)


@call("CopyClusterSnapshot", resource=resources.snapshots)
def copy_cluster_snapshot(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Keep an automated snapshot as a manual one.

    Raises:
        RedshiftError: The source is not automated and available, or the target's name will not do.
    """
    now = backend.now()
    source = backend.snapshot(parameters["SourceSnapshotIdentifier"])
    _check_belongs(source, parameters.get("SourceSnapshotClusterIdentifier"))
    if source.kind != AUTOMATED or source.status != AVAILABLE:
        raise invalid_snapshot_state(
            f"The snapshot {source.identifier} can't be copied: only available automated snapshots can."
        )
    target = parameters["TargetSnapshotIdentifier"]
    retention = parameters.get("ManualSnapshotRetentionPeriod")
    check_new_snapshot(backend, target, retention)
    copy = replace(
        source,
        identifier=target,
        kind=MANUAL,
        created=now,
        source=dict(source.source),
        tags=[],
        shared_with=[],
    )
    store_snapshot(backend, copy, retention)
    return snapshot_result(backend, copy)


@call("ModifyClusterSnapshot", resource=resources.snapshots)
def modify_cluster_snapshot(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Change how long a manual snapshot is kept, counted from its creation.

    Raises:
        RedshiftError: Not a manual one, or it would have to be deleted at once and ``Force`` is not set.
    """
    now = backend.now()
    snapshot = backend.snapshot(parameters["SnapshotIdentifier"])
    if snapshot.kind != MANUAL:
        raise invalid_snapshot_state(f"The snapshot {snapshot.identifier} is not a manual snapshot.")
    days = parameters.get("ManualSnapshotRetentionPeriod")
    if days is None:
        return snapshot_result(backend, snapshot)
    check_manual_retention(days)
    before, snapshot.retention = snapshot.retention, days
    expired = snapshot.expires is not None and snapshot.expires <= now
    if expired and not parameters.get("Force", False):
        snapshot.retention = before
        raise invalid_value("The snapshot is older than the new retention period; set Force to delete it.")
    schedule_expiry(backend, snapshot)
    return snapshot_result(backend, snapshot)


@call("DeleteClusterSnapshot", resource=resources.snapshots)
def delete_cluster_snapshot(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Delete a manual snapshot.

    Raises:
        RedshiftError: An automated one, or one that is still being taken.
    """
    now = backend.now()
    snapshot = backend.snapshot(parameters["SnapshotIdentifier"])
    _check_belongs(snapshot, parameters.get("SnapshotClusterIdentifier"))
    if snapshot.kind != MANUAL:
        raise invalid_snapshot_state(
            f"Cannot delete the snapshot {snapshot.identifier} because only manual snapshots may be deleted"
        )
    if snapshot.shared_with:
        raise invalid_snapshot_state(
            f"Cannot delete the snapshot {snapshot.identifier} because other accounts are authorized to "
            "access it."
        )
    if snapshot.status not in {AVAILABLE, FAILED, CANCELLED}:
        raise invalid_snapshot_state(
            f"Cannot delete the snapshot {snapshot.identifier} while it is {snapshot.status}."
        )
    del backend.snapshots_by_id[snapshot.identifier.lower()]
    snapshot.status = DELETED
    backend.events.record("2011", snapshot.identifier, now, cluster=snapshot.cluster_identifier)
    return snapshot_result(backend, snapshot)


def _check_belongs(snapshot: Snapshot, cluster_identifier: str | None) -> None:
    if cluster_identifier is not None and cluster_identifier != snapshot.cluster_identifier:
        sentence = f"Snapshot {snapshot.identifier} of cluster {cluster_identifier} not found."
        raise RedshiftError("ClusterSnapshotNotFound", sentence)
