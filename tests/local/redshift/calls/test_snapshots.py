"""Snapshots are taken, found, copied, kept and deleted as the API reference says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.redshift.conftest import START

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv


def take(env: RedshiftEnv, identifier: str = "s", cluster: str = "dwh", **parameters: Any) -> dict[str, Any]:
    """A manual snapshot that has ended."""
    env.redshift.create_cluster_snapshot(
        ClusterIdentifier=cluster, SnapshotIdentifier=identifier, **parameters
    )
    env.advance(241)
    return found(env, SnapshotIdentifier=identifier)[0]


def found(env: RedshiftEnv, **filters: Any) -> list[dict[str, Any]]:
    return list(env.redshift.describe_cluster_snapshots(**filters)["Snapshots"])


def names(env: RedshiftEnv, **filters: Any) -> list[str]:
    return [snapshot["SnapshotIdentifier"] for snapshot in found(env, **filters)]


def test_a_snapshot_is_creating_and_then_available(env: RedshiftEnv) -> None:
    env.create()

    answer = env.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")["Snapshot"]
    assert (answer["Status"], env.status()) == ("creating", "available")
    env.advance(239)
    assert found(env, SnapshotIdentifier="s")[0]["Status"] == "creating"
    env.advance(2)
    assert found(env, SnapshotIdentifier="s")[0]["Status"] == "available"


def test_a_snapshot_shows_what_it_is_verified_by(env: RedshiftEnv) -> None:
    cluster = env.create()
    snapshot = take(env, Tags=[{"Key": "purpose", "Value": "guard"}], ManualSnapshotRetentionPeriod=7)

    assert snapshot["Encrypted"] is True
    assert snapshot["KmsKeyId"] == cluster.kms_key_id
    assert snapshot["TotalBackupSizeInMegaBytes"] > 0
    assert snapshot["ActualIncrementalBackupSizeInMegaBytes"] > 0
    assert snapshot["ClusterCreateTime"] == cluster.created
    assert snapshot["OwnerAccount"] == "123456789012"
    assert snapshot["SnapshotArn"] == "arn:aws:redshift:eu-central-1:123456789012:snapshot:dwh/s"
    assert (snapshot["ManualSnapshotRetentionPeriod"], snapshot["ManualSnapshotRemainingDays"]) == (7, 6)
    assert snapshot["Tags"] == [{"Key": "purpose", "Value": "guard"}]
    assert "ra3.xlplus" in snapshot["RestorableNodeTypes"]


@pytest.mark.parametrize(("outcome", "event"), [("failed", "3503"), ("cancelled", "2010")])
def test_a_snapshot_may_not_succeed(env: RedshiftEnv, outcome: str, event: str) -> None:
    env.create(knobs={"snapshot_outcome": outcome})

    assert take(env)["Status"] == outcome
    assert event in [each["EventId"] for each in env.redshift.describe_events()["Events"]]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"SnapshotIdentifier": "bad--name-"}, "InvalidParameterValue"),
        ({"SnapshotIdentifier": "s", "ManualSnapshotRetentionPeriod": 0}, "InvalidRetentionPeriodFault"),
        ({"SnapshotIdentifier": "s", "ManualSnapshotRetentionPeriod": 3654}, "InvalidRetentionPeriodFault"),
        ({"SnapshotIdentifier": "s", "ClusterIdentifier": "nobody"}, "ClusterNotFound"),
        ({"SnapshotIdentifier": "s", "Tags": [{"Key": "aws:x", "Value": "y"}]}, "InvalidTagFault"),
    ],
)
def test_a_snapshot_that_redshift_would_refuse_is_refused(
    env: RedshiftEnv, parameters: dict[str, Any], code: str
) -> None:
    env.create()

    assert env.error("create_cluster_snapshot", **({"ClusterIdentifier": "dwh"} | parameters))[0] == code
    assert names(env, SnapshotType="manual") == []


def test_names_of_snapshots_are_unique_whatever_their_case(env: RedshiftEnv) -> None:
    env.create()
    take(env, "Before")

    code, _ = env.error("create_cluster_snapshot", ClusterIdentifier="dwh", SnapshotIdentifier="before")
    assert code == "ClusterSnapshotAlreadyExists"
    assert names(env, SnapshotIdentifier="BEFORE") == ["Before"]


def test_the_quota_of_manual_snapshots_holds(env: RedshiftEnv) -> None:
    env.create()
    env.backend.snapshot_quota = 2
    take(env, "a")
    take(env, "b")

    code, _ = env.error("create_cluster_snapshot", ClusterIdentifier="dwh", SnapshotIdentifier="c")
    assert code == "ClusterSnapshotQuotaExceeded"
    code, _ = env.error("delete_cluster", ClusterIdentifier="dwh", FinalClusterSnapshotIdentifier="c")
    assert code == "ClusterSnapshotQuotaExceeded"


def test_the_default_quota_is_twenty(env: RedshiftEnv) -> None:
    assert env.backend.snapshot_quota == 20


def test_the_snapshots_of_an_unknown_cluster_are_an_error_and_not_all_snapshots(env: RedshiftEnv) -> None:
    env.create()

    answer = env.error("describe_cluster_snapshots", ClusterIdentifier="nobody")
    assert answer == ("ClusterNotFound", "Cluster nobody not found.")


def test_cluster_and_snapshot_can_not_be_asked_for_together(env: RedshiftEnv) -> None:
    env.create()
    take(env)

    code, _ = env.error("describe_cluster_snapshots", ClusterIdentifier="dwh", SnapshotIdentifier="s")
    assert code == "InvalidParameterCombination"


def test_an_unknown_snapshot_is_not_found(env: RedshiftEnv) -> None:
    code, _ = env.error("describe_cluster_snapshots", SnapshotIdentifier="none")
    assert code == "ClusterSnapshotNotFound"
    code, _ = env.error("describe_cluster_snapshots", SnapshotArn="arn:aws:redshift:::snapshot:a/b")
    assert code == "ClusterSnapshotNotFound"


def test_filters_select_snapshots(env: RedshiftEnv) -> None:
    env.create()
    env.create("other")
    take(env, "mine", Tags=[{"Key": "team", "Value": "x"}])
    take(env, "theirs", "other", Tags=[{"Key": "owner", "Value": "y"}])

    assert names(env, SnapshotType="manual") == ["mine", "theirs"]
    assert names(env, ClusterIdentifier="dwh", SnapshotType="manual") == ["mine"]
    assert names(env, TagKeys=["team", "owner"]) == ["mine", "theirs"]
    assert names(env, TagValues=["y"]) == ["theirs"]
    assert names(env, OwnerAccount="000000000000") == []
    assert names(env, SnapshotArn="arn:aws:redshift:eu-central-1:123456789012:snapshot:dwh/mine") == ["mine"]
    later = START + timedelta(seconds=602 + 200)
    assert names(env, StartTime=later, SnapshotType="manual") == ["theirs"]
    assert names(env, EndTime=later, SnapshotType="manual") == ["mine"]
    assert names(env, SnapshotIdentifier="mine", SnapshotType="automated") == []


def test_snapshots_can_be_sorted(env: RedshiftEnv) -> None:
    env.create()
    take(env, "older")
    take(env, "newer")

    sort = [{"Attribute": "CREATE_TIME", "SortOrder": "DESC"}]
    assert names(env, SnapshotType="manual", SortingEntities=sort) == ["newer", "older"]
    sort = [{"Attribute": "SOURCE_TYPE", "SortOrder": "DESC"}]
    assert names(env, ClusterIdentifier="dwh", SortingEntities=sort)[:2] == ["older", "newer"]


def test_paging_meets_every_snapshot_once(env: RedshiftEnv) -> None:
    env.create()
    env.backend.snapshot_quota = 50
    for number in range(25):
        take(env, f"s{number:02d}")

    pages = list(
        env.redshift.get_paginator("describe_cluster_snapshots").paginate(PaginationConfig={"PageSize": 20})
    )

    assert [len(page["Snapshots"]) for page in pages] == [20, 6]


@pytest.mark.parametrize(("parameters", "code"), [
    ({"ClusterExists": True}, "InvalidParameterCombination"),
    ({"SnapshotType": "odd"}, "InvalidParameterValue"),
    ({"SnapshotIdentifier": "a", "SnapshotArn": "b"}, "InvalidParameterCombination"),
])  # fmt: skip
def test_filters_that_do_not_go_together_are_refused(
    env: RedshiftEnv, parameters: dict[str, Any], code: str
) -> None:
    assert env.error("describe_cluster_snapshots", **parameters)[0] == code


def test_snapshots_of_deleted_clusters_are_found_by_their_name_or_as_such(env: RedshiftEnv) -> None:
    env.create()
    env.redshift.delete_cluster(ClusterIdentifier="dwh", FinalClusterSnapshotIdentifier="last")
    env.advance(700)
    env.create("alive")
    take(env, "living", "alive")

    assert names(env, SnapshotIdentifier="last") == ["last"]
    assert names(env, ClusterExists=False) == ["last"]
    assert names(env, ClusterExists=False, ClusterIdentifier="dwh") == ["last"]
    assert names(env, ClusterExists=True, ClusterIdentifier="alive", SnapshotType="manual") == ["living"]


@pytest.mark.parametrize(("reading", "listed"), [("ClusterNotFound", False), ("list", True)])
def test_a_deleted_clusters_identifier_alone_may_find_its_snapshots_or_not(
    env: RedshiftEnv, reading: str, listed: bool  # noqa: FBT001 the rule's two sides
) -> None:  # fmt: skip
    env.backend.deleted_cluster_snapshots = reading
    env.create()
    env.redshift.delete_cluster(ClusterIdentifier="dwh", FinalClusterSnapshotIdentifier="last")
    env.advance(700)

    if listed:
        assert names(env, ClusterIdentifier="dwh") == ["last"]
    else:
        assert env.error("describe_cluster_snapshots", ClusterIdentifier="dwh")[0] == "ClusterNotFound"


def automated(env: RedshiftEnv) -> str:
    return names(env, SnapshotType="automated")[0]


def test_an_automated_snapshot_is_copied_to_a_manual_one(env: RedshiftEnv) -> None:
    env.create()

    copy = env.redshift.copy_cluster_snapshot(
        SourceSnapshotIdentifier=automated(env),
        TargetSnapshotIdentifier="kept",
        ManualSnapshotRetentionPeriod=5,
    )["Snapshot"]

    assert (copy["SnapshotType"], copy["Status"], copy["ManualSnapshotRetentionPeriod"]) == (
        "manual",
        "available",
        5,
    )


def test_a_manual_snapshot_is_not_copied(env: RedshiftEnv) -> None:
    env.create()
    take(env)

    code, _ = env.error("copy_cluster_snapshot", SourceSnapshotIdentifier="s", TargetSnapshotIdentifier="t")
    assert code == "InvalidClusterSnapshotState"


def test_a_manual_snapshot_is_deleted(env: RedshiftEnv) -> None:
    env.create()
    take(env)

    assert env.redshift.delete_cluster_snapshot(SnapshotIdentifier="s")["Snapshot"]["Status"] == "deleted"
    assert names(env, SnapshotType="manual") == []


def test_an_automated_snapshot_and_one_being_taken_are_not_deleted(env: RedshiftEnv) -> None:
    env.create()
    env.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")

    for identifier in ("s", automated(env)):
        code, _ = env.error("delete_cluster_snapshot", SnapshotIdentifier=identifier)
        assert code == "InvalidClusterSnapshotState"


def test_a_snapshot_of_another_cluster_is_not_deleted_by_mistake(env: RedshiftEnv) -> None:
    env.create()
    take(env)

    code, _ = env.error("delete_cluster_snapshot", SnapshotIdentifier="s", SnapshotClusterIdentifier="other")
    assert code == "ClusterSnapshotNotFound"
    assert names(env, SnapshotType="manual") == ["s"]


def test_a_snapshot_vanishes_when_its_retention_ends(env: RedshiftEnv) -> None:
    env.create()
    take(env, ManualSnapshotRetentionPeriod=2)

    env.advance(2 * 86_400 - 300)
    assert names(env, SnapshotType="manual") == ["s"]
    env.advance(300)
    assert names(env, SnapshotType="manual") == []


def test_retention_can_be_changed_and_then_the_new_one_holds(env: RedshiftEnv) -> None:
    env.create()
    take(env, ManualSnapshotRetentionPeriod=2)

    answer = env.redshift.modify_cluster_snapshot(SnapshotIdentifier="s", ManualSnapshotRetentionPeriod=-1)
    assert answer["Snapshot"]["ManualSnapshotRetentionPeriod"] == -1
    env.advance(10 * 86_400)
    assert names(env, SnapshotType="manual") == ["s"]


def test_a_retention_that_is_over_already_needs_force(env: RedshiftEnv) -> None:
    env.create()
    take(env)
    env.advance(3 * 86_400)
    shorter = {"SnapshotIdentifier": "s", "ManualSnapshotRetentionPeriod": 2}

    assert env.error("modify_cluster_snapshot", **shorter)[0] == "InvalidParameterValue"
    assert found(env, SnapshotIdentifier="s")[0]["ManualSnapshotRetentionPeriod"] == -1
    env.redshift.modify_cluster_snapshot(**shorter, Force=True)
    assert names(env, SnapshotType="manual") == []


def test_the_retention_of_an_automated_snapshot_is_not_changed(env: RedshiftEnv) -> None:
    env.create()

    code, _ = env.error(
        "modify_cluster_snapshot", SnapshotIdentifier=automated(env), ManualSnapshotRetentionPeriod=5
    )
    assert code == "InvalidClusterSnapshotState"


def test_the_duration_is_that_of_the_knob(env: RedshiftEnv) -> None:
    env.create(knobs={"snapshot_duration": "1 hour"})
    env.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")

    env.advance(3599)
    assert found(env, SnapshotIdentifier="s")[0]["Status"] == "creating"
    env.advance(1)
    assert found(env, SnapshotIdentifier="s")[0]["Status"] == "available"


def restored(env: RedshiftEnv, **knobs: Any) -> dict[str, Any]:
    env.create()
    env.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    env.advance(601)
    take(env)
    env.backend.knobs_of_new = type(env.backend.knobs_of_new)(**{"post_op_busy_tail": "0 seconds"} | knobs)
    return dict(
        env.redshift.restore_from_cluster_snapshot(ClusterIdentifier="copy", SnapshotIdentifier="s")[
            "Cluster"
        ]
    )


def test_a_restore_is_creating_then_available_and_completed_later_still(env: RedshiftEnv) -> None:
    answer = restored(env)

    assert (answer["ClusterStatus"], answer["RestoreStatus"]["Status"]) == ("creating", "starting")
    env.advance(300)
    assert env.describe("copy")["RestoreStatus"]["Status"] == "restoring"
    env.advance(301)
    assert (env.status("copy"), env.describe("copy")["RestoreStatus"]["Status"]) == (
        "available",
        "restoring",
    )
    env.advance(300)
    assert env.describe("copy")["RestoreStatus"]["Status"] == "completed"


def test_while_data_still_streams_in_a_resize_is_refused_verbatim(env: RedshiftEnv) -> None:
    restored(env, restore_streaming="10 minutes")
    env.advance(601)

    assert env.error("modify_cluster", ClusterIdentifier="copy", NumberOfNodes=4) == (
        "InvalidClusterState",
        "Cluster cannot be resized when streaming restore is in progress",
    )
    env.advance(600)
    env.redshift.modify_cluster(ClusterIdentifier="copy", NumberOfNodes=4)


def test_a_restore_keeps_key_and_generations_but_neither_roles_nor_tags(env: RedshiftEnv) -> None:
    answer = restored(env, restore_duration="1 hour")
    copy = env.backend.cluster("copy")

    assert (answer["Encrypted"], answer["IamRoles"], answer["Tags"]) == (True, [], [])
    assert answer["KmsKeyId"] == env.describe()["KmsKeyId"]
    assert (copy.generations.cek, copy.generations.dek) == (2, 2)
    env.advance(3599)
    assert env.status("copy") == "creating"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"ClusterIdentifier": "copy"}, "InvalidParameterCombination"),
        ({"ClusterIdentifier": "copy", "SnapshotIdentifier": "none"}, "ClusterSnapshotNotFound"),
        ({"ClusterIdentifier": "dwh", "SnapshotIdentifier": "s"}, "ClusterAlreadyExists"),
        ({"ClusterIdentifier": "Copy", "SnapshotIdentifier": "s"}, "InvalidParameterValue"),
        ({"ClusterIdentifier": "copy", "SnapshotIdentifier": "s"}, "InvalidClusterSnapshotState"),
    ],
)
def test_a_restore_that_redshift_would_refuse_is_refused(
    env: RedshiftEnv, parameters: dict[str, Any], code: str
) -> None:
    env.create()
    env.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")

    assert env.error("restore_from_cluster_snapshot", **parameters)[0] == code
