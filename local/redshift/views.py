"""Clusters as the API's Cluster shape shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from local.redshift.state.cluster import Cluster

MEGABYTES_PER_NODE = 400_000
RESIZING = frozenset({"resize", "prepare-resize", "cancel-resize"})
CANCELLABLE = frozenset({"resize", "prepare-resize"})


def cluster_view(cluster: Cluster, now: datetime) -> dict[str, Any]:
    """A cluster in the API's Cluster shape, as it really is; members without a value are left out."""
    status = cluster.current_status()
    view = {
        "ClusterIdentifier": cluster.identifier,
        "NodeType": cluster.node_type,
        "ClusterStatus": status,
        "ClusterAvailabilityStatus": cluster.current_availability(now),
        "MasterUsername": cluster.master_username,
        "DBName": cluster.db_name,
        "Endpoint": _endpoint(cluster, status),
        "ClusterCreateTime": cluster.created,
        "AutomatedSnapshotRetentionPeriod": cluster.automated_retention,
        "ManualSnapshotRetentionPeriod": cluster.manual_retention,
        "ClusterSecurityGroups": [],
        "VpcSecurityGroups": [],
        "ClusterParameterGroups": [
            {"ParameterGroupName": "default.redshift-1.0", "ParameterApplyStatus": "in-sync"}
        ],
        "ClusterSubnetGroupName": "default",
        "VpcId": "vpc-0a1b2c3d4e5f60718",
        "AvailabilityZone": f"{cluster.region}a",
        "PreferredMaintenanceWindow": cluster.maintenance_window,
        "PendingModifiedValues": cluster.pending,
        "ClusterVersion": "1.0",
        "AllowVersionUpgrade": True,
        "NumberOfNodes": cluster.nodes,
        "PubliclyAccessible": False,
        "Encrypted": cluster.encrypted,
        "ClusterNodes": _nodes(cluster),
        "ClusterRevisionNumber": "79003",
        "Tags": cluster.tags,
        "EnhancedVpcRouting": False,
        "IamRoles": cluster.roles.view(),
        "MaintenanceTrackName": "current",
        "ElasticResizeNumberOfNodeOptions": f"[{cluster.nodes * 2}]",
        "DeferredMaintenanceWindows": [],
        "NextMaintenanceWindowStartTime": cluster.window.next_opening(now),
        "AvailabilityZoneRelocationStatus": "disabled",
        "ClusterNamespaceArn": cluster.namespace_arn,
        "TotalStorageCapacityInMegaBytes": cluster.nodes * MEGABYTES_PER_NODE,
        "AquaConfiguration": {"AquaStatus": "disabled", "AquaConfigurationStatus": "auto"},
        "IpAddressType": "ipv4",
        "MultiAZ": "Disabled",
        "PendingActions": [],
    }
    return view | _occasional(cluster, now) | cluster.facts


def _occasional(cluster: Cluster, now: datetime) -> dict[str, Any]:
    """The members that only some clusters have."""
    members = {
        "KmsKeyId": cluster.kms_key_id if cluster.encrypted else None,
        "DefaultIamRoleArn": cluster.roles.default,
        "LakehouseRegistrationStatus": cluster.lakehouse,
        "ClusterSnapshotCopyStatus": cluster.cluster_snapshot_copy_status,
        "RestoreStatus": _restore_status(cluster, now),
        "ResizeInfo": _resize_info(cluster),
    }
    return {name: value for name, value in members.items() if value is not None}


def _endpoint(cluster: Cluster, status: str) -> dict[str, Any]:
    """Where to connect; a cluster that is not there yet or not any more has no address (observed)."""
    if status in {"creating", "deleting"}:
        return {"Port": cluster.port}
    host = f"{cluster.identifier}.{cluster.address_part}.{cluster.region}.redshift.amazonaws.com"
    return {"Address": host, "Port": cluster.port}


def _nodes(cluster: Cluster) -> list[dict[str, str]]:
    if cluster.nodes == 1:
        return [{"NodeRole": "SHARED", "PrivateIPAddress": "10.0.0.10"}]
    compute = [
        {"NodeRole": f"COMPUTE-{index}", "PrivateIPAddress": f"10.0.0.{11 + index}"}
        for index in range(cluster.nodes)
    ]
    return [{"NodeRole": "LEADER", "PrivateIPAddress": "10.0.0.10"}, *compute]


def _resize_info(cluster: Cluster) -> dict[str, Any] | None:
    operation = cluster.operation
    if operation is None or operation.work.name not in RESIZING:
        return None
    kind = "ClassicResize" if cluster.resize is None else cluster.resize.kind
    cancellable = kind == "ClassicResize" and operation.work.name in CANCELLABLE
    return {"ResizeType": kind, "AllowCancelResize": cancellable}


def _restore_status(cluster: Cluster, now: datetime) -> dict[str, Any] | None:
    """Started, restoring, completed (AWS Redshift API reference, RestoreStatus)."""
    if cluster.restored_at is None:
        return None
    if cluster.operation is not None and cluster.operation.work.name == "restore":
        status = "starting" if now == cluster.restored_at else "restoring"
    else:
        status = "restoring" if now < cluster.streaming_until else "completed"
    elapsed = int((now - cluster.restored_at).total_seconds())
    return {"Status": status, "ElapsedTimeInSeconds": elapsed}
