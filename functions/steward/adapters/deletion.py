"""The calls that delete: a cluster of the fleet, always with a final snapshot; and a restore test's own copy.

They are two adapters, so that they are two functions with two roles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from steward.adapters.call_once import call_once
from steward.adapters.grants import NETWORK_READS, Scope, besides, grant, tagging, use_of_keys
from steward.domain.deprovision.copies import COPY_TAG, is_copy_name
from steward.domain.deprovision.plan import APPROVED_TAG
from steward.domain.errors import StewardError

if TYPE_CHECKING:
    from mypy_boto3_redshift.client import RedshiftClient

    from steward.domain.call_outcome import CallResult
    from steward.domain.deprovision.permit import Permit


class NotARestoreCopy(StewardError):
    """Something was to be deleted without a snapshot that is no copy of a restore test."""


class ClusterDeletion:
    """Deletes a cluster of the fleet. The final snapshot cannot be skipped: no argument says so."""

    GRANTS = (
        grant(Scope.APPROVED_CLUSTERS, "redshift:DeleteCluster"),
        besides(Scope.SNAPSHOTS, "redshift:CreateClusterSnapshot"),
    )

    def __init__(self, redshift: RedshiftClient) -> None:
        self._redshift = redshift

    def delete(self, permit: Permit) -> CallResult:
        """Ask for the deletion, once."""
        return call_once(
            self._redshift.delete_cluster,
            ClusterIdentifier=permit.cluster,
            SkipFinalClusterSnapshot=False,
            FinalClusterSnapshotIdentifier=permit.final_snapshot,
            FinalClusterSnapshotRetentionPeriod=permit.retention_days,
        )


class DeletionTags:
    """The tags that IAM asks for: the approval's on a cluster, the restore test's on its copy."""

    GRANTS = (
        tagging(Scope.CLUSTERS, "redshift:CreateTags", "redshift:DeleteTags", keys=(APPROVED_TAG,)),
        tagging(Scope.NEW_COPIES, "redshift:CreateTags", keys=(COPY_TAG,)),
    )

    def __init__(self, redshift: RedshiftClient) -> None:
        self._redshift = redshift

    def write(self, arn: str, key: str, value: str) -> CallResult:
        return call_once(self._redshift.create_tags, ResourceName=arn, Tags=[{"Key": key, "Value": value}])

    def remove(self, arn: str, key: str) -> CallResult:
        """Take one tag away; one that is not there is no error."""
        return call_once(self._redshift.delete_tags, ResourceName=arn, TagKeys=[key])


class CopyRemoval:
    """Deletes the copy that a restore test has made: the one deletion without a final snapshot."""

    GRANTS = (grant(Scope.RESTORE_COPIES, "redshift:DeleteCluster"),)

    def __init__(self, redshift: RedshiftClient) -> None:
        self._redshift = redshift

    def remove(self, copy: str) -> CallResult:
        """Ask for the deletion of the copy, once.

        Raises:
            NotARestoreCopy: Its name is not that of a restore test's copy.
        """
        if not is_copy_name(copy):
            raise NotARestoreCopy(f"{copy} is not the copy of a restore test; nothing was deleted")
        return call_once(self._redshift.delete_cluster, ClusterIdentifier=copy, SkipFinalClusterSnapshot=True)


class Restore:
    """Restores a snapshot into a cluster of its own, to prove that it can be."""

    GRANTS = (
        grant(Scope.RESTORES, "redshift:RestoreFromClusterSnapshot"),
        *use_of_keys("redshift"),
        besides(Scope.ANY, *NETWORK_READS),
    )

    def __init__(self, redshift: RedshiftClient) -> None:
        self._redshift = redshift

    def restore(self, copy: str, snapshot: str, subnet_group: str) -> CallResult:
        """Ask for the restore, once: not public, and without the IAM roles of the original."""
        placed = {"ClusterSubnetGroupName": subnet_group} if subnet_group else {}
        return call_once(
            self._redshift.restore_from_cluster_snapshot,
            ClusterIdentifier=copy,
            SnapshotIdentifier=snapshot,
            PubliclyAccessible=False,
            AutomatedSnapshotRetentionPeriod=1,
            **placed,
        )
