"""The calls that are not ours keep moto's behaviour, and find our clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.redshift.errors import RedshiftError

if TYPE_CHECKING:
    from tests.local.redshift.conftest import Place


def test_groups_are_created_described_and_deleted(place: Place) -> None:
    redshift = place.redshift
    redshift.create_cluster_parameter_group(
        ParameterGroupName="mine", ParameterGroupFamily="redshift-1.0", Description="d"
    )

    names = {
        group["ParameterGroupName"]
        for group in redshift.describe_cluster_parameter_groups()["ParameterGroups"]
    }
    assert names == {"default.redshift-1.0", "mine"}
    redshift.delete_cluster_parameter_group(ParameterGroupName="mine")
    assert (
        place.error("describe_cluster_parameter_groups", ParameterGroupName="mine")[0]
        == "ClusterParameterGroupNotFound"
    )
    assert redshift.describe_cluster_parameters(ParameterGroupName="default.redshift-1.0")["Parameters"]


def test_logging_is_switched_on_and_off(place: Place) -> None:
    place.create()

    assert place.redshift.describe_logging_status(ClusterIdentifier="dwh")["LoggingEnabled"] is False
    place.redshift.enable_logging(ClusterIdentifier="dwh", BucketName="audit")
    assert place.redshift.describe_logging_status(ClusterIdentifier="dwh")["BucketName"] == "audit"
    place.redshift.disable_logging(ClusterIdentifier="dwh")
    assert place.redshift.describe_logging_status(ClusterIdentifier="dwh")["LoggingEnabled"] is False
    assert place.error("describe_logging_status", ClusterIdentifier="nobody")[0] == "ClusterNotFound"


def test_snapshots_are_copied_to_another_region_on_request(place: Place) -> None:
    place.create().encrypted = False
    answer = place.redshift.enable_snapshot_copy(ClusterIdentifier="dwh", DestinationRegion="us-east-1")

    assert answer["Cluster"]["ClusterSnapshotCopyStatus"]["DestinationRegion"] == "us-east-1"
    place.redshift.modify_snapshot_copy_retention_period(ClusterIdentifier="dwh", RetentionPeriod=3)
    assert place.shown()["ClusterSnapshotCopyStatus"]["RetentionPeriod"] == 3
    place.redshift.disable_snapshot_copy(ClusterIdentifier="dwh")
    assert "ClusterSnapshotCopyStatus" not in place.shown()
    assert place.error("disable_snapshot_copy", ClusterIdentifier="nobody")[0] == "ClusterNotFound"


def test_credentials_are_handed_out(place: Place) -> None:
    place.create()

    assert (
        place.redshift.get_cluster_credentials(ClusterIdentifier="dwh", DbUser="ann")["DbUser"] == "IAM:ann"
    )
    assert (
        place.error("get_cluster_credentials", ClusterIdentifier="nobody", DbUser="ann")[0]
        == "ClusterNotFound"
    )


def test_errors_of_moto_are_shaped_like_ours(place: Place) -> None:
    assert place.error("describe_cluster_subnet_groups", ClusterSubnetGroupName="none") == (
        "ClusterSubnetGroupNotFoundFault",
        "Subnet group none not found.",
    )


def test_cloudformation_makes_no_cluster_of_motos_own_among_ours(place: Place) -> None:
    with pytest.raises(RedshiftError, match="declare them in the fleet file"):
        place.backend.create_cluster(cluster_identifier="theirs")

    assert place.redshift.describe_clusters()["Clusters"] == []


def test_motos_reset_forgets_our_clusters(place: Place) -> None:
    place.create()
    place.backend.reset()

    assert place.redshift.describe_clusters()["Clusters"] == []
