"""Snapshots: their names, what they are, and whether one of them proves that the data is safe.

Sources: Redshift API reference, Snapshot, CreateClusterSnapshot (names) and DeleteClusterSnapshot (statuses).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from steward.domain.deprovision.planned_cluster import PlannedCluster
from steward.domain.errors import UnexpectedAnswer
from steward.domain.moments import format_moment

RUN_TAG = "steward:run"
"""Tag of guard and final snapshots; its value is the run's name."""

LONGEST_NAME = 255
GUARD, FINAL = "guard", "final"
"""The two snapshots that every deletion has: one before it, verified; one that DeleteCluster itself takes."""

RUN_TAG = "steward:run"
"""Tag of guard and final snapshots; its value is the run's name."""

MOST_GUARDS = 3
"""Guard snapshots of one cluster: so many deletions that did not happen may have left one each."""

AVAILABLE = "available"
ENDED_BADLY = frozenset({"failed", "cancelled", "deleted"})
MANUAL = "manual"

FOREVER = -1
"""ManualSnapshotRetentionPeriod of a snapshot that never expires."""

CLOCKS_DIFFER = 60
"""Seconds by which Redshift's and the state machine's clocks may differ."""

LEAST_SHARE = 0.5
"""Of an earlier snapshot's total size: a smaller one lacks data, or the cluster was emptied meanwhile."""


@dataclass(frozen=True)
class Snapshot:
    """One snapshot at one moment; sizes in megabytes, retention in days with -1 forever."""

    identifier: str
    status: str
    kind: str
    cluster: str
    cluster_created_at: str
    created_at: datetime | None
    encrypted: bool | None
    kms_key: str
    size_mb: float
    retention_days: int | None
    arn: str
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Whether it is complete, as Redshift says."""
        return self.status.lower() == AVAILABLE

    @property
    def is_lost(self) -> bool:
        return self.status.lower() in ENDED_BADLY

    @property
    def expires_at(self) -> datetime:
        """When Redshift deletes it; as late as can be for one that is kept forever."""
        if self.created_at is None or self.retention_days is None:
            return datetime.min.replace(tzinfo=UTC)
        if self.retention_days == FOREVER:
            return datetime.max.replace(tzinfo=UTC)
        return self.created_at + timedelta(days=self.retention_days)

    def is_of(self, planned_cluster: PlannedCluster) -> bool:
        """Whether it was taken of this very cluster, not of another one of the same name.

        A snapshot's ClusterCreateTime is documented as when the cluster was *originally* created, so of a
        cluster that was restored it may be earlier than the cluster's own. It is then of this cluster if it
        was taken after this cluster was created: no two clusters have one name at one time.
        """
        if self.cluster != planned_cluster.name or not self.cluster_created_at:
            return False
        if self.cluster_created_at == planned_cluster.created_at:
            return True
        taken_at = format_moment(self.created_at) if self.created_at else ""
        return self.cluster_created_at < planned_cluster.created_at <= taken_at


def snapshot_from_api(answer: Mapping[str, Any]) -> Snapshot:
    """The snapshot in one element of DescribeClusterSnapshots' ``Snapshots``.

    Raises:
        UnexpectedAnswer: There is not even a SnapshotIdentifier.
    """
    if not answer.get("SnapshotIdentifier"):
        raise UnexpectedAnswer("DescribeClusterSnapshots answered a snapshot without SnapshotIdentifier")
    created, cluster_created = answer.get("SnapshotCreateTime"), answer.get("ClusterCreateTime")
    return Snapshot(
        identifier=answer["SnapshotIdentifier"],
        status=answer.get("Status") or "",
        kind=answer.get("SnapshotType") or "",
        cluster=answer.get("ClusterIdentifier") or "",
        cluster_created_at=format_moment(cluster_created) if cluster_created else "",
        created_at=created.astimezone(UTC) if created else None,
        encrypted=answer.get("Encrypted"),
        kms_key=answer.get("KmsKeyId") or "",
        size_mb=float(answer.get("TotalBackupSizeInMegaBytes") or 0),
        retention_days=answer.get("ManualSnapshotRetentionPeriod"),
        arn=answer.get("SnapshotArn") or "",
        tags={tag["Key"]: tag.get("Value", "") for tag in answer.get("Tags") or [] if tag.get("Key")},
    )


def snapshot_name(kind: str, cluster: str, run: str) -> str:
    """The name of a run's guard or final snapshot of a cluster: the same on every retry of that run.

    Names of snapshots are letters, digits and single hyphens, and not case-sensitive.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", f"{cluster}-{kind}-{run}".lower())
    return plain[:LONGEST_NAME].strip("-")


def is_guard_of(snapshot: Snapshot, planned_cluster: PlannedCluster) -> bool:
    """Whether it is a guard snapshot that some run has taken of this very cluster."""
    named = f"-{GUARD}-" in snapshot.identifier and RUN_TAG in snapshot.tags
    return named and snapshot.is_of(planned_cluster)


def problems(
    snapshot: Snapshot, planned_cluster: PlannedCluster, least_mb: float, retention_days: int
) -> tuple[str, ...]:
    """Every reason why the snapshot does not prove that the planned cluster's data is safe; empty if it does.

    ``least_mb`` is the total size of an earlier snapshot of the same data, 0 when there is none.
    """
    return (
        *_identity_problems(snapshot, planned_cluster),
        *_encryption_problem(snapshot, planned_cluster),
        *_size_problem(snapshot, planned_cluster, least_mb),
        *_retention_problem(snapshot, retention_days),
    )


def _identity_problems(snapshot: Snapshot, planned_cluster: PlannedCluster) -> Iterator[str]:
    if not snapshot.is_done:
        yield f"its status is {snapshot.status or 'missing'}, not {AVAILABLE}"
    if snapshot.kind != MANUAL:
        kind = snapshot.kind or "missing"
        yield f"its type is {kind}, not {MANUAL}: Redshift would delete it automatically"
    if snapshot.cluster != planned_cluster.name:
        yield f"it is of the cluster {snapshot.cluster or '(none)'}"
    elif not snapshot.is_of(planned_cluster):
        created = snapshot.cluster_created_at or "an unknown moment"
        yield f"it is of a cluster created at {created}, not at {planned_cluster.created_at}"


def _encryption_problem(snapshot: Snapshot, planned_cluster: PlannedCluster) -> Iterator[str]:
    if bool(snapshot.encrypted) != planned_cluster.encrypted:
        yield f"it is {'' if snapshot.encrypted else 'not '}encrypted, unlike the cluster"
    elif snapshot.kms_key != planned_cluster.kms_key:
        yield f"it is encrypted with the key {snapshot.kms_key}, not with {planned_cluster.kms_key}"


def _size_problem(snapshot: Snapshot, planned_cluster: PlannedCluster, least_mb: float) -> Iterator[str]:
    if snapshot.size_mb <= 0:
        yield "it is empty: its size is 0 MB"
    elif snapshot.size_mb < least_mb * LEAST_SHARE:
        yield f"it holds {snapshot.size_mb:,.0f} MB, and an earlier one {least_mb:,.0f} MB"
    elif 0 < planned_cluster.storage_mb < snapshot.size_mb:
        storage = f"{planned_cluster.storage_mb:,.0f} MB"
        yield f"it holds {snapshot.size_mb:,.0f} MB, more than the cluster's {storage}"


def _retention_problem(snapshot: Snapshot, retention_days: int) -> Iterator[str]:
    if snapshot.retention_days != retention_days:
        kept, wanted = _duration(snapshot.retention_days), _duration(retention_days)
        yield f"it is kept {kept}, and the policy says {wanted}"


def _duration(days: int | None) -> str:
    if days is None:
        return "for an unknown time"
    return "forever" if days == FOREVER else f"for {days} day{'' if days == 1 else 's'}"


def is_ours(snapshot: Snapshot, planned_cluster: PlannedCluster, called_at: datetime | None) -> bool:
    """Whether it was made by this run's call, not by somebody else under the same name.

    Redshift's and the state machine's clocks may differ by seconds, so a minute before the call still counts.
    """
    if called_at is None or snapshot.created_at is None or not snapshot.is_of(planned_cluster):
        return False
    return (called_at - snapshot.created_at).total_seconds() < CLOCKS_DIFFER and snapshot.kind == MANUAL


def evidence_of(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "identifier": snapshot.identifier,
        "arn": snapshot.arn,
        "status": snapshot.status,
        "size_mb": snapshot.size_mb,
        "kms_key": snapshot.kms_key,
        "retention_days": snapshot.retention_days,
        "created_at": format_moment(snapshot.created_at) if snapshot.created_at else "",
    }
