"""RotateEncryptionKey: new keys for a cluster, and a new cluster key for its snapshots."""

from datetime import datetime
from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import cluster_result
from local.redshift.behavior.durations import Duration
from local.redshift.behavior.faults import kms_throttling_error
from local.redshift.errors import RedshiftError
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import Cluster
from local.redshift.state.operations import ROTATE


@call("RotateEncryptionKey", resource=resources.cluster)
def rotate_encryption_key(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Begin a rotation; the cluster is `rotating-keys` until it is over.

    Raises:
        RedshiftError: Not now, not encrypted, or KMS does not let it happen.
    """
    now = backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    cluster.require_ready(now)
    _check_encryption(cluster)
    _check_throttling(backend, cluster, now)
    rotates = _check_key(backend, cluster)
    begin_rotation(backend, cluster, now, rotates=rotates)
    return cluster_result(backend, cluster)


def begin_rotation(
    backend: RedshiftBackend,
    cluster: Cluster,
    now: datetime,
    *,
    rotates: bool = True,
    length: Duration | None = None,
) -> None:
    """Start the operation; at its end the key generations advance, unless it ``rotates`` nothing."""

    def finish(_moment: datetime) -> None:
        if rotates:
            advance_key_generations(backend, cluster)

    cluster.begin(now, ROTATE, finish, length=length)


def advance_key_generations(backend: RedshiftBackend, cluster: Cluster) -> None:
    """Increment CEK and DEK of the cluster, and the CEK of its snapshots."""
    cluster.generations.cek += 1
    cluster.generations.dek += 1
    for snapshot in backend.snapshots_by_id.values():
        if snapshot.namespace_id == cluster.namespace_id:
            snapshot.generations.cek = cluster.generations.cek


def _check_encryption(cluster: Cluster) -> None:
    if "HsmStatus" in cluster.facts:
        sentence = "Key rotation is not supported for clusters that use a hardware security module."
        raise RedshiftError(cluster.knobs.hsm_rotate_error, sentence)
    if not cluster.encrypted:
        sentence = (
            f"The cluster {cluster.identifier} is not encrypted, so it has no encryption key to rotate."
        )
        raise RedshiftError(cluster.knobs.unencrypted_rotate_error, sentence)


def _check_throttling(backend: RedshiftBackend, cluster: Cluster, now: datetime) -> None:
    if cluster.throttled_rotations < cluster.knobs.kms_throttled_rotations:
        cluster.throttled_rotations += 1
        raise kms_throttling_error()
    backend.faults.throttle_kms(backend.keys.names(cluster.kms_key_id), cluster.identifier, now)


def _check_key(backend: RedshiftBackend, cluster: Cluster) -> bool:
    """Whether the rotation will rotate anything."""
    if backend.keys.enabled(cluster.kms_key_id):
        return True
    if cluster.knobs.disabled_key_rotation == "not-rotated":
        return False
    sentence = f"The KMS key {cluster.kms_key_id} of the cluster is not enabled."
    raise RedshiftError(cluster.knobs.disabled_key_rotation, sentence)
