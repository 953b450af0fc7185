"""A resize goes on for a while, can be looked at, and can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.redshift.conftest import Place

TO_FOUR = {"ClusterIdentifier": "dwh", "NumberOfNodes": 4}
NOT_FOUND = ("ResizeNotFound", "A resize operation for dwh is not found.")


def progress(place: Place) -> dict[str, Any]:
    return dict(place.redshift.describe_resize(ClusterIdentifier="dwh"))


def test_a_cluster_is_resizing_and_then_has_its_new_nodes(place: Place) -> None:
    place.create(NumberOfNodes=2)

    answer = place.redshift.resize_cluster(**TO_FOUR, NodeType="ra3.4xlarge")["Cluster"]
    assert (answer["ClusterStatus"], answer["NumberOfNodes"]) == ("resizing", 2)
    assert answer["ResizeInfo"] == {"ResizeType": "ElasticResize", "AllowCancelResize": False}
    assert answer["PendingModifiedValues"] == {"NodeType": "ra3.4xlarge", "NumberOfNodes": 4}
    place.advance(901)
    shown = place.shown()
    assert (shown["ClusterStatus"], shown["NumberOfNodes"], shown["NodeType"]) == (
        "available",
        4,
        "ra3.4xlarge",
    )
    assert "ResizeInfo" not in shown


def test_a_resize_can_be_looked_at_during_and_after_it(place: Place) -> None:
    place.create(NumberOfNodes=2)
    place.redshift.resize_cluster(**TO_FOUR, Classic=True)
    place.advance(300)

    found = progress(place)
    assert (found["Status"], found["ResizeType"]) == ("IN_PROGRESS", "ClassicResize")
    assert (found["TargetNodeType"], found["TargetNumberOfNodes"]) == ("ra3.xlplus", 4)
    assert (found["TargetClusterType"], found["TargetEncryptionType"]) == ("multi-node", "KMS")
    assert (found["ElapsedTimeInSeconds"], found["EstimatedTimeToCompletionInSeconds"]) == (300, 600)
    place.advance(3600)
    found = progress(place)
    assert (found["Status"], found["ElapsedTimeInSeconds"]) == ("SUCCEEDED", 900)
    assert found["EstimatedTimeToCompletionInSeconds"] == 0


def test_an_elastic_resize_is_not_taken_back(place: Place) -> None:
    place.create(NumberOfNodes=2)
    place.redshift.resize_cluster(**TO_FOUR)

    assert place.error("cancel_resize", ClusterIdentifier="dwh")[0] == "UnsupportedOperation"
    assert place.status() == "resizing"


def test_modifying_the_nodes_is_a_classic_resize(place: Place) -> None:
    place.create(NumberOfNodes=2)
    place.redshift.modify_cluster(**TO_FOUR)

    assert progress(place)["ResizeType"] == "ClassicResize"


def test_a_resize_can_be_taken_back_and_the_cluster_is_what_it_was(place: Place) -> None:
    place.create(NumberOfNodes=2, knobs={"cancel_resize_duration": "5 minutes"})
    place.redshift.resize_cluster(**TO_FOUR, Classic=True)
    assert place.shown()["ResizeInfo"] == {"ResizeType": "ClassicResize", "AllowCancelResize": True}
    place.advance(60)

    assert place.redshift.cancel_resize(ClusterIdentifier="dwh")["Status"] == "CANCELLING"
    assert place.status() == "cancelling-resize"
    assert place.error("cancel_resize", ClusterIdentifier="dwh") == NOT_FOUND
    assert place.error("rotate_encryption_key", ClusterIdentifier="dwh")[0] == "InvalidClusterState"
    refused = place.error("delete_cluster", ClusterIdentifier="dwh", FinalClusterSnapshotIdentifier="final")
    assert refused[1].startswith("Unable to delete the cluster dwh.")
    place.advance(299)
    assert place.status() == "cancelling-resize"
    place.advance(1)
    assert (place.status(), place.shown()["NumberOfNodes"]) == ("available", 2)
    assert place.shown()["PendingModifiedValues"] == {}
    place.advance(3600)
    assert place.shown()["NumberOfNodes"] == 2


def test_without_a_resize_there_is_nothing_to_see_or_to_take_back(place: Place) -> None:
    place.create(NumberOfNodes=2)

    assert place.error("describe_resize", ClusterIdentifier="dwh") == NOT_FOUND
    assert place.error("cancel_resize", ClusterIdentifier="dwh") == NOT_FOUND
    place.redshift.resize_cluster(**TO_FOUR, Classic=True)
    place.advance(901)
    assert place.error("cancel_resize", ClusterIdentifier="dwh") == NOT_FOUND
    assert place.error("describe_resize", ClusterIdentifier="nobody")[0] == "ClusterNotFound"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"NumberOfNodes": 101}, "InvalidParameterValue"),
        ({"NodeType": "ra9.huge"}, "InvalidParameterValue"),
        ({"ClusterType": "multi-node", "NumberOfNodes": 1}, "InvalidParameterCombination"),
    ],
)
def test_a_resize_to_impossible_nodes_is_refused(place: Place, parameters: dict[str, Any], code: str) -> None:
    place.create(NumberOfNodes=2)

    assert place.error("resize_cluster", ClusterIdentifier="dwh", **parameters)[0] == code
    assert place.status() == "available"


def test_a_busy_cluster_is_not_resized(place: Place) -> None:
    place.create(NumberOfNodes=2)
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    assert place.error("resize_cluster", **TO_FOUR)[0] == "InvalidClusterState"
