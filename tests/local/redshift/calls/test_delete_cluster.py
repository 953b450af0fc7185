"""A deletion needs to be meant, goes through its statuses, and leaves what AWS leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.fleet import parse_fleet, seed_fleet

if TYPE_CHECKING:
    from tests.local.redshift.conftest import Place

RUNNING = "There is an operation running on the Cluster. Please try to delete it at a later time."
LIFECYCLES = (
    "Unable to delete the cluster dwh. You can only delete clusters with ACTIVE, INCOMPATIBLE_NETWORK, "
    "INCOMPATIBLE_HSM, INCOMPATIBLE_RESTORE, INSUFFICIENT_CAPACITY, or HARDWARE_FAILURE lifecycle."
)
COMBINATION, RETENTION = "InvalidParameterCombination", "InvalidRetentionPeriodFault"
SKIP = {"ClusterIdentifier": "dwh", "SkipFinalClusterSnapshot": True}
FINAL = {"ClusterIdentifier": "dwh", "FinalClusterSnapshotIdentifier": "dwh-final"}


def snapshot_status(place: Place, identifier: str = "dwh-final") -> str:
    found = place.redshift.describe_cluster_snapshots(SnapshotIdentifier=identifier)["Snapshots"]
    return str(found[0]["Status"])


def test_a_delete_without_flags_is_refused(place: Place) -> None:
    place.create()

    assert place.error("delete_cluster", ClusterIdentifier="dwh") == (
        "InvalidParameterCombination",
        "FinalClusterSnapshotIdentifier is required unless SkipFinalClusterSnapshot is specified.",
    )
    assert place.status() == "available"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"SkipFinalClusterSnapshot": False}, "InvalidParameterCombination"),
        ({"SkipFinalClusterSnapshot": True, "FinalClusterSnapshotIdentifier": "x"}, COMBINATION),
        ({"FinalClusterSnapshotIdentifier": "bad--name-"}, "InvalidParameterValue"),
        ({"FinalClusterSnapshotIdentifier": "1st"}, "InvalidParameterValue"),
        ({"FinalClusterSnapshotIdentifier": "s" * 256}, "InvalidParameterValue"),
        ({"FinalClusterSnapshotIdentifier": "x", "FinalClusterSnapshotRetentionPeriod": 0}, RETENTION),
        ({"FinalClusterSnapshotIdentifier": "x", "FinalClusterSnapshotRetentionPeriod": 3654}, RETENTION),
    ],
)  # fmt: skip
def test_a_delete_with_wrong_parameters_is_refused_and_the_cluster_stays(
    place: Place, parameters: dict[str, Any], code: str
) -> None:
    place.create()

    assert place.error("delete_cluster", ClusterIdentifier="dwh", **parameters)[0] == code
    assert place.status() == "available"


def test_a_delete_without_final_snapshot_is_deleting_and_then_gone(place: Place) -> None:
    place.create()

    answer = place.redshift.delete_cluster(**SKIP)["Cluster"]
    assert (answer["ClusterStatus"], answer["ClusterAvailabilityStatus"]) == ("deleting", "Modifying")
    assert answer["Endpoint"]["Address"].startswith("dwh.")
    assert place.shown()["Endpoint"] == {"Port": 5439}
    place.advance(421)
    assert place.error("describe_clusters", ClusterIdentifier="dwh")[0] == "ClusterNotFound"


def test_a_delete_with_final_snapshot_goes_through_final_snapshot_and_deleting(place: Place) -> None:
    place.create()

    answer = place.redshift.delete_cluster(**FINAL, FinalClusterSnapshotRetentionPeriod=30)["Cluster"]
    assert answer["ClusterStatus"] == "final-snapshot"
    assert (place.status(), snapshot_status(place)) == ("final-snapshot", "final snapshot")
    place.advance(241)
    assert (place.status(), snapshot_status(place)) == ("deleting", "available")
    place.advance(421)
    assert place.error("describe_clusters", ClusterIdentifier="dwh")[0] == "ClusterNotFound"
    snapshot = place.redshift.describe_cluster_snapshots(SnapshotIdentifier="dwh-final")["Snapshots"][0]
    assert (snapshot["Status"], snapshot["SnapshotType"]) == ("available", "manual")
    assert (snapshot["ManualSnapshotRetentionPeriod"], snapshot["ManualSnapshotRemainingDays"]) == (30, 29)


def test_the_final_snapshot_of_another_cluster_can_not_take_a_name_that_is_taken(place: Place) -> None:
    place.create()
    place.create("other")
    place.redshift.delete_cluster(**FINAL)

    code, _ = place.error(
        "delete_cluster", ClusterIdentifier="other", FinalClusterSnapshotIdentifier="DWH-Final"
    )
    assert code == "ClusterSnapshotAlreadyExists"
    assert place.status("other") == "available"


@pytest.mark.parametrize(
    ("outcome", "status", "event"), [("failed", "failed", "3502"), ("cancelled", "cancelled", "3006")]
)
def test_a_final_snapshot_that_does_not_succeed_leaves_the_cluster_available(
    place: Place, outcome: str, status: str, event: str
) -> None:
    place.create(knobs={"final_snapshot_outcome": outcome})
    place.redshift.delete_cluster(**FINAL)
    place.advance(241)

    assert (place.status(), snapshot_status(place)) == ("available", status)
    assert event in [each["EventId"] for each in place.redshift.describe_events()["Events"]]


def test_a_final_snapshot_of_a_broken_cluster_fails(place: Place) -> None:
    place.create().status = "hardware-failure"
    place.redshift.delete_cluster(**FINAL)
    place.advance(241)

    assert (place.status(), snapshot_status(place)) == ("hardware-failure", "failed")


@pytest.mark.parametrize("shown", ["final snapshot", "creating"])
def test_the_final_snapshot_shows_either_documented_status_while_it_is_taken(
    place: Place, shown: str
) -> None:
    place.create(knobs={"final_snapshot_status": shown})
    place.redshift.delete_cluster(**FINAL)

    assert snapshot_status(place) == shown


@pytest.mark.parametrize(("knob", "tags"), [("copied", [{"Key": "team", "Value": "x"}]), ("none", [])])
def test_the_final_snapshot_carries_the_clusters_tags_or_not(
    place: Place, knob: str, tags: list[dict[str, str]]
) -> None:
    place.create(knobs={"final_snapshot_tags": knob}, Tags=[{"Key": "team", "Value": "x"}])
    place.redshift.delete_cluster(**FINAL)

    assert (
        place.redshift.describe_cluster_snapshots(SnapshotIdentifier="dwh-final")["Snapshots"][0]["Tags"]
        == tags
    )


@pytest.mark.parametrize("status", ["final-snapshot", "deleting", "available"])
def test_the_answer_to_a_delete_with_final_snapshot_shows_an_unsettled_status(
    place: Place, status: str
) -> None:
    place.create(knobs={"delete_response_status": status})

    assert place.redshift.delete_cluster(**FINAL)["Cluster"]["ClusterStatus"] == status
    assert place.status() == "final-snapshot"


@pytest.mark.parametrize("code", ["ClusterSnapshotAlreadyExists", "InvalidClusterState"])
def test_the_same_delete_once_more_is_refused_in_either_way(place: Place, code: str) -> None:
    place.create(knobs={"repeated_delete_error": code})
    place.redshift.delete_cluster(**FINAL)

    assert place.error("delete_cluster", **FINAL)[0] == code
    assert place.status() == "final-snapshot"


def test_an_operation_under_way_refuses_a_delete_verbatim(place: Place) -> None:
    place.create()
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    assert place.error("delete_cluster", **SKIP) == ("InvalidClusterState", RUNNING)


def test_after_a_snapshot_has_become_available_a_delete_is_still_refused_for_a_while(place: Place) -> None:
    place.create(knobs={"post_op_busy_tail": "90 seconds"})
    place.advance(90)
    place.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")
    place.advance(241)

    assert (place.status(), snapshot_status(place, "s")) == ("available", "available")
    assert place.error("delete_cluster", **SKIP) == ("InvalidClusterState", RUNNING)
    place.advance(90)
    place.redshift.delete_cluster(**SKIP)


def test_a_resize_refuses_a_delete_verbatim(place: Place) -> None:
    place.create()
    place.redshift.modify_cluster(ClusterIdentifier="dwh", NumberOfNodes=4)

    assert place.error("delete_cluster", **SKIP) == ("InvalidClusterState", LIFECYCLES)


def test_a_paused_cluster_refuses_a_delete_as_seen_in_the_wild(place: Place) -> None:
    place.create().status = "paused"

    assert place.error("delete_cluster", **SKIP) == ("InvalidClusterState", RUNNING)


@pytest.mark.parametrize("parameters", [SKIP, FINAL])
def test_a_paused_cluster_can_be_deleted_as_the_guide_implies(
    place: Place, parameters: dict[str, Any]
) -> None:
    place.create(knobs={"paused_delete": "allow"}).status = "paused"
    place.redshift.delete_cluster(**parameters)
    place.advance(700)

    assert place.error("describe_clusters", ClusterIdentifier="dwh")[0] == "ClusterNotFound"


@pytest.mark.parametrize(
    "status", ["incompatible-network", "incompatible-hsm", "incompatible-restore", "hardware-failure"]
)
def test_a_broken_cluster_can_be_deleted(place: Place, status: str) -> None:
    place.create().status = status

    assert place.redshift.delete_cluster(**SKIP)["Cluster"]["ClusterStatus"] == "deleting"


@pytest.mark.parametrize("status", ["storage-full", "incompatible-parameters", "available, resize-cleanup"])
def test_a_cluster_in_another_lifecycle_can_not_be_deleted(place: Place, status: str) -> None:
    place.create().status = status

    assert place.error("delete_cluster", **SKIP) == ("InvalidClusterState", LIFECYCLES)


def test_a_lakehouse_registration_refuses_a_delete_verbatim(place: Place) -> None:
    place.create().lakehouse = "REGISTERED"

    assert place.error("delete_cluster", **SKIP) == (
        "InvalidClusterState",
        "The cluster has an associated lakehouse glue catalog. Deregister it before you delete the cluster.",
    )


@pytest.mark.parametrize(("knob", "refused"), [("reject", True), ("allow", False)])
def test_a_zero_etl_integration_refuses_a_delete_or_not(place: Place, knob: str, refused: bool) -> None:  # noqa: FBT001 the rule's two sides
    text = f"clusters: [{{identifier: dwh, zero_etl_sources: ['arn:x'], knobs: {{zero_etl_delete: {knob}}}}}]"
    seed_fleet(place.context, parse_fleet(text))

    if refused:
        code, message = place.error("delete_cluster", **SKIP)
        assert code == "InvalidClusterState"
        assert message.startswith(
            "You can't delete an Amazon Redshift data warehouse that has existing zero-ETL"
        )
    else:
        place.redshift.delete_cluster(**SKIP)


def test_automated_snapshots_go_with_the_cluster_and_manual_ones_stay(place: Place) -> None:
    place.create()
    place.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="kept")
    place.advance(241)
    place.redshift.delete_cluster(**SKIP)
    place.advance(421)

    left = place.redshift.describe_cluster_snapshots()["Snapshots"]
    assert [snapshot["SnapshotIdentifier"] for snapshot in left] == ["kept"]


def test_the_keys_of_the_snapshots_of_a_deleted_cluster_are_never_rotated_again(place: Place) -> None:
    place.create()
    place.redshift.delete_cluster(**FINAL)
    place.advance(700)
    place.create()
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    place.advance(601)
    place.shown()

    assert place.backend.cluster("dwh").generations.cek == 2
    assert place.backend.snapshot("dwh-final").generations.cek == 1


def test_the_durations_are_those_of_the_knobs(place: Place) -> None:
    place.create(knobs={"final_snapshot_duration": "1 hour", "delete_duration": "2 hours"})
    place.redshift.delete_cluster(**FINAL)

    place.advance(3599)
    assert place.status() == "final-snapshot"
    place.advance(7200)
    assert place.status() == "deleting"
    place.advance(1)
    assert place.error("describe_clusters", ClusterIdentifier="dwh")[0] == "ClusterNotFound"


@pytest.mark.parametrize(("name", "parameters"), [("cluster_deleted", {}), ("snapshot_available", FINAL)])
def test_botocores_own_waiters_end_as_on_aws(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str, parameters: dict[str, Any]
) -> None:
    monkeypatch.setattr("botocore.waiter.time.sleep", place.advance)
    place.create()
    place.redshift.delete_cluster(**(parameters or SKIP))

    waited_for = {"SnapshotIdentifier": "dwh-final"} if parameters else {"ClusterIdentifier": "dwh"}
    place.redshift.get_waiter(name).wait(**waited_for)

    if parameters:
        assert snapshot_status(place) == "available"
    else:
        assert place.error("describe_clusters", ClusterIdentifier="dwh")[0] == "ClusterNotFound"
