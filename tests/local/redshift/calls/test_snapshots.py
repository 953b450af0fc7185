"""Snapshots are taken, found, copied, kept and deleted as the API reference says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.redshift.conftest import START

if TYPE_CHECKING:
    from tests.local.redshift.conftest import Place


def take(place: Place, identifier: str = "s", cluster: str = "dwh", **parameters: Any) -> dict[str, Any]:
    """A manual snapshot that has ended."""
    place.redshift.create_cluster_snapshot(
        ClusterIdentifier=cluster, SnapshotIdentifier=identifier, **parameters
    )
    place.advance(241)
    return found(place, SnapshotIdentifier=identifier)[0]


def found(place: Place, **filters: Any) -> list[dict[str, Any]]:
    return list(place.redshift.describe_cluster_snapshots(**filters)["Snapshots"])


def names(place: Place, **filters: Any) -> list[str]:
    return [snapshot["SnapshotIdentifier"] for snapshot in found(place, **filters)]


def test_a_snapshot_is_creating_and_then_available(place: Place) -> None:
    place.create()

    answer = place.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")[
        "Snapshot"
    ]
    assert (answer["Status"], place.status()) == ("creating", "available")
    place.advance(239)
    assert found(place, SnapshotIdentifier="s")[0]["Status"] == "creating"
    place.advance(2)
    assert found(place, SnapshotIdentifier="s")[0]["Status"] == "available"


def test_a_snapshot_shows_what_it_is_verified_by(place: Place) -> None:
    cluster = place.create()
    snapshot = take(place, Tags=[{"Key": "purpose", "Value": "guard"}], ManualSnapshotRetentionPeriod=7)

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
def test_a_snapshot_may_not_succeed(place: Place, outcome: str, event: str) -> None:
    place.create(knobs={"snapshot_outcome": outcome})

    assert take(place)["Status"] == outcome
    assert event in [each["EventId"] for each in place.redshift.describe_events()["Events"]]


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
    place: Place, parameters: dict[str, Any], code: str
) -> None:
    place.create()

    assert place.error("create_cluster_snapshot", **({"ClusterIdentifier": "dwh"} | parameters))[0] == code
    assert names(place, SnapshotType="manual") == []


def test_names_of_snapshots_are_unique_whatever_their_case(place: Place) -> None:
    place.create()
    take(place, "Before")

    code, _ = place.error("create_cluster_snapshot", ClusterIdentifier="dwh", SnapshotIdentifier="before")
    assert code == "ClusterSnapshotAlreadyExists"
    assert names(place, SnapshotIdentifier="BEFORE") == ["Before"]


def test_the_quota_of_manual_snapshots_holds(place: Place) -> None:
    place.create()
    place.backend.snapshot_quota = 2
    take(place, "a")
    take(place, "b")

    code, _ = place.error("create_cluster_snapshot", ClusterIdentifier="dwh", SnapshotIdentifier="c")
    assert code == "ClusterSnapshotQuotaExceeded"
    code, _ = place.error("delete_cluster", ClusterIdentifier="dwh", FinalClusterSnapshotIdentifier="c")
    assert code == "ClusterSnapshotQuotaExceeded"


def test_the_default_quota_is_twenty(place: Place) -> None:
    assert place.backend.snapshot_quota == 20


def test_the_snapshots_of_an_unknown_cluster_are_an_error_and_not_all_snapshots(place: Place) -> None:
    place.create()

    answer = place.error("describe_cluster_snapshots", ClusterIdentifier="nobody")
    assert answer == ("ClusterNotFound", "Cluster nobody not found.")


def test_cluster_and_snapshot_can_not_be_asked_for_together(place: Place) -> None:
    place.create()
    take(place)

    code, _ = place.error("describe_cluster_snapshots", ClusterIdentifier="dwh", SnapshotIdentifier="s")
    assert code == "InvalidParameterCombination"


def test_an_unknown_snapshot_is_not_found(place: Place) -> None:
    code, _ = place.error("describe_cluster_snapshots", SnapshotIdentifier="none")
    assert code == "ClusterSnapshotNotFound"
    code, _ = place.error("describe_cluster_snapshots", SnapshotArn="arn:aws:redshift:::snapshot:a/b")
    assert code == "ClusterSnapshotNotFound"


def test_filters_select_snapshots(place: Place) -> None:
    place.create()
    place.create("other")
    take(place, "mine", Tags=[{"Key": "team", "Value": "x"}])
    take(place, "theirs", "other", Tags=[{"Key": "owner", "Value": "y"}])

    assert names(place, SnapshotType="manual") == ["mine", "theirs"]
    assert names(place, ClusterIdentifier="dwh", SnapshotType="manual") == ["mine"]
    assert names(place, TagKeys=["team", "owner"]) == ["mine", "theirs"]
    assert names(place, TagValues=["y"]) == ["theirs"]
    assert names(place, OwnerAccount="000000000000") == []
    assert names(place, SnapshotArn="arn:aws:redshift:eu-central-1:123456789012:snapshot:dwh/mine") == [
        "mine"
    ]
    later = START + timedelta(seconds=602 + 200)
    assert names(place, StartTime=later, SnapshotType="manual") == ["theirs"]
    assert names(place, EndTime=later, SnapshotType="manual") == ["mine"]
    assert names(place, SnapshotIdentifier="mine", SnapshotType="automated") == []


def test_snapshots_can_be_sorted(place: Place) -> None:
    place.create()
    take(place, "older")
    take(place, "newer")

    sort = [{"Attribute": "CREATE_TIME", "SortOrder": "DESC"}]
    assert names(place, SnapshotType="manual", SortingEntities=sort) == ["newer", "older"]
    sort = [{"Attribute": "SOURCE_TYPE", "SortOrder": "DESC"}]
    assert names(place, ClusterIdentifier="dwh", SortingEntities=sort)[:2] == ["older", "newer"]


def test_paging_meets_every_snapshot_once(place: Place) -> None:
    place.create()
    place.backend.snapshot_quota = 50
    for number in range(25):
        take(place, f"s{number:02d}")

    pages = list(
        place.redshift.get_paginator("describe_cluster_snapshots").paginate(PaginationConfig={"PageSize": 20})
    )

    assert [len(page["Snapshots"]) for page in pages] == [20, 6]


@pytest.mark.parametrize(("parameters", "code"), [
    ({"ClusterExists": True}, "InvalidParameterCombination"),
    ({"SnapshotType": "odd"}, "InvalidParameterValue"),
    ({"SnapshotIdentifier": "a", "SnapshotArn": "b"}, "InvalidParameterCombination"),
])  # fmt: skip
def test_filters_that_do_not_go_together_are_refused(
    place: Place, parameters: dict[str, Any], code: str
) -> None:
    assert place.error("describe_cluster_snapshots", **parameters)[0] == code


def test_snapshots_of_deleted_clusters_are_found_by_their_name_or_as_such(place: Place) -> None:
    place.create()
    place.redshift.delete_cluster(ClusterIdentifier="dwh", FinalClusterSnapshotIdentifier="last")
    place.advance(700)
    place.create("alive")
    take(place, "living", "alive")

    assert names(place, SnapshotIdentifier="last") == ["last"]
    assert names(place, ClusterExists=False) == ["last"]
    assert names(place, ClusterExists=False, ClusterIdentifier="dwh") == ["last"]
    assert names(place, ClusterExists=True, ClusterIdentifier="alive", SnapshotType="manual") == ["living"]


@pytest.mark.parametrize(("reading", "listed"), [("ClusterNotFound", False), ("list", True)])
def test_a_deleted_clusters_identifier_alone_may_find_its_snapshots_or_not(
    place: Place, reading: str, listed: bool  # noqa: FBT001 the rule's two sides
) -> None:  # fmt: skip
    place.backend.deleted_cluster_snapshots = reading
    place.create()
    place.redshift.delete_cluster(ClusterIdentifier="dwh", FinalClusterSnapshotIdentifier="last")
    place.advance(700)

    if listed:
        assert names(place, ClusterIdentifier="dwh") == ["last"]
    else:
        assert place.error("describe_cluster_snapshots", ClusterIdentifier="dwh")[0] == "ClusterNotFound"


def automated(place: Place) -> str:
    return names(place, SnapshotType="automated")[0]


def test_an_automated_snapshot_is_copied_to_a_manual_one(place: Place) -> None:
    place.create()

    copy = place.redshift.copy_cluster_snapshot(
        SourceSnapshotIdentifier=automated(place),
        TargetSnapshotIdentifier="kept",
        ManualSnapshotRetentionPeriod=5,
    )["Snapshot"]

    assert (copy["SnapshotType"], copy["Status"], copy["ManualSnapshotRetentionPeriod"]) == (
        "manual",
        "available",
        5,
    )


def test_a_manual_snapshot_is_not_copied(place: Place) -> None:
    place.create()
    take(place)

    code, _ = place.error("copy_cluster_snapshot", SourceSnapshotIdentifier="s", TargetSnapshotIdentifier="t")
    assert code == "InvalidClusterSnapshotState"


def test_a_manual_snapshot_is_deleted(place: Place) -> None:
    place.create()
    take(place)

    assert place.redshift.delete_cluster_snapshot(SnapshotIdentifier="s")["Snapshot"]["Status"] == "deleted"
    assert names(place, SnapshotType="manual") == []


def test_an_automated_snapshot_and_one_being_taken_are_not_deleted(place: Place) -> None:
    place.create()
    place.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")

    for identifier in ("s", automated(place)):
        code, _ = place.error("delete_cluster_snapshot", SnapshotIdentifier=identifier)
        assert code == "InvalidClusterSnapshotState"


def test_a_snapshot_of_another_cluster_is_not_deleted_by_mistake(place: Place) -> None:
    place.create()
    take(place)

    code, _ = place.error(
        "delete_cluster_snapshot", SnapshotIdentifier="s", SnapshotClusterIdentifier="other"
    )
    assert code == "ClusterSnapshotNotFound"
    assert names(place, SnapshotType="manual") == ["s"]


def test_a_snapshot_vanishes_when_its_retention_ends(place: Place) -> None:
    place.create()
    take(place, ManualSnapshotRetentionPeriod=2)

    place.advance(2 * 86_400 - 300)
    assert names(place, SnapshotType="manual") == ["s"]
    place.advance(300)
    assert names(place, SnapshotType="manual") == []


def test_retention_can_be_changed_and_then_the_new_one_holds(place: Place) -> None:
    place.create()
    take(place, ManualSnapshotRetentionPeriod=2)

    answer = place.redshift.modify_cluster_snapshot(SnapshotIdentifier="s", ManualSnapshotRetentionPeriod=-1)
    assert answer["Snapshot"]["ManualSnapshotRetentionPeriod"] == -1
    place.advance(10 * 86_400)
    assert names(place, SnapshotType="manual") == ["s"]


def test_a_retention_that_is_over_already_needs_force(place: Place) -> None:
    place.create()
    take(place)
    place.advance(3 * 86_400)
    shorter = {"SnapshotIdentifier": "s", "ManualSnapshotRetentionPeriod": 2}

    assert place.error("modify_cluster_snapshot", **shorter)[0] == "InvalidParameterValue"
    assert found(place, SnapshotIdentifier="s")[0]["ManualSnapshotRetentionPeriod"] == -1
    place.redshift.modify_cluster_snapshot(**shorter, Force=True)
    assert names(place, SnapshotType="manual") == []


def test_the_retention_of_an_automated_snapshot_is_not_changed(place: Place) -> None:
    place.create()

    code, _ = place.error(
        "modify_cluster_snapshot", SnapshotIdentifier=automated(place), ManualSnapshotRetentionPeriod=5
    )
    assert code == "InvalidClusterSnapshotState"


def test_the_duration_is_that_of_the_knob(place: Place) -> None:
    place.create(knobs={"snapshot_duration": "1 hour"})
    place.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")

    place.advance(3599)
    assert found(place, SnapshotIdentifier="s")[0]["Status"] == "creating"
    place.advance(1)
    assert found(place, SnapshotIdentifier="s")[0]["Status"] == "available"


def restored(place: Place, **knobs: Any) -> dict[str, Any]:
    place.create()
    place.redshift.rotate_encryption_key(ClusterIdentifier="dwh")
    place.advance(601)
    take(place)
    place.backend.knobs_of_new = type(place.backend.knobs_of_new)(
        **{"post_op_busy_tail": "0 seconds"} | knobs
    )
    return dict(
        place.redshift.restore_from_cluster_snapshot(ClusterIdentifier="copy", SnapshotIdentifier="s")[
            "Cluster"
        ]
    )


def test_a_restore_is_creating_then_available_and_completed_later_still(place: Place) -> None:
    answer = restored(place)

    assert (answer["ClusterStatus"], answer["RestoreStatus"]["Status"]) == ("creating", "starting")
    place.advance(300)
    assert place.shown("copy")["RestoreStatus"]["Status"] == "restoring"
    place.advance(301)
    assert (place.status("copy"), place.shown("copy")["RestoreStatus"]["Status"]) == (
        "available",
        "restoring",
    )
    place.advance(300)
    assert place.shown("copy")["RestoreStatus"]["Status"] == "completed"


def test_while_data_still_streams_in_a_resize_is_refused_verbatim(place: Place) -> None:
    restored(place, restore_streaming="10 minutes")
    place.advance(601)

    assert place.error("modify_cluster", ClusterIdentifier="copy", NumberOfNodes=4) == (
        "InvalidClusterState",
        "Cluster cannot be resized when streaming restore is in progress",
    )
    place.advance(600)
    place.redshift.modify_cluster(ClusterIdentifier="copy", NumberOfNodes=4)


def test_a_restore_keeps_key_and_generations_but_neither_roles_nor_tags(place: Place) -> None:
    answer = restored(place, restore_duration="1 hour")
    copy = place.backend.cluster("copy")

    assert (answer["Encrypted"], answer["IamRoles"], answer["Tags"]) == (True, [], [])
    assert answer["KmsKeyId"] == place.shown()["KmsKeyId"]
    assert (copy.generations.cek, copy.generations.dek) == (2, 2)
    place.advance(3599)
    assert place.status("copy") == "creating"


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
    place: Place, parameters: dict[str, Any], code: str
) -> None:
    place.create()
    place.redshift.create_cluster_snapshot(ClusterIdentifier="dwh", SnapshotIdentifier="s")

    assert place.error("restore_from_cluster_snapshot", **parameters)[0] == code
