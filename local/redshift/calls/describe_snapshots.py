"""DescribeClusterSnapshots: which snapshots the parameters ask for, and in which order."""

from typing import Any

from local.redshift.api import resources
from local.redshift.api.paging import page_in_order
from local.redshift.api.registry import call
from local.redshift.errors import (
    cluster_not_found_error,
    invalid_combination,
    invalid_value,
    snapshot_not_found_error,
)
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.snapshots import Snapshot
from local.redshift.state.tags import selects

KINDS = ("automated", "manual")


@call("DescribeClusterSnapshots", resource=resources.everything)
def describe_cluster_snapshots(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """A page of the snapshots that match, oldest first or as SortingEntities say.

    Raises:
        RedshiftError: No such cluster or snapshot, or filters that exclude each other.
    """
    now = backend.now()
    shown, marker = page_in_order(parameters, select_snapshots(backend, parameters))
    return {"Snapshots": [snapshot.view(now) for snapshot in shown], "Marker": marker}


def select_snapshots(backend: RedshiftBackend, parameters: dict[str, Any]) -> list[Snapshot]:
    """The snapshots that match, oldest first or as SortingEntities say.

    Raises:
        RedshiftError: No such cluster or snapshot, or filters that exclude each other.
    """
    _check(parameters)
    if "SnapshotIdentifier" in parameters or "SnapshotArn" in parameters:
        return [
            snapshot
            for snapshot in [_by_name(backend, parameters)]
            if _matches(backend, snapshot, parameters)
        ]
    _check_cluster(backend, parameters)
    found = [
        snapshot for snapshot in backend.snapshots_by_id.values() if _matches(backend, snapshot, parameters)
    ]
    return _sort(found, parameters.get("SortingEntities", []))


def _check(parameters: dict[str, Any]) -> None:
    if "ClusterIdentifier" in parameters and "SnapshotIdentifier" in parameters:
        raise invalid_combination("ClusterIdentifier and SnapshotIdentifier can't be used together.")
    if "SnapshotIdentifier" in parameters and "SnapshotArn" in parameters:
        raise invalid_combination("SnapshotIdentifier and SnapshotArn can't be used together.")
    if parameters.get("ClusterExists") is True and "ClusterIdentifier" not in parameters:
        raise invalid_combination("ClusterIdentifier is required if ClusterExists is true.")
    kind = parameters.get("SnapshotType")
    if kind is not None and kind not in KINDS:
        raise invalid_value(f"SnapshotType must be one of {', '.join(KINDS)}. Found: {kind}.")


def _by_name(backend: RedshiftBackend, parameters: dict[str, Any]) -> Snapshot:
    if "SnapshotIdentifier" in parameters:
        return backend.snapshot(parameters["SnapshotIdentifier"])
    for snapshot in backend.snapshots_by_id.values():
        if snapshot.arn == parameters["SnapshotArn"]:
            return snapshot
    raise snapshot_not_found_error(parameters["SnapshotArn"])


def _check_cluster(backend: RedshiftBackend, parameters: dict[str, Any]) -> None:
    """A cluster identifier that no cluster has is an error, unless deleted clusters are asked for."""
    identifier = parameters.get("ClusterIdentifier")
    if identifier is None or identifier in backend.clusters_by_id or parameters.get("ClusterExists") is False:
        return
    known = any(snapshot.cluster_identifier == identifier for snapshot in backend.snapshots_by_id.values())
    if backend.deleted_cluster_snapshots == "list" and known:
        return
    raise cluster_not_found_error(identifier)


def _matches(backend: RedshiftBackend, snapshot: Snapshot, parameters: dict[str, Any]) -> bool:
    wanted = {
        "ClusterIdentifier": snapshot.cluster_identifier,
        "SnapshotType": snapshot.kind,
        "OwnerAccount": snapshot.account_id,
        "ClusterExists": _cluster_exists(backend, snapshot),
    }
    if any(name in parameters and parameters[name] != value for name, value in wanted.items()):
        return False
    if "StartTime" in parameters and snapshot.created < parameters["StartTime"]:
        return False
    if "EndTime" in parameters and snapshot.created > parameters["EndTime"]:
        return False
    return selects(parameters, snapshot.tags)


def _cluster_exists(backend: RedshiftBackend, snapshot: Snapshot) -> bool:
    cluster = backend.clusters_by_id.get(snapshot.cluster_identifier)
    return cluster is not None and cluster.namespace_id == snapshot.namespace_id


def _sort(snapshots: list[Snapshot], entities: list[dict[str, str]]) -> list[Snapshot]:
    keys = {
        "SOURCE_TYPE": lambda snapshot: snapshot.kind,
        "TOTAL_SIZE": lambda snapshot: snapshot.size,
        "CREATE_TIME": lambda snapshot: snapshot.created,
    }
    ordered = sorted(snapshots, key=lambda snapshot: (snapshot.created, snapshot.identifier))
    for entity in reversed(entities):
        ordered.sort(key=keys[entity["Attribute"]], reverse=entity.get("SortOrder") == "DESC")
    return ordered
