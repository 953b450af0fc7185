"""ModifyCluster: another name, other nodes, other encryption; everything smaller takes effect at once."""

from datetime import datetime
from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import cluster_result
from local.redshift.behavior.maintenance import MaintenanceWindow
from local.redshift.calls.cluster_members import members_from_parameters, present
from local.redshift.calls.create_cluster import check_identifier_is_free
from local.redshift.calls.resize_cluster import begin_resize
from local.redshift.errors import STREAMING_RESTORE, invalid_combination, invalid_state
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.cluster import CLASSIC, Cluster
from local.redshift.state.operations import MODIFY, RENAME, RESIZE
from local.redshift.validation import (
    check_automated_retention,
    check_cluster_identifier,
    check_manual_retention,
    check_node_type,
    check_nodes,
    check_password,
)

RESIZING = frozenset({"NodeType", "NumberOfNodes", "ClusterType"})
ENCRYPTING = frozenset({"Encrypted", "KmsKeyId"})
AT_ONCE = frozenset({"AllowVersionUpgrade", "ClusterSecurityGroups", "ClusterVersion"})
AT_REBOOT = frozenset({"ClusterParameterGroupName"})
IN_MAINTENANCE = frozenset({"MaintenanceTrackName"})
NO_OPERATION = frozenset(
    {
        *{"AutomatedSnapshotRetentionPeriod", "ManualSnapshotRetentionPeriod", "PreferredMaintenanceWindow"},
        *(AT_ONCE | AT_REBOOT | IN_MAINTENANCE | {"ClusterIdentifier"}),
    }
)
"""Changes without an operation; each other one has the cluster `modifying` for a while."""

PENDING = frozenset({"PubliclyAccessible", "EnhancedVpcRouting", "MasterUserPassword"})
"""Changes that PendingModifiedValues shows, of a password only that there is one."""


@call("ModifyCluster", resource=resources.cluster)
def modify_cluster(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Change a cluster; what needs an operation starts one.

    Raises:
        RedshiftError: Not now, values that are not acceptable, or several big changes at once.
    """
    now = backend.now()
    cluster = backend.cluster(parameters["ClusterIdentifier"])
    asked = parameters.keys() - {"ClusterIdentifier"}
    _check(backend, cluster, parameters)
    at_once = _members(backend, cluster, parameters, AT_ONCE | AT_REBOOT)
    later = _members(backend, cluster, parameters, frozenset(asked - NO_OPERATION))
    big = [group for group in (RESIZING, ENCRYPTING, {"NewClusterIdentifier"}) if asked & group]
    if len(big) > 1:
        raise invalid_combination(
            "Nodes, encryption and name of a cluster can only be changed one at a time."
        )
    cluster.require_ready(now)
    if asked & (RESIZING | ENCRYPTING) and now < cluster.streaming_until:
        raise invalid_state(STREAMING_RESTORE)
    _apply_small(cluster, parameters)
    for group in at_once.get("ClusterParameterGroups", []):
        group["ParameterApplyStatus"] = "pending-reboot"
    cluster.facts |= at_once
    _begin(backend, cluster, parameters, later, now)
    if "MaintenanceTrackName" in parameters:
        _begin_changing_track(cluster, parameters["MaintenanceTrackName"], now)
    return cluster_result(backend, cluster)


def _with_present(cluster: Cluster, asked: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters asked for, and what one of them needs to know of the cluster as it is or is to be."""
    needed = {"ClusterIdentifier": cluster.identifier, "MasterUsername": cluster.master_username}
    if "ElasticIp" in asked:
        needed["PubliclyAccessible"] = cluster.facts.get("PubliclyAccessible", False)
    if "MasterPasswordSecretKmsKeyId" in asked and "MasterPasswordSecretArn" in cluster.facts:
        needed["ManageMasterPassword"] = parameters.get("ManageMasterPassword", True)
    return needed | asked


def _check(backend: RedshiftBackend, cluster: Cluster, parameters: dict[str, Any]) -> None:
    if "NewClusterIdentifier" in parameters:
        check_cluster_identifier(parameters["NewClusterIdentifier"], "NewClusterIdentifier")
        check_identifier_is_free(backend, parameters["NewClusterIdentifier"])
    if "NodeType" in parameters:
        check_node_type(parameters["NodeType"])
    if "ClusterType" in parameters or "NumberOfNodes" in parameters:
        check_nodes(parameters.get("ClusterType"), parameters.get("NumberOfNodes"))
    if "AutomatedSnapshotRetentionPeriod" in parameters:
        node_type = parameters.get("NodeType", cluster.node_type)
        check_automated_retention(parameters["AutomatedSnapshotRetentionPeriod"], node_type)
    if "ManualSnapshotRetentionPeriod" in parameters:
        check_manual_retention(parameters["ManualSnapshotRetentionPeriod"])
    if "MasterUserPassword" in parameters:
        check_password(parameters["MasterUserPassword"])
        if parameters.get("ManageMasterPassword", False):
            raise invalid_combination("MasterUserPassword can't be used if ManageMasterPassword is true.")
    if "PreferredMaintenanceWindow" in parameters:
        MaintenanceWindow.parse(parameters["PreferredMaintenanceWindow"])
    if parameters.keys() & ENCRYPTING:
        _check_encryption(backend, cluster, parameters)


def _check_encryption(backend: RedshiftBackend, cluster: Cluster, parameters: dict[str, Any]) -> None:
    if "KmsKeyId" in parameters:
        backend.keys.usable(parameters["KmsKeyId"])
    if cluster.cluster_snapshot_copy_status is not None:
        raise invalid_combination(
            "Disable cross-Region snapshot copy before you change a cluster's encryption."
        )


def _apply_small(cluster: Cluster, parameters: dict[str, Any]) -> None:
    cluster.automated_retention = parameters.get(
        "AutomatedSnapshotRetentionPeriod", cluster.automated_retention
    )
    cluster.manual_retention = parameters.get("ManualSnapshotRetentionPeriod", cluster.manual_retention)
    window = parameters.get("PreferredMaintenanceWindow", cluster.maintenance_window)
    cluster.maintenance_window = window.lower()


def _members(
    backend: RedshiftBackend, cluster: Cluster, parameters: dict[str, Any], names: frozenset[str]
) -> dict[str, Any]:
    """The members of the Cluster shape that the named parameters set."""
    asked = {name: value for name, value in parameters.items() if name in names}
    return members_from_parameters(backend, _with_present(cluster, asked, parameters), cluster.node_type)


def _begin_changing_track(cluster: Cluster, name: str, now: datetime) -> None:
    """The new track is pending until the next maintenance window (API reference, ModifyCluster)."""

    def apply(_moment: datetime) -> None:
        cluster.facts["MaintenanceTrackName"] = name
        cluster.pending.pop("MaintenanceTrackName", None)

    cluster.pending = cluster.pending | {"MaintenanceTrackName": name}
    cluster.timeline.add(cluster.window.next_opening(now), apply)


def _begin(
    backend: RedshiftBackend,
    cluster: Cluster,
    parameters: dict[str, Any],
    later: dict[str, Any],
    now: datetime,
) -> None:
    """Begin the one operation that the change needs; with a big one, the small changes are not pending."""

    def apply(_moment: datetime) -> None:
        cluster.facts = present(cluster.facts | later)
        cluster.port = parameters.get("Port", cluster.port)
        for name in PENDING:
            cluster.pending.pop(name, None)

    if not parameters.keys() & (RESIZING | ENCRYPTING | {"NewClusterIdentifier"}):
        if parameters.keys() - NO_OPERATION:
            cluster.begin(now, MODIFY, apply)
            shown = {name: parameters[name] for name in PENDING & parameters.keys()}
            hidden = dict.fromkeys(shown.keys() & {"MasterUserPassword"}, "****")
            cluster.pending = cluster.pending | shown | hidden
        return
    apply(now)
    _begin_big(backend, cluster, parameters, now)


def _begin_big(backend: RedshiftBackend, cluster: Cluster, parameters: dict[str, Any], now: datetime) -> None:
    if parameters.keys() & RESIZING:
        begin_resize(backend, cluster, parameters, now, CLASSIC)
    elif parameters.keys() & ENCRYPTING:
        _begin_encrypting(backend, cluster, parameters, now)
    elif "NewClusterIdentifier" in parameters:
        _begin_renaming(backend, cluster, parameters["NewClusterIdentifier"], now)


def _begin_encrypting(
    backend: RedshiftBackend, cluster: Cluster, parameters: dict[str, Any], now: datetime
) -> None:
    encrypted = parameters.get("Encrypted", cluster.encrypted)
    key = backend.keys.resolve(parameters.get("KmsKeyId", cluster.kms_key_id))

    def finish(_moment: datetime) -> None:
        cluster.encrypted, cluster.kms_key_id, cluster.pending = encrypted, key, {}
        cluster.names_no_key = cluster.names_no_key and "KmsKeyId" not in parameters

    cluster.begin(now, RESIZE, finish)
    cluster.pending = {"EncryptionType": "KMS" if encrypted else "None"}


def _begin_renaming(backend: RedshiftBackend, cluster: Cluster, name: str, now: datetime) -> None:
    def finish(moment: datetime) -> None:
        del backend.clusters_by_id[cluster.identifier]
        cluster.identifier, cluster.pending = name, {}
        backend.clusters_by_id[name] = cluster
        backend.events.record("2013", name, moment)

    cluster.begin(now, RENAME, finish)
    cluster.pending = {"ClusterIdentifier": name}
