"""Pausing, resuming and rebooting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local.redshift.conftest import RedshiftEnv


def paused(env: RedshiftEnv, **knobs: Any) -> None:
    env.create(knobs=knobs)
    env.redshift.pause_cluster(ClusterIdentifier="dwh")
    env.advance(481)
    assert env.status() == "paused"


def test_a_cluster_is_pausing_then_paused_then_resuming_then_available(env: RedshiftEnv) -> None:
    env.create()

    answer = env.redshift.pause_cluster(ClusterIdentifier="dwh")["Cluster"]
    assert (answer["ClusterStatus"], answer["ClusterAvailabilityStatus"]) == ("pausing", "Modifying")
    env.advance(481)
    assert (env.status(), env.describe()["ClusterAvailabilityStatus"]) == ("paused", "Unavailable")
    answer = env.redshift.resume_cluster(ClusterIdentifier="dwh")["Cluster"]
    assert (answer["ClusterStatus"], answer["ClusterAvailabilityStatus"]) == ("resuming", "Modifying")
    env.advance(301)
    assert env.status() == "available"


def test_the_undocumented_statuses_can_have_other_names(env: RedshiftEnv) -> None:
    env.create(knobs={"pausing_status": "modifying", "resuming_status": "waking"})

    assert env.redshift.pause_cluster(ClusterIdentifier="dwh")["Cluster"]["ClusterStatus"] == "modifying"
    env.advance(481)
    assert env.redshift.resume_cluster(ClusterIdentifier="dwh")["Cluster"]["ClusterStatus"] == "waking"


def test_pausing_takes_an_automated_snapshot(env: RedshiftEnv) -> None:
    env.create()
    before = len(env.redshift.describe_cluster_snapshots(SnapshotType="automated")["Snapshots"])
    env.redshift.pause_cluster(ClusterIdentifier="dwh")
    env.advance(481)

    snapshots = env.redshift.describe_cluster_snapshots(SnapshotType="automated")["Snapshots"]
    assert len(snapshots) == before + 1


def test_a_paused_cluster_can_not_be_paused_again(env: RedshiftEnv) -> None:
    paused(env)

    assert env.error("pause_cluster", ClusterIdentifier="dwh")[0] == "InvalidClusterState"


def test_an_available_cluster_can_not_be_resumed(env: RedshiftEnv) -> None:
    env.create()

    assert env.error("resume_cluster", ClusterIdentifier="dwh")[0] == "InvalidClusterState"


def test_a_cluster_without_automated_snapshots_can_not_be_paused(env: RedshiftEnv) -> None:
    env.create(NodeType="dc2.large", AutomatedSnapshotRetentionPeriod=0)

    assert env.error("pause_cluster", ClusterIdentifier="dwh")[0] == "UnsupportedOperation"


def test_a_cluster_with_a_hardware_security_module_can_not_be_paused(env: RedshiftEnv) -> None:
    env.create().facts["HsmStatus"] = {"Status": "active"}

    assert env.error("pause_cluster", ClusterIdentifier="dwh")[0] == "UnsupportedOperation"


def test_there_may_be_no_capacity_to_resume(env: RedshiftEnv) -> None:
    paused(env, resume_outcome="InsufficientClusterCapacity")

    assert env.error("resume_cluster", ClusterIdentifier="dwh")[0] == "InsufficientClusterCapacity"
    assert env.status() == "paused"


@pytest.mark.parametrize("call", ["modify_cluster", "reboot_cluster", "modify_cluster_iam_roles"])
def test_a_paused_cluster_can_not_be_changed(env: RedshiftEnv, call: str) -> None:
    paused(env)

    assert env.error(call, ClusterIdentifier="dwh")[0] == "InvalidClusterState"


def test_no_snapshot_of_a_paused_cluster_can_be_taken(env: RedshiftEnv) -> None:
    paused(env)
    answer = env.error("create_cluster_snapshot", ClusterIdentifier="dwh", SnapshotIdentifier="s")

    assert answer[0] == "InvalidClusterState"
    assert env.redshift.describe_cluster_snapshots(SnapshotType="manual")["Snapshots"] == []


def test_a_cluster_reboots(env: RedshiftEnv) -> None:
    env.create()

    assert env.redshift.reboot_cluster(ClusterIdentifier="dwh")["Cluster"]["ClusterStatus"] == "rebooting"
    env.advance(181)
    assert env.status() == "available"


def test_the_durations_are_those_of_the_knobs(env: RedshiftEnv) -> None:
    env.create(
        knobs={"pause_duration": "1 minute", "resume_duration": "2 minutes", "reboot_duration": "10 seconds"}
    )
    for call, seconds, after in (
        ("pause", 61, "paused"),
        ("resume", 121, "available"),
        ("reboot", 11, "available"),
    ):
        getattr(env.redshift, f"{call}_cluster")(ClusterIdentifier="dwh")
        env.advance(seconds)
        assert env.status() == after
