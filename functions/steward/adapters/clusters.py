"""Redshift clusters: reading them, rotating their keys, pausing and resuming, and the steward's tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004  # botocore's own
from botocore.parsers import ResponseParserError

from steward.adapters.grants import Scope, grant
from steward.domain.answers import Answer
from steward.domain.cluster import Cluster, cluster_from_api

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from mypy_boto3_redshift.client import RedshiftClient

ANSWERS = {
    "ClusterNotFound": Answer.NOT_FOUND,
    "InvalidClusterState": Answer.BUSY,
    "DependentServiceRequestThrottlingFault": Answer.THROTTLED,
    "Throttling": Answer.THROTTLED,
    "ThrottlingException": Answer.THROTTLED,
    "UnsupportedOperation": Answer.UNSUPPORTED,
    "InsufficientClusterCapacity": Answer.BUSY,
    "ResourceNotFoundFault": Answer.NOT_FOUND,
}
"""Wire codes of the errors that the steward expects; every other one is raised.

Source: botocore's service model of Redshift. Some codes keep the word Fault and some do not.
"""


NO_ANSWER = (ConnectionError, HTTPClientError, ResponseParserError)
"""No connection, a connection that ended early, or an answer that was cut off."""

SERVER_FAULT = 500
"""HTTP status from which on Redshift says nothing about whether it applied the change."""


class Clusters:
    """Reads clusters."""

    GRANTS = (grant(Scope.ANY, "redshift:DescribeClusters"),)

    def __init__(self, redshift: RedshiftClient) -> None:
        self._redshift = redshift

    def all(self) -> list[Cluster]:
        """Every cluster of the account and Region, 100 a call."""
        pages = self._redshift.get_paginator("describe_clusters").paginate(PaginationConfig={"PageSize": 100})
        return [cluster_from_api(answer) for page in pages for answer in page.get("Clusters", [])]

    def one(self, identifier: str) -> Cluster | None:
        """One cluster as it is now, or None when there is none of that name."""
        try:
            answer = self._redshift.describe_clusters(ClusterIdentifier=identifier)
        except self._redshift.exceptions.ClusterNotFoundFault:
            return None
        found = answer.get("Clusters", [])
        return cluster_from_api(found[0]) if found else None


class ClusterChanges:
    """What all changes share: one attempt, and an `Answer` for every error that is expected."""

    def __init__(self, redshift: RedshiftClient) -> None:
        self._redshift = redshift

    def _answer(self, call: Callable[..., Any], **parameters: Any) -> tuple[Answer, str]:
        try:
            call(**parameters)
        except ClientError as error:
            return _expected(error)
        except NO_ANSWER as error:
            return Answer.LOST, f"no answer came: {type(error).__name__}"
        return Answer.ACCEPTED, ""


class KeyRotation(ClusterChanges):
    """Rotates a cluster's encryption keys."""

    GRANTS = (grant(Scope.CLUSTERS, "redshift:RotateEncryptionKey"),)

    def rotate(self, identifier: str) -> tuple[Answer, str]:
        """Ask for a rotation, once; the text is Redshift's own when it said no."""
        return self._answer(self._redshift.rotate_encryption_key, ClusterIdentifier=identifier)


class ClusterPower(ClusterChanges):
    """Pauses and resumes a cluster."""

    GRANTS = (grant(Scope.CLUSTERS, "redshift:PauseCluster", "redshift:ResumeCluster"),)

    def pause(self, identifier: str) -> tuple[Answer, str]:
        """Ask for the cluster to be paused, once."""
        return self._answer(self._redshift.pause_cluster, ClusterIdentifier=identifier)

    def resume(self, identifier: str) -> tuple[Answer, str]:
        """Ask for the cluster to be resumed, once."""
        return self._answer(self._redshift.resume_cluster, ClusterIdentifier=identifier)


class ClusterTags(ClusterChanges):
    """Writes tags on a cluster."""

    GRANTS = (grant(Scope.CLUSTERS, "redshift:CreateTags"),)

    def write(self, arn: str, key: str, value: str) -> tuple[Answer, str]:
        """Set one tag; a cluster with 50 tags takes no more, which is an answer and no error."""
        try:
            return self._answer(
                self._redshift.create_tags, ResourceName=arn, Tags=[{"Key": key, "Value": value}]
            )
        except self._redshift.exceptions.TagLimitExceededFault as error:
            return Answer.UNSUPPORTED, str(error.response["Error"].get("Message", "TagLimitExceededFault"))


def _expected(error: ClientError) -> tuple[Answer, str]:
    code = error.response.get("Error", {}).get("Code", "")
    text = error.response.get("Error", {}).get("Message", "") or code
    if code in ANSWERS:
        return ANSWERS[code], text
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= SERVER_FAULT:
        return Answer.LOST, f"Redshift failed: {text}"
    raise error
