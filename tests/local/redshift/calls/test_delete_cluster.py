"""A deletion needs to be meant, goes through its statuses, and leaves what AWS leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local.fleet import parse_fleet, seed_fleet

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv

RUNNING = "There is an operation running on the Cluster. Please try to delete it at a later time."
LIFECYCLES = (
    "Unable to delete the cluster dwh. You can only delete clusters with ACTIVE, INCOMPATIBLE_NETWORK, "
    "INCOMPATIBLE_HSM, INCOMPATIBLE_RESTORE, INSUFFICIENT_CAPACITY, or HARDWARE_FAILURE lifecycle."
)
COMBINATION, RETENTION = "InvalidParameterCombination", "InvalidRetentionPeriodFault"
SKIP = {"ClusterIdentifier": "dwh", "SkipFinalClusterSnapshot": True}
FINAL = {"ClusterIdentifier": "dwh", "FinalClusterSnapshotIdentifier": "dwh-final"}


def snapshot_status(env: RedshiftEnv, identifier: str = "dwh-final") -> str:
    found = env.redshift.describe_cluster_snapshots(SnapshotIdentifier=identifier)["Snapshots"]
    return str(found[0]["Status"])


def test_a_delete_without_flags_is_refused(env: RedshiftEnv) -> None:
    env.create()

    assert env.error("delete_cluster", ClusterIdentifier="dwh") == (
        "InvalidParameterCombination",
        "FinalClusterSnapshotIdentifier is required unless SkipFinalClusterSnapshot is specified.",
    )
    assert env.status() == "available"


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
    env: RedshiftEnv, parameters: dict[str, Any], code: str
) -> None:
    env.create()

    assert env.error("delete_cluster", ClusterIdentifier="dwh", **parameters)[0] == code
    assert env.status() == "available"


def test_a_delete_without_final_snapshot_is_deleting_and_then_gone(env: RedshiftEnv) -> None:
    env.create()

    answer = env.redshift.delete_cluster(**SKIP)["Cluster"]
    assert (answer["ClusterStatus"], answer["ClusterAvailabilityStatus"]) == ("deleting", "Modifying")
    assert answer["Endpoint"]["Address"].startswith("dwh.")
    assert env.describe()["Endpoint"] == {"Port": 5439}
    env.advance(421)
    assert env.error("describe_clusters", ClusterIdentifier="dwh")[0] == "ClusterNotFound"


def test_a_delete_with_final_snapshot_goes_through_final_snapshot_and_deleting(env: RedshiftEnv) -> None:
    env.create()

    answer = env.redshift.delete_cluster(**FINAL, FinalClusterSnapshotRetentionPeriod=30)["Cluster"]
    assert answer["ClusterStatus"] == "final-snapshot"
    assert (env.status(), snapshot_status(env)) == ("final-snapshot", "final snapshot")
    env.advance(241)
    assert (env.status(), snapshot_status(env)) == ("deleting", "available")
    env.advance(421)
    assert env.error("describe_clusters", ClusterIdentifier="dwh")[0] == "ClusterNotFound"
    snapshot = env.redshift.describe_cluster_snapshots(SnapshotIdentifier="dwh-final")["Snapshots"][0]
    assert (snapshot["Status"], snapshot["SnapshotType"]) == ("available", "manual")
    assert (snapshot["ManualSnapshotRetentionPeriod"], snapshot["ManualSnapshotRemainingDays"]) == (30, 29)


def test_the_final_snapshot_of_another_cluster_can_not_take_a_name_that_is_taken(env: RedshiftEnv) -> None:
    env.create()
    env.create("other")
    env.redshift.delete_cluster(**FINAL)

    code, _ = env.error(
        "delete_cluster", ClusterIdentifier="other", FinalClusterSnapshotIdentifier="DWH-Final"
    )
    assert code == "ClusterSnapshotAlreadyExists"
    assert env.status("other") == "available"


@pytest.mark.parametrize(
    ("outcome", "status", "event"), [("failed", "failed", "3502"), ("cancelled", "cancelled", "3006")]
)
def test_a_final_snapshot_that_does_not_succeed_leaves_the_cluster_available(
    env: RedshiftEnv, outcome: str, status: str, event: str
) -> None:
    env.create(knobs={"final_snapshot_outcome": outcome})
    env.redshift.delete_cluster(**FINAL)
    env.advance(241)

    assert (env.status(), snapshot_status(env)) == ("available", status)
    assert event in [each["EventId"] for each in env.redshift.describe_events()["Events"]]


def test_a_final_snapshot_of_a_broken_cluster_fails(env: RedshiftEnv) -> None:
    env.create().status = "hardware-failure"
    env.redshift.delete_cluster(**FINAL)
    env.advance(241)

    assert (env.status(), snapshot_status(env)) == ("hardware-failure", "failed")


@pytest.mark.parametrize("shown", ["final snapshot", "creating"])
def test_the_final_snapshot_shows_either_documented_status_while_it_is_taken(
    env: RedshiftEnv, shown: str
) -> None:
    env.create(knobs={"final_snapshot_status": shown})
    env.redshift.delete_cluster(**FINAL)

    assert snapshot_status(env) == shown


@pytest.mark.parametrize(("knob", "tags"), [("copied", [{"Key": "team", "Value": "x"}]), ("none", [])])
def test_the_final_snapshot_carries_the_clusters_tags_or_not(
    env: RedshiftEnv, knob: str, tags: list[dict[str, str]]
) -> None:
    env.create(knobs={"final_snapshot_tags": knob}, Tags=[{"Key": "team", "Value": "x"}])
    env.redshift.delete_cluster(**FINAL)

    assert (
        env.redshift.describe_cluster_snapshots(SnapshotIdentifier="dwh-final")["Snapshots"][0]["Tags"]
        == tags
    )


@pytest.mark.parametrize("status", ["final-snapshot", "deleting", "available"])
def test_the_answer_to_a_delete_with_final_snapshot_shows_an_unsettled_status(
    env: RedshiftEnv, status: str
) -> None:
    env.create(knobs={"delete_response_status": status})

    assert env.redshift.delete_cluster(**FINAL)["Cluster"]["ClusterStatus"] == status
    assert env.status() == "final-snapshot"


@pytest.mark.parametrize("code", ["ClusterSnapshotAlreadyExists", "InvalidClusterState"])
def test_the_same_delete_once_more_is_refused_in_either_way(env: RedshiftEnv, code: str) -> None:
    env.create(knobs={"repeated_delete_error": code})
    env.redshift.delete_cluster(**FINAL)

    assert env.error("delete_cluster", **FINAL)[0] == code
    assert env.status() == "final-snapshot"


def test_an_operation_under_way_refuses_a_delete_verbatim(env: RedshiftEnv) -> None:
    env.create()
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")

    assert env.error("delete_cluster", **SKIP) == ("InvalidClusterState", RUNNING)


def test_after_a_snapshot_has_become_available_a_delete_is_still_refused_for_a_while(
    env: RedshiftEnv,
) -> None:
    env.create(knobs={"post_op_busy_tail": "90 seconds"})
    env.advance(90)
    env.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")
    env.advance(241)

    assert (env.status(), snapshot_status(env, "s")) == ("available", "available")
    assert env.error("delete_cluster", **SKIP) == ("InvalidClusterState", RUNNING)
    env.advance(90)
    env.redshift.delete_cluster(**SKIP)


def test_a_resize_refuses_a_delete_verbatim(env: RedshiftEnv) -> None:
    env.create()
    env.redshift.modify_cluster(ClusterIdentifier="dwh", NumberOfNodes=4)

    assert env.error("delete_cluster", **SKIP) == ("InvalidClusterState", LIFECYCLES)


def test_a_paused_cluster_refuses_a_delete_as_seen_in_the_wild(env: RedshiftEnv) -> None:
    env.create().status = "paused"

    assert env.error("delete_cluster", **SKIP) == ("InvalidClusterState", RUNNING)


@pytest.mark.parametrize("parameters", [SKIP, FINAL])
def test_a_paused_cluster_can_be_deleted_as_the_guide_implies(
    env: RedshiftEnv, parameters: dict[str, Any]
) -> None:
    env.create(knobs={"paused_delete": "allow"}).status = "paused"
    env.redshift.delete_cluster(**parameters)
    env.advance(700)

    assert env.error("describe_clusters", ClusterIdentifier="dwh")[0] == "ClusterNotFound"


@pytest.mark.parametrize(
    "status", ["incompatible-network", "incompatible-hsm", "incompatible-restore", "hardware-failure"]
)
def test_a_broken_cluster_can_be_deleted(env: RedshiftEnv, status: str) -> None:
    env.create().status = status

    assert env.redshift.delete_cluster(**SKIP)["Cluster"]["ClusterStatus"] == "deleting"


@pytest.mark.parametrize("status", ["storage-full", "incompatible-parameters", "available, resize-cleanup"])
def test_a_cluster_in_another_lifecycle_can_not_be_deleted(env: RedshiftEnv, status: str) -> None:
    env.create().status = status

    assert env.error("delete_cluster", **SKIP) == ("InvalidClusterState", LIFECYCLES)


def test_a_lakehouse_registration_refuses_a_delete_verbatim(env: RedshiftEnv) -> None:
    env.create().lakehouse = "REGISTERED"

    assert env.error("delete_cluster", **SKIP) == (
        "InvalidClusterState",
        "The cluster has an associated lakehouse glue catalog. Deregister it before you delete the cluster.",
    )


@pytest.mark.parametrize(("knob", "refused"), [("reject", True), ("allow", False)])
def test_a_zero_etl_integration_refuses_a_delete_or_not(env: RedshiftEnv, knob: str, refused: bool) -> None:  # noqa: FBT001 the rule's two sides
    text = f"clusters: [{{identifier: dwh, zero_etl_sources: ['arn:x'], knobs: {{zero_etl_delete: {knob}}}}}]"
    seed_fleet(env.context, parse_fleet(text))

    if refused:
        code, message = env.error("delete_cluster", **SKIP)
        assert code == "InvalidClusterState"
        assert message.startswith(
            "You can't delete an Amazon Redshift data warehouse that has existing zero-ETL"
        )
    else:
        env.redshift.delete_cluster(**SKIP)


def test_automated_snapshots_go_with_the_cluster_and_manual_ones_stay(env: RedshiftEnv) -> None:
    env.create()
    env.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="kept")
    env.advance(241)
    env.redshift.delete_cluster(**SKIP)
    env.advance(421)

    left = env.redshift.describe_cluster_snapshots()["Snapshots"]
    assert [snapshot["SnapshotIdentifier"] for snapshot in left] == ["kept"]


def test_the_keys_of_the_snapshots_of_a_deleted_cluster_are_never_rotated_again(env: RedshiftEnv) -> None:
    env.create()
    env.redshift.delete_cluster(**FINAL)
    env.advance(700)
    env.create()
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    env.advance(601)
    env.describe()

    assert env.backend.cluster("dwh").generations.cek == 2
    assert env.backend.snapshot("dwh-final").generations.cek == 1


def test_the_durations_are_those_of_the_knobs(env: RedshiftEnv) -> None:
    env.create(knobs={"final_snapshot_duration": "1 hour", "delete_duration": "2 hours"})
    env.redshift.delete_cluster(**FINAL)

    env.advance(3599)
    assert env.status() == "final-snapshot"
    env.advance(7200)
    assert env.status() == "deleting"
    env.advance(1)
    assert env.error("describe_clusters", ClusterIdentifier="dwh")[0] == "ClusterNotFound"


@pytest.mark.parametrize(("name", "parameters"), [("cluster_deleted", {}), ("snapshot_available", FINAL)])
def test_botocores_own_waiters_end_as_on_aws(
    env: RedshiftEnv, monkeypatch: pytest.MonkeyPatch, name: str, parameters: dict[str, Any]
) -> None:
    monkeypatch.setattr("botocore.waiter.time.sleep", env.advance)
    env.create()
    env.redshift.delete_cluster(**(parameters or SKIP))

    waited_for = {"SnapshotIdentifier": "dwh-final"} if parameters else {"ClusterIdentifier": "dwh"}
    env.redshift.get_waiter(name).wait(**waited_for)

    if parameters:
        assert snapshot_status(env) == "available"
    else:
        assert env.error("describe_clusters", ClusterIdentifier="dwh")[0] == "ClusterNotFound"
