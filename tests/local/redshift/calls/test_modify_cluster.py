"""ModifyCluster starts the operation that the change needs, one big change at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.redshift.conftest import Place


def modify(place: Place, **parameters: Any) -> dict[str, Any]:
    return dict(place.redshift.modify_cluster(ClusterIdentifier="dwh", **parameters)["Cluster"])


def test_other_nodes_are_resizing_with_the_change_pending(place: Place) -> None:
    place.create()

    answer = modify(place, NumberOfNodes=4, NodeType="ra3.4xlarge")
    assert (answer["ClusterStatus"], answer["NumberOfNodes"]) == ("resizing", 1)
    assert answer["PendingModifiedValues"] == {"NumberOfNodes": 4, "NodeType": "ra3.4xlarge"}
    assert answer["ResizeInfo"] == {"ResizeType": "ClassicResize", "AllowCancelResize": True}
    place.advance(901)
    shown = place.shown()
    assert (shown["ClusterStatus"], shown["NumberOfNodes"], shown["NodeType"]) == (
        "available",
        4,
        "ra3.4xlarge",
    )
    assert (shown["PendingModifiedValues"], "ResizeInfo" in shown) == ({}, False)


def test_a_cluster_is_decrypted_and_encrypted_with_another_key(place: Place) -> None:
    key = place.backend.keys.declare("alias/other", "Enabled")
    place.create()

    assert modify(place, Encrypted=False)["ClusterStatus"] == "resizing"
    place.advance(901)
    assert (place.shown()["Encrypted"], "KmsKeyId" in place.shown()) == (False, False)
    assert modify(place, Encrypted=True, KmsKeyId="alias/other")["PendingModifiedValues"] == {
        "EncryptionType": "KMS"
    }
    place.advance(901)
    assert (place.shown()["Encrypted"], place.shown()["KmsKeyId"]) == (True, key)


def test_a_cluster_is_renamed_and_keeps_its_namespace(place: Place) -> None:
    namespace = place.create().namespace_arn

    assert modify(place, NewClusterIdentifier="warehouse")["ClusterStatus"] == "renaming"
    place.advance(181)
    assert place.error("describe_clusters", ClusterIdentifier="dwh")[0] == "ClusterNotFound"
    assert place.shown("warehouse")["ClusterNamespaceArn"] == namespace


def test_a_name_that_is_taken_is_refused(place: Place) -> None:
    place.create()
    place.create("other")

    code, _ = place.error("modify_cluster", ClusterIdentifier="dwh", NewClusterIdentifier="other")
    assert code == "ClusterAlreadyExists"


def test_a_password_is_modifying_for_a_while(place: Place) -> None:
    place.create()

    assert modify(place, MasterUserPassword="Other1234")["ClusterStatus"] == "modifying"
    place.advance(301)
    assert place.status() == "available"


def test_retention_and_window_change_at_once(place: Place) -> None:
    place.create()

    answer = modify(
        place, AutomatedSnapshotRetentionPeriod=9, PreferredMaintenanceWindow="FRI:10:00-FRI:11:00"
    )
    assert answer["ClusterStatus"] == "available"
    assert answer["AutomatedSnapshotRetentionPeriod"] == 9
    assert answer["PreferredMaintenanceWindow"] == "fri:10:00-fri:11:00"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"NumberOfNodes": 4, "Encrypted": False}, "InvalidParameterCombination"),
        ({"NewClusterIdentifier": "x", "NumberOfNodes": 4}, "InvalidParameterCombination"),
        ({"NewClusterIdentifier": "X"}, "InvalidParameterValue"),
        ({"NodeType": "huge"}, "InvalidParameterValue"),
        ({"ClusterType": "multi-node"}, "InvalidParameterCombination"),
        ({"AutomatedSnapshotRetentionPeriod": 0}, "InvalidParameterValue"),
        ({"ManualSnapshotRetentionPeriod": 0}, "InvalidRetentionPeriodFault"),
        ({"PreferredMaintenanceWindow": "never"}, "InvalidParameterValue"),
        ({"KmsKeyId": "alias/none"}, "InvalidParameterValue"),
    ],
)
def test_changes_that_redshift_would_refuse_are_refused(
    place: Place, parameters: dict[str, Any], code: str
) -> None:
    place.create()

    assert place.error("modify_cluster", ClusterIdentifier="dwh", **parameters)[0] == code
    assert place.status() == "available"


def test_encryption_does_not_change_while_snapshots_are_copied_across_regions(place: Place) -> None:
    place.create().encrypted = False
    place.redshift.enable_snapshot_copy(ClusterIdentifier="dwh", DestinationRegion="us-east-1")

    code, _ = place.error("modify_cluster", ClusterIdentifier="dwh", Encrypted=True)
    assert code == "InvalidParameterCombination"


def test_the_durations_are_those_of_the_knobs(place: Place) -> None:
    place.create(
        knobs={"modify_duration": "1 minute", "resize_duration": "2 minutes", "rename_duration": "3 minutes"}
    )
    changes: list[tuple[dict[str, Any], int]] = [
        ({"PubliclyAccessible": True}, 60),
        ({"NumberOfNodes": 3}, 120),
        ({"NewClusterIdentifier": "dwh2"}, 180),
    ]
    for change, seconds in changes:
        status = modify(place, **change)["ClusterStatus"]
        place.advance(seconds - 1)
        assert place.status() == status
        place.advance(1)
    assert place.status("dwh2") == "available"


def test_a_cluster_created_through_the_api_takes_its_time_from_the_knob(place: Place) -> None:
    place.create("any")
    knobs = place.backend.knobs_of_new
    place.backend.knobs_of_new = type(knobs)(create_duration="20 minutes")  # type: ignore[arg-type] # pydantic reads spans
    place.redshift.create_cluster(
        ClusterIdentifier="slow", NodeType="ra3.large", MasterUsername="a", MasterUserPassword="Secret123"
    )

    place.advance(1199)
    assert place.status("slow") == "creating"
    place.advance(1)
    assert place.status("slow") == "available"
