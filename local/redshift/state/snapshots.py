"""Snapshots of clusters: automated, manual and final ones, each with what is needed to restore it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from local.redshift.state.cluster import KeyGenerations
from local.redshift.state.default_network import DEFAULT_VPC

if TYPE_CHECKING:
    from datetime import datetime

    from local.redshift.state.cluster import Cluster

MANUAL, AUTOMATED = "manual", "automated"
CREATING, AVAILABLE, FAILED, CANCELLED, DELETED = "creating", "available", "failed", "cancelled", "deleted"
INDEFINITELY = -1
MEGABYTES_PER_NODE = 81_920.0
RESTORABLE = ["ra3.large", "ra3.xlplus", "ra3.4xlarge", "ra3.16xlarge", "rg.xlarge", "rg.4xlarge"]


@dataclass(eq=False)
class Snapshot:
    """A snapshot.

    Attributes:
        namespace_id: Of the cluster that it was taken of; names can be reused, this cannot.
        retention: Days, -1 for indefinitely; of manual snapshots only.
        settings: Parameters of a restore that default to those of the cluster it was taken of.
        shared_with: Accounts that may restore it.
        generations: Of the keys; the DEK is never rotated in a snapshot.
    """

    identifier: str
    kind: str
    status: str
    created: datetime
    source: dict[str, Any]
    namespace_id: str
    account_id: str
    region: str
    retention: int = INDEFINITELY
    tags: list[dict[str, str]] = field(default_factory=list)
    generations: KeyGenerations = field(default_factory=KeyGenerations)
    settings: dict[str, Any] = field(default_factory=dict)
    shared_with: list[str] = field(default_factory=list)

    resource_type = "snapshot"

    @classmethod
    def of(cls, cluster: Cluster, identifier: str, kind: str, status: str, moment: datetime) -> Snapshot:
        source = {
            "ClusterIdentifier": cluster.identifier,
            "Port": cluster.port,
            "AvailabilityZone": cluster.facts.get("AvailabilityZone", f"{cluster.region}a"),
            "ClusterCreateTime": cluster.created_in_snapshots,
            "MasterUsername": cluster.master_username,
            "ClusterVersion": "1.0",
            "NodeType": cluster.node_type,
            "NumberOfNodes": cluster.nodes,
            "DBName": cluster.db_name,
            "VpcId": cluster.facts.get("VpcId", DEFAULT_VPC),
            "Encrypted": cluster.encrypted,
            "EnhancedVpcRouting": cluster.facts.get("EnhancedVpcRouting", False),
            "MaintenanceTrackName": cluster.facts.get("MaintenanceTrackName", "current"),
        }
        if cluster.shown_key is not None:
            source["KmsKeyId"] = cluster.shown_key
        generations = KeyGenerations(cluster.generations.cek, cluster.generations.dek)
        return cls(
            identifier=identifier,
            kind=kind,
            status=status,
            created=moment,
            source=source,
            namespace_id=cluster.namespace_id,
            account_id=cluster.account_id,
            region=cluster.region,
            retention=cluster.manual_retention if kind == MANUAL else INDEFINITELY,
            generations=generations,
            settings=_inherited_settings(cluster),
        )

    @property
    def cluster_identifier(self) -> str:
        """The name that its cluster had."""
        return str(self.source["ClusterIdentifier"])

    @property
    def arn(self) -> str:
        """``arn:aws:redshift:REGION:ACCOUNT:snapshot:CLUSTER/SNAPSHOT``."""
        owner = f"{self.region}:{self.account_id}"
        return f"arn:aws:redshift:{owner}:snapshot:{self.cluster_identifier}/{self.identifier}"

    @property
    def expires(self) -> datetime | None:
        """When its retention ends; None for never."""
        return None if self.retention == INDEFINITELY else self.created + timedelta(days=self.retention)

    @property
    def size(self) -> float:
        """Megabytes, all of them incremental for simplicity of checking."""
        return int(self.source["NumberOfNodes"]) * MEGABYTES_PER_NODE

    def view(self, now: datetime) -> dict[str, Any]:
        """The snapshot in the API's Snapshot shape."""
        done = self.status == AVAILABLE
        view = self.source | {
            "SnapshotIdentifier": self.identifier,
            "SnapshotCreateTime": self.created,
            "Status": self.status,
            "SnapshotType": self.kind,
            "OwnerAccount": self.account_id,
            "TotalBackupSizeInMegaBytes": self.size if done else 0.0,
            "ActualIncrementalBackupSizeInMegaBytes": self.size if done else 0.0,
            "BackupProgressInMegaBytes": self.size if done else 0.0,
            "CurrentBackupRateInMegaBytesPerSecond": 0.0,
            "EstimatedSecondsToCompletion": 0,
            "ElapsedTimeInSeconds": 0,
            "EncryptedWithHSM": False,
            "AccountsWithRestoreAccess": [{"AccountId": account} for account in self.shared_with],
            "Tags": self.tags,
            "RestorableNodeTypes": RESTORABLE,
            "SnapshotRetentionStartTime": self.created,
            "SnapshotArn": self.arn,
        }
        return view | self._retention_members(now)

    def _retention_members(self, now: datetime) -> dict[str, int]:
        if self.kind != MANUAL:
            return {}
        if self.expires is None:
            return {"ManualSnapshotRetentionPeriod": INDEFINITELY}
        remaining = max(0, (self.expires - now).days)
        return {"ManualSnapshotRetentionPeriod": self.retention, "ManualSnapshotRemainingDays": remaining}


def _inherited_settings(cluster: Cluster) -> dict[str, Any]:
    """AWS Redshift API reference, RestoreFromClusterSnapshot: the defaults of its parameters."""
    return {
        "AutomatedSnapshotRetentionPeriod": cluster.automated_retention,
        "PreferredMaintenanceWindow": cluster.maintenance_window,
        "MaintenanceTrackName": cluster.facts.get("MaintenanceTrackName", "current"),
    }
