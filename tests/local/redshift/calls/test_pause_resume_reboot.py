"""Pausing, resuming and rebooting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.redshift.conftest import Place


def paused(place: Place, **knobs: Any) -> None:
    place.create(knobs=knobs)
    place.redshift.pause_cluster(ClusterIdentifier="dwh")
    place.advance(481)
    assert place.status() == "paused"


def test_a_cluster_is_pausing_then_paused_then_resuming_then_available(place: Place) -> None:
    place.create()

    answer = place.redshift.pause_cluster(ClusterIdentifier="dwh")["Cluster"]
    assert (answer["ClusterStatus"], answer["ClusterAvailabilityStatus"]) == ("pausing", "Modifying")
    place.advance(481)
    assert (place.status(), place.shown()["ClusterAvailabilityStatus"]) == ("paused", "Unavailable")
    answer = place.redshift.resume_cluster(ClusterIdentifier="dwh")["Cluster"]
    assert (answer["ClusterStatus"], answer["ClusterAvailabilityStatus"]) == ("resuming", "Modifying")
    place.advance(301)
    assert place.status() == "available"


def test_the_undocumented_statuses_can_have_other_names(place: Place) -> None:
    place.create(knobs={"pausing_status": "modifying", "resuming_status": "waking"})

    assert place.redshift.pause_cluster(ClusterIdentifier="dwh")["Cluster"]["ClusterStatus"] == "modifying"
    place.advance(481)
    assert place.redshift.resume_cluster(ClusterIdentifier="dwh")["Cluster"]["ClusterStatus"] == "waking"


def test_pausing_takes_an_automated_snapshot(place: Place) -> None:
    place.create()
    before = len(place.redshift.describe_cluster_snapshots(SnapshotType="automated")["Snapshots"])
    place.redshift.pause_cluster(ClusterIdentifier="dwh")
    place.advance(481)

    snapshots = place.redshift.describe_cluster_snapshots(SnapshotType="automated")["Snapshots"]
    assert len(snapshots) == before + 1


def test_a_paused_cluster_can_not_be_paused_again(place: Place) -> None:
    paused(place)

    assert place.error("pause_cluster", ClusterIdentifier="dwh")[0] == "InvalidClusterState"


def test_an_available_cluster_can_not_be_resumed(place: Place) -> None:
    place.create()

    assert place.error("resume_cluster", ClusterIdentifier="dwh")[0] == "InvalidClusterState"


def test_a_cluster_without_automated_snapshots_can_not_be_paused(place: Place) -> None:
    place.create(NodeType="dc2.large", AutomatedSnapshotRetentionPeriod=0)

    assert place.error("pause_cluster", ClusterIdentifier="dwh")[0] == "UnsupportedOperation"


def test_a_cluster_with_a_hardware_security_module_can_not_be_paused(place: Place) -> None:
    place.create().facts["HsmStatus"] = {"Status": "active"}

    assert place.error("pause_cluster", ClusterIdentifier="dwh")[0] == "UnsupportedOperation"


def test_there_may_be_no_capacity_to_resume(place: Place) -> None:
    paused(place, resume_outcome="InsufficientClusterCapacity")

    assert place.error("resume_cluster", ClusterIdentifier="dwh")[0] == "InsufficientClusterCapacity"
    assert place.status() == "paused"


@pytest.mark.parametrize("call", ["modify_cluster", "reboot_cluster", "modify_cluster_iam_roles"])
def test_a_paused_cluster_can_not_be_changed(place: Place, call: str) -> None:
    paused(place)

    assert place.error(call, ClusterIdentifier="dwh")[0] == "InvalidClusterState"


def test_no_snapshot_of_a_paused_cluster_can_be_taken(place: Place) -> None:
    paused(place)
    answer = place.error("create_cluster_snapshot", ClusterIdentifier="dwh", SnapshotIdentifier="s")

    assert answer[0] == "InvalidClusterState"
    assert place.redshift.describe_cluster_snapshots(SnapshotType="manual")["Snapshots"] == []


def test_a_cluster_reboots(place: Place) -> None:
    place.create()

    assert place.redshift.reboot_cluster(ClusterIdentifier="dwh")["Cluster"]["ClusterStatus"] == "rebooting"
    place.advance(181)
    assert place.status() == "available"


def test_the_durations_are_those_of_the_knobs(place: Place) -> None:
    place.create(
        knobs={"pause_duration": "1 minute", "resume_duration": "2 minutes", "reboot_duration": "10 seconds"}
    )
    for call, seconds, after in (
        ("pause", 61, "paused"),
        ("resume", 121, "available"),
        ("reboot", 11, "available"),
    ):
        getattr(place.redshift, f"{call}_cluster")(ClusterIdentifier="dwh")
        place.advance(seconds)
        assert place.status() == after
