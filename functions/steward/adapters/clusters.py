"""Redshift clusters: reading them, rotating their keys, pausing and resuming, and the steward's tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from steward.adapters.call_once import call_once
from steward.adapters.grants import Scope, grant, tagging, use_of_keys
from steward.domain.cluster import Cluster, cluster_from_api
from steward.domain.rotate_keys.last_rotation import TAG as ROTATED_TAG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_redshift.client import RedshiftClient

    from steward.domain.call_outcome import CallResult


class ClusterReader:
    """Reads DescribeClusters; subclasses choose which members they keep."""

    GRANTS = (grant(Scope.ANY, "redshift:DescribeClusters"),)

    def __init__(self, redshift: RedshiftClient, home: str = "") -> None:
        """``home`` is any ARN of the account and Region, for clusters whose namespace's is not shown."""
        self._redshift, self._home = redshift, home

    def _all(self) -> Iterator[Mapping[str, Any]]:
        """Every cluster of the account and Region, 100 a call."""
        pages = self._redshift.get_paginator("describe_clusters").paginate(PaginationConfig={"PageSize": 100})
        return (answer for page in pages for answer in page.get("Clusters", []))

    def _one(self, identifier: str) -> Mapping[str, Any] | None:
        """One cluster as it is now, or None when there is none of that name."""
        try:
            answer = self._redshift.describe_clusters(ClusterIdentifier=identifier)
        except self._redshift.exceptions.ClusterNotFoundFault:
            return None
        return next(iter(answer.get("Clusters", [])), None)


class Clusters(ClusterReader):
    """Reads clusters."""

    def all(self) -> list[Cluster]:
        return [cluster_from_api(answer, self._home) for answer in self._all()]

    def one(self, identifier: str) -> Cluster | None:
        answer = self._one(identifier)
        return None if answer is None else cluster_from_api(answer, self._home)


class ClusterChanges:
    """What all changes share: one attempt."""

    def __init__(self, redshift: RedshiftClient) -> None:
        self._redshift = redshift


class KeyRotation(ClusterChanges):
    """Rotates a cluster's encryption keys."""

    GRANTS = (
        grant(Scope.CLUSTERS, "redshift:RotateEncryptionKey"),
        *use_of_keys("redshift"),
    )

    def rotate(self, identifier: str) -> CallResult:
        """Ask for a rotation, once."""
        return call_once(self._redshift.rotate_encryption_key, ClusterIdentifier=identifier)


class ClusterPower(ClusterChanges):
    """Pauses and resumes a cluster."""

    GRANTS = (grant(Scope.CLUSTERS, "redshift:PauseCluster", "redshift:ResumeCluster"),)

    def pause(self, identifier: str) -> CallResult:
        """Ask for the cluster to be paused, once."""
        return call_once(self._redshift.pause_cluster, ClusterIdentifier=identifier)

    def resume(self, identifier: str) -> CallResult:
        """Ask for the cluster to be resumed, once."""
        return call_once(self._redshift.resume_cluster, ClusterIdentifier=identifier)


class ClusterTags(ClusterChanges):
    """Tags a cluster with the moment of its last key rotation."""

    GRANTS = (tagging(Scope.CLUSTERS, "redshift:CreateTags", keys=(ROTATED_TAG,)),)

    def write(self, arn: str, key: str, value: str) -> CallResult:
        """Set one tag."""
        return call_once(self._redshift.create_tags, ResourceName=arn, Tags=[{"Key": key, "Value": value}])
