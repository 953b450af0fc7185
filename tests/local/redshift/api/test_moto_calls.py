"""The calls that are not ours keep moto's behavior, and find our clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.redshift.errors import RedshiftError

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv


def test_groups_are_created_described_and_deleted(env: RedshiftEnv) -> None:
    redshift = env.redshift
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
        env.error("describe_cluster_parameter_groups", ParameterGroupName="mine")[0]
        == "ClusterParameterGroupNotFound"
    )
    assert redshift.describe_cluster_parameters(ParameterGroupName="default.redshift-1.0")["Parameters"]


def test_logging_is_switched_on_and_off(env: RedshiftEnv) -> None:
    env.create()

    assert env.redshift.describe_logging_status(ClusterIdentifier="dwh")["LoggingEnabled"] is False
    env.redshift.enable_logging(ClusterIdentifier="dwh", BucketName="audit")
    assert env.redshift.describe_logging_status(ClusterIdentifier="dwh")["BucketName"] == "audit"
    env.redshift.disable_logging(ClusterIdentifier="dwh")
    assert env.redshift.describe_logging_status(ClusterIdentifier="dwh")["LoggingEnabled"] is False
    assert env.error("describe_logging_status", ClusterIdentifier="nobody")[0] == "ClusterNotFound"


def test_snapshots_are_copied_to_another_region_on_request(env: RedshiftEnv) -> None:
    env.create().encrypted = False
    answer = env.redshift.enable_snapshot_copy(ClusterIdentifier="dwh", DestinationRegion="us-east-1")

    assert answer["Cluster"]["ClusterSnapshotCopyStatus"]["DestinationRegion"] == "us-east-1"
    env.redshift.modify_snapshot_copy_retention_period(ClusterIdentifier="dwh", RetentionPeriod=3)
    assert env.describe()["ClusterSnapshotCopyStatus"]["RetentionPeriod"] == 3
    env.redshift.disable_snapshot_copy(ClusterIdentifier="dwh")
    assert "ClusterSnapshotCopyStatus" not in env.describe()
    assert env.error("disable_snapshot_copy", ClusterIdentifier="nobody")[0] == "ClusterNotFound"


def test_credentials_are_handed_out(env: RedshiftEnv) -> None:
    env.create()

    assert env.redshift.get_cluster_credentials(ClusterIdentifier="dwh", DbUser="ann")["DbUser"] == "IAM:ann"
    assert (
        env.error("get_cluster_credentials", ClusterIdentifier="nobody", DbUser="ann")[0] == "ClusterNotFound"
    )


def test_errors_of_moto_are_shaped_like_ours(env: RedshiftEnv) -> None:
    assert env.error("describe_cluster_subnet_groups", ClusterSubnetGroupName="none") == (
        "ClusterSubnetGroupNotFoundFault",
        "Subnet group none not found.",
    )


def test_cloudformation_makes_no_cluster_of_motos_own_among_ours(env: RedshiftEnv) -> None:
    with pytest.raises(RedshiftError, match="declare them in the fleet file"):
        env.backend.create_cluster(cluster_identifier="theirs")

    assert env.redshift.describe_clusters()["Clusters"] == []


def test_motos_reset_forgets_our_clusters(env: RedshiftEnv) -> None:
    env.create()
    env.backend.reset()

    assert env.redshift.describe_clusters()["Clusters"] == []
