"""BatchDeleteClusterSnapshots and BatchModifyClusterSnapshots: many snapshots, each with its own outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.calls.snapshots import delete_cluster_snapshot, modify_cluster_snapshot
from local.redshift.errors import RedshiftError
from local.redshift.validation import check_manual_retention

if TYPE_CHECKING:
    from local.redshift.api.registry import Handler
    from local.redshift.state.backend import RedshiftBackend

MOST = 100
"""Snapshots of one call (AWS Redshift API reference, BatchDeleteClusterSnapshots)."""

IDENTIFYING = ("SnapshotIdentifier", "SnapshotClusterIdentifier")


@call("BatchDeleteClusterSnapshots", resource=resources.snapshots)
def batch_delete_cluster_snapshots(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Delete each snapshot that allows it; ``Resources`` and ``Errors`` list both outcomes.

    Raises:
        RedshiftError: More than 100.
    """
    asked = parameters["Identifiers"]
    _check_size(asked, "BatchDeleteRequestSizeExceeded")
    return _each(backend, asked, delete_cluster_snapshot)


@call("BatchModifyClusterSnapshots", resource=resources.snapshots)
def batch_modify_cluster_snapshots(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Change the retention of each snapshot that allows it; ``Resources`` and ``Errors`` list both outcomes.

    Raises:
        RedshiftError: More than 100, or a retention that no snapshot can have.
    """
    names = parameters["SnapshotIdentifierList"]
    _check_size(names, "BatchModifyClusterSnapshotsLimitExceededFault")
    if "ManualSnapshotRetentionPeriod" in parameters:
        check_manual_retention(parameters["ManualSnapshotRetentionPeriod"])
    wanted = {name: value for name, value in parameters.items() if name != "SnapshotIdentifierList"}
    return _each(backend, [{"SnapshotIdentifier": name, **wanted} for name in names], modify_cluster_snapshot)


def _check_size(asked: list[Any], code: str) -> None:
    if len(asked) > MOST:
        raise RedshiftError(code, f"A call can name up to {MOST} snapshots. Found: {len(asked)}.")


def _each(
    backend: RedshiftBackend,
    asked: list[dict[str, Any]],
    handler: Handler,
) -> dict[str, Any]:
    done: list[str] = []
    errors: list[dict[str, str]] = []
    for parameters in asked:
        try:
            done.append(handler(backend, parameters)["Snapshot"]["SnapshotIdentifier"])
        except RedshiftError as error:
            named = {name: parameters[name] for name in IDENTIFYING if name in parameters}
            errors.append({**named, "FailureCode": error.code, "FailureReason": error.message})
    return {"Resources": done, "Errors": errors}
