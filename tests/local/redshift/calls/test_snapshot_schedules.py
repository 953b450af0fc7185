"""Snapshot schedules are kept, listed, given to clusters, and not deleted while a cluster has them."""

from datetime import timedelta

import pytest

from tests.local.redshift.conftest import START, RedshiftEnv


def create(env: RedshiftEnv, *definitions: str) -> None:
    env.redshift.create_snapshot_schedule(ScheduleIdentifier="daily", ScheduleDefinitions=list(definitions))


def test_a_schedule_lives_as_long_as_a_cluster_has_it(env: RedshiftEnv) -> None:
    create(env, "rate(12 hours)")
    env.create()
    env.redshift.modify_cluster_snapshot_schedule(ClusterIdentifier="dwh", ScheduleIdentifier="daily")

    (schedule,) = env.redshift.describe_snapshot_schedules(ClusterIdentifier="dwh")["SnapshotSchedules"]
    assert schedule["AssociatedClusters"][0]["ClusterIdentifier"] == "dwh"
    assert env.describe()["SnapshotScheduleIdentifier"] == "daily"
    code, _ = env.error("delete_snapshot_schedule", ScheduleIdentifier="daily")
    assert code == "InvalidClusterSnapshotScheduleState"
    env.redshift.modify_cluster_snapshot_schedule(ClusterIdentifier="dwh", DisassociateSchedule=True)
    env.redshift.delete_snapshot_schedule(ScheduleIdentifier="daily")
    assert env.redshift.describe_snapshot_schedules()["SnapshotSchedules"] == []


def test_a_dry_run_says_when_and_keeps_nothing(env: RedshiftEnv) -> None:
    answer = env.redshift.create_snapshot_schedule(
        ScheduleIdentifier="daily",
        ScheduleDefinitions=["rate(12 hours)", "cron(0 3 * * ? *)"],
        DryRun=True,
        NextInvocations=3,
    )

    three = START.replace(hour=3, minute=0) + timedelta(days=1)
    assert answer["NextInvocations"] == [three, START + timedelta(hours=12), START + timedelta(hours=24)]
    assert env.redshift.describe_snapshot_schedules()["SnapshotSchedules"] == []


def test_a_schedule_gets_other_definitions(env: RedshiftEnv) -> None:
    create(env, "rate(12 hours)")
    change = {"ScheduleIdentifier": "daily", "ScheduleDefinitions": ["rate(6 hours)"]}

    assert env.redshift.modify_snapshot_schedule(**change)["ScheduleDefinitions"] == ["rate(6 hours)"]
    assert env.error("modify_snapshot_schedule", **(change | {"ScheduleIdentifier": "none"}))[0] == (
        "SnapshotScheduleNotFound"
    )


@pytest.mark.parametrize(
    "definition", ["rate(25 hours)", "rate(1 day)", "at(2026-03-09T00:00:00)", "daily", ""]
)
def test_a_definition_that_is_neither_is_refused(env: RedshiftEnv, definition: str) -> None:
    given = {"ScheduleIdentifier": "daily", "ScheduleDefinitions": [definition]}

    assert env.error("create_snapshot_schedule", **given)[0] == "InvalidSchedule"


def test_a_name_is_taken_once(env: RedshiftEnv) -> None:
    create(env, "rate(12 hours)")

    assert (
        env.error("create_snapshot_schedule", ScheduleIdentifier="daily")[0]
        == "SnapshotScheduleAlreadyExists"
    )
