"""A resize goes on for a while, can be looked at, and can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv

TO_FOUR = {"ClusterIdentifier": "dwh", "NumberOfNodes": 4}
NOT_FOUND = ("ResizeNotFound", "A resize operation for dwh is not found.")


def progress(env: RedshiftEnv) -> dict[str, Any]:
    return dict(env.redshift.describe_resize(ClusterIdentifier="dwh"))


def test_a_cluster_is_resizing_and_then_has_its_new_nodes(env: RedshiftEnv) -> None:
    env.create(NumberOfNodes=2)

    answer = env.redshift.resize_cluster(**TO_FOUR, NodeType="ra3.4xlarge")["Cluster"]
    assert (answer["ClusterStatus"], answer["NumberOfNodes"]) == ("resizing", 2)
    assert answer["ResizeInfo"] == {"ResizeType": "ElasticResize", "AllowCancelResize": False}
    assert answer["PendingModifiedValues"] == {"NodeType": "ra3.4xlarge", "NumberOfNodes": 4}
    env.advance(901)
    shown = env.describe()
    assert (shown["ClusterStatus"], shown["NumberOfNodes"], shown["NodeType"]) == (
        "available",
        4,
        "ra3.4xlarge",
    )
    assert "ResizeInfo" not in shown


def test_a_resize_can_be_looked_at_during_and_after_it(env: RedshiftEnv) -> None:
    env.create(NumberOfNodes=2)
    env.redshift.resize_cluster(**TO_FOUR, Classic=True)
    env.advance(300)

    found = progress(env)
    assert (found["Status"], found["ResizeType"]) == ("IN_PROGRESS", "ClassicResize")
    assert (found["TargetNodeType"], found["TargetNumberOfNodes"]) == ("ra3.xlplus", 4)
    assert (found["TargetClusterType"], found["TargetEncryptionType"]) == ("multi-node", "KMS")
    assert (found["ElapsedTimeInSeconds"], found["EstimatedTimeToCompletionInSeconds"]) == (300, 600)
    env.advance(3600)
    found = progress(env)
    assert (found["Status"], found["ElapsedTimeInSeconds"]) == ("SUCCEEDED", 900)
    assert found["EstimatedTimeToCompletionInSeconds"] == 0


def test_an_elastic_resize_is_not_taken_back(env: RedshiftEnv) -> None:
    env.create(NumberOfNodes=2)
    env.redshift.resize_cluster(**TO_FOUR)

    assert env.error("cancel_resize", ClusterIdentifier="dwh")[0] == "UnsupportedOperation"
    assert env.status() == "resizing"


def test_modifying_the_nodes_is_a_classic_resize(env: RedshiftEnv) -> None:
    env.create(NumberOfNodes=2)
    env.redshift.modify_cluster(**TO_FOUR)

    assert progress(env)["ResizeType"] == "ClassicResize"


def test_a_resize_can_be_taken_back_and_the_cluster_is_what_it_was(env: RedshiftEnv) -> None:
    env.create(NumberOfNodes=2, knobs={"cancel_resize_duration": "5 minutes"})
    env.redshift.resize_cluster(**TO_FOUR, Classic=True)
    assert env.describe()["ResizeInfo"] == {"ResizeType": "ClassicResize", "AllowCancelResize": True}
    env.advance(60)

    assert env.redshift.cancel_resize(ClusterIdentifier="dwh")["Status"] == "CANCELLING"
    assert env.status() == "cancelling-resize"
    assert env.error("cancel_resize", ClusterIdentifier="dwh") == NOT_FOUND
    assert env.error("rotate_encryption_key", ClusterIdentifier="dwh")[0] == "InvalidClusterState"
    refused = env.error("delete_cluster", ClusterIdentifier="dwh", FinalClusterSnapshotIdentifier="final")
    assert refused[1].startswith("Unable to delete the cluster dwh.")
    env.advance(299)
    assert env.status() == "cancelling-resize"
    env.advance(1)
    assert (env.status(), env.describe()["NumberOfNodes"]) == ("available", 2)
    assert env.describe()["PendingModifiedValues"] == {}
    env.advance(3600)
    assert env.describe()["NumberOfNodes"] == 2


def test_without_a_resize_there_is_nothing_to_see_or_to_take_back(env: RedshiftEnv) -> None:
    env.create(NumberOfNodes=2)

    assert env.error("describe_resize", ClusterIdentifier="dwh") == NOT_FOUND
    assert env.error("cancel_resize", ClusterIdentifier="dwh") == NOT_FOUND
    env.redshift.resize_cluster(**TO_FOUR, Classic=True)
    env.advance(901)
    assert env.error("cancel_resize", ClusterIdentifier="dwh") == NOT_FOUND
    assert env.error("describe_resize", ClusterIdentifier="nobody")[0] == "ClusterNotFound"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"NumberOfNodes": 101}, "InvalidParameterValue"),
        ({"NodeType": "ra9.huge"}, "InvalidParameterValue"),
        ({"ClusterType": "multi-node", "NumberOfNodes": 1}, "InvalidParameterCombination"),
    ],
)
def test_a_resize_to_impossible_nodes_is_refused(
    env: RedshiftEnv, parameters: dict[str, Any], code: str
) -> None:
    env.create(NumberOfNodes=2)

    assert env.error("resize_cluster", ClusterIdentifier="dwh", **parameters)[0] == code
    assert env.status() == "available"


def test_a_busy_cluster_is_not_resized(env: RedshiftEnv) -> None:
    env.create(NumberOfNodes=2)
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    assert env.error("resize_cluster", **TO_FOUR)[0] == "InvalidClusterState"
