"""One cluster in DescribeClusters' answer: what is missing is read as the cautious thing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from steward.domain.cluster import cluster_arn, cluster_from_api
from steward.domain.errors import UnexpectedAnswer
from steward.domain.status import Phase
from tests.support.facts import NAMESPACE, cluster

ANSWER: dict[str, Any] = {
    "ClusterIdentifier": "analytics",
    "ClusterStatus": "available",
    "ClusterAvailabilityStatus": "Available",
    "Encrypted": True,
    "KmsKeyId": "arn:aws:kms:eu-central-1:123456789012:key/1",
    "ClusterNamespaceArn": NAMESPACE,
    "ClusterCreateTime": datetime(2025, 3, 1, 9, tzinfo=timezone(timedelta(hours=1))),
    "Tags": [{"Key": "team", "Value": "bi"}, {"Key": "empty"}, {"Value": "of no key"}],
    "PreferredMaintenanceWindow": "wed:03:00-wed:03:30",
    "NextMaintenanceWindowStartTime": datetime(2026, 11, 25, 3, tzinfo=UTC),
    "PendingModifiedValues": {"NodeType": "ra3.4xlarge", "ClusterVersion": "1.0", "NumberOfNodes": None},
    "ResizeInfo": {"ResizeType": "ClassicResize"},
    "HsmStatus": {"HsmConfigurationIdentifier": "vault", "Status": "active"},
}


def test_a_whole_answer_is_read() -> None:
    found = cluster_from_api(ANSWER)
    assert (found.identifier, found.status, found.availability) == ("analytics", "available", "Available")
    assert found.created_at == datetime(2025, 3, 1, 8, tzinfo=UTC)
    assert found.tags == {"team": "bi", "empty": ""}
    assert found.pending == ("ClusterVersion", "NodeType")
    assert found.hsm


def test_a_cluster_of_which_only_the_name_is_known_is_not_ready_and_not_called_encrypted() -> None:
    found = cluster_from_api({"ClusterIdentifier": "analytics"})
    assert found.phase is Phase.UNKNOWN
    assert found.encrypted is None
    assert found.created_at is None
    assert found.next_maintenance_at is None
    assert (found.tags, found.pending, found.hsm) == ({}, (), False)


@pytest.mark.parametrize("empty", ["Tags", "PendingModifiedValues", "HsmStatus"])
def test_a_field_that_is_there_but_null_is_a_field_that_is_missing(empty: str) -> None:
    without = {name: value for name, value in ANSWER.items() if name != empty}
    assert cluster_from_api(ANSWER | {empty: None}) == cluster_from_api(without)


def test_an_answer_without_a_name_is_no_cluster() -> None:
    with pytest.raises(UnexpectedAnswer, match="without ClusterIdentifier"):
        cluster_from_api({"ClusterStatus": "available"})


def test_only_the_statuses_say_that_a_cluster_is_being_resized() -> None:
    assert cluster_from_api(ANSWER).phase is Phase.READY, "ResizeInfo may stay after the resize is over"
    assert cluster(status="resizing").phase is Phase.RESIZING


def test_both_statuses_are_named_as_far_as_they_are_known() -> None:
    assert cluster().described == "available (Available)"
    assert cluster(availability="").described == "available"


def test_a_clusters_arn_follows_from_its_namespace_in_every_partition() -> None:
    assert cluster_arn(NAMESPACE, "bi") == "arn:aws:redshift:eu-central-1:123456789012:cluster:bi"
    china = NAMESPACE.replace("arn:aws:", "arn:aws-cn:")
    assert cluster_arn(china, "bi").startswith("arn:aws-cn:redshift:")


def test_its_identity_says_in_which_account_and_region_it_is() -> None:
    assert (cluster().account, cluster().region) == ("123456789012", "eu-central-1")
    assert (cluster(namespace_arn="").account, cluster(namespace_arn="").region) == ("", "")


def test_a_member_of_its_identity_that_is_missing_is_not_a_mismatch() -> None:
    known = (NAMESPACE, "2025-03-01T08:00:00Z")
    assert cluster().may_be(*known)
    assert cluster(namespace_arn="").may_be(*known)
    assert cluster(created_at=None).may_be(*known)
    assert cluster().may_be("", "")
    assert not cluster(namespace_arn="").may_be(NAMESPACE, "2025-03-01T08:00:01Z")
    assert not cluster(created_at=None).may_be(f"{NAMESPACE}0", "")


def test_a_cluster_is_identified_when_both_members_are_known() -> None:
    assert cluster().is_identified
    assert not cluster(namespace_arn="").is_identified
    assert not cluster(created_at=None).is_identified


def test_account_region_and_arn_are_known_without_a_namespace_where_the_functions_home_is() -> None:
    topic = "arn:aws-cn:sns:cn-north-1:123456789012:notices"
    found = cluster_from_api({"ClusterIdentifier": "bi"}, topic)
    assert (found.account, found.region) == ("123456789012", "cn-north-1")
    assert found.arn == "arn:aws-cn:redshift:cn-north-1:123456789012:cluster:bi"
