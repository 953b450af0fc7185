"""The three calls about copying snapshots to another Region: moto carries them out, on our clusters."""

from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import cluster_result
from local.redshift.state.backend import RedshiftBackend

DEFAULT_RETENTION = 7
"""Days (AWS Redshift API reference, EnableSnapshotCopy)."""


@call("EnableSnapshotCopy", resource=resources.cluster)
def enable_snapshot_copy(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """An encrypted cluster needs SnapshotCopyGrantName; errors are moto's."""
    backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    backend.enable_snapshot_copy(
        cluster_identifier=cluster.identifier,
        destination_region=parameters["DestinationRegion"],
        retention_period=parameters.get("RetentionPeriod", DEFAULT_RETENTION),
        snapshot_copy_grant_name=parameters.get("SnapshotCopyGrantName"),
    )
    return cluster_result(backend, cluster)


@call("DisableSnapshotCopy", resource=resources.cluster)
def disable_snapshot_copy(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Errors are moto's."""
    backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    backend.disable_snapshot_copy(cluster_identifier=cluster.identifier)
    return cluster_result(backend, cluster)


@call("ModifySnapshotCopyRetentionPeriod", resource=resources.cluster)
def modify_snapshot_copy_retention_period(
    backend: RedshiftBackend, parameters: dict[str, Any]
) -> dict[str, Any]:
    """Errors are moto's."""
    backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    backend.modify_snapshot_copy_retention_period(cluster.identifier, parameters["RetentionPeriod"])
    return cluster_result(backend, cluster)
