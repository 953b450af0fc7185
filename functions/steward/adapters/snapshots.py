"""Snapshots of clusters: looking at them, taking a guard snapshot, and tagging a final one.

There is no call here that deletes a snapshot, and no role of the steward's is allowed one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.adapters.call_once import call_once
from steward.adapters.grants import Scope, grant, tagging
from steward.domain.deprovision.snapshot import RUN_TAG, snapshot_from_api

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_redshift.client import RedshiftClient

    from steward.domain.call_outcome import CallResult
    from steward.domain.deprovision.snapshot import Snapshot


class Snapshots:
    """Reads snapshots."""

    GRANTS = (grant(Scope.ANY, "redshift:DescribeClusterSnapshots"),)

    def __init__(self, redshift: RedshiftClient) -> None:
        self._redshift = redshift

    def one(self, identifier: str) -> Snapshot | None:
        """The snapshot of this name, also when its cluster is gone; None when there is none."""
        try:
            answer = self._redshift.describe_cluster_snapshots(SnapshotIdentifier=identifier)
        except self._redshift.exceptions.ClusterSnapshotNotFoundFault:
            return None
        found = answer.get("Snapshots", [])
        return snapshot_from_api(found[0]) if found else None

    def manual(self) -> list[Snapshot]:
        """Every manual snapshot of the account and Region: those that count towards the quota."""
        pages = self._redshift.get_paginator("describe_cluster_snapshots").paginate(SnapshotType="manual")
        return [snapshot_from_api(answer) for page in pages for answer in page.get("Snapshots", [])]

    def of_cluster(self, cluster: str) -> list[Snapshot]:
        """Every snapshot of the cluster that has this name now."""
        pages = self._redshift.get_paginator("describe_cluster_snapshots").paginate(ClusterIdentifier=cluster)
        return [snapshot_from_api(answer) for page in pages for answer in page.get("Snapshots", [])]


class GuardSnapshots:
    """Takes the guard snapshot."""

    GRANTS = (
        grant(Scope.SNAPSHOTS, "redshift:CreateClusterSnapshot"),
        tagging(Scope.SNAPSHOTS, "redshift:CreateTags", keys=(RUN_TAG,), besides=True),
    )

    def __init__(self, redshift: RedshiftClient) -> None:
        self._redshift = redshift

    def take(self, cluster: str, identifier: str, retention_days: int, tags: Mapping[str, str]) -> CallResult:
        return call_once(
            self._redshift.create_cluster_snapshot,
            ClusterIdentifier=cluster,
            SnapshotIdentifier=identifier,
            ManualSnapshotRetentionPeriod=retention_days,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )


class SnapshotTags:
    """Tags a final snapshot, for DeleteCluster takes no tags."""

    GRANTS = (tagging(Scope.SNAPSHOTS, "redshift:CreateTags", keys=(RUN_TAG,)),)

    def __init__(self, redshift: RedshiftClient) -> None:
        self._redshift = redshift

    def write(self, arn: str, tags: Mapping[str, str]) -> CallResult:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        return call_once(self._redshift.create_tags, ResourceName=arn, Tags=listed)
